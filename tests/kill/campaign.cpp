// Kills a training many times with SIGKILL at random moments, half of them while it writes a file, and resumes it each
// time until it ends; then starts it again, until there were enough kills. Each time it must resume from its last
// checkpoint, with the same bits as a training that was not killed, and its files at the end must have the same bits
// too. Use: kill_campaign TRAIN KILLS [SEED [in_place]]; TRAIN is the program kill_train.
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

struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A process that trains in a folder.
class Life {
public:
    Life(const std::string& program, const fs::path& folder, int threads, bool in_place) {
        int ends[2];
        if (::pipe(ends) != 0) throw Failure("no pipe");
        process_ = ::fork();
        if (process_ == 0) {
            ::close(ends[0]);
            const std::string pipe = std::to_string(ends[1]), count = std::to_string(threads);
            ::execl(program.c_str(), program.c_str(), folder.c_str(), pipe.c_str(), count.c_str(),
                    in_place ? "in_place" : nullptr, nullptr);
            ::_exit(127);
        }
        ::close(ends[1]);
        pipe_ = ends[0];
        if (process_ < 0) throw Failure("no process");
    }
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;
    ~Life() {
        if (!ended_) {
            kill();
            end();
        }
        ::close(pipe_);
    }

    pid_t process() const { return process_; }
    void kill() const { ::kill(process_, SIGKILL); }

    /// Waits for the next report, and stores it. Returns false if there will be no more.
    bool next(KillReport& report) {
        const ssize_t size = ::read(pipe_, &report, sizeof report);
        if (size != static_cast<ssize_t>(sizeof report)) return false;
        reports_.push_back(report);
        return true;
    }
    /// Waits for the end of the process. Returns its status as from `waitpid`.
    int end() {
        for (KillReport report; next(report);) {
        }
        int status = 0;
        while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
        }
        ended_ = true;
        return status;
    }
    const std::vector<KillReport>& reports() const { return reports_; }

private:
    pid_t process_ = -1;
    int pipe_ = -1;
    bool ended_ = false;
    std::vector<KillReport> reports_;
};

/// The states, files and times of a training that is not killed.
struct Reference {
    std::map<std::uint32_t, std::uint64_t> states;  ///< by the number of steps
    std::map<std::string, std::vector<std::uint8_t>> files;
    double seconds = 0;           ///< from start to end
    double seconds_of_write = 0;  ///< mean time to write a checkpoint
};

Reference run_whole(const std::string& program) {
    const TemporaryFolder folder;
    Reference reference;
    const auto begin = Clock::now();
    Life life(program, folder.path(), 1, false);
    auto write = begin;
    for (KillReport report; life.next(report);) {
        if (report.kind == KillReport::writing) {
            write = Clock::now();
            continue;
        }
        reference.states[report.step] = report.state;
        if (report.kind == KillReport::kept) reference.seconds_of_write += Seconds(Clock::now() - write).count();
    }
    if (life.end() != 0) throw Failure("the training failed without being killed");
    reference.seconds = Seconds(Clock::now() - begin).count();
    reference.seconds_of_write /= static_cast<double>(reference.states.size());
    for (const char* name : result_files) reference.files[name] = norma::read_file(folder / name);
    return reference;
}

/// The counts of a campaign, and the state of its current training.
class Campaign {
public:
    Campaign(std::string program, int wanted, std::uint64_t seed, bool in_place)
        : program_(std::move(program)), wanted_(wanted), in_place_(in_place), random_(seed) {}

    void run() {
        reference_ = run_whole(program_);
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
    /// Runs one process. Returns whether it finished the training.
    bool live() {
        Life life(program_, folder_->path(), 1 + lives_++ % 2, in_place_);
        if (kills_ < wanted_) {
            wait(life);
            life.kill();
        }
        const int status = life.end();
        judge(life.reports());
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
            ++kills_;
            ++pending_;
            if (wrote(life.process())) ++in_writing_;
            compare_files(false);
            tell();
            return false;
        }
        if (status != 0) {
            throw Failure("the training did not resume: its process ended with " +
                          (WIFEXITED(status) ? "status " + std::to_string(WEXITSTATUS(status))
                                             : "signal " + std::to_string(WTERMSIG(status))));
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

    std::string program_;
    int wanted_;
    bool in_place_;
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
        std::fprintf(stderr, "kill_campaign: use: kill_campaign TRAIN KILLS [SEED [in_place]], KILLS from 1\n");
        return 2;
    }
    Campaign campaign(arguments[1], wanted, seed, count > 4 && std::string(arguments[4]) == "in_place");
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
