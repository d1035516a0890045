// The examples of the API reference. What is between two lines `//! [name]` is shown where a comment in include/norma
// says `@snippet examples_test.cpp name`. Each example runs here; what is checked after it is not shown.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "norma/data/read_ahead.hpp"
#include "norma/io/checkpoint.hpp"
#include "norma/io/state_dict.hpp"
#include "norma/norma.hpp"
#include "support/temporary_folder.hpp"

namespace examples_test {

using namespace norma;

namespace {

//! [norms]
template <class Norm>
using NetWith = Network<Shape<1, 8, 8>, Block<4, 3, Norm>, MaxPool2d<2>, Linear<2>>;

using Net = NetWith<GroupNorm<2>>;    // statistics of each sample, its channels in two groups
using BatchNet = NetWith<BatchNorm>;  // statistics of the batch, and running averages for evaluation
using CumulativeNet = NetWith<BasicBatchNorm<BatchNormOptions{.cumulative = true}>>;  // PyTorch's momentum=None
static_assert(Net::parameter_count == BatchNet::parameter_count);
//! [norms]
static_assert(Net::parameter_count == 4 * 9 + 2 * 4 + (4 * 3 * 3 + 1) * 2);
static_assert(CumulativeNet::parameter_count == Net::parameter_count);

//! [layers]
using SmallResNet = Network<Shape<3, 16, 16>, Conv2d<8, 3, 1, 1>,    // 8 × 16 × 16: stride 1, padding 1, no bias
                            Residual<Block<8, 3, BatchNorm, 1, 1>>,  // x + ReLU(norm(convolution(x)))
                            Block<16, 3, BatchNorm, 2, 1>,           // 16 × 8 × 8: stride 2, padding 1
                            GlobalAvgPool2d,                         // 16
                            Linear<10>>;                             // 10
static_assert(SmallResNet::parameter_count == 8 * 3 * 9 + (8 * 8 * 9 + 2 * 8) + (16 * 8 * 9 + 2 * 16) + (16 * 10 + 10));
//! [layers]

//! [shared]
using Head = Shared<"head", Sequential<Conv2d<8, 3, 1, 1>, ReLU>>;  // one set of weights
using TwoScales =
    Network<Shape<8, 16, 16>, Sum<Head, Sequential<MaxPool2d<2>, Head, Upsample<2>>>,  // on images of two sizes
            GlobalAvgPool2d, Linear<10>>;
static_assert(TwoScales::parameter_count == 8 * 8 * 9 + (8 * 10 + 10));
//! [shared]

//! [inputs]
using ImageAndTable = Network<Inputs<Shape<3, 32, 32>, Shape<12, 1, 1>>,
                              Concat<Sequential<Input<0>, Block<16, 3, BatchNorm>, GlobalAvgPool2d>,  // the image
                                     Sequential<Input<1>, Linear<16>, ReLU>>,                         // the table
                              Linear<10>>;
static_assert(ImageAndTable::InputShape::offset(1) == 3072);  // in a sample, where the table is after the image
//! [inputs]

//! [tap]
using WithHead = Network<Shape<3, 16, 16>, Block<8, 3, BatchNorm, 2, 1>,
                         Tap<"aux", GlobalAvgPool2d, Linear<10>>,  // an auxiliary head, beside the main path
                         Block<16, 3, BatchNorm, 2, 1>, GlobalAvgPool2d,
                         Tap<"features">,  // a name for what the last layer reads: predict<"features">(network, image)
                         Linear<10>>;
const Trainer<WithHead>::Options with_head{.epochs = 5, .auxiliary = {{"aux", 0.3}}};  // loss + 0.3 · loss of the head
//! [tap]
static_assert(WithHead::graph.taps.size() == 2);

//! [activation]
struct Mish {  // x · tanh(ln(1 + eˣ))
    static constexpr FixedString name() { return "Mish"; }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        return simd::multiply(x, simd::tanh(simd::softplus(x)));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        const P t = simd::tanh(simd::softplus(x));
        const P slope = simd::multiply(simd::sigmoid(x), simd::subtract(simd::set<P>(1), simd::multiply(t, t)));
        return simd::multiply_add(x, slope, t);
    }
};
//! [activation]

Dataset dark_and_light() {
    //! [Dataset]
    Dataset data;  // 100 grey images of 8 × 8, dark ones and light ones
    data.channels = 1;
    data.height = 8;
    data.width = 8;
    data.classes = 2;
    data.class_names = {"dark", "light"};
    data.source = "made by this program";
    data.mean = {0.5};  // images are normalised to (value / 255 − mean) / stddev
    data.stddev = {0.25};
    for (int i = 0; i < 100; ++i) {
        data.pixels.insert(data.pixels.end(), data.image_size(), i % 2 == 0 ? 20 : 230);
        data.labels.push_back(i % 2 == 0 ? 0 : 1);
    }
    data.validate();  // throws a DataError that says what does not fit
    //! [Dataset]
    return data;
}

double share_of(int label, const std::vector<int>& labels) {
    return double(std::ranges::count(labels, label)) / double(labels.size());
}

}  // namespace

TEST_CASE("a user's activation") {
    const auto value = [](double x) {
        return kernels::activate<kernels::activation_of<Mish>>(simd::Packet<double, 1>{x}).value;
    };
    for (const double x : {-4.0, -1.0, 0.0, 2.0}) {
        CHECK(value(x) == doctest::Approx(x * std::tanh(std::log1p(std::exp(x)))));
        const double slope = Mish::derivative(simd::Packet<double, 1>{x}).value;
        CHECK(slope == doctest::Approx((value(x + 1e-6) - value(x - 1e-6)) / 2e-6).epsilon(1e-7));
    }
}

//! [Transform]
/// Adds noise to the normalised numbers, uniform in [−most, most).
struct Noise {
    float most = 0.1f;

    std::vector<Setting> settings() const { return {{"noise", setting_text(most)}}; }
    template <class T>
    void apply(const SampleName& name, const SampleValues<T>& sample) const {
        RandomSequence random = name.random();  // the same numbers for the same seed, epoch and sample
        for (T& value : sample.values) value += T(random.uniform(-most, most));
    }
};
//! [Transform]

TEST_CASE("Transform") {
    const Dataset data = dark_and_light();
    const Batches plain(data);
    const Batches with_noise(data, {}, Noise{0.2f});
    std::vector<float> image(std::size_t(plain.extent().size())), changed = image;
    plain[0].load(3, image.data());
    with_noise[0].load(3, changed.data());
    float most = 0;
    for (std::size_t i = 0; i < image.size(); ++i) most = std::max(most, std::abs(changed[i] - image[i]));
    CHECK((most > 0.1f && most <= 0.2001f));
}

TEST_CASE("Dataset") {
    const Dataset data = dark_and_light();
    CHECK(data.size() == 100);
    CHECK(data.image(1)[0] == 230);
    const auto [train, test] = data.hold_out(20);
    CHECK(train.size() == 80);
    CHECK(test.size() == 20);
}

TEST_CASE("TensorDataset") {
    //! [TensorDataset]
    const TensorDataset<float, float> houses{.shape = {3, 1, 1},  // three numbers a sample
                                             .inputs = {75, 2, 1998, 120, 4, 1975, 60, 2, 2011, 94, 3, 1987},
                                             .targets = {210, 305, 190, 240},  // one number a sample: its price
                                             .mean = {90, 3, 1990},
                                             .stddev = {25, 1, 15}};
    const auto [train, test] = houses.hold_out(1);
    Batches batches(train, {.batch_size = 2, .shuffle = true});
    //! [TensorDataset]
    CHECK(batches.count() == 2);
    CHECK(batches[0].target(0).size() == 1);
    CHECK(test.target(0)[0] == 240);
}

TEST_CASE("MappedDataset") {
    const TemporaryFolder folder;
    const std::filesystem::path file = folder / "images.norma";
    const Dataset images = dark_and_light();
    //! [MappedDataset]
    MappedDatasetWriter writer(file, images.described());  // sizes, classes, mean and standard deviation
    for (std::size_t i = 0; i < images.size(); ++i) writer.add(images.image(i), images.labels[i]);
    writer.commit();  // the file appears

    const MappedDataset data(file);  // the system loads what is read
    ReadAhead train(Batches(data, {.batch_size = 16, .shuffle = true}), {.batches = 3});
    //! [MappedDataset]
    CHECK(train.size() == 100);
    std::vector<float> pixels(64);
    train[0].load(3, pixels.data());
    CHECK(pixels[0] == doctest::Approx((data.values(train[0].index_of(3))[0] / 255.0 - 0.5) / 0.25));
}

TEST_CASE("Batches") {
    const Dataset data = dark_and_light();
    //! [Batches]
    Batches train(data, {.batch_size = 16, .shuffle = true}, RandomCrop{.padding = 1}, RandomFlip{});
    const Batches test(data);  // the order of the data set, no transforms

    std::vector<float> image(std::size_t(test.extent().size()));
    std::vector<int> labels;
    train.start_epoch(3);  // the order and the random numbers of epoch 3
    for (int b = 0; b < train.count(); ++b) {
        const auto batch = train[b];
        for (int i = 0; i < batch.size(); ++i) {
            batch.load(i, image.data());  // height × width × channels, normalised
            labels.push_back(batch.target(i));
        }
    }
    //! [Batches]
    CHECK(labels.size() == 100);
    CHECK(share_of(1, labels) == 0.5);
    test[0].load(1, image.data());
    CHECK(image[0] == doctest::Approx((230.0 / 255 - 0.5) / 0.25));
}

TEST_CASE("Network") {
    //! [Network]
    using Net = Network<Shape<3, 32, 32>,            // channels, height, width
                        Block<16, 3, GroupNorm<2>>,  // 16 × 30 × 30
                        MaxPool2d<2>,                // 16 × 15 × 15
                        Linear<10>>;                 // 10 logits

    static_assert(Net::input_extent == Extent{3, 32, 32});
    static_assert(Net::outputs == 10);
    static_assert(Net::parameter_count == 16 * 3 * 3 * 3 + 2 * 16 + (16 * 15 * 15 + 1) * 10);

    Net network(1);  // initial weights by seed 1
    std::cout << summary<Net>();
    //! [Network]
    CHECK(network.parameters().size() >= std::size_t(Net::parameter_count));
}

TEST_CASE("Trainer") {
    const auto [train_data, test_data] = dark_and_light().hold_out(20);
    Batches<float> train(train_data, {.batch_size = 16, .shuffle = true});
    const Batches<float> test(test_data, {});
    //! [Trainer]
    Net network(1);
    Threads threads;  // as many as the machine has
    TrainingOptions options;
    options.epochs = 5;
    options.learning_rate = 0.05;  // in every step; StepLR(0.05, 2) divides it by 10 after every 2 epochs
    options.optimiser.momentum = 0.9;
    Trainer<Net> trainer(network, threads, options);

    TrainingCallbacks callbacks;
    callbacks.after_epoch = [](const EpochRecord& epoch) {
        std::cout << "epoch " << epoch.epoch + 1 << ": test accuracy " << epoch.test_accuracy << " %\n";
        return epoch.test_accuracy == 100 ? Next::stop : Next::go_on;
    };
    const History& history = trainer.fit(train, test, callbacks);
    //! [Trainer]
    CHECK(history.epochs.back().test_accuracy == 100);

    //! [evaluate]
    const Evaluation result = evaluate(network, test, threads);
    std::cout << "loss " << result.loss << ", accuracy " << result.accuracy << " %\n";
    std::cout << "images of class 0 taken for class 1: " << result.confusion(0, 1) << '\n';
    //! [evaluate]
    //! [views]
    const Evaluation averaged = evaluate(network, test, threads, translated_views());  // six views of each image
    std::cout << "accuracy with test-time augmentation: " << averaged.accuracy << " %\n";
    //! [views]
    CHECK(averaged.predicted.size() == result.predicted.size());
    CHECK(result.accuracy == 100);
    CHECK(result.confusion(0, 1) == 0);

    //! [predict]
    std::vector<float> image(Net::input_extent.size());
    test[0].load(0, image.data());  // height × width × channels, normalised as in training
    const auto logits = predict(network, image);
    const auto label = std::ranges::max_element(logits) - logits.begin();
    //! [predict]
    CHECK(label == test[0].target(0));

    //! [Predictor]
    Predictor<Net> predictor(network);  // once; it has its own copy of the numbers
    for (int i = 0; i < test[0].size(); ++i) {
        test[0].load(i, image.data());
        const auto outputs = predictor(image);  // allocates nothing; valid until the next call
        if (outputs[1] > outputs[0]) std::cout << "image " << i << " is of class 1\n";
    }
    predictor.update(network);  // after the network has changed
    //! [Predictor]
    CHECK(std::ranges::equal(predictor(image), predict(network, image)));
}

TEST_CASE("features") {
    const Dataset data = dark_and_light();
    const Batches<float> batches(data, {.batch_size = 8});
    Threads threads;
    //! [features]
    using Tapped = Network<Shape<1, 8, 8>, Block<4, 3, BatchNorm>, GlobalAvgPool2d, Tap<"features">, Linear<2>>;
    const Tapped network(1);
    const std::vector<float> features = predict<"features">(network, batches[0], threads);  // 4 for each sample
    //! [features]
    CHECK(features.size() == 32);
}

TEST_CASE("EarlyStopping") {
    const Dataset data = dark_and_light();
    Batches<float> train(data, {.batch_size = 16, .shuffle = true});
    const Batches<float> test(data, {});
    Net network(1);
    Threads threads;
    //! [EarlyStopping]
    Trainer<Net> trainer(network, threads, {.epochs = 200});
    TrainingCallbacks callbacks;
    const auto print = [](const EpochRecord& epoch) { std::cout << epoch.epoch << ": " << epoch.test_loss << '\n'; };
    callbacks.after_epoch = in_turn(print, EarlyStopping(trainer.history(), {.patience = 5, .min_delta = 0.01}));
    trainer.fit(train, test, callbacks);  // ends when five epochs in a row did not lower the test loss by 0.01
    //! [EarlyStopping]
    CHECK(trainer.history().epochs.size() < 200);

    //! [KeepBest]
    const KeepBest best(trainer, {.monitor = {"test_accuracy", Better::larger}});
    callbacks.after_epoch = in_turn(best, EarlyStopping(trainer.history()));
    trainer.fit(train, test, callbacks);
    std::cout << "the network is again that of epoch " << best.restore() << '\n';
    //! [KeepBest]
    CHECK(evaluate(network, test, threads).accuracy == trainer.best()->value);
}

TEST_CASE("parameters") {
    const auto [train_data, test_data] = dark_and_light().hold_out(20);
    Batches<float> train(train_data, {.batch_size = 16, .shuffle = true});
    const Batches<float> test(test_data, {});
    Net network(1);
    Threads threads;
    const Net before = network;
    //! [parameters]
    TrainingOptions options;
    options.optimiser = {.momentum = 0.9, .weight_decay = 5e-4};
    options.parameters = [](const ParameterInfo& parameter) -> ParameterGroup {
        if (parameter.is_in("0.0")) return {.frozen = true};  // the first convolution, PyTorch's "0.0.weight"
        if (parameter.kind == ParameterKind::linear_weight) return {.rate = 0.5};
        return no_decay_on_norms_and_biases(parameter);
    };
    options.average = WeightAverage{.decay = 0.9};  // beside the weights that are trained
    Trainer<Net> trainer(network, threads, options);
    trainer.fit(train, test);
    const Net averaged = trainer.averaged_network();  // to evaluate, or to save
    //! [parameters]
    const ParameterInfo first = parameter_infos<Net>().at(0);
    CHECK(std::ranges::equal(before.parameters().first(first.size), network.parameters().first(first.size)));
    CHECK(evaluate(averaged, test, threads).accuracy > 50);
}

TEST_CASE("find_learning_rate") {
    const Dataset data = dark_and_light();
    Batches<float> train(data, {.batch_size = 16, .shuffle = true});
    Net network(1);
    Threads threads;
    //! [find_learning_rate]
    const Trainer<Net> untrained(network, threads);
    const RangeTest range = find_learning_rate(untrained, train, threads);  // the loss as the rate grows
    for (std::size_t i = 0; i < range.rates.size(); ++i) std::cout << range.rates[i] << ' ' << range.losses[i] << '\n';
    Trainer<Net> trainer(network, threads, {.learning_rate = range.suggestion});
    //! [find_learning_rate]
    CHECK((range.suggestion > 1e-5 && range.suggestion < 10));
}

TEST_CASE("Executor") {
    const Dataset data = dark_and_light();
    const Batches<float> batches(data, {.batch_size = 100});
    //! [Executor]
    // A loss of one's own: the squared distance from the network's outputs to (1, 0) or (0, 1).
    Net network(1);
    Threads threads;
    Executor<Net, training_mode> executor(threads, 100);  // for batches of up to 100 samples
    Sgd<float> optimiser(network.parameters().size());
    std::vector<double> losses(100);
    const auto batch = batches[0];
    const auto loss = [&](int i, const float* outputs, float* gradient) {  // called by several threads
        losses[std::size_t(i)] = 0;
        for (int k = 0; k < Net::outputs; ++k) {
            const float difference = outputs[k] - (batch.target(i) == k ? 1.0f : 0.0f);
            losses[std::size_t(i)] += difference * difference;
            gradient[k] = 2 * difference / float(batch.size());
        }
    };
    for (std::uint32_t step = 0; step < 50; ++step) {
        executor.run(network, batch, loss, {.seed = 1, .step = step});
        optimiser.step(network.parameters(), executor.gradient(), 0.02);
    }
    //! [Executor]
    //! [named_gradients]
    const auto gradients = named_gradients(executor);
    for (float& number : gradients["0.0.weight"].numbers) number = 0;  // before a step: the convolution is frozen
    for (const auto& tensor : named_parameters(network)) std::cout << tensor.name << ": " << tensor.size << '\n';
    //! [named_gradients]
    CHECK(gradients.size() == 5);
    CHECK(*std::ranges::max_element(losses) < 0.01);
}

TEST_CASE("weights and checkpoints") {
    const TemporaryFolder folder;
    const Dataset data = dark_and_light();
    Batches<float> train(data, {.batch_size = 16, .shuffle = true});
    const Batches<float> test(data, {});
    Threads threads;
    const TrainingOptions options{.epochs = 2};
    Net network(1);
    {
        const std::filesystem::path file = folder / "training.safetensors";
        //! [save_checkpoint]
        Trainer<Net> trainer(network, threads, options);
        TrainingCallbacks callbacks;
        callbacks.after_epoch = [&](const EpochRecord&) {
            save_checkpoint(trainer, file);  // replaces the file as a whole, or not at all
            return Next::go_on;
        };
        trainer.fit(train, test, callbacks);
        //! [save_checkpoint]
        CHECK(trainer.history().epochs.size() == 2);

        //! [load_checkpoint]
        Net same(1);  // in another run of the program
        Trainer<Net> resumed(same, threads, options);
        if (std::filesystem::exists(file)) load_checkpoint(resumed, file);
        resumed.set_epochs(3);
        resumed.fit(train, test);  // the epochs that are left, to the same bits as without the stop
        //! [load_checkpoint]
        CHECK(resumed.history().epochs.size() == 3);
        trainer.set_epochs(3);
        trainer.fit(train, test);
        CHECK(std::ranges::equal(network.parameters(), same.parameters()));
    }
    const std::filesystem::path file = folder / "weights.safetensors";
    //! [weights]
    save_weights(network, file);  // PyTorch reads it: load_state_dict(safetensors.torch.load_file(file))

    Net other(2);
    for (const std::string& note : load_weights(other, file).notes) std::cout << note << '\n';
    //! [weights]
    CHECK(std::ranges::equal(network.parameters(), other.parameters()));

    //! [fine_tuning]
    using ThreeClasses = Network<Shape<1, 8, 8>, Block<4, 3, GroupNorm<2>>, MaxPool2d<2>, Linear<3>>;
    ThreeClasses tuned(3);
    const LoadedWeights loaded = load_weights(tuned, file, {.except = "2"});  // all but the linear layer
    for (const std::string& name : loaded.left_alone) std::cout << name << " was left alone\n";
    //! [fine_tuning]
    CHECK(loaded.left_alone == std::vector<std::string>{"2.weight", "2.bias"});
}

}  // namespace examples_test
