#include <algorithm>
#include <cstdio>
#include <string>

#include "compare/interrupt.hpp"
#include "compare/machine.hpp"
#include "compare/options.hpp"
#include "compare/output_files.hpp"
#include "compare/program.hpp"
#include "compare/progress.hpp"
#include "compare/train.hpp"
#include "drawing/numbers.hpp"
#include "norma/core/error.hpp"
#include "norma/core/version.hpp"
#include "sweep.hpp"

namespace {

using namespace norma;
using namespace norma::compare;

/// The options for training with one batch size.
Options with_batch_size(Options options, int size) {
    options.batch = size;
    options.rate = scaled_rate(options.rate, size);
    return options;
}

/// Trains one network. Returns whether it succeeded.
/// @throws Interrupted after a signal.
bool train(const Job& job, const std::string& norm, SweepPoint& point) {
    point.batch_size = job.options.batch;
    point.learning_rate = job.options.rate;
    point.network.norm = norm;
    point.network.seed = job.seed;
    point.network.failure = train_or_say_why(job.network.with(norm).train, job, point.network);
    if (point.network.failure.empty()) return true;
    job.progress.clear();
    examples::say("batch_size_sweep",
                  norm + " norm, batch size " + std::to_string(point.batch_size) + ": " + point.network.failure);
    return false;
}

/// `run` in one of the processes.
int run_in(const Processes& all, const SweepOptions& options) {
    const LoadedData data = get_data(options.training, all.reducer());
    for (const int size : options.batch_sizes) {
        if (static_cast<std::size_t>(size) > data.images.train.size()) {
            raise<OptionError>("--batch-sizes: " + std::to_string(size) + " is more than the " +
                               std::to_string(data.images.train.size()) + " training images");
        }
        check_last_batch(compared_network(), with_batch_size(options.training, size), data.images.train.size());
    }
    const std::filesystem::path& folder = options.training.output;
    const auto taken = take_folders(options.training, all.reducer());
    Unwritten unwritten;
    const auto write = [&](const Sweep& sweep) {
        if (all.first()) write_files(render_sweep(sweep), folder, unwritten);
    };
    Threads threads(all.threads(options.training.threads), all.reducer());
    if (!all.warning().empty()) examples::say("batch_size_sweep", all.warning());
    Sweep sweep{.source = data.source,
                .test_source = data.test_source,
                .stand_in = data.stand_in,
                .command_line = options.training.command_line,
                .machine = machine_line(),
                .compiler = compiler_line(),
                .version = version,
                .started = time_line(),
                .epochs_planned = planned_epochs(options.training, data.dataset),
                .points = {}};
    const auto sizes = static_cast<int>(options.batch_sizes.size());
    const auto norms = static_cast<int>(options.training.norms.size());
    const auto coupled = static_cast<int>(std::ranges::count_if(
        options.training.norms, [](const std::string& name) { return find_norm(name).running_statistics; }));
    Progress progress(
        stdout, all.on_terminal(),
        {norms * sizes, sweep.epochs_planned, data.images.train.size(), data.images.test.size(), coupled * sizes});
    watch_signals();
    bool well = true;
    try {
        for (const int size : options.batch_sizes) {
            const Options training = with_batch_size(options.training, size);
            progress.say("\nbatch size " + std::to_string(size) + ", learning rate " +
                         drawing::fixed(training.rate, 6));
            const Job job{compared_network(),
                          training,
                          training.seed,
                          sweep.epochs_planned,
                          data.images,
                          data.test_source,
                          threads,
                          progress,
                          {},
                          unwritten};
            for (const std::string& name : training.norms) {
                well = train(job, name, sweep.points.emplace_back()) && well;
                write(sweep);  // after every training, because a sweep takes long
            }
        }
    } catch (const Interrupted&) {
        progress.say(
            "\nStopped. The results so far have been written; the same signal again ends the program at once.");
        sweep.interrupted = true;
        sweep.points.pop_back();
    }
    progress.clear();
    write(sweep);
    print("\n" + render_sweep(sweep).at("table.txt"));
    print("The chart: " + std::filesystem::absolute(folder / "index.html").lexically_normal().string());
    print_stand_in(sweep.stand_in);
    if (!unwritten.empty()) examples::say("batch_size_sweep", unwritten.sentence());
    if (sweep.interrupted) return 128 + stop_signal();
    return well && unwritten.empty() ? 0 : 1;
}

int run(const SweepOptions& options) {
    const Processes& all = processes();
    return all.run([&] { return run_in(all, options); });
}

}  // namespace

int main(int count, char** arguments) {
    return run_program(
        "batch_size_sweep", [&] { return parse_sweep_options(count, arguments); }, run);
}
