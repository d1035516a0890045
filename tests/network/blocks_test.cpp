#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "../support/numbers.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/predictor.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/testing/difference.hpp"

namespace blocks_test {

// What a block of samples computes is what its samples compute one by one; in training the same sums in another order.

using namespace norma;
using conformance::worst_difference;

namespace {

/// Winograd's algorithm, a strided convolution, one of one tap, an activation and a skip that fusion joins with them,
/// and linear layers, which take 16 samples as one row; all of them with enough weights for a block of 16.
template <class T>
using Wide = BasicNetwork<T, Shape<16, 8, 8>, Block<48, 3, GroupNorm<4>, 1, 1>, Conv2d<96, 3, 2, 1, Bias::yes>, ReLU,
                          Residual<Conv2d<96, 3, 1, 1>>, Conv2d<260, 1, 1, 0, Bias::yes>, ReLU, MaxPool2d<4>,
                          Linear<100>, ReLU, Residual<Linear<100>>, Linear<3>>;
static_assert(Wide<float>::plan<training_mode>.block == 16);

/// Layers of one pixel, whose samples are the pixels of a row, except where a kernel has more than one tap; all with
/// weights that are packed.
template <class T>
using OnePixel =
    BasicNetwork<T, Shape<300, 1, 1>, Linear<260>, ReLU, Residual<Linear<260>>, Conv2d<64, 3, 1, 1>, ReLU, Linear<3>>;
static_assert(OnePixel<float>::plan<training_mode>.block == 16);

/// So few outputs that a single sample would be summed in several parts, if it had not to be as in a row.
template <class T>
using NarrowOutput = BasicNetwork<T, Shape<2000, 1, 1>, Linear<100>, ReLU, Linear<170>, Linear<3>>;
static_assert(NarrowOutput<float>::plan<evaluation_mode>.block == 16);

constexpr int most_images = 70;  // chunks of 16 samples, and one of 6

template <class T>
struct Images {
    const std::vector<T>& numbers;
    int first = 0;
    int count = 0;
    int image = 0;
    int size() const { return count; }
    void load(int i, T* out) const { std::copy_n(numbers.begin() + (first + i) * image, image, out); }
};

struct Result {
    std::vector<double> logits;
    std::vector<double> gradient;
};

/// Logits of `count` samples from `first` on, and the gradient of ½ |logits|².
template <class Net, Mode M>
Result run(int first, int count, int threads = 1) {
    using T = typename Net::Scalar;
    constexpr int image = Net::input_extent.size();
    static const std::vector<T> numbers = real_numbers<T>(most_images * image, 2);
    static const Net net(1);
    const Images<T> images{numbers, first, count, image};
    Threads pool(threads);
    Executor<Net, M> executor(pool, count);
    Result result;
    result.logits.resize(std::size_t(count * Net::outputs));
    executor.run(net, images, [&](int i, const T* logits, T* gradient) {
        for (int k = 0; k < Net::outputs; ++k) {
            result.logits[std::size_t(i * Net::outputs + k)] = double(logits[k]);
            if (M.gradients) gradient[k] = logits[k];
        }
    });
    if constexpr (M.gradients) result.gradient.assign(executor.gradient().begin(), executor.gradient().end());
    return result;
}

template <class Net, Mode M>
void compare(int count, double most) {
    CAPTURE(count);
    Result single;
    for (int i = 0; i < count; ++i) {
        const Result one = run<Net, M>(i, 1);
        single.logits.insert(single.logits.end(), one.logits.begin(), one.logits.end());
        single.gradient.resize(one.gradient.size());
        for (std::size_t k = 0; k < one.gradient.size(); ++k) single.gradient[k] += one.gradient[k];
    }
    const Result block = run<Net, M>(0, count);
    CHECK(worst_difference(block.logits, single.logits).relative < most);
    if (M.gradients) CHECK(worst_difference(block.gradient, single.gradient).relative < most);
    const Result threads = run<Net, M>(0, count, 3);
    CHECK(threads.logits == block.logits);
    CHECK(threads.gradient == block.gradient);
}

}  // namespace

TEST_CASE("blocks: a step over a batch is the sum of steps over its samples, also where the last block is not full") {
    constexpr Mode mode{true, false, false};
    compare<Wide<double>, mode>(37, 1e-12);
    compare<Wide<double>, mode>(8, 1e-12);
    compare<Wide<float>, mode>(most_images, 1e-4);
    compare<OnePixel<double>, mode>(most_images, 1e-12);
}

TEST_CASE("blocks: the outputs of a batch are those of its samples") {
    compare<Wide<double>, evaluation_mode>(most_images, 1e-12);
    compare<OnePixel<double>, evaluation_mode>(most_images, 1e-12);
}

TEST_CASE("blocks: norms over the batch get the statistics of all blocks") {
    using Small = BasicNetwork<double, Shape<16, 4, 4>, Conv2d<128, 3, 1, 1>, BatchNorm, ReLU, Conv2d<128, 3, 1, 1>,
                               BatchNorm, ReLU, GlobalAvgPool2d, Linear<3>>;
    static_assert(Small::plan<training_mode>.block == 16);
    const Result at_one_thread = run<Small, training_mode>(0, most_images);
    const Result at_three = run<Small, training_mode>(0, most_images, 3);
    CHECK(at_three.logits == at_one_thread.logits);
    CHECK(at_three.gradient == at_one_thread.gradient);
    // The mean over the batch of a normalised value is 0, so the gradient of a weight before the norm is orthogonal to
    // it: scaling the weight changes nothing (up to ε).
    const Small net(1);
    const Node& convolution = Small::graph.nodes[0];
    double product = 0;
    double size = 0;
    for (int k = 0; k < convolution.facts.weight_count; ++k) {
        const std::size_t at = std::size_t(convolution.weight_offset + k);
        product += net.parameters()[at] * at_one_thread.gradient[at];
        size += std::fabs(net.parameters()[at] * at_one_thread.gradient[at]);
    }
    CHECK(std::fabs(product) < 1e-3 * size);
}

TEST_CASE_TEMPLATE("blocks: in evaluation a sample has the same bits in any batch, and in a predictor", Net,
                   Wide<float>, OnePixel<float>, OnePixel<double>, NarrowOutput<float>, Wide<Bf16>) {
    using T = typename Net::Scalar;
    constexpr std::size_t image = std::size_t(Net::input_extent.size());
    constexpr std::size_t outputs = std::size_t(Net::outputs);
    const Result batch = run<Net, evaluation_mode>(0, most_images);
    const std::vector<T> images = real_numbers<T>(most_images * int(image), 2);
    const Net net(1);
    Predictor<Net> predictor(net);
    for (std::size_t i = 0; i < std::size_t(most_images); ++i) {
        const auto logits = predictor(std::span<const T>(images).subspan(i * image, image));
        for (std::size_t k = 0; k < outputs; ++k) CHECK(double(logits[k]) == batch.logits[outputs * i + k]);
    }
    const std::vector<double> some(batch.logits.begin() + 5 * Net::outputs, batch.logits.begin() + 8 * Net::outputs);
    CHECK(run<Net, evaluation_mode>(5, 3).logits == some);
}

TEST_CASE("blocks: memory is for as many samples as there can be at a time") {
    Threads threads(1);
    using Net = Wide<float>;
    constexpr auto& plan = Net::plan<evaluation_mode>;
    const auto memory = [&](int samples) { return Executor<Net, evaluation_mode>(threads, samples).memory(); };
    CHECK(memory(most_images) - memory(1) == 15 * std::size_t(plan.arena_size));
    CHECK(memory(most_images) == memory(4 * most_images));
}

}  // namespace blocks_test
