#include "norma/testing/check_layer.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/norm/batch.hpp"
#include "sentence_of.hpp"

using namespace norma;
using conformance::Aspect;

namespace {

/// Two convolutions with a norm and a ReLU between them. `Tag` tells the three layers below apart.
template <int Tag>
struct TwoConvolutions {
    static constexpr FixedString name() { return "TwoConvolutions"; }
    static constexpr void append(GraphBuilder& builder) {
        append_layer<Conv2d<3, 2, 1, 0, Bias::yes>>(builder);
        append_layer<BatchNorm>(builder);
        append_layer<ReLU>(builder);
        append_layer<Conv2d<3, 2, 1, 0, Bias::yes>>(builder);
    }
};
using Whole = TwoConvolutions<0>;
using SameNames = TwoConvolutions<1>;
using NoNames = TwoConvolutions<2>;

}  // namespace

template <>
struct norma::StateNames<Whole> {
    static void append(const std::string& path, std::vector<std::string>& names) {
        for (const char* part : {".first", ".norm", ".second"}) names.push_back(path + part);
    }
};
template <>
struct norma::StateNames<SameNames> {
    static void append(const std::string& path, std::vector<std::string>& names) {
        for (const char* part : {".convolution", ".norm", ".convolution"}) names.push_back(path + part);
    }
};

TEST_CASE("a layer conforms on two shapes") {
    std::ostringstream out;
    CHECK(conformance::print(conformance::check_layer<Whole, Shape<2, 3, 5>, Shape<3, 4, 3>>(), out));
    CHECK(out.str() == "conforms: no findings\n");
}

TEST_CASE("learned parts without names cannot be saved: one finding") {
    const conformance::Report report = conformance::check_layer<NoNames, Shape<2, 3, 3>>();
    REQUIRE(report.findings.size() == 1);
    check_has(sentence_of(report, Aspect::save_and_load), "saving and loading failed: names of learned parts: 1 for");
    check_has(sentence_of(report, Aspect::save_and_load), "lacks its StateNames");
}

TEST_CASE("learned parts with the same name cannot be saved: one finding") {
    const conformance::Report report = conformance::check_layer<SameNames, Shape<3, 3, 3>>();
    REQUIRE(report.findings.size() == 1);
    const std::string text = sentence_of(report, Aspect::save_and_load);
    check_has(text, "saving and loading failed: names of learned parts: ");
    check_has(text, "convolution' is there twice");
}
