// expect: static assertion failed
// expect: AlignedBuffer
#include <norma/core/aligned_buffer.hpp>

#include <string>

#ifdef BAD
using Element = std::string;
#else
using Element = float;
#endif

norma::AlignedBuffer<Element> buffer;
