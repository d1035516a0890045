#include "norma/core/precision.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ratio>
#include <span>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "../support/numbers.hpp"
#include "norma/io/type_signature.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/depthwise_conv2d.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/prelu.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/sequential.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/predict.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/layer.hpp"

namespace precision_test {

using namespace norma;

namespace {

constexpr int batch_size = 5;

template <class Numbers>
using Net = BasicNetwork<Numbers, Shape<32, 8, 8>, Block<48, 3, GroupNorm<4>, 1, 1>, MaxPool2d<2>,
                         Block<48, 3, GroupNorm<4>, 1, 1>, Conv2d<32, 3, 1, 1, Bias::yes>, ReLU, Linear<3>>;
/// Ops with and without kernels for bfloat16 activations, in blocks of samples and one by one; slices, and an odd
/// pitch.
template <class Numbers>
using ManyKinds =
    BasicNetwork<Numbers, Shape<3, 12, 12>, Conv2d<16, 3, 1, 1>, BatchNorm, ReLU, Dropout<std::ratio<1, 5>>,
                 Concat<Conv2d<16, 1>, Conv2d<24, 3, 1, 1>, Conv2d<5, 1>>, GroupNorm<5>, GELU, MaxPool2d<2>,
                 Residual<DepthwiseConv2d<3, 1, 1>, BatchNorm>, MaxPool2d<3, 1>, Conv2d<48, 3, 1, 1>, LayerNorm, ReLU,
                 AvgPool2d<2>, Conv2d<64, 3, 2, 1, Bias::yes>, ReLU, Linear<32>, PReLU<>, Linear<3>>;
static_assert(std::is_same_v<Net<float>::Rebind<Bf16>, Net<Bf16>>);
static_assert(std::is_same_v<Net<Bf16>::Value, Bf16> && std::is_same_v<Net<double>::Value, double>);
static_assert(std::is_same_v<Net<Bf16>::Scalar, float>);
static_assert(Net<Bf16>::precision == Precision::bf16 && Net<double>::precision == Precision::scalar);
static_assert(Net<Bf16>::parameter_count == Net<float>::parameter_count);

/// Logits of a batch, and the gradient of ½ |logits − target|².
struct Result {
    std::vector<double> logits;
    std::vector<double> gradient;
};

template <class N>
Result run(int thread_count) {
    using T = typename N::Scalar;
    Threads threads(thread_count);
    const N net(1);
    const std::vector<T> images = real_numbers<T>(batch_size * N::input_extent.size(), 2);
    struct Batch {
        const std::vector<T>& images;
        int size() const { return batch_size; }
        void load(int i, T* out) const {
            std::copy_n(images.begin() + i * N::input_extent.size(), N::input_extent.size(), out);
        }
    };
    Result result;
    result.logits.resize(std::size_t(batch_size * N::outputs));
    Executor<N, training_mode> executor(threads, batch_size);
    executor.run(net, Batch{images}, [&](int i, const T* logits, T* gradient) {
        for (int k = 0; k < N::outputs; ++k) {
            result.logits[std::size_t(i * N::outputs + k)] = double(logits[k]);
            gradient[k] = logits[k] - T(k == i % N::outputs ? 1 : 0);
        }
    });
    const std::span<const T> gradient = executor.gradient();
    result.gradient.assign(gradient.begin(), gradient.end());
    return result;
}

/// |a − b| / |b|, by the Euclidean norm.
double relative_error(const std::vector<double>& a, const std::vector<double>& b) {
    double error = 0;
    double size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        error += (a[i] - b[i]) * (a[i] - b[i]);
        size += b[i] * b[i];
    }
    return std::sqrt(error / size);
}

}  // namespace

TEST_CASE("precision: a network in bfloat16 computes about what it computes in double, with about eight bits") {
    const Result exact = run<Net<double>>(1);
    const Result single = run<Net<float>>(1);
    const Result half = run<Net<Bf16>>(1);
    CHECK(relative_error(single.logits, exact.logits) < 1e-5);
    CHECK(relative_error(half.logits, exact.logits) < 1e-2);
    CHECK(relative_error(half.logits, exact.logits) > 1e-4);  // it is not computed in float
    CHECK(relative_error(single.gradient, exact.gradient) < 1e-5);
    CHECK(relative_error(half.gradient, exact.gradient) < 5e-2);
}

TEST_CASE("precision: the same bits at any number of threads") {
    const Result one = run<Net<Bf16>>(1);
    for (const int threads : {2, 3}) {
        const Result other = run<Net<Bf16>>(threads);
        CHECK(other.logits == one.logits);
        CHECK(other.gradient == one.gradient);
    }
}

TEST_CASE("precision: a network of many kinds of ops in bfloat16 computes about what it computes in double") {
    const Result exact = run<ManyKinds<double>>(1);
    const Result half = run<ManyKinds<Bf16>>(1);
    CHECK(relative_error(half.logits, exact.logits) < 3e-2);
    CHECK(relative_error(half.gradient, exact.gradient) < 0.2);
    const Result two = run<ManyKinds<Bf16>>(2);
    CHECK(two.logits == half.logits);
    CHECK(two.gradient == half.gradient);
}

TEST_CASE("precision: a convolution whose pitch is odd has the memory that its kernels ask for") {
    using Odd = BasicNetwork<Bf16, Shape<4, 16, 16>, Conv2d<16, 3, 1, 1>, ReLU,
                             Concat<Sequential<Conv2d<32, 1>, ReLU>, Conv2d<5, 1>>, Conv2d<16, 1>, Linear<3>>;
    int convolutions = 0, odd = 0;
    for (const FusedNode& node : Odd::plan<training_mode>.nodes) {
        if (!std::holds_alternative<ops::Convolution>(node.op)) continue;
        ++convolutions;
        odd += node.slice.pitch == 37;
        const OpFacts facts = facts_of(node.op);
        CHECK(node.facts.takes_bf16 == facts.takes_bf16);
        CHECK(node.facts.prepared_forward == facts.prepared_forward);
        CHECK(node.facts.prepared_backward == facts.prepared_backward);
        CHECK(node.facts.scratch_backward == facts.scratch_backward);
    }
    CHECK(convolutions == 5);
    CHECK(odd == 2);
}

TEST_CASE("precision: a number that is too large is found in bfloat16 too") {
    Net<Bf16> net(1);
    for (float& weight : net.parameters()) weight *= 1e30f;
    std::vector<float> image(std::size_t(Net<Bf16>::input_extent.size()), 1e9f);
    CHECK_THROWS_AS(predict(net, std::span<const float>(image)), DataError);
}

TEST_CASE("precision: a prediction multiplies in bfloat16 too") {
    const Net<Bf16> net(1);
    const std::vector<float> image = real_numbers<float>(Net<Bf16>::input_extent.size(), 2);
    const auto logits = predict(net, std::span<const float>(image));
    const Result half = run<Net<Bf16>>(1);
    for (std::size_t k = 0; k < logits.size(); ++k) {
        CHECK(double(logits[k]) == doctest::Approx(half.logits[k]).epsilon(1e-5));
    }
}

TEST_CASE("precision: what a network computes depends on it, so a checkpoint tells them apart") {
    CHECK(type_signature<Net<Bf16>>() != type_signature<Net<float>>());
    CHECK(type_signature<Net<Bf16>>().find(" bf16 ") != std::string::npos);
}

}  // namespace precision_test
