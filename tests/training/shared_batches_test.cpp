#include "norma/training/shared_batches.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../support/process_group.hpp"
#include "../support/small_network.hpp"
#include "../support/toy_data.hpp"
#include "norma/norm/batch.hpp"
#include "norma/training/evaluate.hpp"
#include "norma/training/trainer.hpp"
#include "norma/training/update_bn.hpp"

namespace shared_batches_test {

// Several processes that train, evaluate and estimate statistics together: what goes wrong in one ends all.

using namespace norma;

namespace {

using Net = SmallNetwork<BatchNorm>;

/// Batches of 37 and 16 samples; one of the second batch can be spoiled.
ToySource<float> source() { return {Net::input_extent, {37, 16}, 1, Net::outputs}; }

template <class F>
std::vector<std::string> messages(int processes, const F& f) {
    return ProcessGroup(processes).run([&](Reducer& reducer) {
        Threads threads(1, reducer);
        Net net(1);
        ToySource<float> data = source();
        f(reducer, threads, net, data);
    });
}

void check_all(const std::vector<std::string>& found, const std::string& expected) {
    for (const std::string& message : found) CHECK(message == expected);
}

}  // namespace

TEST_CASE("processes: each loads its own samples of a batch") {
    struct Counted {
        const ToyBatch<float>& batch;
        std::vector<int>& loads;
        int size() const { return batch.size(); }
        void load(int i, float* out) const {
            ++loads[static_cast<std::size_t>(i)];
            batch.load(i, out);
        }
    };
    const ToySource<float> data = source();
    std::vector<std::vector<int>> loads(3, std::vector<int>(37));
    check_all(messages(3,
                       [&](Reducer& reducer, Threads& threads, Net& net, ToySource<float>&) {
                           Executor<Net, training_mode> executor(threads, 37);
                           const auto loss = [](int, const float*, float* gradient) {
                               std::fill_n(gradient, Net::outputs, 0.0f);
                           };
                           executor.run(net, Counted{data[0], loads[std::size_t(reducer.rank())]}, loss);
                       }),
              "");
    for (std::size_t i = 0; i < 37; ++i) {
        CAPTURE(i);
        int processes = 0;
        for (const auto& of_process : loads) processes += of_process[i] > 0 ? 1 : 0;
        CHECK(processes == 1);
    }
}

TEST_CASE("processes: a sample that is not finite ends all, wherever it is") {
    const auto network = messages(3, [](Reducer& reducer, Threads& threads, Net& net, ToySource<float>& data) {
        if (reducer.rank() == 1) net.parameters()[0] = std::numeric_limits<float>::quiet_NaN();
        evaluate(net, data, threads);
    });
    for (const std::string& message : network) CHECK(message.starts_with("rank 1 of 3: evaluate: a parameter of "));
    for (const int bad : {0, 7, 15}) {
        CAPTURE(bad);
        const auto spoil = [&](ToySource<float>& data) {
            data[1].sample(bad)[5] = std::numeric_limits<float>::quiet_NaN();
        };
        const auto training = messages(3, [&](Reducer&, Threads& threads, Net& net, ToySource<float>& data) {
            spoil(data);
            Trainer<Net>(net, threads).fit(data);
        });
        const auto evaluation = messages(3, [&](Reducer&, Threads& threads, Net& net, ToySource<float>& data) {
            spoil(data);
            evaluate(net, data, threads);
        });
        const auto statistics = messages(3, [&](Reducer&, Threads& threads, Net& net, ToySource<float>& data) {
            spoil(data);
            update_bn(net, data, threads);
        });
        for (const auto& found : {training, evaluation, statistics}) {
            for (const std::string& message : found) {
                CHECK(message.starts_with("rank "));
                CHECK(message.find("sample " + std::to_string(bad) + " of the batch") != std::string::npos);
                CHECK(message == found[0]);
            }
        }
    }
}

TEST_CASE("processes: an error in the last pass, while gradients of the pass before travel, ends all") {
    struct Failing {
        const ToyBatch<float>& batch;
        std::atomic<int>& loads;
        int fails_at;
        int size() const { return batch.size(); }
        void load(int i, float* out) const {
            if (++loads == fails_at) raise<FileError>("the file is gone");
            batch.load(i, out);
        }
    };
    const ToySource<float> data = source();
    const auto loss = [](int, const float*, float* gradient) { std::fill_n(gradient, Net::outputs, 0.01f); };
    for (const bool overlaps : {true, false}) {
        CAPTURE(overlaps);
        const auto found = ProcessGroup(3, overlaps).run([&](Reducer& reducer) {
            Threads threads(1, reducer);
            Net net(1);
            Executor<Net, training_mode> executor(threads, 37);
            std::atomic<int> loads = 0;
            reducer.together([&] { executor.run(net, Failing{data[0], loads, 0}, loss); });
            const int all = loads;
            const int own = int(executor.sample_begins()[std::size_t(reducer.rank()) + 1] -
                                executor.sample_begins()[std::size_t(reducer.rank())]);
            if (all != 2 * own) raise("the last pass does not load its samples again");
            loads = 0;
            reducer.together([&] { executor.run(net, Failing{data[0], loads, reducer.rank() == 1 ? all : 0}, loss); });
        });
        check_all(found, "rank 1 of 3: the file is gone");
    }
}

TEST_CASE("processes: a callback that throws, or stops, in one process ends the training of all") {
    check_all(messages(3,
                       [](Reducer& reducer, Threads& threads, Net& net, ToySource<float>& data) {
                           TrainingCallbacks callbacks;
                           if (reducer.rank() == 0) {
                               callbacks.after_epoch = [](const EpochRecord&) -> Next {
                                   raise<FileError>("checkpoint: the disk is full");
                               };
                           }
                           Trainer<Net>(net, threads).fit(data, callbacks);
                       }),
              "rank 0 of 3: checkpoint: the disk is full");
    check_all(messages(3,
                       [](Reducer& reducer, Threads& threads, Net& net, ToySource<float>& data) {
                           TrainingCallbacks callbacks;
                           if (reducer.rank() == 1)
                               callbacks.after_batch = [](const BatchReport&) { return Next::stop; };
                           Trainer<Net> trainer(net, threads);
                           trainer.fit(data, callbacks);
                           if (trainer.history().batch_loss.size() != 1) raise("it went on");
                       }),
              "");
}

TEST_CASE("processes: other weights, other data or another work than the others' is refused") {
    const auto weights = messages(2, [](Reducer& reducer, Threads& threads, Net&, ToySource<float>& data) {
        Net net(static_cast<std::uint64_t>(reducer.rank()));
        Trainer<Net>(net, threads).fit(data);
    });
    check_all(weights,
              "the network has different numbers in different processes; start all of them from the same seed or file, "
              "with the same options and program on processors of the same kind");
    const auto data_differ = messages(2, [](Reducer& reducer, Threads& threads, Net& net, ToySource<float>&) {
        ToySource<float> data(Net::input_extent, {37, 16 + reducer.rank()}, 1, Net::outputs);
        Trainer<Net>(net, threads).fit(data);
    });
    check_all(data_differ,
              "processes train on different data, at different places, or with different seeds; give all of them the "
              "same options and files");
    const auto sizes_differ = messages(2, [](Reducer& reducer, Threads& threads, Net& net, ToySource<float>&) {
        ToySource<float> data(Net::input_extent, {37 - reducer.rank(), 16 + reducer.rank()}, 1, Net::outputs);
        for (int b = 0; b < 2; ++b) {  // as many samples, but not in each batch
            const auto run = [&] {
                Executor<Net, training_mode> executor(threads, 37);
                executor.run(net, data[b], [](int, const float*, float* dy) { std::fill_n(dy, Net::outputs, 0.0f); });
            };
            reducer.together(run);
        }
    });
    check_all(sizes_differ,
              "processes do not work on the same thing (a pass over a batch and another one); call fit, evaluate and "
              "update_bn in all processes, in the same order");
    const auto evaluated = messages(2, [](Reducer& reducer, Threads& threads, Net&, ToySource<float>& data) {
        Net net(static_cast<std::uint64_t>(reducer.rank()));
        evaluate(net, data, threads);
    });
    check_all(evaluated, weights[0]);
    const auto updated = messages(2, [](Reducer& reducer, Threads& threads, Net& net, ToySource<float>&) {
        ToySource<float> data(Net::input_extent, {37, 16 + reducer.rank()}, 1, Net::outputs);
        update_bn(net, data, threads);
    });
    check_all(updated, "processes share different data; give all of them the same files and sizes of batches");
    const auto options_differ = messages(2, [](Reducer& reducer, Threads& threads, Net& net, ToySource<float>& data) {
        TrainingOptions options;
        if (reducer.rank() == 1) options.loss.label_smoothing = 0.1;
        Trainer<Net>(net, threads, options).fit(data);
    });
    check_all(options_differ, "processes train with different options; give all of them the same");
    // The schedule is told by its rates alone: the weights differ after the first epoch.
    check_all(messages(2,
                       [](Reducer& reducer, Threads& threads, Net& net, ToySource<float>& data) {
                           const double rate = reducer.rank() == 0 ? 0.1 : 0.05;
                           Trainer<Net>(net, threads, {.epochs = 1, .learning_rate = rate}).fit(data);
                       }),
              weights[0]);
    const auto work = messages(2, [](Reducer& reducer, Threads& threads, Net& net, ToySource<float>& data) {
        if (reducer.rank() == 0) {
            evaluate(net, data, threads);
        } else {
            update_bn(net, data, threads);
        }
    });
    check_all(work,
              "processes do not work on the same thing (a pass over a batch and an evaluation); call fit, evaluate and "
              "update_bn in all processes, in the same order");
}

TEST_CASE("processes: of an output that is not finite, all name the layer and the sample") {
    // The first layer's weights are so large that the network's output overflows for some samples, of other processes.
    const auto found = messages(3, [](Reducer&, Threads& threads, Net& net, ToySource<float>& data) {
        for (float& number : net.parameters()) number *= 1e30f;
        evaluate(net, data, threads);
    });
    for (const std::string& message : found) {
        CHECK(message == found[0]);
        CHECK(message.find("the first value that is not finite is in the output of layer ") != std::string::npos);
        CHECK(message.find("sample 0 of the batch") != std::string::npos);
    }
}

}  // namespace shared_batches_test
