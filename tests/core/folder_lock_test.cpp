#include "norma/core/folder_lock.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "../support/full_disk.hpp"
#include "../support/message.hpp"
#include "../support/temporary_folder.hpp"

namespace folder_lock_test {

using namespace norma;
namespace fs = std::filesystem;

namespace {

std::string refusal(const fs::path& folder) {
    return message_of<FileError>([&] { FolderLock lock(folder); });
}

/// A process that runs `work()`, and then waits until it is killed.
template <class Work>
pid_t start(const Work& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            work();
        } catch (...) {
            ::_exit(1);
        }
        for (;;) ::pause();
    }
    return child;
}

int end_of(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

}  // namespace

TEST_CASE("a folder has one lock at a time, and is empty afterwards") {
    const TemporaryFolder folder;
    {
        const FolderLock lock(folder.path());
        CHECK(fs::exists(folder / FolderLock::file_name));
        CHECK(mentions(refusal(folder.path()),
                       folder.path().string() + ": is in use by process " + std::to_string(::getpid()) + ",",
                       "another folder"));
        CHECK(fs::exists(folder / FolderLock::file_name));
        const TemporaryFolder other;
        CHECK(refusal(other.path()).empty());
    }
    CHECK(folder.count() == 0);
    CHECK(refusal(folder.path()).empty());
}

TEST_CASE("the message names the process that has the lock; when it is killed, the lock is free") {
    const TemporaryFolder folder;
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const pid_t child = start([&] {
        const FolderLock lock(folder.path());
        if (::write(ready[1], "x", 1) == 1) {
            for (;;) ::pause();
        }
    });
    char signal = 0;
    REQUIRE(::read(ready[0], &signal, 1) == 1);
    CHECK(mentions(refusal(folder.path()), "is in use by process " + std::to_string(child) + ","));
    ::kill(child, SIGKILL);
    CHECK(WIFSIGNALED(end_of(child)));
    CHECK(fs::exists(folder / FolderLock::file_name));  // what it left
    {
        const FolderLock lock(folder.path());
        CHECK(mentions(refusal(folder.path()), "process " + std::to_string(::getpid()) + ","));
    }
    CHECK(folder.count() == 0);
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_CASE("a lock file that was left over does no harm, whatever number is in it") {
    const TemporaryFolder folder;
    for (const std::string& text : {std::string("1\n"), std::to_string(::getpid()), std::string("\x1b[2J no number"),
                                    std::string(100000, '7'), std::string()}) {
        std::ofstream(folder / FolderLock::file_name) << text;
        CHECK(refusal(folder.path()).empty());
        CHECK(folder.count() == 0);
    }
}

TEST_CASE("other text in the lock file does not appear in the message") {
    const TemporaryFolder folder;
    const FolderLock lock(folder.path());
    std::ofstream(folder / FolderLock::file_name) << "\x1b[2J";
    CHECK(mentions(refusal(folder.path()), "is in use by another process,"));
    CHECK_FALSE(mentions(refusal(folder.path()), "\x1b"));
}

TEST_CASE("a folder in which the lock file cannot be made is named") {
    const TemporaryFolder folder;
    CHECK(mentions(refusal(folder / "none"), (folder / "none").string(), "cannot be opened for writing"));
    fs::create_directory(folder / FolderLock::file_name);
    CHECK(mentions(refusal(folder.path()), folder.path().string(), "cannot be opened for writing"));
    CHECK(fs::is_directory(folder / FolderLock::file_name));
}

TEST_CASE("a symbolic link with the lock file's name is not followed") {
    const TemporaryFolder folder, elsewhere;
    std::ofstream(elsewhere / "precious") << "kept";
    fs::create_symlink(elsewhere / "precious", folder / FolderLock::file_name);
    CHECK(mentions(refusal(folder.path()), "cannot be opened for writing"));
    CHECK(fs::file_size(elsewhere / "precious") == 4);
}

TEST_CASE("the lock works on a full disk") {
    const TemporaryFolder folder;
    const FullDisk full(0);
    const FolderLock lock(folder.path());
    CHECK(mentions(refusal(folder.path()), "is in use by another process,"));
}

TEST_CASE("many processes lock the folder one after another, never two at the same time") {
    const TemporaryFolder folder, lockable;
    constexpr int processes = 4, turns = 200;
    std::ofstream(folder / "count") << 0;
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        children.push_back(start([&] {
            for (int turn = 0; turn < turns; ++turn) {
                std::optional<FolderLock> lock;
                while (!lock) {
                    try {
                        lock.emplace(lockable.path());
                    } catch (const FileError&) {
                    }
                }
                long count = 0;
                std::ifstream(folder / "count") >> count;
                std::ofstream(folder / "count") << count + 1;
            }
            ::_exit(0);
        }));
    }
    for (const pid_t child : children) CHECK(end_of(child) == 0);
    long count = 0;
    std::ifstream(folder / "count") >> count;
    CHECK(count == processes * turns);
    CHECK(lockable.count() == 0);
}

}  // namespace folder_lock_test
