#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <norma/norm/policy.hpp>

#include "../support/golden.hpp"
#include "../support/initial_values.hpp"
#include "../support/probe.hpp"

/// One norm alone on six samples of 6×5×7, as PyTorch computed it.
namespace golden_norm {

inline constexpr norma::Extent extent{6, 5, 7};
template <class T, class Norm>
using NormProbe = Probe<T, 6, norma::Shape<6, 5, 7>, Norm>;

/// Largest error in float and in double; far from zero, what the variance loses is lost to both sides alike but for
/// rounding.
template <class T>
double tolerance(float offset) {
    return sizeof(T) == 4 ? 1e-4 : offset > 1 ? 1e-10 : 1e-12;
}

inline std::vector<float> input(int step, float offset) {
    return initial::tensor("norms/x" + std::to_string(step), 6 * 210, 2.0f, offset);
}
inline std::vector<float> output_gradient() { return initial::tensor("norms/dy", 6 * 210); }

/// A per-element weight as PyTorch has it; one per channel needs no change.
template <class T>
std::vector<T> channels_first(std::span<const T> values) {
    std::vector<T> out(values.begin(), values.end());
    if (values.size() == static_cast<std::size_t>(extent.size())) norma::to_channels_first<T>(values, out, extent);
    return out;
}
template <class T>
void set(std::span<T> to, const std::vector<float>& from) {
    const std::vector<T> values(from.begin(), from.end());
    std::copy(values.begin(), values.end(), to.begin());
    if (to.size() == static_cast<std::size_t>(extent.size())) norma::to_channels_last<T>(values, to, extent);
}

template <class T, class SomeProbe>
void set_parameters(SomeProbe& probe) {
    set<T>(probe.weight(), initial::norm_weights("norms/norm.weight", probe.weight().size()));
    set<T>(probe.bias(), initial::biases("norms/norm.bias", probe.bias().size()));
}

/// What the probe made against the file's tensors, whose names begin with `prefix`.
template <class T, class SomeProbe>
void check_gradients(SomeProbe& probe, const golden::File& file, double most, const std::string& prefix = "") {
    const auto expected = [&](const char* name) {
        // PyTorch has no gradient of a weight or bias that the norm is without.
        return file.has(prefix + name) ? file.tensor(prefix + name).values : std::vector<double>{};
    };
    CHECK(golden::relative_error(probe.y, expected("y")) < most);
    CHECK(golden::relative_error(probe.dx, expected("dx")) < most);
    CHECK(golden::relative_error(channels_first<T>(probe.weight_gradient()), expected("grad.weight")) < most);
    CHECK(golden::relative_error(channels_first<T>(probe.bias_gradient()), expected("grad.bias")) < most);
}

/// Forward and all gradients against the file `name`, whose input has this offset.
template <class T, class Norm>
void check(const std::string& name, float offset) {
    CAPTURE(name);
    NormProbe<T, Norm> probe;
    probe.set_images(input(0, offset));
    set_parameters<T>(probe);
    probe.train(output_gradient());
    check_gradients<T>(probe, golden::File("norms/" + name), tolerance<T>(offset));
    // A norm within samples does in evaluation what it does in training.
    if (!Norm::over_batch) {
        const std::vector<T> in_training = probe.y;
        probe.evaluate();
        CHECK(probe.y == in_training);
    }
}

/// The same near zero and far from it, in float and double.
template <class Norm>
void check_everywhere(const std::string& name) {
    check<float, Norm>(name, 0.5f);
    check<float, Norm>(name + "_far", 64.0f);
    check<double, Norm>(name, 0.5f);
    check<double, Norm>(name + "_far", 64.0f);
}

}  // namespace golden_norm
