#include "norma/core/shape.hpp"

#include <doctest/doctest.h>

namespace shape_test {

using namespace norma;

static_assert(Shape<3, 32, 30>::size == 2880);
static_assert(Shape<3, 32, 30>::extent == Extent{3, 32, 30});
static_assert(Extent{3, 32, 30}.pixels() == 960);
static_assert(Extent{3, 32, 30} != Extent{3, 30, 32});
static_assert(most_elements == 1073741824 && Shape<1, 32768, 32768>::size == most_elements);
static_assert(Extent{1, 32768, 32768}.fits() && !Extent{1, 32768, 32769}.fits());
// Products that are 0 in 32 or 64 bits.
static_assert(!Extent{1 << 16, 1 << 16, 1}.fits() && !Extent{1 << 30, 1 << 30, 1 << 30}.fits());
static_assert(element_count({}) == 1 && element_count({3, 5, 7, 11}) == 1155);
static_assert(element_count({1 << 15, 1 << 15}) == most_elements && element_count({1 << 15, 1 << 15, 2}) == -1);
static_assert(Size{}.pixels() == 1 && Size{2, 3}.pixels() == 6 && Size{2, 3} != Size{3, 2});
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

}  // namespace shape_test
