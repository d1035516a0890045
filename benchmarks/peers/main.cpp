#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "peers/own_network.hpp"
#include "peers/torch.hpp"
#include "support/main.hpp"

/// Measures training steps and inference of a network in norma and in PyTorch. One repetition of a benchmark is one
/// round: norma in fp32 and bf16 and every way to run PyTorch do the same work in turn, so that a change of the clock
/// rate or of the machine's load slows down all of them. The benchmark's time is norma's in fp32; the counters are the
/// seconds of each.
///
/// Options in addition to Google Benchmark's: --batch=128; --threads=2; --rounds=7; --no-compile leaves out
/// torch.compile, whose warm-up takes a minute or more; --quick: three short rounds without torch.compile and bf16, and
/// without the slower formats of PyTorch; --bf16 measures bf16 nevertheless; --epoch: a whole epoch too. NORMA_PYTHON
/// names the Python that has torch.
namespace {

using namespace norma;
using namespace norma::bench;

/// What the command line asks for.
struct Options {
    int batch = 128;
    int threads = 2;
    int rounds = 7;
    bool compile = true;
    bool bf16 = true;
    bool quick = false;
    bool epoch = false;

    double seconds_of_a_turn() const { return quick ? 0.2 : 0.4; }
    int warm_up() const { return quick ? 1 : 3; }
};

/// A participant: the seconds that it needs to do the work `count` times.
struct Participant {
    std::string name;
    std::function<double(std::int64_t count)> seconds;
};

/// Waits until the threads of the turn before sleep: idle threads keep a processor busy for a moment, those of some
/// OpenMP libraries for 0.2 seconds.
void let_others_sleep() { std::this_thread::sleep_for(std::chrono::milliseconds(250)); }

/// Seconds of the work of one participant, the mean over a turn of `length` seconds. The first time is not counted,
/// because caches and threads were used by another participant before; unless it is so long that this is nothing.
double turn(const Participant& participant, double length) {
    let_others_sleep();
    const double first = participant.seconds(1);
    if (first > 1.0) return first;
    const auto count = static_cast<std::int64_t>(std::ceil(length / std::max(first, 1e-5)));
    return participant.seconds(count) / static_cast<double>(count);
}

nlohmann::json json_of(const Extent& extent) { return {extent.channels, extent.height, extent.width}; }

/// Does the description of a network in PyTorch agree with the entry's? If not, prints the difference to standard
/// error.
bool agrees(const Entry& entry, const std::string& way, const nlohmann::json& described) {
    const nlohmann::json own = {
        {"parameters", entry.parameters}, {"multiply_adds", entry.multiply_adds}, {"output", json_of(entry.output)}};
    for (const auto& [key, value] : own.items()) {
        if (described.value(key, nlohmann::json()) == value) continue;
        std::cerr << "bench_peers: " << entry.full_name() << ", " << way << " is left out: its " << key << " is "
                  << described.value(key, nlohmann::json()) << ", norma's " << value << std::endl;
        return false;
    }
    return true;
}

bool is_bf16(const std::string& format) { return format.starts_with("bf16"); }

/// "bf16_compiled_channels_last" as "torch bf16 compiled channels_last".
std::string display_name(std::string format) {
    std::string name = "torch ";
    for (const std::string way : {"bf16", "compiled"}) {
        if (!format.starts_with(way + "_")) continue;
        name += way + " ";
        format.erase(0, way.size() + 1);
    }
    return name + format;
}

/// The network on both sides, warmed up.
class Pair {
public:
    Pair(const Entry& entry, const Options& options, Threads& threads, Torch* torch,
         const std::vector<std::string>& formats)
        : entry_(entry), options_(options), own_(entry.own.make(threads, options.batch)), torch_(torch) {
        if (options.bf16) make_in_bf16(threads);
        for (const std::string& format : formats) prepare(format);
    }

    /// norma, then each way to run PyTorch, for "train", "infer" or "single".
    std::vector<Participant> participants(const std::string& what) {
        std::vector<Participant> all{own_participant("norma", *own_, what)};
        if (own_in_bf16_) all.push_back(own_participant("norma bf16", *own_in_bf16_, what));
        for (const Way& way : ways_) {
            const double fastest = fastest_way(what, is_bf16(way.format))->seconds.at(what);
            if (options_.quick && way.seconds.at(what) > 1.5 * fastest) continue;
            all.push_back({display_name(way.format), [this, what, format = way.format](std::int64_t count) {
                               return torch_->seconds({{"do", what}, {"format", format}, {"count", count}});
                           }});
        }
        return all;
    }

    /// Epochs of norma, and of the way to run PyTorch in fp32 that was the fastest while warming up.
    std::vector<Participant> epoch_participants() {
        std::vector<Participant> all{{"norma", [this](std::int64_t) { return own_->epoch(); }}};
        if (const Way* fastest = fastest_way("train", false)) {
            all.push_back({display_name(fastest->format), [this, format = fastest->format](std::int64_t) {
                               return torch_->seconds({{"do", "epoch"}, {"format", format}});
                           }});
        }
        return all;
    }

private:
    static Participant own_participant(const std::string& name, OwnNetwork& own, const std::string& what) {
        return {name, [&own, what](std::int64_t count) {
                    return what == "train" ? own.train(count) : what == "infer" ? own.infer(count) : own.single(count);
                }};
    }

    /// If there is none in bf16, or it computes something else, prints the reason.
    void make_in_bf16(Threads& threads) {
        const OwnInBf16& bf16 = own_in_bf16();
        const std::string name = entry_.full_name() + ", norma bf16";
        const bool has = bf16.own.make != nullptr;
        if (has && bf16.own.is_right(name)) {
            own_in_bf16_ = bf16.own.make(threads, options_.batch);
        } else {
            std::cerr << "bench_peers: " << name
                      << " is left out: " << (has ? "it differs from plain loops" : bf16.why_not) << std::endl;
        }
    }

    /// One way to run PyTorch, and the seconds of each kind of work while warming up.
    struct Way {
        std::string format;
        std::map<std::string, double> seconds;
    };

    const Way* fastest_way(const std::string& what, bool bf16) const {
        const Way* fastest = nullptr;
        for (const Way& way : ways_) {
            if (is_bf16(way.format) != bf16) continue;
            if (fastest == nullptr || way.seconds.at(what) < fastest->seconds.at(what)) fastest = &way;
        }
        return fastest;
    }

    void prepare(const std::string& format) {
        const std::string name = entry_.full_name() + ", " + display_name(format);
        std::cerr << "bench_peers: warming up " << name << std::endl;
        try {
            const nlohmann::json described = torch_->ask({{"do", "prepare"},
                                                          {"network", entry_.name},
                                                          {"norm", entry_.norm},
                                                          {"groups", entry_.groups},
                                                          {"input", json_of(entry_.input)},
                                                          {"batch", options_.batch},
                                                          {"format", format},
                                                          {"warm_up", options_.warm_up()}});
            if (!agrees(entry_, display_name(format), described)) return;
            ways_.push_back({format, described.at("seconds").get<std::map<std::string, double>>()});
        } catch (const std::exception& error) {
            std::cerr << "bench_peers: " << name << " is left out: " << error.what() << std::endl;
        }
    }

    Entry entry_;
    Options options_;
    std::unique_ptr<OwnNetwork> own_;
    std::unique_ptr<OwnNetwork> own_in_bf16_;  ///< or nullptr
    Torch* torch_;
    std::vector<Way> ways_;
};

/// Registers the benchmarks; makes the networks when the first of them begins.
class Comparison {
public:
    Comparison(const Entry& entry, const Options& options, Threads& threads, Torch* torch,
               const std::vector<std::string>& formats)
        : entry_(entry), options_(options), threads_(threads), torch_(torch), formats_(formats) {
        for (const std::string what : {"train", "infer", "single"}) {
            add(what,
                [what, this](Pair& pair, benchmark::State& state) {
                    round(state, pair.participants(what),
                          [this](const Participant& one) { return turn(one, options_.seconds_of_a_turn()); });
                })
                ->Unit(benchmark::kMillisecond)
                ->Repetitions(options_.rounds);
        }
        if (!options_.epoch || !entry_.has_epoch()) return;
        add("epoch",
            [this](Pair& pair, benchmark::State& state) {
                round(state, pair.epoch_participants(), [](const Participant& one) {
                    let_others_sleep();
                    return one.seconds(1);
                });
            })
            ->Unit(benchmark::kSecond)
            ->Repetitions(1);
    }
    Comparison(const Comparison&) = delete;
    Comparison& operator=(const Comparison&) = delete;

private:
    using Measure = std::function<void(Pair&, benchmark::State&)>;

    benchmark::internal::Benchmark* add(const std::string& what, const Measure& measure) {
        const auto run = [measure, this](benchmark::State& state) {
            try {
                if (!entry_.own.is_right(entry_.full_name())) return state.SkipWithError("differs from plain loops");
                if (!pair_) pair_.emplace(entry_, options_, threads_, torch_, formats_);
                measure(*pair_, state);
            } catch (const std::exception& error) {
                state.SkipWithError(error.what());
            }
        };
        return benchmark::RegisterBenchmark((what + "/" + entry_.full_name()).c_str(), run)
            ->UseManualTime()
            ->Iterations(1);
    }

    /// Each participant once, in turn.
    template <class Seconds>
    void round(benchmark::State& state, const std::vector<Participant>& participants, const Seconds& seconds) {
        for ([[maybe_unused]] auto _ : state) {
            for (const Participant& participant : participants) {
                const double time = seconds(participant);
                state.counters[participant.name] = time;
                if (&participant == &participants.front()) state.SetIterationTime(time);
            }
        }
        state.SetLabel(entry_.title);
        state.counters["parameters"] = static_cast<double>(entry_.parameters);
        state.counters["multiply_adds"] = static_cast<double>(entry_.multiply_adds);
        state.counters["batch"] = options_.batch;
    }

    Entry entry_;
    Options options_;
    Threads& threads_;
    Torch* torch_;
    std::vector<std::string> formats_;
    std::optional<Pair> pair_;
};

/// Starts PyTorch. If there is none, prints how to get it, and only norma is measured. Sets `formats` to those that
/// will be measured.
std::unique_ptr<Torch> start_torch(const Options& options, std::vector<std::string>& formats) {
    auto torch = std::make_unique<Torch>(options.threads);
    try {
        const nlohmann::json hello = torch->ask({{"do", "hello"}});
        benchmark::AddCustomContext("torch", hello.at("torch"));
        formats = hello.at("formats").get<std::vector<std::string>>();
        if (const nlohmann::json left_out = hello.at("left_out"); options.compile && left_out.is_string()) {
            std::cerr << "bench_peers: compiled formats are left out: " << left_out.get<std::string>() << std::endl;
        }
        std::erase_if(formats, [&](const std::string& format) {
            return (!options.compile && format.find("compiled") != std::string::npos) ||
                   (!options.bf16 && is_bf16(format));
        });
        return torch;
    } catch (const std::exception& error) {
        formats.clear();
        std::cerr << "bench_peers: " << Torch::python()
                  << " has no torch that works, so norma is measured alone. To compare with PyTorch: apt-get install "
                     "python3-torch, or pip install torch; NORMA_PYTHON names the Python that has it. ("
                  << error.what() << ")" << std::endl;
        return nullptr;
    }
}

/// The value of an option that is a positive number; `otherwise` without the option.
/// @throws std::invalid_argument
int number(Program& program, const std::string& option, int otherwise) {
    const auto text = program.value(option);
    if (!text) return otherwise;
    int value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size() || value < 1) {
        throw std::invalid_argument(option + "=" + *text + " is not a number above 0");
    }
    return value;
}

Options read_options(Program& program) {
    Options options;
    options.quick = program.flag("--quick");
    options.compile = !program.flag("--no-compile") && !options.quick;
    options.bf16 = program.flag("--bf16") || !options.quick;
    options.epoch = program.flag("--epoch");
    options.batch = number(program, "--batch", options.batch);
    options.threads = number(program, "--threads", options.threads);
    options.rounds = number(program, "--rounds", options.quick ? 3 : options.rounds);
    return options;
}

}  // namespace

norma::bench::OwnInBf16& norma::bench::own_in_bf16() {
    static OwnInBf16 bf16;
    return bf16;
}

int main(int count, char** arguments) {
    Program program(count, arguments);
    try {
        const Options options = read_options(program);
        if (program.has_unknown_options()) return 2;
        std::vector<std::string> formats;
        const std::unique_ptr<Torch> torch = start_torch(options, formats);  // before threads are started
        Threads threads(options.threads);
        const Comparison comparison(network_to_measure(), options, threads, torch.get(), formats);
        const int status = program.run();
        return torch != nullptr && torch->lost() ? 1 : status;
    } catch (const std::invalid_argument& error) {
        std::cerr << "bench_peers: " << error.what() << std::endl;
        return 2;
    }
}
