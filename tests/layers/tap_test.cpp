#include "norma/layers/tap.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../support/golden_graph.hpp"
#include "../support/message.hpp"
#include "norma/io/type_signature.hpp"
#include "norma/norma.hpp"
#include "norma/testing/save_and_load.hpp"

namespace tap_layer_test {

using namespace norma;

namespace {

static_assert(Layer<Tap<"a">> && Layer<Tap<"a", ReLU>>);
static_assert(Tap<"a">::name().view() == "Tap<a>");
static_assert(Tap<"a", ReLU, Linear<2>>::name().view() == "Tap<a, ReLU, Linear<2>>");

/// The network of golden/graphs/auxiliary.
template <class T>
using Golden = BasicNetwork<T, Shape<3, 8, 6>, Conv2d<4, 3, 1, 1, Bias::yes>,
                            Tap<"first", GlobalAvgPool2d, Conv2d<6, 1, 1, 0, Bias::yes>, ReLU, Flatten, Linear<5>>,
                            BatchNorm, ReLU, Conv2d<4, 3>, BatchNorm,
                            Tap<"second", Conv2d<3, 1>, BatchNorm, ReLU, Flatten, Linear<5>>, ReLU, Flatten, Linear<5>>;

/// The batch of golden/graphs/auxiliary with its labels.
template <class T>
struct Labelled : golden_graph::Batch<Golden<T>> {
    std::vector<int> labels = initial::labels("graphs/auxiliary/labels", 6, 5);
    int target(int i) const { return labels[std::size_t(i)]; }
};

/// A source of that batch alone.
template <class T>
struct Source {
    Labelled<T> batch{{"graphs/auxiliary/x", 6}};
    void start_epoch(int) {}
    std::size_t size() const { return 6; }
    int batch_size() const { return 6; }
    int count() const { return 1; }
    Extent extent() const { return Golden<T>::input_extent; }
    int classes() const { return 5; }
    const Labelled<T>& operator[](int) const { return batch; }
};

using Net = Golden<float>;

}  // namespace

TEST_CASE_TEMPLATE("tap: a trainer adds the losses of auxiliary heads, with PyTorch's gradients", T, float, double) {
    const golden::File file("graphs/auxiliary");
    const double most = sizeof(T) == 4 ? 1e-4 : 1e-10;
    Golden<T> net(1);
    load_weights(net, golden_graph::part_of(file, "before."));
    CHECK(golden_graph::state_error(net, file, "before.", true) < 1e-7);

    Source<T> source;
    std::vector<double> heads[2] = {std::vector<double>(30), std::vector<double>(30)};
    Threads threads(2);
    Trainer<Golden<T>> trainer(net, threads, {.auxiliary = {{"second", 0.5}, {"first", 0.3}}});
    EpochRecord record;
    Golden<T> gradients = net;
    trainer.train_epoch(source, record);
    CHECK(std::abs(record.train_loss - file.scalar("loss")) < most * file.scalar("loss"));
    std::ranges::copy(trainer.gradient(), gradients.parameters().begin());
    CHECK(golden_graph::state_error(gradients, file, "grad.", false) < most);

    Executor<Golden<T>, training_mode> training(threads, 6);
    load_weights(net, golden_graph::part_of(file, "before."));
    training.run(net, source.batch, [&](int i, const T*, T*, const TapValues<T>& taps) {
        REQUIRE(taps.size() == 2);
        CHECK(taps.name(0) == "first");
        CHECK(taps.number("second") == 1);
        CHECK(taps.number("third") == 2);
        for (std::size_t k = 0; k < 2; ++k) {
            std::ranges::copy(taps.value(k), heads[k].begin() + i * 5);
            std::ranges::fill(taps.gradient(k), T(0));
        }
    });
    CHECK(golden::relative_error(heads[0], file.tensor("head0").values) < most);
    CHECK(golden::relative_error(heads[1], file.tensor("head1").values) < most);
}

TEST_CASE("tap: predict gives the values of any tap, as the loss of an executor gets them") {
    using Features = Network<Shape<2, 4, 3>, Conv2d<3, 3>, Tap<"features">, ReLU, Tap<"aux", Linear<2>>, Linear<4>>;
    const Features net(3);
    std::vector<float> image(24);
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = float(i % 5) - 2;
    const std::array<float, 6> features = predict<"features">(net, image);
    const Network<Shape<2, 4, 3>, Conv2d<3, 3>> front(3);
    CHECK(features == predict(front, image));
    CHECK(predict<"aux">(net, image).size() == 2);
    CHECK(predict(net, image).size() == 4);
    struct Two {
        const std::vector<float>& image;
        int size() const { return 2; }
        void load(int i, float* out) const {
            for (const float number : image) *out++ = i == 0 ? number : -number;
        }
    };
    Threads threads(2);
    const std::vector<float> both = predict<"features">(net, Two{image}, threads);
    REQUIRE(both.size() == 12);
    std::vector<float> negative = image;
    for (float& number : negative) number = -number;
    CHECK(std::ranges::equal(std::span(both).first(6), features));
    CHECK(std::ranges::equal(std::span(both).last(6), predict<"features">(net, negative)));
    CHECK(predict<"aux">(net, Two{image}, threads).size() == 4);
    image[7] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_AS(predict<"features">(net, image), DataError);
}

TEST_CASE("tap: files, signature and summary have auxiliary heads") {
    CHECK(state_names<Net>() == std::vector<std::string>{"0", "1.1", "1.4", "2", "4", "5", "6.0", "6.1", "6.4", "9"});
    CHECK(conformance::check_save_and_load<Net>(3).conforms());
    using Plain = Network<Shape<2, 4, 4>, Conv2d<2, 1>, ReLU>;
    using Tapped = Network<Shape<2, 4, 4>, Conv2d<2, 1>, Tap<"a">, ReLU>;
    CHECK(type_signature<Plain>() != type_signature<Tapped>());
    CHECK(type_signature<Tapped>().find("by Tap<a>") != std::string::npos);
    CHECK(layer_summaries<Net>()[1].parameters == 4 * 6 + 6 + 35);
    CHECK(layer_summaries<Net>()[1].output == Extent{4, 8, 6});
}

TEST_CASE("tap: a name that is there twice, and too many taps, are refused") {
    const auto problem = []<class... Layers>() { return std::string(build<Layers...>({2, 4, 4}).problem().view()); };
    CHECK(problem.operator()<Tap<"a">, ReLU, Tap<"a", ReLU>>() ==
          "norma: layer 3, Tap<a, ReLU>, gets 2x4x4 but needs a name that no other tap of the network has");
    GraphBuilder builder({2, 4, 4});
    const std::string names = "abcdefghijklmnopq";
    for (std::size_t k = 0; k < 17; ++k) builder.tap(std::string_view(names).substr(k, 1), false, "Tap");
    CHECK(mentions(std::string(builder.problem().view()), "a network of at most 16 taps"));
    CHECK(builder.graph().taps.size() == 16);
}

}  // namespace tap_layer_test
