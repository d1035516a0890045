#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "peers/own_network.hpp"
#include "peers/torch.hpp"
#include "support/main.hpp"

/// Measures training steps and inference of the same networks in norma and in PyTorch. One repetition of a benchmark is
/// one round: norma and every way to run PyTorch do the same work in turn, so that a change of the clock rate or of the
/// machine's load slows down all of them. The benchmark's time is norma's; the counters are the seconds of each.
///
/// Options in addition to Google Benchmark's: --networks=resnet18,cifar10/none (all, if not given); --compile=NAMES
/// (the networks that torch.compile takes part in; "none" for none), whose warm-up takes a minute or more for each
/// network; --epoch (whole epochs too). NORMA_PYTHON names the Python that has torch.
namespace {

using namespace norma;
using namespace norma::bench;

constexpr int thread_count = 2;
constexpr int batch_size = 128;
constexpr double seconds_of_a_turn = 0.4;

/// A participant: the seconds that it needs to do the work `count` times.
struct Participant {
    std::string name;
    std::function<double(std::int64_t count)> seconds;
};

/// Waits until the threads of the turn before sleep: idle threads keep a processor busy for a moment, those of some
/// OpenMP libraries for 0.2 seconds.
void let_others_sleep() { std::this_thread::sleep_for(std::chrono::milliseconds(250)); }

/// Seconds of the work of one participant, the mean over a turn. The first time is not counted, because caches and
/// threads were used by another participant before.
double turn(const Participant& participant) {
    let_others_sleep();
    const double first = participant.seconds(1);
    const auto count = static_cast<std::int64_t>(std::ceil(seconds_of_a_turn / std::max(first, 1e-4)));
    return participant.seconds(count) / static_cast<double>(count);
}

/// Does the description of a network in PyTorch agree with the entry's? If not, prints the difference to standard
/// error.
bool agrees(const Entry& entry, const std::string& way, const nlohmann::json& described) {
    const nlohmann::json own = {
        {"parameters", entry.parameters}, {"multiply_adds", entry.multiply_adds}, {"outputs", entry.outputs}};
    for (const auto& [key, value] : own.items()) {
        if (described.value(key, nlohmann::json()) == value) continue;
        std::cerr << "bench_peers: " << entry.name << ", torch " << way << " is left out: its " << key << " is "
                  << described.value(key, nlohmann::json()) << ", norma's " << value << std::endl;
        return false;
    }
    return true;
}

/// "compiled_channels_last" as "torch compiled channels_last".
std::string display_name(const std::string& format) {
    for (const std::string way : {"compiled_", "bf16_"}) {
        if (format.starts_with(way)) return "torch " + way.substr(0, way.size() - 1) + " " + format.substr(way.size());
    }
    return "torch " + format;
}

/// A network on both sides, warmed up. There is only one at a time, because wide networks take gigabytes.
class Pair {
public:
    Pair(const Entry& entry, Threads& threads, Torch* torch, const std::vector<std::string>& formats)
        : entry_(entry), own_(entry.make(threads, batch_size)), torch_(torch) {
        for (const std::string& format : formats) prepare(format);
    }

    /// norma, then each way to run PyTorch, for "train" or "infer".
    std::vector<Participant> participants(const std::string& what) {
        std::vector<Participant> all{{"norma", [this, what](std::int64_t count) {
                                          return what == "train" ? own_->train(count) : own_->infer(count);
                                      }}};
        for (const Way& way : ways_) {
            all.push_back({display_name(way.format), [this, what, format = way.format](std::int64_t count) {
                               return torch_->seconds(what + " " + entry_.name + " " + format + " " +
                                                      std::to_string(count));
                           }});
        }
        return all;
    }

    /// Epochs of norma, and of the way to run PyTorch in fp32 that was the fastest while warming up.
    std::vector<Participant> epoch_participants() {
        std::vector<Participant> all{{"norma", [this](std::int64_t) { return own_->epoch(); }}};
        const Way* fastest = nullptr;
        for (const Way& way : ways_) {
            if (way.format.starts_with("bf16")) continue;
            if (fastest == nullptr || way.seconds < fastest->seconds) fastest = &way;
        }
        if (fastest != nullptr) {
            all.push_back({display_name(fastest->format), [this, format = fastest->format](std::int64_t) {
                               return torch_->seconds("epoch " + entry_.name + " " + format);
                           }});
        }
        return all;
    }

private:
    /// One way to run PyTorch, and the seconds of a step while warming up.
    struct Way {
        std::string format;
        double seconds;
    };

    void prepare(const std::string& format) {
        const std::string name = entry_.name + ", " + display_name(format);
        std::cerr << "bench_peers: warming up " << name << std::endl;
        try {
            const nlohmann::json described = torch_->ask("prepare " + entry_.name + " " + format);
            if (agrees(entry_, format, described)) ways_.push_back({format, described.at("seconds").get<double>()});
        } catch (const std::exception& error) {
            std::cerr << "bench_peers: " << name << " is left out: " << error.what() << std::endl;
        }
    }

    Entry entry_;
    std::unique_ptr<OwnNetwork> own_;
    Torch* torch_;
    std::vector<Way> ways_;
};

/// Registers the benchmarks; makes each network when its first benchmark begins.
class Comparison {
public:
    Comparison(Threads& threads, Torch* torch) : threads_(threads), torch_(torch) {}

    /// Adds a network, to be compared with PyTorch in these formats.
    void add(const Entry& entry, const std::vector<std::string>& formats, bool epoch) {
        for (const std::string what : {"train", "infer"}) {
            add(what + "/" + entry.name, entry, formats, [what](Pair& pair, benchmark::State& state) {
                round(state, pair.participants(what), turn);
            })->Unit(benchmark::kMillisecond);
        }
        if (!epoch) return;
        add("epoch/" + entry.name, entry, formats,
            [](Pair& pair, benchmark::State& state) {
                round(state, pair.epoch_participants(), [](const Participant& one) {
                    let_others_sleep();
                    return one.seconds(1);
                });
            })
            ->Unit(benchmark::kSecond)
            ->Repetitions(1);
    }

private:
    using Measure = std::function<void(Pair&, benchmark::State&)>;

    benchmark::internal::Benchmark* add(const std::string& name, const Entry& entry,
                                        const std::vector<std::string>& formats, const Measure& measure) {
        const auto run = [=, this](benchmark::State& state) {
            try {
                if (!entry.is_right(entry.name)) return state.SkipWithError("differs from plain loops");
                if (at_ != entry.name) {
                    pair_.reset();  // frees its memory first
                    pair_.emplace(entry, threads_, torch_, formats);
                    at_ = entry.name;
                }
                measure(*pair_, state);
            } catch (const std::exception& error) {
                state.SkipWithError(error.what());
            }
        };
        return benchmark::RegisterBenchmark(name.c_str(), run)->UseManualTime()->Iterations(1);
    }

    /// Each participant once, in turn.
    template <class Seconds>
    static void round(benchmark::State& state, const std::vector<Participant>& participants, const Seconds& seconds) {
        for ([[maybe_unused]] auto _ : state) {
            for (const Participant& participant : participants) {
                const double time = seconds(participant);
                state.counters[participant.name] = time;
                if (&participant == &participants.front()) state.SetIterationTime(time);
            }
        }
    }

    Threads& threads_;
    Torch* torch_;
    std::optional<Pair> pair_;
    std::string at_;  ///< name of the network of `pair_`
};

/// Starts PyTorch. If there is none, prints how to get it, and only norma is measured. Sets `formats` to those that can
/// be measured.
std::unique_ptr<Torch> start_torch(std::vector<std::string>& formats) {
    auto torch = std::make_unique<Torch>(thread_count, batch_size);
    try {
        const nlohmann::json hello = torch->ask("hello");
        benchmark::AddCustomContext("torch", hello.at("torch"));
        formats = hello.at("formats").get<std::vector<std::string>>();
        if (const nlohmann::json left_out = hello.at("left_out"); left_out.is_string()) {
            std::cerr << "bench_peers: compiled formats are left out: " << left_out.get<std::string>() << std::endl;
        }
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

std::vector<Entry> entries() {
    return {cifar10_none(),   cifar10_batch(), cifar10_group(),  cifar10_layer(),
            resnet20_batch(), vgg11_batch(),   resnet18_batch(), resnet18_group()};
}

/// Does the list have the network "resnet18/group", as "resnet18/group" or as "resnet18"?
bool names(const std::vector<std::string>& list, const std::string& network) {
    return std::any_of(list.begin(), list.end(),
                       [&](const std::string& name) { return network == name || network.starts_with(name + "/"); });
}

/// The names in a text, separated by commas.
/// @throws std::invalid_argument if there is no such network.
std::vector<std::string> network_list(const std::string& option, const std::string& text) {
    std::vector<std::string> list;
    std::istringstream in(text);
    for (std::string name; std::getline(in, name, ',');) {
        const auto all = entries();
        if (std::none_of(all.begin(), all.end(), [&](const Entry& entry) { return names({name}, entry.name); })) {
            std::string known;
            for (const Entry& entry : all) known += (known.empty() ? "" : ", ") + entry.name;
            throw std::invalid_argument(option + ": there is no network '" + name + "'; there are " + known);
        }
        list.push_back(name);
    }
    return list;
}

}  // namespace

int main(int count, char** arguments) {
    Program program(count, arguments);
    const bool epochs = program.flag("--epoch");
    const auto networks = program.value("--networks");
    const std::string compile = program.value("--compile").value_or("cifar10");
    if (program.has_unknown_options()) return 2;
    try {
        const auto compiled = compile == "none" ? std::vector<std::string>() : network_list("--compile", compile);
        const auto chosen = networks ? network_list("--networks", *networks) : std::vector<std::string>();

        std::vector<std::string> formats;
        const std::unique_ptr<Torch> torch = start_torch(formats);  // before threads are started
        Threads threads(thread_count);
        Comparison comparison(threads, torch.get());
        for (const Entry& entry : entries()) {
            if (networks && !names(chosen, entry.name)) continue;
            std::vector<std::string> its = formats;
            if (!names(compiled, entry.name)) {
                std::erase_if(its, [](const std::string& format) { return format.starts_with("compiled"); });
            }
            comparison.add(entry, its, epochs);
        }
        const int status = program.run();
        return torch != nullptr && torch->lost() ? 1 : status;
    } catch (const std::invalid_argument& error) {
        std::cerr << "bench_peers: " << error.what() << std::endl;
        return 2;
    }
}
