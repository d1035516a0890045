#pragma once

/// NORMA_ALWAYS_INLINE marks small functions and lambdas of kernels. Arrays of SIMD registers stay in registers only if
/// every lambda that uses them is inlined before the compiler splits the arrays into variables.
/// NORMA_INLINE is the same for functions that many places call, but without optimisation it is nothing: there each
/// copy of the function is compiled again and gains nothing. NORMA_NOINLINE keeps one copy of a large unrolled body, so
/// that its callers share it and compile quickly. NORMA_FLATTEN inlines all that a function calls. NORMA_UNROLL is
/// before a loop of known length that must be unrolled before arrays are split. It is a plain loop, since a lambda for
/// each turn would be compiled a thousand times per network. NORMA_FORGET(variable) makes the compiler forget what it
/// knows of a variable. For a pointer: otherwise GCC keeps numbers that it could load again, and runs out of registers.
#if defined(_MSC_VER) && !defined(__clang__)
#define NORMA_ALWAYS_INLINE
#define NORMA_NOINLINE __declspec(noinline)
#define NORMA_FLATTEN
#define NORMA_UNROLL
#define NORMA_FORGET(variable) (void)0
#else
#define NORMA_ALWAYS_INLINE __attribute__((always_inline))
#define NORMA_NOINLINE __attribute__((noinline))
#define NORMA_FLATTEN __attribute__((flatten, noinline))
#define NORMA_FORGET(variable) asm volatile("" : "+r"(variable))
#if defined(__clang__)
#define NORMA_UNROLL _Pragma("clang loop unroll(full)")
#else
#define NORMA_UNROLL _Pragma("GCC unroll 64")
#endif
#endif
#if defined(__OPTIMIZE__)
#define NORMA_INLINE NORMA_ALWAYS_INLINE
#else
#define NORMA_INLINE
#endif
