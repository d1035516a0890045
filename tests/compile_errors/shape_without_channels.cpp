// expect: norma: every size of a Shape<channels, height, width> must be positive.
#include <norma/core/shape.hpp>

#ifdef BAD
constexpr int channels = 0;
#else
constexpr int channels = 1;
#endif

static_assert(norma::Shape<channels, 2, 3>::size == 6);
