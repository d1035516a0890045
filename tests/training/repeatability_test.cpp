#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <vector>

#include "../support/gradient_check.hpp"
#include "../support/process_group.hpp"
#include "../support/small_network.hpp"
#include "../support/toy_data.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/synthetic.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/layer.hpp"
#include "norma/training/trainer.hpp"
#include "norma/training/update_bn.hpp"

namespace repeatability_test {

// What holds for training as a whole: the same bits at any number of threads, memory that does not grow, and learning.

using namespace norma;

namespace {

/// Trains with `count` threads on batches of 37, 16 and 5, dropout on.
template <class Net>
struct Trained {
    explicit Trained(int count, std::uint64_t seed = 1) : net(3) {
        Reducer alone;
        train(count, alone, seed);
    }
    Trained(int count, Reducer& reducer) : net(3) { train(count, reducer, 1); }

    void train(int count, Reducer& reducer, std::uint64_t seed) {
        Threads threads(count, reducer);
        TrainingOptions options;
        options.epochs = 2;
        options.seed = seed;
        Trainer<Net> trainer(net, threads, options);
        ToySource<float> source(Net::input_extent, {37, 16, 5}, 1, Net::outputs);
        history = trainer.fit(source, source, source);
        evaluation = evaluate(net, source, threads);
        updated = net;
        update_bn(updated, source, threads);
    }
    Net net;
    Net updated;  ///< with running statistics that are estimated again
    History history;
    Evaluation evaluation;
};

template <class Net>
void check_equal(const Trained<Net>& found, const Trained<Net>& expected) {
    CHECK(same_bits<float>(found.net.parameters(), expected.net.parameters()));
    CHECK(same_bits<float>(found.net.running_mean(), expected.net.running_mean()));
    CHECK(same_bits<float>(found.net.running_var(), expected.net.running_var()));
    CHECK(same_bits<float>(found.updated.running_mean(), expected.updated.running_mean()));
    CHECK(same_bits<float>(found.updated.running_var(), expected.updated.running_var()));
    CHECK(found.history.batch_loss == expected.history.batch_loss);
    CHECK(found.history.epochs.back().test_loss == expected.history.epochs.back().test_loss);
    CHECK(found.evaluation.loss == expected.evaluation.loss);
    CHECK(found.evaluation.predicted == expected.evaluation.predicted);
    CHECK(found.evaluation.confidence == expected.evaluation.confidence);
}

template <class Net>
void check_same_bits() {
    const Trained<Net> one(1);
    for (const int count : {2, 3}) {
        CAPTURE(count);
        check_equal(Trained<Net>(count), one);
    }
    for (const int processes : {2, 3, 4, 7, 16}) {
        CAPTURE(processes);
        std::vector<std::optional<Trained<Net>>> all(static_cast<std::size_t>(processes));
        const auto messages = ProcessGroup(processes).run([&](Reducer& reducer) {
            all[static_cast<std::size_t>(reducer.rank())].emplace(1 + processes % 2, reducer);
        });
        for (const std::string& message : messages) REQUIRE(message == "");
        for (const auto& trained : all) check_equal(*trained, one);
    }
    // The seed is dropout's: another one drops other units.
    const Trained<Net> other(1, 2);
    CHECK_FALSE(same_bits<float>(other.net.parameters(), one.net.parameters()));
}

template <class Norm>
std::size_t memory(int batch_size) {
    using Net = SmallNetwork<Norm>;
    Threads threads(2);
    return Executor<Net, training_mode>(threads, batch_size).memory();
}

}  // namespace

TEST_CASE("training: the same seed gives the same bits in any number of threads and processes, batch norm") {
    check_same_bits<SmallNetwork<BatchNorm>>();
}
TEST_CASE("training: the same seed gives the same bits in any number of threads and processes, group norm") {
    check_same_bits<SmallNetwork<GroupNorm<2>>>();
}
TEST_CASE("training: the same seed gives the same bits in any number of threads and processes, layer norm") {
    check_same_bits<SmallNetwork<LayerNorm>>();
}

TEST_CASE("training: memory does not grow with the batch where no norm couples samples") {
    CHECK(memory<GroupNorm<2>>(64) == memory<GroupNorm<2>>(128));
    CHECK(memory<LayerNorm>(64) == memory<LayerNorm>(128));
    const std::size_t per_sample = SmallNetwork<BatchNorm>::activation_bytes_per_sample;
    CHECK(memory<BatchNorm>(128) - memory<BatchNorm>(64) == 64 * per_sample);
    // 1,024 samples have 64 chunks in place of 16, so that the tree of sums has two more levels.
    const std::size_t gradients = std::size_t(SmallNetwork<LayerNorm>::graph.parameters_size) * sizeof(float);
    CHECK(memory<LayerNorm>(1024) - memory<LayerNorm>(128) == 2 * gradients);
}

TEST_CASE("training: a small network learns the drawn shapes") {
    using Net = Network<Shape<3, 32, 32>, Block<8, 5, BatchNorm, 2>, MaxPool2d<2>, Block<16, 3, BatchNorm>,
                        Dropout<std::ratio<1, 10>>, MaxPool2d<2>, Linear<10>>;
    const TrainTest data = synthetic_dataset(800, 200, 1);
    Batches<float> train(data.train, {.batch_size = 32, .shuffle = true});
    const Batches<float> again(data.train, {.batch_size = 100});
    const Batches<float> test(data.test, {.batch_size = 100});
    Net net(1);
    Threads threads(2);
    TrainingOptions options;
    options.epochs = 8;
    options.learning_rate = StepLR(0.05, 6, 0.1);
    const History history = Trainer<Net>(net, threads, options).fit(train, again, test);
    CHECK(history.batch_loss.size() == 8 * 25);
    CHECK(history.epochs.back().train_loss < 0.6 * history.epochs.front().train_loss);
    CHECK(history.epochs.back().train_accuracy_eval > 60);
    CHECK(history.epochs.back().test_accuracy > 40);
}

}  // namespace repeatability_test
