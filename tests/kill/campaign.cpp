// Kills a training many times with SIGKILL at random moments, half of them while it writes a file, and resumes it each
// time until it ends; then starts it again, until there were enough kills. Each time it must resume from its last
// checkpoint, with the same bits as a training that was not killed, and its files at the end must have the same bits
// too. Use: kill_campaign TRAIN KILLS [SEED [in_place]]; TRAIN is the program kill_train.
//
// With `mpi START...` in place of in_place, TRAIN is the program kill_train_<mpi>, which the command START -n P starts
// in P processes, each time in another number of them. One of these is killed, the others must end by themselves.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "../support/temporary_folder.hpp"
#include "norma/core/file.hpp"
#include "report.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::array result_files{"weights.safetensors", "history.json"};
constexpr std::array process_counts{3, 1, 2, 4};  ///< of the lives of a training, one after another

struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// How the training is started.
struct Start {
    std::string program;
    bool in_place = false;
    std::vector<std::string> mpi = {};  ///< the words of the command that starts several processes

    /// The words of the command for `processes` processes of `threads` threads.
    std::vector<std::string> words(const fs::path& folder, const fs::path& pipe, int processes, int threads) const {
        std::vector<std::string> words = mpi;
        if (!mpi.empty()) words.insert(words.end(), {"-n", std::to_string(processes)});
        words.insert(words.end(), {program, folder.string(), pipe.string(), std::to_string(threads)});
        if (in_place) words.emplace_back("in_place");
        return words;
    }
};

/// Processes that train together in a folder; without MPI only one.
class Life {
public:
    Life(const Start& start, const fs::path& folder, int processes, int threads)
        : processes_(start.mpi.empty() ? 1 : processes) {
        const fs::path name = pipe_folder_ / "pipe";
        std::vector<std::string> words = start.words(folder, name, processes, threads);
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        if (::mkfifo(name.c_str(), 0600) != 0) throw Failure("no pipe");
        pipe_ = ::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (pipe_ < 0) throw Failure("no pipe");
        starter_ = ::fork();
        if (starter_ == 0) {
            const int messages = ::open(messages_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
            ::dup2(messages, STDOUT_FILENO);
            ::dup2(messages, STDERR_FILENO);
            ::execvp(arguments[0], arguments.data());
            ::_exit(127);
        }
        if (starter_ < 0) throw Failure("no process");
    }
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;
    ~Life() {
        if (!ended_) {
            ::kill(starter_, SIGKILL);
            for (const pid_t process : born_) ::kill(process, SIGKILL);
            while (::waitpid(starter_, &status_, 0) < 0 && errno == EINTR) {
            }
        }
        ::close(pipe_);
    }

    /// Kills one process, of which `chance` in [0, 1) says which one, as soon as all are born.
    void kill(double chance) {
        for (KillReport report; static_cast<int>(born_.size()) < processes_ && next(report);) {
        }
        if (static_cast<int>(born_.size()) < processes_) return;
        killed_ = born_[static_cast<std::size_t>(chance * processes_)];
        ::kill(killed_, SIGKILL);
        // A program that waits for the dead one for ever would be a fault.
        deadline_ = Clock::now() + std::chrono::seconds(30);
    }
    /// The process that was killed, 0 if none was.
    pid_t killed() const { return killed_; }
    /// After the end: did they end because of the kill, and not by an error of their own? mpirun tells the first of
    /// these in a status of its own.
    bool ended_by_kill() const {
        if (killed_ == starter_) return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL;
        return killed_ != 0 && status_ != 0 && messages().find("norma: ") == std::string::npos;
    }

    /// Waits for the next report, and stores it. Returns false if there will be no more.
    bool next(KillReport& report) {
        while (true) {
            const ssize_t size = ::read(pipe_, &report, sizeof report);
            if (size == static_cast<ssize_t>(sizeof report)) {
                if (report.kind != KillReport::born) break;
                born_.push_back(static_cast<pid_t>(report.state));
                continue;
            }
            if (size == 0) {  // no process has the pipe open: all have ended, or none has begun
                if (ended_) return false;
                ended_ = ::waitpid(starter_, &status_, WNOHANG) == starter_;
            }
            if (Clock::now() > deadline_) throw Failure("30 s after the kill the other processes have not ended");
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
        reports_.push_back(report);
        return true;
    }
    /// Waits for the end of all processes. Returns the status of the one that started them, as from `waitpid`.
    int end() {
        for (KillReport report; next(report);) {
        }
        return status_;
    }
    const std::vector<KillReport>& reports() const { return reports_; }

    /// What the processes and mpirun printed as errors.
    std::string messages() const {
        const auto bytes = norma::read_file(messages_);
        return std::string(bytes.begin(), bytes.end());
    }

private:
    TemporaryFolder pipe_folder_;
    fs::path messages_ = pipe_folder_ / "messages";
    int processes_;
    pid_t starter_ = -1, killed_ = 0;
    int pipe_ = -1, status_ = 0;
    bool ended_ = false;
    Clock::time_point deadline_ = Clock::time_point::max();
    std::vector<pid_t> born_;
    std::vector<KillReport> reports_;
};

/// The states, files and times of a training that is not killed.
struct Reference {
    std::map<std::uint32_t, std::uint64_t> states;  ///< by the number of steps
    std::map<std::string, std::vector<std::uint8_t>> files;
    double seconds = 0;           ///< from start to end
    double seconds_of_write = 0;  ///< mean time to write a checkpoint
};

Reference run_whole(const Start& start) {
    const TemporaryFolder folder;
    Reference reference;
    const auto begin = Clock::now();
    Life life(Start{start.program, false, start.mpi}, folder.path(), 1, 1);
    auto write = begin;
    for (KillReport report; life.next(report);) {
        if (report.kind == KillReport::writing) {
            write = Clock::now();
            continue;
        }
        reference.states[report.step] = report.state;
        if (report.kind == KillReport::kept) reference.seconds_of_write += Seconds(Clock::now() - write).count();
    }
    if (life.end() != 0) throw Failure("the training failed without being killed\n" + life.messages());
    reference.seconds = Seconds(Clock::now() - begin).count();
    reference.seconds_of_write /= static_cast<double>(reference.states.size());
    for (const char* name : result_files) reference.files[name] = norma::read_file(folder / name);
    return reference;
}

/// The counts of a campaign, and the state of its current training.
class Campaign {
public:
    Campaign(Start start, int wanted, std::uint64_t seed) : start_(std::move(start)), wanted_(wanted), random_(seed) {}

    void run() {
        reference_ = run_whole(start_);
        std::printf("a training without kills: %zu checkpoints in %.2f s, %.1f ms for each write\n",
                    reference_.states.size() - 1, reference_.seconds, 1000 * reference_.seconds_of_write);
        begin_ = Clock::now();
        while (kills_ < wanted_ || pending_ > 0) {
            folder_.emplace();
            kept_ = 0;
            while (!live()) {
            }
            ++finished_;
        }
    }
    int kills() const { return kills_; }
    int resumed() const { return resumed_; }
    int in_writing() const { return in_writing_; }
    int finished() const { return finished_; }

private:
    /// Runs the training once. Returns whether it finished.
    bool live() {
        const int processes = process_counts[static_cast<std::size_t>(lives_) % process_counts.size()];
        Life life(start_, folder_->path(), processes, 1 + lives_++ % 2);
        if (kills_ < wanted_) {
            wait(life);
            life.kill(uniform());
        }
        const int status = life.end();
        judge(life.reports());
        if (life.ended_by_kill()) {
            ++kills_;
            ++pending_;
            if (wrote(life.killed())) ++in_writing_;
            compare_files(false);
            tell();
            return false;
        }
        if (status != 0) {
            throw Failure("the training did not resume: its process ended with " +
                          (WIFEXITED(status) ? "status " + std::to_string(WEXITSTATUS(status))
                                             : "signal " + std::to_string(WTERMSIG(status))) +
                          "\n" + life.messages());
        }
        compare_files(true);
        return true;
    }

    /// Waits until a random moment in the next quarter of the training, or, every second time, near a write.
    void wait(Life& life) {
        double seconds = uniform() * reference_.seconds / 4;
        if (uniform() < 0.5) {
            int writes = 1 + static_cast<int>(uniform() * 20);
            for (KillReport report; writes > 0 && life.next(report);) {
                if (report.kind == KillReport::writing) --writes;
            }
            seconds = uniform() * 1.2 * reference_.seconds_of_write;
        }
        std::this_thread::sleep_for(Seconds(seconds));
    }

    /// Checks the reports of a process against the reference. @throws Failure if one differs.
    void judge(const std::vector<KillReport>& reports) {
        for (const KillReport& report : reports) {
            if (report.kind == KillReport::writing) continue;
            const std::string step = std::to_string(report.step);
            const auto known = reference_.states.find(report.step);
            if (known == reference_.states.end()) throw Failure("there is no step " + step);
            if (report.kind == KillReport::started) {
                if (report.step < kept_ || report.step > kept_ + 1) {
                    throw Failure("it resumed at step " + step + ", but its checkpoint was of step " +
                                  std::to_string(kept_));
                }
                if (known->second != report.state) throw Failure("it resumed with other bits at step " + step);
                resumed_ += pending_;
                pending_ = 0;
            } else if (known->second != report.state) {
                throw Failure("at step " + step + " it has other bits");
            }
            kept_ = report.step;
        }
    }

    /// Checks that each file of the training's end is complete or missing; with `all`, none may be missing.
    void compare_files(bool all) const {
        for (const char* name : result_files) {
            if (!all && !fs::exists(*folder_ / name)) continue;
            if (norma::read_file(*folder_ / name) != reference_.files.at(name)) {
                throw Failure(std::string(name) + " has other bits");
            }
        }
    }

    /// Was the process in the middle of writing a file?
    bool wrote(pid_t process) const {
        const std::string part = "." + std::to_string(process) + "-";
        for (const auto& entry : fs::directory_iterator(folder_->path())) {
            if (entry.path().filename().string().find(part) != std::string::npos) return true;
        }
        return false;
    }

    void tell() {
        const auto now = Clock::now();
        const bool terminal = ::isatty(STDOUT_FILENO) != 0;
        if (Seconds(now - told_).count() < (terminal ? 0.2 : 10)) return;
        told_ = now;
        const double left = Seconds(now - begin_).count() / kills_ * (wanted_ - kills_);
        std::printf("%s%d of %d kills, %d resumed, %d in the middle of a write, %.0f s left%s", terminal ? "\r" : "",
                    kills_, wanted_, resumed_, in_writing_, left, terminal ? "\x1b[K" : "\n");
        std::fflush(stdout);
    }

    double uniform() { return static_cast<double>(random_() >> 11) * 0x1p-53; }

    Start start_;
    int wanted_;
    std::mt19937_64 random_;
    Reference reference_;
    std::optional<TemporaryFolder> folder_;
    std::uint32_t kept_ = 0;  ///< the step of the last checkpoint that was reported
    int lives_ = 0, kills_ = 0, pending_ = 0, resumed_ = 0, in_writing_ = 0, finished_ = 0;
    Clock::time_point begin_ = Clock::now(), told_ = begin_;
};

template <class Number>
bool is_number(const std::string& text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

int main(int count, char** arguments) {
    int wanted = 0;
    std::uint64_t seed = 1;
    if (count < 3 || !is_number(arguments[2], wanted) || wanted < 1 || (count > 3 && !is_number(arguments[3], seed))) {
        std::fprintf(stderr,
                     "kill_campaign: use: kill_campaign TRAIN KILLS [SEED [in_place | mpi START...]], KILLS from 1\n");
        return 2;
    }
    const std::string how = count > 4 ? arguments[4] : "";
    Start start{arguments[1], how == "in_place"};
    if (how == "mpi") start.mpi.assign(arguments + 5, arguments + count);
    Campaign campaign(start, wanted, seed);
    std::printf("seed %llu; ", static_cast<unsigned long long>(seed));
    try {
        campaign.run();
    } catch (const std::exception& error) {
        std::printf("\n%d kills, %d resumed bit for bit\n", campaign.kills(), campaign.resumed());
        std::fflush(stdout);
        std::fprintf(stderr, "kill_campaign: FAILED after kill %d: %s\n", campaign.kills(), error.what());
        return 1;
    }
    std::printf("\n%d kills, %d resumed bit for bit; %d in the middle of a write; %d trainings finished\n",
                campaign.kills(), campaign.resumed(), campaign.in_writing(), campaign.finished());
    return campaign.kills() == wanted && campaign.resumed() == wanted && std::fflush(stdout) == 0 ? 0 : 1;
}
