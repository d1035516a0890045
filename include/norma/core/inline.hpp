#pragma once

/// NORMA_ALWAYS_INLINE goes behind a kernel's small functions and lambdas: arrays of SIMD registers stay in registers
/// only if every lambda that refers to them is inlined before the compiler takes the arrays apart. NORMA_NOINLINE keeps
/// one copy of a large unrolled body, so that its callers share it and compile quickly. NORMA_UNROLL stands before a
/// loop of known length that has to be gone before the compiler takes arrays apart: a plain loop, where a lambda for
/// each turn would be compiled a thousand times a network. NORMA_FORGET(pointer) makes the compiler forget what it
/// knows of where a pointer points: otherwise GCC keeps what it will load again, and runs out of registers.
#if defined(_MSC_VER) && !defined(__clang__)
#define NORMA_ALWAYS_INLINE
#define NORMA_NOINLINE __declspec(noinline)
#define NORMA_UNROLL
#define NORMA_FORGET(pointer) (void)0
#else
#define NORMA_ALWAYS_INLINE __attribute__((always_inline))
#define NORMA_NOINLINE __attribute__((noinline))
#define NORMA_FORGET(pointer) asm volatile("" : "+r"(pointer))
#if defined(__clang__)
#define NORMA_UNROLL _Pragma("clang loop unroll(full)")
#else
#define NORMA_UNROLL _Pragma("GCC unroll 64")
#endif
#endif
