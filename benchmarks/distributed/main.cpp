#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "compare/machine.hpp"
#include "distributed/measure.hpp"
#include "norma/core/file.hpp"

#ifdef NORMA_BENCH_MPI
#include "norma/distributed/mpi_communicator.hpp"
#include "norma/distributed/mpi_reducer.hpp"
#include "norma/distributed/mpi_session.hpp"
#endif

/// Measures what it costs to train in several processes, and models more machines. Under `mpirun -n 2 --bind-to none`
/// it also measures two processes of one thread beside one process of two.
///
/// Options: --out=FOLDER (bench-report); --rounds=N (3, and 5 of two processes beside one); --network=NAME, repeated,
/// instead of all; --quick: one round of short turns; --mpi only tells, by the exit status, whether mpirun can start
/// it.
namespace {

using namespace norma;
using namespace norma::bench;

struct Options {
    std::filesystem::path out = "bench-report";
    ScalingOptions measure;
    std::vector<std::string> networks;
    bool asks_for_mpi = false;
};

Options parse(int count, char** arguments) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = arguments[i];
        const auto value = [&](std::string_view name) -> std::optional<std::string_view> {
            if (!word.starts_with(name)) return std::nullopt;
            return word.substr(name.size());
        };
        if (const auto folder = value("--out=")) {
            options.out = *folder;
        } else if (const auto rounds = value("--rounds=")) {
            const auto result =
                std::from_chars(rounds->data(), rounds->data() + rounds->size(), options.measure.rounds);
            if (result.ec != std::errc() || result.ptr != rounds->data() + rounds->size() ||
                options.measure.rounds < 1) {
                throw std::runtime_error("--rounds: a number from 1 on is needed");
            }
            options.measure.pair_rounds = options.measure.rounds;
        } else if (const auto network = value("--network=")) {
            options.networks.emplace_back(*network);
        } else if (word == "--mpi") {
            options.asks_for_mpi = true;
        } else if (word == "--quick") {
            options.measure.rounds = options.measure.pair_rounds = 1;
            options.measure.turn_seconds = 0.05;
        } else {
            throw std::runtime_error("unknown option " + std::string(word));
        }
    }
    return options;
}

/// The networks of the options with their batches.
std::vector<MeasuredBatch> chosen(const Options& options) {
    const std::vector<MeasuredBatch> all{
        {experiment(), 128}, {experiment(), 1024}, {airbench94(), 1024}, {resnet18(), 1024}};
    for (const std::string& name : options.networks) {
        if (std::none_of(all.begin(), all.end(), [&](const auto& each) { return each.network.id == name; })) {
            throw std::runtime_error("--network: there are experiment, airbench94 and resnet18, but no " + name);
        }
    }
    std::vector<MeasuredBatch> some;
    for (const MeasuredBatch& each : all) {
        const auto& names = options.networks;
        if (names.empty() || std::find(names.begin(), names.end(), each.network.id) != names.end()) {
            some.push_back(each);
        }
    }
    return some;
}

void say(const Reducer& reducer, const std::string& what, const MeasuredBatch& batch) {
    if (reducer.rank() != 0) return;
    std::fprintf(stderr, "scaling: %s, %s, %d images (%s)\n", what.c_str(), batch.network.title.c_str(), batch.batch,
                 compare::time_line().c_str());
}

void run(const Options& options, Reducer& reducer) {
    const std::vector<MeasuredBatch> batches = chosen(options);
    ScalingFigures figures{.machine = compare::machine_line() + "; " + compare::compiler_line(),
                           .links = {ten_gigabit, hundred_gigabit}};
    std::filesystem::create_directories(options.out);
    Alternation alternation(reducer, options.out / "scaling.lock");
    if (reducer.processes() == 2) {
        for (const MeasuredBatch& each : batches) {
            say(reducer, "two processes", each);
            figures.pairs.push_back(measure_two_processes(each, reducer, alternation, figures.links, options.measure));
        }
    }
    alternation.alone([&] {
        for (const MeasuredBatch& each : batches) {
            say(reducer, "shares of a step", each);
            figures.scalings.push_back(measure_scaling(each, figures.links, options.measure));
        }
        for (const auto& [name, bytes] : scaling_report(figures)) {
            write_file_atomically(options.out / name, bytes);
            if (name == "scaling.md") std::printf("%s", bytes.c_str());
        }
    });
}

}  // namespace

int main(int count, char** arguments) {
    try {
        const Options options = parse(count, arguments);
#ifdef NORMA_BENCH_MPI
        if (options.asks_for_mpi) return 0;
        const MpiSession session;
        const MpiCommunicator communicator;
        MpiReducer reducer(communicator);
        return session.run(reducer, [&] { run(options, reducer); });
#else
        if (options.asks_for_mpi) return 1;
        Reducer alone;
        run(options, alone);
#endif
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_scaling: %s\n", error.what());
        return 1;
    }
}
