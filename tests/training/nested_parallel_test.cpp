#include <doctest/doctest.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <atomic>
#include <optional>
#include <vector>

#include "../support/gradient_check.hpp"
#include "../support/own_parallel.hpp"
#include "../support/small_network.hpp"
#include "../support/toy_data.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/training/trainer.hpp"
#include "norma/training/update_bn.hpp"

namespace nested_parallel_test {

// Users' own parallel work, inside what norma calls and around what they call: the bits are those of one thread.

using namespace norma;

namespace {

/// How often another thread than the one that asked for both did a half of `copy_in_halves`.
std::atomic<int> halves_elsewhere{0};

void copy_in_halves(Threads& threads, const float* from, int size, float* to) {
    const bool elsewhere = in_two_halves(threads, [&](int half) {
        for (int i = half * size / 2; i < (half + 1) * size / 2; ++i) to[i] = from[i];
    });
    if (elsewhere) ++halves_elsewhere;
}

/// A batch whose `load` and `label` use TBB.
class ParallelBatch {
public:
    ParallelBatch(Threads& threads, const ToyBatch<float>& batch, int values)
        : threads_(&threads), batch_(&batch), values_(values) {}
    int size() const { return batch_->size(); }
    int target(int i) const {
        std::atomic<int> label{0};
        own_parallel_for(*threads_, 2, [&](int half) {
            if (half == 1) label = batch_->target(i);
        });
        return label;
    }
    void load(int i, float* out) const { copy_in_halves(*threads_, batch_->sample(i), values_, out); }

private:
    Threads* threads_;
    const ToyBatch<float>* batch_;
    int values_;
};

/// A source of such batches.
class ParallelSource {
public:
    ParallelSource(Threads& threads, Extent extent, const std::vector<int>& sizes, int classes)
        : threads_(&threads), toy_(extent, sizes, 1, classes) {}
    void start_epoch(int epoch) { toy_.start_epoch(epoch); }
    std::size_t size() const { return toy_.size(); }
    int batch_size() const { return toy_.batch_size(); }
    int count() const { return toy_.count(); }
    Extent extent() const { return toy_.extent(); }
    int classes() const { return toy_.classes(); }
    ParallelBatch operator[](int b) const { return ParallelBatch(*threads_, toy_[b], toy_.extent().size()); }

private:
    Threads* threads_;
    ToySource<float> toy_;
};

/// Everything that a training leaves behind.
template <class Net>
struct Outcome {
    Net net{3};
    std::vector<double> losses;
    double test_loss = 0;
    std::vector<int> predicted;

    template <class Source>
    void train(Threads& threads, Source& train) {
        Trainer<Net> trainer(net, threads, {.epochs = 1});
        losses = trainer.fit(train, train, train).batch_loss;
        update_bn(net, train, threads);
        const Evaluation evaluation = evaluate(net, train, threads);
        test_loss = evaluation.loss;
        predicted = evaluation.predicted;
    }
    bool operator==(const Outcome& other) const {
        return same_bits<float>(net.parameters(), other.net.parameters()) &&
               same_bits<float>(net.running_mean(), other.net.running_mean()) &&
               same_bits<float>(net.running_var(), other.net.running_var()) && losses == other.losses &&
               test_loss == other.test_loss && predicted == other.predicted;
    }
};

const std::vector<int> sizes{18, 18, 7};

/// What one thread makes of the same samples, none of them loaded in parallel.
template <class Net>
Outcome<Net> plain() {
    Outcome<Net> outcome;
    Threads one(1);
    ToySource<float> source(Net::input_extent, sizes, 1, Net::outputs);
    outcome.train(one, source);
    return outcome;
}

}  // namespace

TEST_CASE_TEMPLATE("nested parallel: a batch that loads by TBB gives the bits of one that does not, at 1 to 8 threads",
                   Norm, BatchNorm, GroupNorm<2>) {
    using Net = SmallNetwork<Norm>;
    const Outcome<Net> wanted = plain<Net>();
    for (int count = 1; count <= 8; ++count) {
        CAPTURE(count);
        halves_elsewhere = 0;
        Outcome<Net> outcome;
        Threads threads(count);
        ParallelSource source(threads, Net::input_extent, sizes, Net::outputs);
        outcome.train(threads, source);
        CHECK(outcome == wanted);
        if (count > 2) CHECK(halves_elsewhere > 0);
    }
}

TEST_CASE(
    "nested parallel: a loss that uses TBB, or predicts by another network, gets the gradient of its own sample") {
    using Net = SmallNetwork<GroupNorm<2>>;
    const Net net(1);
    const Net other(2);
    const ToyBatch<float> batch(Net::input_extent, 24, 1, Net::outputs);
    std::vector<float> wanted;
    for (int count = 1; count <= 8; ++count) {
        CAPTURE(count);
        Threads threads(count);
        Executor<Net, training_mode> executor(threads, batch.size());
        std::vector<float> logits(std::size_t(batch.size() * Net::outputs));
        executor.run(net, batch, [&](int i, const float* z, float* gradient) {
            copy_in_halves(threads, z, Net::outputs, logits.data() + i * Net::outputs);
            Executor<Net, evaluation_mode> inner(threads, 8);  // on the same threads
            const ToyBatch<float> inner_batch(Net::input_extent, 8, 7, Net::outputs);
            inner.run(other, inner_batch, [](int, const float*, float*) {});
            copy_in_halves(threads, z, Net::outputs, gradient);
        });
        logits.insert(logits.end(), executor.gradient().begin(), executor.gradient().end());
        if (count == 1) wanted = logits;
        CHECK(same_bits<float>(logits, wanted));
    }
}

TEST_CASE("nested parallel: trainings in a caller's own parallel_for or arena end, with the same bits") {
    using Net = SmallNetwork<BatchNorm>;
    const Outcome<Net> wanted = plain<Net>();
    const oneapi::tbb::global_control four(oneapi::tbb::global_control::max_allowed_parallelism, 4);
    Threads callers(4);
    for (const int count : {1, 4}) {
        for (const bool share_threads : {false, true}) {
            CAPTURE(count);
            CAPTURE(share_threads);
            std::vector<Outcome<Net>> outcomes(6);
            Threads shared(count);
            oneapi::tbb::task_arena(4).execute([&] {
                own_parallel_for(callers, 6, [&](int i) {
                    std::optional<Threads> own;
                    if (!share_threads) own.emplace(count);
                    Threads& threads = share_threads ? shared : *own;
                    ParallelSource source(threads, Net::input_extent, sizes, Net::outputs);
                    outcomes[std::size_t(i)].train(threads, source);
                });
            });
            for (const Outcome<Net>& outcome : outcomes) CHECK(outcome == wanted);
        }
    }
}

}  // namespace nested_parallel_test
