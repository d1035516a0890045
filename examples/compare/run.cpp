#include "run.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "figures.hpp"
#include "interrupt.hpp"
#include "machine.hpp"
#include "norma/core/error.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/version.hpp"
#include "program.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "resumption.hpp"
#include "train.hpp"

namespace norma::compare {

namespace {

namespace fs = std::filesystem;

/// The least of the numbers that the processes give.
int least(int number, Reducer& processes) {
    processes.agree();
    processes.minimum({&number, 1});
    return number;
}

/// "2 threads", or "4 processes of 2 threads each".
std::string workers(const Results& results) {
    const std::string threads = std::to_string(results.threads) + (results.threads == 1 ? " thread" : " threads");
    return results.processes == 1 ? threads : std::to_string(results.processes) + " processes of " + threads + " each";
}

/// Everything that is known before training.
Results describe(const ComparedNetwork& network, const Options& options, const std::string& dataset,
                 const LoadedData& data, const Threads& threads) {
    const Dataset& test = data.images.test;
    const std::size_t train_images = data.images.train.size();
    const auto batch = static_cast<std::size_t>(options.batch);
    Results results;
    results.network = network.name;
    results.precision = network.precision;
    results.network_title = network.title;
    if (results.precision != default_precision) results.network_title += " in " + results.precision;
    results.dataset = dataset;
    results.source = data.source;
    results.test_source = data.test_source;
    results.stand_in = data.stand_in;
    results.classes = test.class_names;
    results.train_images = static_cast<std::int64_t>(train_images);
    results.image_height = test.height;
    results.image_width = test.width;
    results.image_channels = test.channels;
    results.test_images = test.pixels;
    results.test_labels.assign(test.labels.begin(), test.labels.end());
    results.options = report_options(options, dataset, train_images);
    results.epochs_planned = planned_epochs(options, dataset);
    results.batches_per_epoch =
        static_cast<std::int64_t>((network.full_batches ? train_images : train_images + batch - 1) / batch);
    results.seed = options.seed;
    results.seeds = options.seeds;
    results.processes = threads.reducer().processes();
    results.threads = least(threads.count(), threads.reducer());
    results.machine = machine_line();
    results.compiler = compiler_line();
    results.version = version;
    results.command_line = options.command_line;
    results.started = time_line();
    return results;
}

/// Refuses processes that were started with other options, for they would not work on the same thing. Folders may
/// differ.
/// @throws DataError
void verify_options(const Results& results, const Options& options, Reducer& processes) {
    std::string all = std::to_string(results.seed) + ' ' + std::to_string(results.seeds) +
                      (options.checkpoint ? " checkpoint" : "") + (options.resume ? " resume" : "");
    for (const Option& option : results.options) all += ' ' + option.name + '=' + option.value;
    processes.verify_same(xxh64(std::as_bytes(std::span(all))),
                          "mpirun has started processes with different options; give all of them the same");
}

/// Trains every network with one seed, one after another. If a training ends early, its results so far stay in
/// `networks`. Returns whether all trainings succeeded.
/// @throws Interrupted after a signal.
bool train_all(const Job& job, std::vector<NetworkResult>& networks) {
    bool well = true;
    for (const std::string& name : job.options.norms) {
        NetworkResult& network = networks.emplace_back();
        network.norm = name;
        network.seed = job.seed;
        try {
            network.failure = train_or_say_why(job.network.with(name).train, job, network);
        } catch (const Interrupted&) {
            if (network.history.batch_loss.empty()) networks.pop_back();
            throw;
        }
        if (network.failure.empty()) continue;
        well = false;
        job.progress.clear();
        examples::say(job.network.program, name + " norm: " + network.failure);
    }
    return well;
}

/// The same with every seed, seed after seed, so that a stopped run has all norms for the seeds that it finished.
bool train_all_seeds(const std::vector<Job>& jobs, Progress& progress, Results& results) {
    bool well = true;
    try {
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            if (jobs.size() > 1) {
                progress.say((i == 0 ? "" : "\n") + ("seed " + std::to_string(jobs[i].seed)) + ", " +
                             std::to_string(i + 1) + " of " + std::to_string(jobs.size()));
            }
            well = train_all(jobs[i], i == 0 ? results.networks : results.repeats) && well;
        }
    } catch (const Interrupted&) {
        progress.say(
            "\nStopped. Writing the report of the results so far; the same signal again ends the program at once.");
        results.interrupted = true;
    }
    progress.clear();
    return well;
}

/// `run` in one of the processes.
int run_in(const Processes& all, const Options& options, const ComparedNetwork& network) {
    const auto start = std::chrono::steady_clock::now();
    check_precision(network);
    LoadedData data = get_data(options, all.reducer());
    if (network.change != nullptr) network.change(data.images);
    const std::size_t train_images = data.images.train.size();
    check_last_batch(network, options, train_images);
    const auto taken = take_folders(options, all.reducer());
    if (all.first()) prepare_checkpoints(options);
    all.reducer().agree();
    Threads threads(all.threads(options.threads), all.reducer());

    Results results = describe(network, options, data.dataset, data, threads);
    verify_options(results, options, all.reducer());
    const auto coupled = std::ranges::count_if(
        options.norms, [](const std::string& name) { return find_norm(name).running_statistics; });
    Workload work{static_cast<int>(options.norms.size()) * options.seeds, results.epochs_planned, train_images,
                  data.images.test.size(), static_cast<int>(coupled) * options.seeds};
    if (!network.compares_modes) {
        work.recalibrations = 0;
        work.train_images_evaluated = 0;
    }
    Progress progress(stdout, all.on_terminal(), work);
    Unwritten unwritten;
    std::vector<Job> jobs;
    for (int i = 0; i < options.seeds; ++i) {
        jobs.push_back({network, options, options.seed + static_cast<std::uint64_t>(i), results.epochs_planned,
                        data.images, data.test_source, threads, progress, options.output, unwritten});
        for (const std::string& name : options.norms) network.with(name).verify(jobs.back(), name);
    }
    print("Network: " + results.network_title);
    print(std::to_string(results.epochs_planned) + (results.epochs_planned == 1 ? " epoch, " : " epochs, ") +
          workers(results) + ", " + results.compiler + "\n");
    if (!all.warning().empty()) examples::say(network.program, all.warning());

    watch_signals();
    const bool well = train_all_seeds(jobs, progress, results);
    results.seconds_total = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (all.first()) write_report(results, options.output, unwritten);
    print("\n" + format_table(results));
    print("The report: " + fs::absolute(options.output / "index.html").lexically_normal().string() + " (" +
          duration(results.seconds_total) + " in all)");
    print_stand_in(results.stand_in);
    if (!unwritten.empty()) examples::say(network.program, unwritten.sentence());
    if (results.interrupted) return 128 + stop_signal();
    return well && unwritten.empty() ? 0 : 1;
}

}  // namespace

int run(const Options& options, const ComparedNetwork& network) {
    const Processes& all = processes();
    return all.run([&] { return run_in(all, options, network); });
}

}  // namespace norma::compare
