#include "norma/network/parameter_info.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "norma/norma.hpp"

namespace parameter_info_test {

using namespace norma;

namespace {

using Net = Network<Shape<3, 8, 8>, Block<4, 3, BatchNorm>, DepthwiseConv2d<3, 1, 1>, ConvTranspose2d<6, 2, 2>, PReLU<>,
                    LayerNorm, LayerScale<>, Named<"head", Linear<5>>>;

/// A layer with parameters that no `StateNames` knows.
struct Nameless {
    static constexpr FixedString name() { return "Nameless"; }
    static constexpr void append(GraphBuilder& builder) { Conv2d<2, 1>::append(builder); }
};

std::string line(const ParameterInfo& p) {
    std::string text = p.name + " of " + p.layer + ", kind " + std::to_string(static_cast<int>(p.kind)) + ",";
    for (const std::int64_t size : p.shape) text += " " + std::to_string(size);
    return text;
}

}  // namespace

TEST_CASE("parameter info: every parameter by PyTorch's name and shape, with its kind and its place") {
    const std::vector<ParameterInfo> all = parameter_infos<Net>();
    std::string text;
    for (const ParameterInfo& p : all) text += line(p) + "\n";
    CHECK(text ==
          "0.0.weight of 0.0, kind 0, 4 3 3 3\n"
          "0.1.weight of 0.1, kind 3, 4\n"
          "0.1.bias of 0.1, kind 4, 4\n"
          "1.weight of 1, kind 0, 4 1 3 3\n"
          "2.weight of 2, kind 0, 4 6 2 2\n"
          "3.weight of 3, kind 5, 1\n"
          "4.weight of 4, kind 3, 6 12 12\n"
          "4.bias of 4, kind 4, 6 12 12\n"
          "5.weight of 5, kind 5, 6 1 1\n"
          "head.weight of head, kind 1, 5 864\n"
          "head.bias of head, kind 2, 5\n");
    std::size_t learned = 0;
    std::size_t end = 0;
    for (const ParameterInfo& p : all) {
        CHECK(p.offset >= end);
        CHECK(p.offset % 16 == 0);
        end = p.offset + p.size;
        std::int64_t product = 1;
        for (const std::int64_t size : p.shape) product *= size;
        CHECK(product == std::int64_t(p.size));
        CHECK(p.axes[0] * p.axes[1] * p.axes[2] == p.size);
        learned += p.size;
    }
    CHECK(std::int64_t(learned) == Net::parameter_count);
    CHECK(end <= Net().parameters().size());
    CHECK(Net::graph.nodes[std::size_t(all[1].node)].facts.statistics_count == 4);
}

TEST_CASE("parameter info: a parameter is in its module and in all around it") {
    const ParameterInfo p{.name = "20.branch.1.weight", .layer = "20.branch.1"};
    for (const char* path : {"", "20", "20.branch", "20.branch.1"}) CHECK(p.is_in(path));
    for (const char* path : {"2", "20.b", "branch", "20.branch.1.", "20.branch.1.weight", "20.branch.1.weight.x"}) {
        CHECK_FALSE(p.is_in(path));
    }
    CHECK(ParameterInfo{.name = "weight"}.is_in(""));
}

TEST_CASE("parameter info: a shared parameter is there once, with the names of all uses") {
    using Head = Shared<"head", Conv2d<3, 1>>;
    const std::vector<ParameterInfo> all = parameter_infos<Network<Shape<3, 4, 4>, Head, ReLU, Head, Linear<2>>>();
    REQUIRE(all.size() == 3);
    CHECK(all[0].name == "0.weight");
    CHECK(all[0].other_names == std::vector<std::string>{"2.weight"});
    CHECK(all[0].is_in("2"));
    CHECK(all[0].has_name("0.weight"));
    CHECK(all[0].has_name("2.weight"));
    CHECK_FALSE(all[0].has_name("2"));
    CHECK(all[1].name == "3.weight");
}

TEST_CASE("parameter info: a layer without names is refused with the remedy") {
    CHECK(mentions(message_of<OptionError>([] { parameter_infos<Network<Shape<3, 4, 4>, Nameless, Linear<2>>>(); }),
                   "1 for a network with 2", "specialise StateNames"));
}

}  // namespace parameter_info_test
