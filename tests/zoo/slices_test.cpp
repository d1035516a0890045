#include <doctest/doctest.h>

#include <cstddef>

#include "norma/graph/planner.hpp"
#include "zoo/densenet.hpp"
#include "zoo/shufflenet.hpp"
#include "zoo/squeezenet.hpp"
#include "zoo/unet.hpp"

namespace zoo_slices_test {

using namespace norma;

namespace {

/// What concatenations read: how much of it is a slice of their output, and how much is copied.
struct Counts {
    int slices = 0;
    int copies = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
};

template <class Net>
Counts counts(Mode mode) {
    Counts result;
    for (const FusedNode& node : detail::make_plan(Net::graph, mode).nodes) {
        for (std::size_t k = 0; node.facts.joins_channels && k < node.reads().size(); ++k) {
            ++(node.facts.input_is_slice[k] ? result.slices : result.copies);
        }
    }
    return result;
}

}  // namespace

TEST_CASE("slices: no concatenation of the zoo copies anything") {
    for (const Mode mode : {training_mode, evaluation_mode}) {
        CHECK(counts<zoo::DenseNet40x12<>>(mode) == Counts{72, 0});
        CHECK(counts<zoo::DenseNet40x12<GroupNorm<4>>>(mode) == Counts{72, 0});
        CHECK(counts<zoo::SqueezeNet<>>(mode) == Counts{16, 0});
        CHECK(counts<zoo::SmallUNet<>>(mode) == Counts{4, 0});
        CHECK(counts<zoo::ShuffleNetV2<>>(mode) == Counts{32, 0});
    }
}

}  // namespace zoo_slices_test
