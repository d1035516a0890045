#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Runs other programs: to their end, to measure their cost, or in the background, to exchange lines with them.
namespace norma::bench {

/// Starts a program, found through PATH, and returns its process. `prepare` runs in the new process before the program,
/// so it may only make system calls. If the program cannot be started, the process ends with status 127.
template <class Prepare>
pid_t start(const std::vector<std::string>& arguments, const Prepare& prepare) {
    std::vector<char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    const pid_t process = fork();
    if (process == -1) throw std::runtime_error(std::string("cannot start a process: ") + std::strerror(errno));
    if (process == 0) {
        prepare();
        execvp(pointers[0], pointers.data());
        _exit(127);
    }
    return process;
}

/// The cost of a program, with all processes that it started and waited for.
struct Cost {
    int status = 0;  ///< as `wait4` gives it; 0 is success
    double wall_seconds = 0;
    double processor_seconds = 0;  ///< of the program, and of the system for it
    double peak_bytes = 0;         ///< resident memory of the largest of its processes
};

/// Runs a program in the folder `directory` to its end.
inline Cost run(const std::vector<std::string>& arguments, const std::string& directory) {
    const auto begin = std::chrono::steady_clock::now();
    const pid_t process = start(arguments, [&] {
        if (chdir(directory.c_str()) != 0) _exit(126);
    });
    Cost cost;
    rusage usage{};
    while (wait4(process, &cost.status, 0, &usage) == -1 && errno == EINTR) {
    }
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    cost.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    cost.processor_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    cost.peak_bytes = 1024.0 * static_cast<double>(usage.ru_maxrss);
    return cost;
}

/// A program that is running and answers each line with a line.
class Conversation {
public:
    /// @throws std::runtime_error if the system gives no pipe or process.
    explicit Conversation(const std::vector<std::string>& arguments) {
        signal(SIGPIPE, SIG_IGN);  // writing to a program that has ended is then an error, not a signal
        const Pipe requests, answers;
        process_ = start(arguments, [&] {
            dup2(requests.read_end(), STDIN_FILENO);
            dup2(answers.write_end(), STDOUT_FILENO);
        });
        to_ = fcntl(requests.write_end(), F_DUPFD_CLOEXEC, 3);
        from_ = fcntl(answers.read_end(), F_DUPFD_CLOEXEC, 3);
    }
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;

    /// Ends the program: closes its input, and kills it if it does not end then.
    ~Conversation() {
        close(to_);
        close(from_);
        for (int tenths = 0; tenths < 50; ++tenths) {
            if (waitpid(process_, nullptr, WNOHANG) != 0) return;
            usleep(100'000);
        }
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
    }

    /// Sends a line and returns the line that comes back.
    /// @throws std::runtime_error if the program has ended, or does not answer within `limit`.
    std::string ask(const std::string& line, std::chrono::seconds limit) {
        send(line + "\n");
        return receive(std::chrono::steady_clock::now() + limit);
    }

private:
    /// A pipe that later programs do not inherit.
    class Pipe {
    public:
        Pipe() {
            if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe to another program");
        }
        Pipe(const Pipe&) = delete;
        Pipe& operator=(const Pipe&) = delete;
        ~Pipe() {
            for (const int end : ends_) close(end);
        }
        int read_end() const { return ends_[0]; }
        int write_end() const { return ends_[1]; }

    private:
        std::array<int, 2> ends_{};
    };

    void send(std::string_view text) {
        while (!text.empty()) {
            const ssize_t written = write(to_, text.data(), text.size());
            if (written == -1 && errno == EINTR) continue;
            if (written <= 0) throw std::runtime_error("it has ended");
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    std::string receive(std::chrono::steady_clock::time_point until) {
        for (;;) {
            if (const std::size_t end = received_.find('\n'); end != std::string::npos) {
                std::string line = received_.substr(0, end);
                received_.erase(0, end + 1);
                return line;
            }
            receive_more(until);
        }
    }
    void receive_more(std::chrono::steady_clock::time_point until) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
        pollfd waiting{from_, POLLIN, 0};
        const int ready = left > 0 ? poll(&waiting, 1, static_cast<int>(left)) : 0;
        if (ready == 0) throw std::runtime_error("it does not answer");
        std::array<char, 4096> buffer{};
        const ssize_t size = ready < 0 ? -1 : read(from_, buffer.data(), buffer.size());
        if (size == -1 && errno == EINTR) return;
        if (size <= 0) throw std::runtime_error("it has ended");
        received_.append(buffer.data(), static_cast<std::size_t>(size));
    }

    pid_t process_ = -1;
    int to_ = -1;
    int from_ = -1;
    std::string received_;
};

}  // namespace norma::bench
