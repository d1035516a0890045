#pragma once

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::simd::detail {

/// Coefficients of the polynomials in `packet_math.hpp`, from the constant term up. Each polynomial meets its function
/// in the Chebyshev nodes of the interval. "Error" is the largest relative error of what the polynomial is for, before
/// rounding.
template <class T>
struct Coefficients;

template <>
struct Coefficients<float> {
    /// (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2; error of eʳ − 1: 5e-10.
    static constexpr float exp[] = {0.5f, 0.16666667f, 0.041666463f, 0.0083333105f, 0.0013933881f, 0.00019891247f};
    /// (artanh(√z) / √z − 1) / z for 0 ≤ z ≤ 1/9; error of artanh: 4e-10.
    static constexpr float artanh[] = {0.33333334f, 0.19999853f, 0.14296179f, 0.108532876f, 0.11612165f};
    /// erf(√z) / √z for 0 ≤ z ≤ 1; error 2e-9.
    static constexpr float erf[] = {1.1283791f,    -0.37612626f,    0.11283594f,  -0.026854211f,
                                    0.0051890872f, -0.00080168643f, 7.875875e-05f};
    /// Φ(−t) · exp(t² / 2) / w for w = 5 / (5 + t), as a polynomial in w − 1/2, for 0 ≤ t ≤ 15; error 1.5e-8.
    static constexpr float tail[] = {0.1538386f,  0.26615298f, 0.3962453f,  0.5016552f,    0.5280126f,
                                     0.44232532f, 0.2673792f,  0.07579777f, -0.050616562f, -0.04046366f};
};

template <>
struct Coefficients<double> {
    /// Error of eʳ − 1: 6e-19.
    static constexpr double exp[] = {0.5,
                                     0.1666666666666667,
                                     0.04166666666666667,
                                     0.008333333333325985,
                                     0.0013888888888883642,
                                     0.00019841269875342141,
                                     2.4801587325920163e-05,
                                     2.7557254740405416e-06,
                                     2.7557273171941026e-07,
                                     2.5105490906986696e-08,
                                     2.091488256348507e-09};
    /// Error of artanh: 5e-18.
    static constexpr double artanh[] = {
        0.3333333333333333,  0.20000000000007292, 0.1428571428355438,  0.11111111358713932, 0.09090894718066429,
        0.07692785032479312, 0.06657072104827468, 0.06000536404795356, 0.04400369243072337, 0.08082022805971766};
    /// Error 8e-18.
    static constexpr double erf[] = {1.1283791670955126,      -0.37612638903183543,   0.11283791670945006,
                                     -0.02686617064323777,    0.0052239776071164225,  -0.0008548325975389692,
                                     0.00012055294904839707,  -1.492473690741966e-05, 1.6447424703317362e-06,
                                     -1.6208483801871705e-07, 1.3720064546777686e-08, -7.795898827002142e-10};
    /// The same, for 0 ≤ t ≤ 40; error 1.3e-17.
    static constexpr double tail[] = {
        0.15383860995001258,   0.2661530011560227,     0.3962444927759813,     0.5016530506740883,
        0.5280651717451988,    0.44235928772028243,    0.26617685504127914,    0.07663044532873749,
        -0.040850913322544154, -0.05579766426000745,   -0.012160146073434627,  0.020382847050657064,
        0.013665204840174396,  -0.0065222573212233015, -0.009073921340104516,  0.002205338421122278,
        0.005675124401219433,  -0.0011032186161575263, -0.0034521931178349364, 0.0009581684388058859,
        0.001607987552198876,  -0.0007074145689419482, -0.0001523360193187802};
};

}  // namespace norma::inline NORMA_TARGET::simd::detail
