#include "norma/core/inputs.hpp"

namespace inputs_test {

using namespace norma;

using Two = Inputs<Shape<3, 6, 5>, Shape<7, 1, 1>>;
static_assert(Two::count == 2 && Two::size == 97 && Two::extent == Extent{97, 1, 1});
static_assert(Two::extents[0] == Extent{3, 6, 5} && Two::extents[1] == Extent{7, 1, 1});
static_assert(Two::offset(0) == 0 && Two::offset(1) == 90 && Two::offset(2) == 97);
static_assert(InputType<Two> && InputType<Shape<1, 2, 3>> && !InputType<Extent> && !ShapeType<Two>);
static_assert(detail::inputs_of<Two>().size() == 2 && detail::inputs_of<Shape<3, 1, 1>>().empty());

}  // namespace inputs_test
