#pragma once

// Every header includes this one before any other C++20 code.
#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 202002L || !defined(__cpp_concepts)
#error "norma: this library needs C++20; compile with -std=c++20 (MSVC: /std:c++20), with GCC 12, Clang 16 or newer"
#endif

/// NORMA_TARGET is the name of the inline namespace that holds all of norma but its exceptions and its version. It
/// names what compiled code depends on: the instruction set, and macros that change what a function does. The linker
/// keeps one copy of an inline function. With this name, the functions of a file compiled with `-march=native` and
/// those of a file compiled for any x86-64 have different names, so that each file calls its own. Types differ too:
/// such files exchange plain numbers, not objects of norma. Programs do not write this name: `norma::Network` is found
/// in it.

// NORMA_TARGET_IF(macro, text) is `text` where `macro` is defined as 1 or as nothing, else nothing.
#define NORMA_TARGET_IF(macro, text) NORMA_TARGET_IF_EXPANDED(macro, text)
#define NORMA_TARGET_IF_EXPANDED(value, text) NORMA_TARGET_SECOND(NORMA_TARGET_SHIFT_##value text, , )
#define NORMA_TARGET_SHIFT_1 ,
#define NORMA_TARGET_SHIFT_ ,
#define NORMA_TARGET_SECOND(...) NORMA_TARGET_SECOND_OF(__VA_ARGS__)
#define NORMA_TARGET_SECOND_OF(first, second, ...) second
#define NORMA_TARGET_JOIN(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x) \
    a##b##c##d##e##f##g##h##i##j##k##l##m##n##o##p##q##r##s##t##u##v##w##x

// The highest level of x86-64 whose features are all present (x86-64-v2, v3 and v4 of its ABI), with a letter for each
// other feature that a compiler uses without being asked; elsewhere the family of processors. 14 parts each.
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) && defined(__AVX512DQ__) && \
    defined(__AVX512VL__) && defined(__AVX2__) && defined(__FMA__) && defined(__BMI2__) && defined(__F16C__)
#define NORMA_TARGET_PROCESSOR                                                                                   \
    x86_64_v4, NORMA_TARGET_IF(__AVX512VNNI__, n), NORMA_TARGET_IF(__AVX512VBMI__, v),                           \
        NORMA_TARGET_IF(__AVX512VBMI2__, w), NORMA_TARGET_IF(__AVX512BITALG__, b),                               \
        NORMA_TARGET_IF(__AVX512VPOPCNTDQ__, p), NORMA_TARGET_IF(__AVX512IFMA__, i),                             \
        NORMA_TARGET_IF(__AVX512BF16__, f), NORMA_TARGET_IF(__AVX512FP16__, h), NORMA_TARGET_IF(__AVXVNNI__, x), \
        NORMA_TARGET_IF(__GFNI__, g), NORMA_TARGET_IF(__BMI__, B), ,
#elif !defined(__AVX512F__) && defined(__AVX2__) && defined(__FMA__) && defined(__BMI2__) && defined(__F16C__)
#define NORMA_TARGET_PROCESSOR                                                                                     \
    x86_64_v3, NORMA_TARGET_IF(__AVXVNNI__, x), NORMA_TARGET_IF(__GFNI__, g), NORMA_TARGET_IF(__AVXVNNIINT8__, i), \
        NORMA_TARGET_IF(__BMI__, B), , , , , , , , ,
#elif defined(__x86_64__) || defined(_M_X64)
#define NORMA_TARGET_PROCESSOR                                                                            \
    x86_64, NORMA_TARGET_IF(__SSE3__, _3), NORMA_TARGET_IF(__SSSE3__, s), NORMA_TARGET_IF(__SSE4_1__, 1), \
        NORMA_TARGET_IF(__SSE4_2__, 2), NORMA_TARGET_IF(__POPCNT__, p), NORMA_TARGET_IF(__AVX__, a),      \
        NORMA_TARGET_IF(__AVX2__, A), NORMA_TARGET_IF(__FMA__, f), NORMA_TARGET_IF(__F16C__, h),          \
        NORMA_TARGET_IF(__BMI__, B), NORMA_TARGET_IF(__BMI2__, b), NORMA_TARGET_IF(__AVX512F__, F),       \
        NORMA_TARGET_IF(__AVX512VL__, V)
#elif defined(__aarch64__) || defined(_M_ARM64)
#define NORMA_TARGET_PROCESSOR arm64, NORMA_TARGET_IF(__ARM_FEATURE_SVE, s), , , , , , , , , , , ,
#else
#define NORMA_TARGET_PROCESSOR generic, , , , , , , , , , , , ,
#endif

// Features that belong to no level, or that some processors of a level lack. 6 parts.
#define NORMA_TARGET_MORE                                                                       \
    NORMA_TARGET_IF(__LZCNT__, l), NORMA_TARGET_IF(__MOVBE__, m), NORMA_TARGET_IF(__FMA4__, q), \
        NORMA_TARGET_IF(__XOP__, X), NORMA_TARGET_IF(__TBM__, t), NORMA_TARGET_IF(__APX_F__, y)

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define NORMA_TARGET_WITHOUT_EXCEPTIONS
#else
#define NORMA_TARGET_WITHOUT_EXCEPTIONS _no_exceptions
#endif

#define NORMA_TARGET_JOINED(...) NORMA_TARGET_JOIN(__VA_ARGS__)
#define NORMA_TARGET                                                                                            \
    NORMA_TARGET_JOINED(NORMA_TARGET_PROCESSOR, NORMA_TARGET_MORE,                                              \
                        NORMA_TARGET_IF(__FINITE_MATH_ONLY__, _finite_math),                                    \
                        NORMA_TARGET_IF(EIGEN_DONT_VECTORIZE, _scalar), NORMA_TARGET_IF(NORMA_HAS_ZLIB, _zlib), \
                        NORMA_TARGET_WITHOUT_EXCEPTIONS)
