#pragma once

/// NORMA_ALWAYS_INLINE goes behind a kernel's small functions and lambdas: arrays of SIMD registers stay in registers
/// only if every lambda that refers to them is inlined before the compiler takes the arrays apart. NORMA_NOINLINE keeps
/// one copy of a large unrolled body, so that its callers share it and compile quickly.
#if defined(_MSC_VER) && !defined(__clang__)
#define NORMA_ALWAYS_INLINE
#define NORMA_NOINLINE __declspec(noinline)
#else
#define NORMA_ALWAYS_INLINE __attribute__((always_inline))
#define NORMA_NOINLINE __attribute__((noinline))
#endif
