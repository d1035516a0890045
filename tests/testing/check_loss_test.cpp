#include "norma/testing/check_loss.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "norma/training/mean_squared_error.hpp"
#include "norma/training/metrics.hpp"

namespace check_loss_test {

using namespace norma;
using conformance::Aspect;

namespace {

/// A squared error with one fault.
struct Faulty {
    enum Fault { none, slope, added, unwritten, without_gradient, no_scale, in_float, overflow } fault = none;

    using Target = NumberTarget;
    using Metrics = NoMetrics;

    template <class T>
    double operator()(std::span<const T> output, const NumberTarget& target, T scale, T* gradient) const {
        double sum = 0;
        for (std::size_t k = 0; k < output.size(); ++k) {
            const T error = output[k] - static_cast<T>(target[k]);
            sum += static_cast<double>(error * error);
            if (fault == overflow) sum += 1e-30 * static_cast<double>(std::exp(error * error));
            if (gradient == nullptr || (fault == unwritten && k == 1)) continue;
            T g = 2 * error * (fault == no_scale ? T(0.25) : scale);
            if (fault == slope) g /= 2;
            if (fault == in_float && sizeof(T) == 4) g *= T(1.01);
            gradient[k] = fault == added ? gradient[k] + g : g;
        }
        return fault == without_gradient && gradient == nullptr ? sum + 1 : sum;
    }
};

/// A loss that refuses no target, and one that refuses all.
struct Careless : MeanSquaredError {
    std::string problem(const NumberTarget&, Extent) const { return {}; }
};
struct Fussy : MeanSquaredError {
    std::string problem(const NumberTarget&, Extent) const { return "does not please"; }
};

template <class Loss>
std::string sentences(const Loss& loss, Aspect aspect) {
    std::string text;
    for (const auto& finding : conformance::check_loss(loss, {3, 1, 1}).findings) {
        if (finding.aspect == aspect) text += finding.sentence + '\n';
    }
    return text;
}

}  // namespace

TEST_CASE("check_loss: a right loss conforms, and each fault is found and named") {
    CHECK(conformance::check_loss(Faulty{}, {3, 1, 1}).conforms());
    CHECK(mentions(sentences(Faulty{Faulty::slope}, Aspect::gradient), "but finite differences give"));
    CHECK(mentions(sentences(Faulty{Faulty::added}, Aspect::gradient), "is it written (=), and not added to (+=)"));
    CHECK(mentions(sentences(Faulty{Faulty::unwritten}, Aspect::gradient), "the gradient of output 1 is nan"));
    CHECK(mentions(sentences(Faulty{Faulty::without_gradient}, Aspect::loss), "but without a gradient"));
    CHECK(mentions(sentences(Faulty{Faulty::no_scale}, Aspect::gradient), "with twice the scale"));
    CHECK(mentions(sentences(Faulty{Faulty::in_float}, Aspect::gradient), "but in float"));
    CHECK(mentions(sentences(Faulty{Faulty::overflow}, Aspect::loss), "outputs within -50 to 50"));
    CHECK(mentions(sentences(Careless{}, Aspect::target), "does not refuse a target with a number that is not finite",
                   "with more numbers than the output has"));
    CHECK(mentions(sentences(Fussy{}, Aspect::target), "refuses a target that is to fit: the sample does not please"));
}

TEST_CASE("check_loss: with targets of one's own") {
    const std::vector<float> numbers{1, 2, 3};
    const std::vector<NumberTarget> targets{numbers, numbers};
    CHECK(conformance::check_loss<MeanSquaredError>({}, {3, 1, 1}, targets).conforms());
    CHECK(conformance::check_loss<Faulty>({Faulty::slope}, {3, 1, 1}, targets).findings.size() == 2);
}

}  // namespace check_loss_test
