#include "norma/core/shape.hpp"

#include <doctest/doctest.h>

using namespace norma;

static_assert(Shape<3, 32, 30>::size == 2880);
static_assert(Shape<3, 32, 30>::extent == Extent{3, 32, 30});
static_assert(Extent{3, 32, 30}.pixels() == 960);
static_assert(Extent{3, 32, 30} != Extent{3, 30, 32});
static_assert(ShapeType<Shape<1, 1, 1>>);
static_assert(!ShapeType<Extent>);
static_assert(!ShapeType<int>);

namespace {
template <Extent extent>
constexpr int channels_of = extent.channels;
}

TEST_CASE("an extent is a value and a template argument") {
    CHECK(channels_of<Shape<7, 2, 3>::extent> == 7);
    CHECK(Extent{}.size() == 0);
    CHECK(Extent{2, 3, 5}.size() == 30);
}
