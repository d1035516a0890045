#include "norma/training/weight_update.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "../support/golden.hpp"
#include "../support/gradient_check.hpp"
#include "../support/initial_values.hpp"
#include "../support/message.hpp"
#include "../support/small_network.hpp"
#include "../support/toy_data.hpp"
#include "norma/core/layout.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/norm/batch.hpp"
#include "norma/training/sgd.hpp"
#include "norma/training/trainer.hpp"

namespace weight_update_test {

using namespace norma;

/// Steps as the sign of the gradient says, all parameters alike.
template <class T>
struct SignDescent {
    struct Options {};
    explicit SignDescent(std::size_t, const Options& = {}) {}
    void step(std::span<T>, std::span<const T>, double) {}
    std::array<StateArray<T>, 0> state() { return {}; }
    std::array<StateArray<const T>, 0> state() const { return {}; }
};

namespace {

using Update = detail::WeightUpdate<double>;

constexpr double no_limit = std::numeric_limits<double>::max();

/// A network of 16 parameters, of which a step subtracts the gradient.
struct Toy {
    std::vector<double> parameters = std::vector<double>(16, 1.0), mean{5}, variance{7};
    Sgd<double> optimiser{16, {.momentum = 0}};

    detail::NetworkNumbers<double> numbers() { return {parameters, mean, variance}; }
    /// Batch `batch` of an epoch of three, with 2 samples, whose gradient is `gradient` everywhere.
    void take(Update& update, double gradient, int epoch, int batch) {
        std::vector<double> g(16, gradient);
        update.begin_epoch(numbers(), epoch);
        update.step(optimiser, numbers(), std::span<double>(g), 2, 1, {epoch, batch, 3});
    }
};

Update made(Toy& toy) {
    return Update({}, Lookahead{.every = 2, .decay = 0.5}, WeightAverage{.decay = 0.75, .from_epoch = 1}, 2, no_limit,
                  toy.numbers());
}

// A network with norms over the batch; and one without, without dropout.
using Net = SmallNetwork<BatchNorm>;
using Plain = Network<Shape<2, 3, 3>, Conv2d<4, 2>, ReLU, Linear<3>>;

/// The numbers of both batches of `source`, one batch after the other.
struct Joined {
    const ToySource<float>& source;

    Joined& operator[](int) { return *this; }
    const Joined& operator[](int) const { return *this; }
    void start_epoch(int) {}
    int size() const { return source[0].size() + source[1].size(); }
    int batch_size() const { return size(); }
    int count() const { return 1; }
    Extent extent() const { return source.extent(); }
    int classes() const { return source.classes(); }
    int target(int i) const {
        return i < source[0].size() ? source[0].target(i) : source[1].target(i - source[0].size());
    }
    void load(int i, float* out) const {
        if (i < source[0].size()) return source[0].load(i, out);
        source[1].load(i - source[0].size(), out);
    }
};

/// Two epochs of four batches of six images of the golden script.
struct GoldenSource {
    int epoch = 0;
    struct Batch {
        std::vector<float> images;
        std::vector<int> labels;
        int size() const { return 6; }
        int target(int i) const { return labels[std::size_t(i)] % 3; }
        void load(int i, double* out) const {
            const std::vector<double> image(images.begin() + 72 * i, images.begin() + 72 * i + 72);
            to_channels_last<double>(image, {out, 72}, {2, 6, 6});
        }
    };

    void start_epoch(int of) { epoch = of; }
    std::size_t size() const { return 24; }
    int batch_size() const { return 6; }
    int count() const { return 4; }
    Extent extent() const { return {2, 6, 6}; }
    int classes() const { return 3; }
    Batch operator[](int b) const {
        const std::string step = std::to_string(4 * epoch + b);
        return {initial::tensor("training/groups/x" + step, 6 * 72),
                initial::labels("training/groups/labels" + step, 6)};
    }
};

}  // namespace

TEST_CASE("weight update: by default every batch is a step, and nothing else happens") {
    Toy toy;
    Update update;
    toy.take(update, 0.25, 0, 0);
    CHECK(toy.parameters == std::vector<double>(16, 0.75));
    update.finish(toy.numbers());
    update.copy_average_to(toy.numbers());
    CHECK(toy.parameters == std::vector<double>(16, 0.75));
    update.visit_state([](const std::string&, auto) { FAIL("no counts"); },
                       [](const std::string&, auto) { FAIL("no arrays"); });
}

TEST_CASE(
    "weight update: steps of two batches, the last of an epoch of one; resumed after any batch with the same bits") {
    const auto gradient = [](int k) { return 0.125 * (k % 4); };
    for (int stop = 0; stop <= 6; ++stop) {
        CAPTURE(stop);
        Toy whole, toy;
        Update update = made(whole), first = made(toy), second = made(toy);
        for (int k = 0; k < 6; ++k) whole.take(update, gradient(k), k / 3, k % 3);
        for (int k = 0; k < stop; ++k) toy.take(first, gradient(k), k / 3, k % 3);
        std::map<std::string, double> counts;
        std::map<std::string, std::vector<double>> arrays;
        const Update& fixed = first;
        fixed.visit_state(
            [&](const std::string& name, auto count) { counts[name] = double(count); },
            [&](const std::string& name, auto values) { arrays[name].assign(values.begin(), values.end()); });
        CHECK(counts.size() == 4);
        CHECK(arrays.size() == 7);
        second.visit_state(
            [&](const std::string& name, auto& count) {
                count = static_cast<std::remove_cvref_t<decltype(count)>>(counts.at(name));
            },
            [&](const std::string& name, auto values) { std::ranges::copy(arrays.at(name), values.begin()); });
        for (int k = stop; k < 6; ++k) toy.take(second, gradient(k), k / 3, k % 3);
        CHECK(toy.parameters == whole.parameters);
        second.copy_average_to(toy.numbers());
        update.copy_average_to(whole.numbers());
        CHECK(toy.parameters == whole.parameters);
    }
    // By hand: steps of 0.0625, 0.25 (then lookahead), 0.1875 and 0.125 (then lookahead); the average is of the last
    // two.
    Toy toy;
    Update update = made(toy);
    for (int k = 0; k < 6; ++k) toy.take(update, gradient(k), k / 3, k % 3);
    const double slow = 1 - 0.3125 / 2;
    const double third = slow - (gradient(3) + gradient(4)) / 2;
    const double last = slow + (third - gradient(5) - slow) / 2;
    CHECK(toy.parameters[0] == doctest::Approx(last).epsilon(1e-14));
    CHECK(toy.mean[0] == 5);
    update.copy_average_to(toy.numbers());
    CHECK(toy.parameters[15] == doctest::Approx(third + 0.25 * (last - third)).epsilon(1e-14));
}

TEST_CASE("weight update: what is frozen has the gradient 0, also for the norm; at the end come the slow weights") {
    const std::vector<ParameterInfo> infos{{.name = "0.weight", .offset = 0, .size = 2},
                                           {.name = "1.weight", .offset = 16, .size = 4}};
    std::vector<double> parameters(32, 1.0), none;
    const detail::NetworkNumbers<double> network{parameters, none, none};
    const auto rule = [](const ParameterInfo& p) { return ParameterGroup{.frozen = p.name == "0.weight"}; };
    Update update(Owned<detail::TrainedGroups>(new detail::ParameterGroups<ParameterRule>(infos, rule)),
                  Lookahead{.every = 5}, {}, 1, 6, network);
    update.begin_epoch(network, 0);
    CHECK(update.settings().size() == 5);
    std::vector<double> gradient(32, 3.0);
    Sgd<double> optimiser(32, {.momentum = 0, .weight_decay = 0.5});
    update.step(optimiser, network, std::span<double>(gradient), 2, 1, {0, 0, 1});
    CHECK(std::ranges::count(gradient, 0.0) == 16);
    CHECK(gradient[16] == doctest::Approx(1.5));  // the norm of 16 threes is 12
    CHECK(parameters[0] == 1);
    CHECK(parameters[16] == doctest::Approx(-1));
    update.finish(network);
    CHECK(parameters[16] == 1);
}

TEST_CASE("weight update: frozen layers do not change by one bit, nor the running statistics of frozen norms") {
    Threads threads(2);
    Net net(1);
    Trainer<Net> trainer(net, threads,
                         {.epochs = 2, .optimiser = {.weight_decay = 0.1}, .parameters = [](const ParameterInfo& p) {
                              return ParameterGroup{.frozen = p.is_in("0"), .trained_epochs = p.is_in("1") ? 1 : 9};
                          }});
    ToySource<float> train(Net::input_extent, {8, 5}, 1, Net::outputs);
    const Net before = net;
    EpochRecord record;
    trainer.train_epoch(train, record);
    const Net between = net;
    trainer.train_epoch(train, record);
    for (const ParameterInfo& p : parameter_infos<Net>()) {
        CAPTURE(p.name);
        const auto of = [&](const Net& network) { return network.parameters().subspan(p.offset, p.size); };
        CHECK(same_bits<float>(of(before), of(between)) == p.is_in("0"));
        CHECK(same_bits<float>(of(between), of(net)) == (p.is_in("0") || p.is_in("1")));
        const auto velocity = trainer.optimiser().velocity().subspan(p.offset, p.size);
        CHECK((std::ranges::count(velocity, 0.0f) == std::ptrdiff_t(p.size)) == p.is_in("0"));
    }
    for (const Node& node : Net::graph.nodes) {
        if (node.facts.statistics_count == 0) continue;
        const auto of = [&](const Net& network) {
            return network.running_mean().subspan(std::size_t(node.running_offset), 8);
        };
        CHECK(same_bits<float>(of(before), of(between)) == (node.layer == 1));
        CHECK(same_bits<float>(of(between), of(net)));
    }
}

TEST_CASE("weight update: groups, frozen parameters and lookahead train a network as in PyTorch") {
    using Norm = BasicBatchNorm<BatchNormOptions{.epsilon = {1, 1'000'000'000'000}, .momentum = {2, 5}}>;
    using Golden = BasicNetwork<double, Shape<2, 6, 6>, Conv2d<4, 3>, Norm, ReLU, Linear<3>>;
    const std::vector<ParameterInfo> infos = parameter_infos<Golden>();
    const auto in_pytorch = [](const ParameterInfo& p) {  // which counts the Flatten before the linear layer
        return p.is_in("3") ? "4" + p.name.substr(1) : p.name;
    };
    Golden net;
    for (const ParameterInfo& p : infos) {
        if (p.name == "1.weight") continue;
        const std::vector<float> values = initial::tensor("training/groups/" + in_pytorch(p), p.size, 0.25f);
        reverse_axes<double>(std::vector<double>(values.begin(), values.end()),
                             net.parameters().subspan(p.offset, p.size), p.axes[0], p.axes[1], p.axes[2]);
    }
    Threads threads(2);
    Trainer<Golden> trainer(net, threads,
                            {.epochs = 2,
                             .optimiser = {.momentum = 0.85, .weight_decay = 0.1, .nesterov = true},
                             .learning_rate = 0.05,
                             .parameters = [](const ParameterInfo& p) -> ParameterGroup {
                                 if (p.kind == ParameterKind::norm_weight) return {.frozen = true};
                                 if (p.kind == ParameterKind::norm_bias) return {.rate = 8, .weight_decay = 0.1 / 8};
                                 if (p.kind == ParameterKind::convolution_weight) return {.trained_epochs = 1};
                                 return {};
                             },
                             .lookahead = Lookahead{.every = 3, .decay = std::pow(0.95, 5), .power = 3, .epochs = 2}});
    const auto check = [&](const std::string& which) {
        CAPTURE(which);
        const golden::File file("training/groups");
        for (const ParameterInfo& p : infos) {
            CAPTURE(p.name);
            std::vector<double> values(p.size);
            reverse_axes<double>(net.parameters().subspan(p.offset, p.size), values, p.axes[2], p.axes[1], p.axes[0]);
            CHECK(golden::relative_error(values, file.tensor(which + in_pytorch(p)).values) < 1e-11);
        }
        const auto four = [](std::span<double> all) { return std::vector<double>(all.begin(), all.begin() + 4); };
        CHECK(golden::relative_error(four(net.running_mean()), file.tensor(which + "1.running_mean").values) < 1e-11);
        CHECK(golden::relative_error(four(net.running_var()), file.tensor(which + "1.running_var").values) < 1e-11);
    };
    GoldenSource train;
    EpochRecord record;
    trainer.train_epoch(train, record);
    trainer.train_epoch(train, record);
    check("fast.");
    trainer.finish_lookahead();
    check("slow.");
}

TEST_CASE("weight update: a rule that treats all alike gives the bits of no rule") {
    Threads threads(1);
    ToySource<float> train(Net::input_extent, {8, 5}, 1, Net::outputs);
    Net net(1), by_rule(1);
    Trainer<Net>(net, threads, {.epochs = 2}).fit(train);
    Trainer<Net>(by_rule, threads, {.epochs = 2, .parameters = [](const ParameterInfo&) { return ParameterGroup{}; }})
        .fit(train);
    CHECK(same_bits<float>(net.parameters(), by_rule.parameters()));
    CHECK(same_bits<float>(net.running_var(), by_rule.running_var()));
}

TEST_CASE("weight update: two batches of one step are as one batch of their samples") {
    Threads threads(2);
    ToySource<float> train(Plain::input_extent, {8, 5}, 1, Plain::outputs);
    Joined joined{train};
    Plain net(1), expected(1);
    Trainer<Plain> trainer(net, threads, {.epochs = 2, .learning_rate = 0.1, .batches_per_step = 2});
    Trainer<Plain> of_joined(expected, threads, {.epochs = 2, .learning_rate = 0.1});
    trainer.fit(train);
    of_joined.fit(joined);
    CHECK(worst_error(std::vector<double>(net.parameters().begin(), net.parameters().end()),
                      std::vector<double>(expected.parameters().begin(), expected.parameters().end())) < 1e-5);
    CHECK(trainer.progress().step == 4);  // batches
}

TEST_CASE("weight update: fit ends with the slow weights; the averaged network is a network of its own") {
    Threads threads(1);
    ToySource<float> train(Plain::input_extent, {8, 5}, 1, Plain::outputs);
    Plain net(1), fast(1);
    const Plain first = net;
    Trainer<Plain> trainer(net, threads,
                           {.epochs = 1, .lookahead = Lookahead{.every = 5}, .average = WeightAverage{.decay = 0.5}});
    CHECK(same_bits<float>(trainer.averaged_network().parameters(), net.parameters()));
    std::vector<float> at_first;
    TrainingCallbacks callbacks;
    callbacks.after_batch = [&](const BatchReport& report) {
        if (report.batch == 0) at_first.assign(net.parameters().begin(), net.parameters().end());
        return Next::go_on;
    };
    trainer.fit(train, callbacks);
    CHECK(same_bits<float>(net.parameters(), first.parameters()));  // two steps, and the slow weights never moved
    Trainer<Plain>(fast, threads, {.epochs = 1}).fit(train);
    const Plain averaged = trainer.averaged_network();
    for (std::size_t i = 0; i < at_first.size(); ++i) {
        CHECK(averaged.parameters()[i] == doctest::Approx((at_first[i] + fast.parameters()[i]) / 2).epsilon(1e-5));
    }
}

TEST_CASE("weight update: a rule for an optimiser that cannot step groups is refused with the remedy") {
    Threads threads(1);
    Plain net(1);
    using Taught = Trainer<Plain, CrossEntropy, SignDescent>;
    CHECK(mentions(message_of<OptionError>([&] { Taught(net, threads, {.parameters = no_decay_on_norms_and_biases}); }),
                   "steps all parameters alike", "std::span<const ParameterRun>"));
}

TEST_CASE("weight update: impossible options are refused by name") {
    Toy toy;
    CHECK(mentions(message_of<OptionError>([&] { Update({}, {}, {}, 0, {}, toy.numbers()); }),
                   "batches per step: 0 is not at least 1"));
    CHECK(mentions(message_of<OptionError>([&] { Update({}, Lookahead{.every = 0}, {}, 1, {}, toy.numbers()); }),
                   "every"));
}

}  // namespace weight_update_test
