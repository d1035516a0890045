#include "norma/norm/layer.hpp"

#include <doctest/doctest.h>

#include "golden_norm.hpp"

using namespace norma;

static_assert(NormPolicy<LayerNorm>);
static_assert(!LayerNorm::couples_samples);
static_assert(LayerNorm::groups(16) == 1);
static_assert(LayerNorm::affine == Affine::per_element);

TEST_CASE("LayerNorm alone is PyTorch's, near zero and far from it") {
    golden_norm::check_everywhere<LayerNorm>("layer");
}
