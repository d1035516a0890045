#include "norma/training/loss.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "../support/gradient_check.hpp"
#include "../support/message.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/random_flip.hpp"
#include "norma/data/tensor_dataset.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/training/binary_cross_entropy_with_logits.hpp"
#include "norma/training/mean_squared_error.hpp"
#include "norma/training/pixel_cross_entropy.hpp"
#include "norma/training/settings.hpp"
#include "norma/training/trainer.hpp"

// Losses in a trainer and in evaluate.
namespace loss_test {

using namespace norma;

/// A loss of a user's: the error to the fourth power, without metrics, of targets of a type of its own.
struct FourthPower {
    struct Target {
        double value;
    };
    using Metrics = NoMetrics;
    template <class T>
    double operator()(std::span<const T> output, const Target& target, T scale, T* gradient) const {
        double sum = 0;
        for (std::size_t k = 0; k < output.size(); ++k) {
            const T error = output[k] - static_cast<T>(target.value);
            sum += static_cast<double>(error * error * error * error);
            if (gradient != nullptr) gradient[k] = scale * 4 * error * error * error;
        }
        return sum;
    }
};

namespace {

using Plane = Network<Shape<2, 1, 1>, Linear<2>>;

/// One batch of samples (i, −i), with targets of any type.
template <class Target>
struct Samples {
    struct Batch {
        const std::vector<Target>* targets;
        int size() const { return static_cast<int>(targets->size()); }
        const Target& target(int i) const { return (*targets)[static_cast<std::size_t>(i)]; }
        void load(int i, float* out) const {
            out[0] = static_cast<float>(i);
            out[1] = static_cast<float>(-i);
        }
    };
    std::vector<Target> targets;
    void start_epoch(int) {}
    std::size_t size() const { return targets.size(); }
    int batch_size() const { return static_cast<int>(targets.size()); }
    int count() const { return 1; }
    Extent extent() const { return {2, 1, 1}; }
    Batch operator[](int) const { return {&targets}; }
};

/// The parameters after one step on `source`'s only batch, by `loss`; `mean` is what the mean divides by.
template <class Net, class Source, class Loss>
Net by_hand(const Source& source, const Loss& loss, float rate, double mean) {
    Net net(1);
    Threads threads(1);
    Executor<Net, training_mode> executor(threads, source.batch_size());
    const auto& batch = source[0];
    executor.run(net, batch, [&](int i, const float* y, float* gradient) {
        const typename Loss::Target target = batch.target(i);
        loss(std::span(y, Net::outputs), target, static_cast<float>(1 / mean), gradient);
    });
    Sgd<float>(net.parameters().size()).step(net.parameters(), executor.gradient(), static_cast<double>(rate));
    return net;
}

constexpr std::array targets{std::array{1.0f, -1.0f}, std::array{2.0f, 0.5f}, std::array{0.0f, 3.0f}};

}  // namespace

TEST_CASE("loss: a trainer with another loss makes the step that the loss's gradient gives, and reports its metrics") {
    Samples<std::array<float, 2>> samples{{targets.begin(), targets.end()}};
    Threads threads(2);
    Plane net(1);
    Trainer<Plane, MeanSquaredError> trainer(net, threads,
                                             {.epochs = 1, .learning_rate = 0.05, .evaluate_train = true});
    BatchReport last;
    TrainingCallbacks callbacks;
    callbacks.after_batch = [&](const BatchReport& report) {
        last = report;
        return Next::go_on;
    };
    const History& after = trainer.fit(samples, samples, callbacks);
    CHECK(same_bits<float>(net.parameters(), by_hand<Plane>(samples, MeanSquaredError{}, 0.05f, 3).parameters()));

    const EpochRecord& record = after.epochs.at(0);
    const NumberEvaluation result = evaluate(net, samples, threads, MeanSquaredError{});
    CHECK(record.test_loss == result.loss);
    CHECK(record.figure("test_mean_absolute_error") == result.mean_absolute_error);
    CHECK(record.figure("train_mean_absolute_error_eval") == result.mean_absolute_error);
    CHECK(record.figure("test_r2") == result.r2);
    CHECK(record.figure("train_mean_absolute_error") == last.running_figure);
    CHECK(record.figure("train_loss") == record.train_loss);
    CHECK(last.figure_name == "mean_absolute_error");
    CHECK(last.figure == last.running_figure);
    CHECK(last.figure > 0);
    CHECK(std::isnan(last.accuracy));
    CHECK(std::isnan(record.test_accuracy));
    CHECK(std::isnan(record.figure("none")));
    CHECK(after.batch_accuracy.empty());
    CHECK(result.predicted.size() == 6);
    double error = 0;
    for (std::size_t k = 0; k < 6; ++k) error += std::abs(result.predicted[k] - double{targets[k / 2][k % 2]}) / 6;
    CHECK(result.mean_absolute_error == doctest::Approx(error));
}

TEST_CASE("loss: the mean over a batch divides by the weights of its samples") {
    Samples<int> samples{{0, 1, 1}};
    const CrossEntropy weighted{.class_weights = {0.5, 2}};
    Threads threads(2);
    Plane net(1);
    TrainingOptions options{.epochs = 1, .loss = weighted, .learning_rate = 0.05};
    Trainer<Plane> trainer(net, threads, options);
    trainer.fit(samples);
    CHECK(same_bits<float>(net.parameters(), by_hand<Plane>(samples, weighted, 0.05f, 4.5).parameters()));
    const Plane start(1);
    const double loss = evaluate(start, samples, threads, weighted).loss;
    CHECK(trainer.history().batch_loss.at(0) == doctest::Approx(loss));
    const double one = evaluate(start, Samples<int>{{0}}, threads).loss;
    Samples<int> others{{0, 1, 1}};
    const double all = evaluate(start, others, threads).loss * 3;
    CHECK(loss == doctest::Approx((0.5 * one + 2 * (all - one)) / 4.5));
    options.loss.class_weights = {1, 2, 3};
    CHECK(mentions(message_of<OptionError>([&] { Trainer<Plane>(net, threads, options); }),
                   "class weights: there are 3"));
    CHECK(mentions(message_of<OptionError>([&] { evaluate(net, samples, threads, options.loss); }), "class weights"));
}

TEST_CASE("loss: the mean over pixels is over those of the batch that are not ignored") {
    using Net = Network<Shape<1, 2, 3>, Conv2d<3, 1>>;
    const TensorDataset<float, std::uint8_t> data{.shape = {1, 2, 3},
                                                  .inputs = {1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6},
                                                  .targets = {0, 1, 2, 2, 1, 0, 255, 255, 255, 255, 255, 2},
                                                  .classes = 3,
                                                  .ignored = 255};
    Batches<float, TensorDataset<float, std::uint8_t>> batches(data, {.batch_size = 2});
    const PixelCrossEntropy loss{.ignored = 255};
    Threads threads(2);
    Net net(1);
    Trainer<Net, PixelCrossEntropy> trainer(net, threads, {.epochs = 1, .loss = loss, .learning_rate = 0.05});
    const EpochRecord record = trainer.fit(batches, batches).epochs.at(0);
    CHECK(same_bits<float>(net.parameters(), by_hand<Net>(batches, loss, 0.05f, 7).parameters()));
    const PixelEvaluation result = evaluate(net, batches, threads, loss);
    CHECK(record.test_loss == result.loss);
    CHECK(record.test_accuracy == result.accuracy);
    CHECK(record.figure("test_mean_iou") == result.mean_iou());
    std::int64_t counted = 0;
    for (int t = 0; t < 3; ++t) {
        for (int p = 0; p < 3; ++p) counted += result.confusion(t, p);
    }
    CHECK(counted == 7);

    TensorDataset<float, std::uint8_t> ignored = data;
    ignored.targets.assign(ignored.targets.size(), 255);
    CHECK(mentions(message_of<DataError>([&] { evaluate(net, Batches(ignored), threads, loss); }),
                   "evaluate: no sample counts", "all pixels are ignored"));
}

TEST_CASE("loss: a mask of bytes moves with its image, and trains as the same mask of floats that was moved by hand") {
    using Net = Network<Shape<1, 2, 3>, Conv2d<1, 1>>;
    const TensorDataset<float, std::uint8_t> data{
        .shape = {1, 2, 3}, .inputs = {1, 2, 3, 4, 5, 6}, .targets = {0, 0, 1, 0, 1, 1}, .classes = 2};
    const TensorDataset<float, float> moved{
        .shape = {1, 2, 3}, .inputs = {3, 2, 1, 6, 5, 4}, .targets = {1, 0, 0, 1, 1, 0}, .target_size = 6};
    Batches masks(data, {}, RandomFlip{.probability = 1});
    Batches floats(moved);
    Threads threads(1);
    Net a(1), b(1);
    using Training = Trainer<Net, BinaryCrossEntropyWithLogits>;
    const EpochRecord of_masks = Training(a, threads, {.epochs = 1}).fit(masks, masks).epochs.at(0);
    const EpochRecord of_floats = Training(b, threads, {.epochs = 1}).fit(floats, floats).epochs.at(0);
    CHECK(same_bits<float>(a.parameters(), b.parameters()));
    CHECK_FALSE(same_bits<float>(a.parameters(), Net(1).parameters()));
    CHECK(of_masks.test_loss == of_floats.test_loss);
    CHECK(of_masks.metrics == of_floats.metrics);
    CHECK(evaluate(a, masks, threads, BinaryCrossEntropyWithLogits{}).labels.size() == 1);
}

/// Metrics that tell whether they were asked for figures alone.
class Asked : public PredictionLists {
public:
    struct Result {
        double loss;
        bool all;
        std::vector<NamedFigure> figures() const { return {{"all", all ? 1.0 : 0.0}}; }
    };
    static constexpr std::string_view figure = "";
    template <class Loss, class Output, class Target>
    static Share measure(const Loss&, const Output&, const Target&) {
        return {0, 0};
    }
    template <class Loss>
    Asked(const Loss&, Extent, int) {}
    template <class Output>
    void take(int, const Output&, const FourthPower::Target&) {}
    void add(int, const FourthPower::Target&) {}
    Result result(const RunningMean& mean) { return {mean.loss(), lists_wanted()}; }
};
struct AskedLoss : FourthPower {
    using Metrics = Asked;
};

TEST_CASE("loss: fit reads figures alone, so no list of predictions grows with the samples; evaluate has them all") {
    Samples<FourthPower::Target> samples{{{1}, {2}, {0.5}}};
    Threads threads(1);
    Plane net(1);
    Trainer<Plane, AskedLoss> trainer(net, threads, {.epochs = 1, .learning_rate = 0.002, .evaluate_train = true});
    const EpochRecord record = trainer.fit(samples, samples).epochs.at(0);
    CHECK(record.figure("test_all") == 0);
    CHECK(record.figure("train_all_eval") == 0);
    CHECK(evaluate(net, samples, threads, AskedLoss{}).all);

    for (const bool lists : {false, true}) {
        NumberMetrics numbers(nullptr, {2, 1, 1}, 1);
        ClassMetrics classes(nullptr, {2, 1, 1}, 1);
        if (!lists) {
            numbers.only_figures();
            classes.only_figures();
        }
        const std::span<const float> output(targets[0]);
        numbers.take(0, output, output);
        numbers.add(0, output);
        classes.take(0, output, 1);
        classes.add(0, 1);
        CHECK(numbers.result({}).predicted.size() == (lists ? 2 : 0));
        const Evaluation of_classes = classes.result({});
        CHECK(of_classes.predicted.size() == (lists ? 1 : 0));
        CHECK(of_classes.confusion(1, 0) == 1);
    }
}

TEST_CASE("loss: a user's own, with a type of target of its own and without metrics") {
    Samples<FourthPower::Target> samples{{{1}, {2}, {0.5}}};
    Threads threads(2);
    Plane net(1);
    Trainer<Plane, FourthPower> trainer(net, threads, {.epochs = 20, .learning_rate = 0.002});
    const History& history = trainer.fit(samples, samples);
    CHECK(history.epochs.back().test_loss < 0.9 * history.batch_loss.front());
    CHECK(history.epochs.back().metrics.empty());
    CHECK(evaluate(net, samples, threads, FourthPower{}).loss == history.epochs.back().test_loss);
}

TEST_CASE("loss: a trainer's settings tell one loss from another") {
    Threads threads(1);
    Plane net(1);
    const auto settings = [&](auto loss) { return settings_of(Trainer<Plane, decltype(loss)>(net, threads)); };
    CHECK(settings(MeanSquaredError{})[0] == Setting{"loss", "mean squared error"});
    CHECK(settings(CrossEntropy{})[0] == Setting{"label smoothing", "0"});
    CHECK(settings(FourthPower{})[0] == Setting{"loss", "FourthPower of size 1"});  // it does not tell its settings
}

TEST_CASE("loss: targets that do not fit are refused with their place, and the network is unchanged") {
    Threads threads(1);
    Plane net(1);
    Trainer<Plane, MeanSquaredError> trainer(net, threads, {.epochs = 1});
    Samples<std::array<float, 2>> samples{{targets.begin(), targets.end()}};
    samples.targets[1][0] = std::numeric_limits<float>::quiet_NaN();
    CHECK(message_of<DataError>([&] { trainer.fit(samples); }) ==
          "sample 1 of batch 0 has the target value nan for output 0, which is not finite; correct the data");
    Samples<std::vector<float>> fewer{{{1, 2}, {1, 2}, {3}}};
    CHECK(message_of<DataError>([&] { trainer.fit(fewer); }) ==
          "sample 2 of batch 0 has 1 target value; the network has 2 outputs, and each needs one");
    CHECK(mentions(message_of<DataError>([&] { evaluate(net, fewer, threads, MeanSquaredError{}); }), "sample 2"));
    CHECK(same_bits<float>(net.parameters(), Plane(1).parameters()));
}

}  // namespace loss_test
