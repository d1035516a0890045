#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "norma/core/finite.hpp"
#include "norma/core/number_text.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/testing/difference.hpp"
#include "norma/testing/report.hpp"
#include "norma/testing/toy_batch.hpp"
#include "norma/training/loss.hpp"
#include "norma/training/target.hpp"

namespace norma::inline NORMA_TARGET::conformance {

namespace detail {

/// Outputs of a sample, within −2 to 2.
template <class T>
std::vector<T> drawn_outputs(Extent output, std::uint64_t seed, double scale = 2) {
    std::vector<T> drawn;
    for (const double x : toy_numbers(seed, static_cast<std::size_t>(output.size()))) {
        drawn.push_back(static_cast<T>(scale * x));
    }
    return drawn;
}

/// The loss and its gradient, in type `T`.
template <class T>
struct LossAndGradient {
    template <class Loss>
    LossAndGradient(const Loss& loss, const std::vector<T>& output, const typename Loss::Target& target, double scale,
                    T before)
        : gradient(output.size(), before),
          value(static_cast<double>(loss(std::span<const T>(output), target, static_cast<T>(scale), gradient.data()))) {
    }

    std::vector<T> gradient;
    double value;
};

/// Checks the loss with one target.
template <class Loss>
Report check_loss_with(const Loss& loss, Extent output, const typename Loss::Target& target, std::uint64_t seed) {
    Report report;
    const auto find = [&](Aspect aspect, const std::string& sentence) {
        report.findings.push_back({aspect, sentence});
    };
    const auto text = [](double number) { return number_text(number); };
    if (const std::string problem = norma::detail::problem_of_target(loss, target, output); !problem.empty()) {
        find(Aspect::target, "the loss refuses a target that is to fit: the sample " + problem);
        return report;
    }
    if (const double weight = norma::detail::weight_of(loss, target); !is_finite(weight) || weight < 0) {
        find(Aspect::loss, "the weight of a sample, " + text(weight) + ", is not a finite number of at least 0");
    }
    constexpr double scale = 0.25;
    std::vector<double> y = drawn_outputs<double>(output, seed);
    const LossAndGradient<double> result(loss, y, target, scale, std::numeric_limits<double>::quiet_NaN());
    if (!is_finite(result.value)) find(Aspect::loss, "the loss of small outputs is " + text(result.value));
    for (std::size_t k = 0; k < y.size(); ++k) {
        if (is_finite(result.gradient[k])) continue;
        find(Aspect::gradient, "the gradient of output " + std::to_string(k) + " is " + text(result.gradient[k]) +
                                   "; is it written (=), and not added to (+=), for every output?");
        return report;
    }
    const auto alone = [&] {
        return static_cast<double>(loss(std::span<const double>(y), target, scale, static_cast<double*>(nullptr)));
    };
    if (const double without = alone(); without < result.value || without > result.value) {
        find(Aspect::loss, "the loss is " + text(result.value) + ", but without a gradient " + text(without));
    }
    std::vector<double> expected;
    for (double& output_k : y) {
        const double at = output_k;
        constexpr double step = 1e-5;
        output_k = at + step;
        const double above = alone();
        output_k = at - step;
        expected.push_back(scale * (above - alone()) / (2 * step));
        output_k = at;
    }
    if (const Difference d = worst_difference(result.gradient, expected); d.relative > 1e-6) {
        find(Aspect::gradient, "the gradient of output " + std::to_string(d.at) + " is " + text(d.got) +
                                   ", but finite differences give " + text(d.expected) +
                                   "; it is scale · ∂loss/∂output. Near a kink of the loss, try another seed");
    }
    const LossAndGradient<double> twice(loss, y, target, 2 * scale, 0.0);
    for (double& g : expected) g *= 2;
    if (const Difference d = worst_difference(twice.gradient, expected); d.relative > 1e-6 && report.conforms()) {
        find(Aspect::gradient, "with twice the scale the gradient of output " + std::to_string(d.at) + " is " +
                                   text(d.got) + ", and not " + text(d.expected));
    }
    const std::vector<float> narrow(y.begin(), y.end());
    const LossAndGradient<float> in_float(loss, narrow, target, scale, 0.0f);
    if (std::abs(in_float.value - result.value) > 1e-4 * std::abs(result.value) + 1e-5) {
        find(Aspect::loss, "the loss is " + text(result.value) + ", but in float " + text(in_float.value));
    }
    if (const Difference d = worst_difference(in_float.gradient, result.gradient); d.relative > 1e-3) {
        find(Aspect::gradient, "the gradient of output " + std::to_string(d.at) + " is " + text(d.expected) +
                                   ", but in float " + text(d.got));
    }
    const LossAndGradient<float> extreme(loss, drawn_outputs<float>(output, seed + 1, 50), target, scale, 0.0f);
    if (!is_finite(extreme.value) || !all_finite(std::span<const float>(extreme.gradient))) {
        find(Aspect::loss, "outputs within -50 to 50 give a loss in float of " + text(extreme.value) +
                               ", or a gradient that is not finite");
    }
    return report;
}

/// That a loss refuses a target; `what` says which.
template <class Loss>
Report check_refused(const Loss& loss, Extent output, const typename Loss::Target& target, const std::string& what) {
    if (!norma::detail::problem_of_target(loss, target, output).empty()) return {};
    return {{{Aspect::target, "the loss does not refuse a target " + what + "; its problem(target, output) is empty"}}};
}

}  // namespace detail

/// Checks a loss for outputs of the shape `output` with these targets: that its gradient agrees with finite differences
/// in `double` and is written whole, that values are finite and the same in `float`, with a gradient and without.
template <class Loss>
Report check_loss(const Loss& loss, Extent output, std::span<const typename Loss::Target> targets,
                  std::uint64_t seed = 1) {
    Report report;
    for (const typename Loss::Target& target : targets) {
        report.add(detail::check_loss_with(loss, output, target, seed++));
    }
    return report;
}

/// The same with drawn targets, for a loss that takes classes, numbers (within 0 to 1) or classes of pixels; and that
/// it refuses such targets that do not fit.
template <class Loss>
Report check_loss(const Loss& loss, Extent output, std::uint64_t seed = 1) {
    using Target = typename Loss::Target;
    const auto numbers = static_cast<std::size_t>(output.size());
    const auto pixels = static_cast<std::size_t>(output.pixels());
    Report report;
    const auto check_target = [&](const Target& target) {
        report.add(detail::check_loss_with(loss, output, target, seed++));
    };
    const auto refused = [&](const Target& target, const std::string& what) {
        report.add(detail::check_refused(loss, output, target, what));
    };
    if constexpr (std::same_as<Target, ClassTarget>) {
        for (int c = 0; c < output.channels; ++c) check_target(c);
        refused(output.channels, "of a class that the network does not have");
        refused(-1, "of a negative class");
    } else if constexpr (std::same_as<Target, PixelTarget>) {
        std::vector<int> labels(pixels);
        for (std::size_t p = 0; p < pixels; ++p) labels[p] = static_cast<int>(p) % output.channels;
        check_target(labels);
        labels.back() = output.channels;
        refused(labels, "with a class that the network does not have");
        labels.back() = 0;
        labels.push_back(0);
        refused(labels, "with a class for more pixels than the output has");
    } else {
        static_assert(
            std::same_as<Target, NumberTarget> || std::same_as<Target, LabelTarget>,
            "norma: check_loss draws targets for ClassTarget, NumberTarget, LabelTarget and PixelTarget; give "
            "it some of yours: check_loss<Loss>(loss, output, targets).");
        std::vector<float> values(numbers);
        for (int draw = 0; draw < 3; ++draw) {
            const std::vector<double> drawn = toy_numbers(seed + 100, numbers);
            for (std::size_t k = 0; k < numbers; ++k) values[k] = static_cast<float>(0.5 + 0.5 * drawn[k]);
            check_target(values);
        }
        values.back() = std::numeric_limits<float>::quiet_NaN();
        refused(values, "with a number that is not finite");
        values.back() = 0;
        values.push_back(0);
        refused(values, "with more numbers than the output has");
    }
    return report;
}

}  // namespace norma::inline NORMA_TARGET::conformance
