#include "norma/ops/widened.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <norma/core/aligned_buffer.hpp>
#include <norma/core/precision.hpp>
#include <norma/kernels/activations_hard.hpp>
#include <norma/ops/op.hpp>

#include "../support/numbers.hpp"

namespace widened_test {

using namespace norma;
using kernels::Write;

namespace {

/// The arrays of a step of an op for numbers of type `T`, and the kernels on them.
template <class T, auto Op>
struct Run {
    using N = ScalarOf<T>;
    static constexpr OpFacts facts = Op.facts();
    static constexpr bool widens = std::is_same_v<T, Bf16> && !facts.takes_bf16;
    using Kernels = typename std::conditional_t<widens, std::type_identity<ops::WidenedKernels<Op>>,
                                                std::type_identity<ops::KernelsOf<T, Op>>>::type;

    AlignedBuffer<std::byte> memory = AlignedBuffer<std::byte>(std::size_t(1) << 20);
    long long end = 0;
    StepPlaces places;
    std::vector<N> parameters = real_numbers<N>(padded(facts.weight_count) + padded(facts.bias_count), 7);
    std::vector<N> gradients = std::vector<N>(parameters.size());

    Place add(const std::vector<Bf16>& numbers) {
        const Place place{false, end, static_cast<long long>(padded(int(numbers.size())) * int(sizeof(T)))};
        T* const to = reinterpret_cast<T*>(memory.data() + end);
        for (std::size_t i = 0; i < numbers.size(); ++i) to[i] = T(float(numbers[i]));
        end += padded_bytes(place.size);
        return place;
    }
    Place bytes(long long count) {
        const Place place{false, end, padded_bytes(count)};
        end += place.size;
        return place;
    }
    std::vector<float> at(const Place& place, int count) const {
        const T* const from = reinterpret_cast<const T*>(memory.data() + place.offset) + place.channel;
        return {from, from + count};
    }

    Run(const std::vector<Extent>& inputs, bool adds) {
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            places.inputs[k] = add(real_numbers<Bf16>(inputs[k].size(), k + 1));
            places.input_gradients[k] = add(real_numbers<Bf16>(inputs[k].size(), k + 11));
        }
        places.output = add(std::vector<Bf16>(std::size_t(facts.output.size()), Bf16(77)));
        places.output_gradient = add(real_numbers<Bf16>(facts.output.size(), 21));
        if (facts.mask_count > 0) places.mask = bytes(facts.mask_count + 256);
        if (facts.moment_count > 0) places.moments = bytes(2ll * padded(facts.moment_count) * int(sizeof(N)));
        places.bias_offset = padded(facts.weight_count);
        SharedState<N> shared{};
        shared.parameters = parameters.data();
        std::vector<N> prepared(std::size_t(facts.prepared_backward));
        shared.prepared = prepared.data();
        if constexpr (facts.prepared_backward > 0) Kernels::prepare_backward(parameters.data(), prepared.data());
        const Arguments<T> a{places,
                             shared,
                             memory.data(),
                             memory.data(),
                             nullptr,
                             reinterpret_cast<N*>(memory.data() + end),
                             {gradients.data(), 0},
                             nullptr};
        constexpr auto to = [](Write write) {
            Contributions contributions{};
            for (int k = 0; k < facts.inputs; ++k) contributions[std::size_t(k)] = {true, false, write};
            return contributions;
        };
        Kernels::template forward<false>(a);
        if (adds) {
            Kernels::template backward<to(Write::add)>(a);
        } else {
            Kernels::template backward<to(Write::assign)>(a);
        }
    }
};

/// From numbers that bfloat16 has, an op computes in bfloat16 what it computes in float, rounded: to 8 bits, or where
/// it rounds on the way to a little less.
template <auto Op>
void compare(const std::vector<Extent>& inputs, double relative = 1.0 / 256) {
    INFO(std::string(Op.name));
    REQUIRE(Op.needs(inputs).view() == "");
    const auto check = [&](const std::vector<float>& found, const std::vector<float>& expected) {
        double largest = 0;
        double worst = 0;
        for (const float value : expected) largest = std::max(largest, std::fabs(double(value)));
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const double allowed = std::max(std::fabs(double(expected[i])), 0.01 * largest) * relative + 1e-6;
            worst = std::max(worst, std::fabs(double(found[i]) - double(expected[i])) / allowed);
        }
        CHECK(worst <= 1);
    };
    for (const bool adds : {false, true}) {
        CAPTURE(adds);
        const Run<float, Op> wide(inputs, adds);
        const Run<Bf16, Op> narrow(inputs, adds);
        check(narrow.at(narrow.places.output, Op.facts().output.size()),
              wide.at(wide.places.output, Op.facts().output.size()));
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            check(narrow.at(narrow.places.input_gradients[k], inputs[k].size()),
                  wide.at(wide.places.input_gradients[k], inputs[k].size()));
        }
        check({narrow.gradients.begin(), narrow.gradients.end()}, {wide.gradients.begin(), wide.gradients.end()});
    }
}

constexpr kernels::Pooling pooling(Extent input, Extent output, int kernel, int stride) {
    return {.input = input, .output = output, .kernel = {kernel, kernel}, .stride = {stride, stride}};
}

}  // namespace

TEST_CASE("bf16: ops without own kernels compute in float and are rounded") {
    static_assert(!ops::Softmax{{5, 3, 2}}.facts().takes_bf16);
    compare<ops::Softmax{{5, 3, 2}}>({{5, 3, 2}}, 12.0 / 256);  // the backward pass reads the rounded output
    compare<ops::Scale{{5, 3, 3}, {3, 2}}>({{5, 3, 3}});
    compare<ops::PReLU{{20, 2, 3}, true, {1, 4}}>({{20, 2, 3}});
    compare<ops::MaxPool{pooling({18, 7, 7}, {18, 3, 3}, 3, 2)}>({{18, 7, 7}});  // windows overlap
    compare<ops::Convolution{{.input = {3, 5, 4}, .output = {6, 3, 2}, .kernel = {3, 3}}, true}>({{3, 5, 4}});
}

TEST_CASE("bf16: pools of windows that do not overlap round once") {
    static_assert(ops::MaxPool{pooling({18, 7, 7}, {18, 3, 3}, 2, 2)}.facts().takes_bf16);
    compare<ops::MaxPool{pooling({18, 7, 7}, {18, 3, 3}, 2, 2)}>({{18, 7, 7}});
    compare<ops::MaxPool{pooling({18, 7, 7}, {18, 3, 3}, 2, 2), true}>({{18, 7, 7}});
    compare<ops::MaxPool{pooling({35, 4, 4}, {35, 2, 2}, 2, 2), true}>({{35, 4, 4}});
    compare<ops::AveragePool{pooling({35, 4, 4}, {35, 2, 2}, 2, 2)}>({{35, 4, 4}});
    compare<ops::AveragePool{pooling({19, 5, 3}, {19, 1, 1}, 3, 5)}>({{19, 5, 3}});
}

TEST_CASE("bf16: norms take statistics in float; a gradient that is kept on the way is rounded twice") {
    constexpr kernels::Activation relu = kernels::activation_of<activation::ReLU>;
    constexpr Extent extent{20, 4, 3};
    compare<ops::Pointwise{
        {.extent = extent, .normalises = true, .groups = 5, .affine = kernels::Affine::per_channel}}>({extent});
    compare<ops::Pointwise{
        {.extent = extent, .normalises = true, .affine = kernels::Affine::per_element, .activation = relu}}>({extent},
                                                                                                             3.0 / 256);
    compare<ops::Pointwise{{.extent = extent, .activation = relu, .adds_skip = true}}>({extent, extent});
}

TEST_CASE("bf16: NaN and infinity stay what they are") {
    static constexpr ops::Softmax softmax{{4, 1, 1}};
    static constexpr ops::MaxPool pool{pooling({4, 2, 2}, {4, 1, 1}, 2, 2)};
    const auto output_of = []<class R>(R run, float special) {
        reinterpret_cast<Bf16*>(run.memory.data() + run.places.inputs[0].offset)[1] = Bf16(special);
        SharedState<float> shared{};
        const Arguments<Bf16> a{run.places,
                                shared,
                                run.memory.data(),
                                run.memory.data(),
                                nullptr,
                                reinterpret_cast<float*>(run.memory.data() + run.end),
                                {},
                                nullptr};
        R::Kernels::template forward<false>(a);
        return run.at(run.places.output, 4)[1];
    };
    constexpr float infinity = std::numeric_limits<float>::infinity();
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(std::isnan(output_of(Run<Bf16, softmax>({{4, 1, 1}}, false), nan)));
    CHECK(std::isnan(output_of(Run<Bf16, pool>({{4, 2, 2}}, false), nan)));
    CHECK(output_of(Run<Bf16, pool>({{4, 2, 2}}, false), infinity) == infinity);
}

}  // namespace widened_test
