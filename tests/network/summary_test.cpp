#include "norma/network/summary.hpp"

#include <doctest/doctest.h>

#include <ratio>
#include <span>
#include <sstream>
#include <string>

#include "../support/experiment.hpp"
#include "../support/message.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"

namespace summary_test {

using namespace norma;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

}  // namespace

TEST_CASE("summary: a row for each layer of the experiment, and their totals") {
    const std::span<const LayerSummary> rows = layer_summaries<Experiment<BatchNorm>>();
    REQUIRE(rows.size() == 15);
    CHECK(rows[0].name.view() == "Block<16, 3, BatchNorm>");
    CHECK(rows[0].output == Extent{16, 30, 30});
    CHECK(rows[0].parameters == 432 + 32);
    CHECK(rows[0].multiply_adds == 432 * 900);
    CHECK(rows[0].activation_bytes == 2 * 16 * 900 * 4);  // what the convolution made, and what the norm made of it
    CHECK(rows[2].name.view() == "Residual<Block<16, 1, BatchNorm>>");
    CHECK(rows[2].multiply_adds == 256 * 784);
    CHECK(rows[3].activation_bytes == 0);  // dropout is done in the pass of the residual
    CHECK(rows[4].output == Extent{16, 14, 14});
    CHECK(rows[4].activation_bytes == 16 * 196 * 4);
    CHECK(rows[14].parameters == 100);

    long long parameters = 0;
    long long multiply_adds = 0;
    for (const LayerSummary& row : rows) {
        parameters += row.parameters;
        multiply_adds += row.multiply_adds;
    }
    CHECK(parameters == 37'108);
    CHECK(multiply_adds == 4'175'972);
}

TEST_CASE("summary: the text is a table with the input above, the totals below, and what a step keeps") {
    using Net = Experiment<GroupNorm<2>>;
    const std::string text = summary<Net>();
    const std::vector<std::string> lines = lines_of(text);
    REQUIRE(lines.size() == 19);
    CHECK(mentions(lines[0], "layer", "output", "parameters", "multiply-adds", "activation bytes"));
    CHECK(mentions(lines[1], "input", "3x32x32", "12288"));
    CHECK(mentions(lines[2], "  1  Block<16, 3, GroupNorm<2>>", "16x30x30", "464", "388800"));
    CHECK(mentions(lines[16], " 15  Residual<Conv2d<10, 1>>", "10x1x1", "100"));
    CHECK(mentions(lines[17], "total", "10x1x1", "37108", "4175972"));
    for (std::size_t i = 1; i < 18; ++i) CHECK(lines[i].size() == lines[0].size());
    CHECK(mentions(lines[18], std::to_string(Net::activation_bytes_per_thread) + " bytes", "and 0 per sample"));
}

TEST_CASE("summary: a layer that works in place makes no activation") {
    using Net = Network<Shape<1, 4, 4>, Conv2d<2, 3>, ReLU, Linear<2>>;
    const auto rows = layer_summaries<Net>();
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].activation_bytes == 2 * 4 * 4);
    CHECK(rows[1].activation_bytes == 0);
    CHECK(rows[1].name.view() == "ReLU");
    CHECK(rows[1].output == Extent{2, 2, 2});
    CHECK(rows[2].parameters == 2 * 8 + 2);
}

}  // namespace summary_test
