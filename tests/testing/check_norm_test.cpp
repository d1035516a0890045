#include "norma/testing/check_norm.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <sstream>
#include <vector>

#include "norma/norm/batch.hpp"
#include "norma/norm/none.hpp"
#include "sentence_of.hpp"

namespace check_norm_test {

using namespace norma;
using conformance::Aspect;

namespace {

/// The formula of both policies below: groups of four channels of one sample, with root mean square.
void root_mean_square_of_four(std::vector<std::vector<double>>& samples, Extent extent) {
    for (std::vector<double>& sample : samples) {
        for (int begin = 0; begin < extent.channels; begin += 4) {
            double squares = 0;
            const auto at = [&](int pixel, int c) -> double& {
                return sample[std::size_t(pixel * extent.channels + begin + c)];
            };
            for (int pixel = 0; pixel < extent.pixels(); ++pixel) {
                for (int c = 0; c < 4; ++c) squares += at(pixel, c) * at(pixel, c);
            }
            const double root = std::sqrt(squares / (4 * extent.pixels()) + 1e-5);
            for (int pixel = 0; pixel < extent.pixels(); ++pixel) {
                for (int c = 0; c < 4; ++c) at(pixel, c) /= root;
            }
        }
    }
}

struct FourRms : NormDefaults {
    static constexpr FixedString name() { return "FourRms"; }
    static constexpr bool subtracts_mean = false;
    static constexpr int groups(int channels) { return channels % 4 == 0 ? channels / 4 : 0; }
};

/// Wrong on purpose: channels per group instead of groups, and no epsilon.
struct Mistaken : FourRms {
    static constexpr FixedString name() { return "Mistaken"; }
    static constexpr Fraction epsilon{0, 1};
    static constexpr int groups(int) { return 4; }
};

}  // namespace

static_assert(conformance::detail::channels_for<BatchNorm>(3) == 3);
static_assert(conformance::detail::channels_for<BatchNorm>(16) == 17);
static_assert(conformance::detail::channels_for<FourRms>(3) == 4);
static_assert(conformance::detail::channels_for<FourRms>(17) == 20);

TEST_CASE("a norm over the batch conforms, in words") {
    std::ostringstream out;
    CHECK(conformance::print(conformance::check_norm<BatchNorm>(), out));
    CHECK(out.str() == "conforms: no findings\n");
}

TEST_CASE("a norm within samples conforms to its author's loops") {
    std::ostringstream out;
    CHECK(conformance::print(conformance::check_norm<FourRms>(root_mean_square_of_four), out));
    CHECK(out.str() == "conforms: no findings\n");
}

TEST_CASE("a policy with another formula than its loops is found, and an epsilon of 0") {
    const conformance::Report report = conformance::check_norm<Mistaken>(root_mean_square_of_four);
    CHECK(report.findings.size() == 2);
    check_has(sentence_of(report, Aspect::own_formula), "Mistaken of channel ");
    check_has(sentence_of(report, Aspect::own_formula), ", but your formula gives ");
    check_has(sentence_of(report, Aspect::own_formula), "counts channels per group instead of groups");
    check_has(sentence_of(report, Aspect::flat_image), "Mistaken of black images, all 0, gives ");
    check_has(sentence_of(report, Aspect::flat_image), "Usually epsilon is 0");
    std::ostringstream out;
    CHECK(!conformance::print(report, out));
    CHECK(out.str().starts_with("finding: Mistaken of black images"));
}

TEST_CASE("a policy that does not normalise conforms without a formula") {
    CHECK(conformance::check_norm<NoNorm>().conforms());
}

}  // namespace check_norm_test
