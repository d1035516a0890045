#include "norma/core/inputs.hpp"

#include <doctest/doctest.h>

namespace inputs_test {

using namespace norma;

using Two = Inputs<Shape<3, 6, 5>, Shape<7, 1, 1>>;
static_assert(InputType<Two> && InputType<Shape<1, 2, 3>> && !InputType<Extent> && !ShapeType<Two>);
static_assert(detail::inputs_of<Two>().size() == 2 && detail::inputs_of<Shape<3, 1, 1>>().empty());

TEST_CASE("inputs: their numbers are one after another") {
    CHECK(Two::count == 2);
    CHECK(Two::size == 97);
    CHECK(Two::extent == Extent{97, 1, 1});
    CHECK(Two::extents[0] == Extent{3, 6, 5});
    CHECK(Two::extents[1] == Extent{7, 1, 1});
    CHECK(Two::offset(0) == 0);
    CHECK(Two::offset(1) == 90);
    CHECK(Two::offset(2) == 97);
}

}  // namespace inputs_test
