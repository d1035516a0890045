#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "compare/network.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/dataset.hpp"
#include "norma/training/trainer.hpp"
#include "support/main.hpp"
#include "support/process.hpp"
#include "support/training_step.hpp"

/// Training steps of the experiment's network in norma and in PyTorch, in turn, in one session: only so do the times
/// compare on a machine whose clock and neighbours change. peers.py is the other half, a process that sleeps while it
/// is not asked. Options beside Google Benchmark's: --norms=none,batch,group,layer; --no-compile (leaves torch.compile
/// out, which takes minutes to warm up); --epoch (whole epochs too). NORMA_PYTHON names the Python that has torch.
namespace {

using namespace norma;

constexpr int thread_count = 2;
constexpr int batch_size = 128;

/// PyTorch in a process of its own.
class Torch {
public:
    Torch()
        : conversation_({python(), NORMA_PEERS_PY, "--serve", "--threads", std::to_string(thread_count), "--batch",
                         std::to_string(batch_size)}) {}

    /// The Python to run.
    static std::string python() {
        const char* const named = std::getenv("NORMA_PYTHON");
        return named != nullptr ? named : "python3";
    }

    /// The answer to a request.
    /// @throws std::runtime_error if the answer is an error, is none, or does not come. In the latter two cases nothing
    /// more can be asked, so later requests fail the same way.
    nlohmann::json ask(const std::string& request) {
        if (!lost_.empty()) throw std::runtime_error(lost_);
        nlohmann::json answer;
        try {
            answer = nlohmann::json::parse(conversation_.ask(request, std::chrono::minutes(15)));
            if (!answer.is_object()) throw std::runtime_error("it answered " + answer.dump());
        } catch (const std::exception& error) {
            lost_ = "peers.py was lost at '" + request + "': " + error.what();
            throw std::runtime_error(lost_);
        }
        if (answer.contains("error")) throw std::runtime_error(answer["error"].dump());
        return answer;
    }
    double seconds(const std::string& request) { return ask(request).at("seconds").get<double>(); }

    /// Whether the process has ended early, or answered what cannot be understood.
    bool lost() const { return !lost_.empty(); }

private:
    bench::Conversation conversation_;
    std::string lost_;
};

/// Lets a process go to sleep before the other one is measured: idle threads of both keep a processor for a moment in
/// the hope of more work, those of some OpenMP libraries for 0.2 seconds.
void take_turn(const void* who) {
    static const void* last = nullptr;
    if (last != who) std::this_thread::sleep_for(std::chrono::milliseconds(250));
    last = who;
}

/// Registers a benchmark of `seconds(n)`, which does something n times and says how long that took. `who` names the
/// process that does it.
benchmark::internal::Benchmark* register_timed(const std::string& name, const void* who,
                                               const std::function<double(std::int64_t)>& seconds) {
    return benchmark::RegisterBenchmark(name.c_str(),
                                        [=](benchmark::State& state) {
                                            try {
                                                while (state.KeepRunningBatch(state.max_iterations)) {
                                                    take_turn(who);
                                                    state.SetIterationTime(seconds(state.max_iterations));
                                                }
                                            } catch (const std::exception& error) {
                                                state.SkipWithError(error.what());
                                            }
                                        })
        ->UseManualTime();
}

/// Images of random bytes, as many as CIFAR-10's training set has.
const Dataset& random_dataset() {
    static const Dataset data = [] {
        Dataset d{3,           32, 32, 10, {}, {}, std::vector<std::string>(10, "noise"), "random bytes", {.5, .5, .5},
                  {.5, .5, .5}};
        d.labels.resize(50'000);
        d.pixels.resize(d.labels.size() * d.image_size());
        std::uint32_t random = 1;
        const auto draw = [&random] { return (random = random * 1664525u + 1013904223u) >> 24; };
        for (std::uint8_t& pixel : d.pixels) pixel = static_cast<std::uint8_t>(draw());
        for (std::uint8_t& label : d.labels) label = static_cast<std::uint8_t>(draw() % 10);
        return d;
    }();
    return data;
}

/// Seconds of an epoch as users train one: shuffled, normalised, with metrics.
template <class Net>
double epoch_seconds(Threads& threads) {
    Batches<float> batches(random_dataset(), {.batch_size = batch_size, .shuffle = true});
    Net network(1);
    TrainingOptions options;
    options.batch_size = batch_size;
    Trainer<Net> trainer(network, threads, options);
    EpochRecord record;
    trainer.train_epoch(batches, record);
    return record.seconds;
}

/// Whether a network of PyTorch's, as it describes itself, is `Net`; says so on standard error if not.
template <class Net>
bool agrees(const std::string& name, const nlohmann::json& described) {
    const nlohmann::json ours = {
        {"parameters", Net::parameter_count}, {"multiply_adds", Net::multiply_adds}, {"outputs", Net::outputs}};
    for (const auto& [key, value] : ours.items()) {
        if (described.value(key, nlohmann::json()) == value) continue;
        std::cerr << "bench_peers: " << name << " is left out: its " << key << " is "
                  << described.value(key, nlohmann::json()) << ", norma's " << value << std::endl;
        return false;
    }
    return true;
}

/// Registers norma's and PyTorch's benchmarks of one norm.
class Comparison {
public:
    Comparison(Threads& threads, Torch* torch, const std::vector<std::string>& formats, bool epochs)
        : threads_(threads), torch_(torch), formats_(formats), epochs_(epochs) {}

    template <class Norm>
    void add(const std::string& norm) {
        using Net = compare::Cifar10Net<Norm>;
        auto steps = std::make_shared<bench::TrainingSteps<Net>>(threads_, batch_size);
        steps->seconds(5);
        register_timed("train/cifar10/" + norm + "/norma", &threads_, [steps](std::int64_t count) {
            steps->seconds(1);  // caches and threads are the other's until now
            return steps->seconds(count);
        })->Unit(benchmark::kMillisecond);
        if (epochs_) add_epoch(norm + "/norma", &threads_, [this] { return epoch_seconds<Net>(threads_); });
        add_torch<Net>(norm);
    }

private:
    /// Adds PyTorch's formats, and an epoch in the one that was fastest while warming up.
    template <class Net>
    void add_torch(const std::string& norm) {
        double fastest = 0;
        std::string fastest_format;
        for (const std::string& format : formats_) {
            const double seconds = prepare<Net>(norm, format);
            if (seconds <= 0) continue;
            if (fastest_format.empty() || seconds < fastest) {
                fastest = seconds;
                fastest_format = format;
            }
            register_timed("train/cifar10/" + norm + "/" + display_name(format), torch_, [=, this](std::int64_t steps) {
                return torch_->seconds("train " + norm + " " + format + " " + std::to_string(steps));
            })->Unit(benchmark::kMillisecond);
        }
        if (epochs_ && !fastest_format.empty()) {
            add_epoch(norm + "/" + display_name(fastest_format), torch_,
                      [=, this] { return torch_->seconds("epoch " + norm + " " + fastest_format); });
        }
    }

    /// Builds and warms up one network of PyTorch's; returns seconds of a step, 0 if there is nothing to measure.
    template <class Net>
    double prepare(const std::string& norm, const std::string& format) {
        const std::string name = norm + ", " + display_name(format);
        std::cerr << "bench_peers: warming up " << name << std::endl;
        try {
            const nlohmann::json described = torch_->ask("prepare " + norm + " " + format);
            return agrees<Net>(name, described) ? described.at("seconds").get<double>() : 0;
        } catch (const std::exception& error) {
            std::cerr << "bench_peers: " << name << " is left out: " << error.what() << std::endl;
            return 0;
        }
    }

    static void add_epoch(const std::string& name, const void* who, const std::function<double()>& seconds) {
        register_timed("epoch/cifar10/" + name, who, [seconds](std::int64_t) { return seconds(); })
            ->Iterations(1)
            ->Repetitions(1)
            ->Unit(benchmark::kSecond);
    }

    /// "compiled_channels_last" is shown as "torch compiled channels_last".
    static std::string display_name(const std::string& format) {
        const std::string compiled = "compiled_";
        return "torch " + (format.starts_with(compiled) ? "compiled " + format.substr(compiled.size()) : format);
    }

    Threads& threads_;
    Torch* torch_;
    std::vector<std::string> formats_;
    bool epochs_;
};

/// Starts PyTorch; where there is none it says how to get it, and norma is measured alone. `formats` becomes what can
/// be measured.
std::unique_ptr<Torch> start_torch(bool compile, std::vector<std::string>& formats) {
    auto torch = std::make_unique<Torch>();
    try {
        const nlohmann::json hello = torch->ask("hello");
        benchmark::AddCustomContext("torch", hello.at("torch"));
        for (const std::string format : hello.at("formats")) {
            if (compile || !format.starts_with("compiled")) formats.push_back(format);
        }
        const nlohmann::json left_out = hello.at("left_out");
        if (compile && left_out.is_string()) {
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

}  // namespace

int main(int count, char** arguments) {
    bench::Program program(count, arguments);
    const bool epochs = program.flag("--epoch");
    const bool compile = !program.flag("--no-compile");
    const std::string norms = program.value("--norms").value_or("none,batch,group,layer");
    if (program.has_unknown_options()) return 2;

    std::vector<std::string> formats;
    const std::unique_ptr<Torch> torch = start_torch(compile, formats);  // before there are threads
    Threads threads(thread_count);
    Comparison comparison(threads, torch.get(), formats, epochs);
    const std::map<std::string, std::function<void(const std::string&)>> all = {
        {"none", [&](const std::string& norm) { comparison.add<NoNorm>(norm); }},
        {"batch", [&](const std::string& norm) { comparison.add<BatchNorm>(norm); }},
        {"group", [&](const std::string& norm) { comparison.add<GroupNorm<2>>(norm); }},
        {"layer", [&](const std::string& norm) { comparison.add<LayerNorm>(norm); }}};
    std::istringstream list(norms);
    for (std::string norm; std::getline(list, norm, ',');) {
        if (!all.contains(norm)) {
            std::cerr << "bench_peers: --norms: there is no norm '" << norm << "'" << std::endl;
            return 2;
        }
        all.at(norm)(norm);
    }
    const int status = program.run();
    return torch != nullptr && torch->lost() ? 1 : status;
}
