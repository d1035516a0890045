// expect: norma: a Shape<channels, height, width> may have at most 1073741824 numbers (2 to the power of 30).
#include <norma/core/shape.hpp>

#ifdef BAD
constexpr int height = 65537;
#else
constexpr int height = 65536;
#endif

static_assert(norma::Shape<1, height, 16384>::size > 0);
