#pragma once

#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "norma/core/inline.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/unroll.hpp"

/// SIMD registers through Eigen's packet functions: one source for SSE, AVX, AVX-512 and NEON. No other header names
/// Eigen's packets. A scalar is a packet of one lane: the channels that do not fill a register run through the same
/// code in narrower packets and scalars.
namespace norma::inline NORMA_TARGET::simd {

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"  // GCC: vector types lose their alignment as template arguments
#endif

namespace detail {
template <class T>
using WidestNative = typename Eigen::internal::packet_traits<T>::type;
template <class T>
inline constexpr int widest_lanes = Eigen::internal::unpacket_traits<WidestNative<T>>::size;

template <class T, int Lanes>
constexpr auto native() {
    using Wide = WidestNative<T>;
    using Half = typename Eigen::internal::unpacket_traits<Wide>::half;
    using Quarter = typename Eigen::internal::unpacket_traits<Half>::half;
    if constexpr (Lanes == 1) {
        return std::type_identity<T>{};
    } else if constexpr (Lanes == Eigen::internal::unpacket_traits<Wide>::size) {
        return std::type_identity<Wide>{};
    } else if constexpr (Lanes == Eigen::internal::unpacket_traits<Half>::size) {
        return std::type_identity<Half>{};
    } else {
        static_assert(Lanes == Eigen::internal::unpacket_traits<Quarter>::size);
        return std::type_identity<Quarter>{};
    }
}

/// Lanes of the next narrower register; 1 after the narrowest.
template <class T, int Lanes>
constexpr int narrower() {
    if constexpr (Lanes == 1) {
        return 1;
    } else {
        using Half = typename Eigen::internal::unpacket_traits<typename decltype(native<T, Lanes>())::type>::half;
        constexpr int half = Eigen::internal::unpacket_traits<Half>::size;
        return half < Lanes ? half : 1;
    }
}
}  // namespace detail

/// `Lanes` numbers of type `T` in one register.
template <class T, int Lanes>
struct Packet {
    using Scalar = T;
    using Native = typename decltype(detail::native<T, Lanes>())::type;
    static constexpr int lanes = Lanes;

    Native value;
};

namespace detail {
/// Instantiates the packets of `T` with `Lanes` lanes and fewer.
template <class T, int Lanes>
constexpr bool packets_fit() {
    if constexpr (Lanes > 1) {
        return sizeof(Packet<T, Lanes>) == sizeof(T) * Lanes && packets_fit<T, narrower<T, Lanes>()>();
    } else {
        return sizeof(Packet<T, Lanes>) == sizeof(T);
    }
}
// Instantiated here, where the warning is off: from a precompiled header, GCC warns at every later use.
static_assert(packets_fit<float, widest_lanes<float>>() && packets_fit<double, widest_lanes<double>>());
}  // namespace detail

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// The widest packet for numbers of type `T` in the instruction set that the program is compiled for; bfloat16 numbers
/// are widened to floats.
template <class T>
using Widest = Packet<ScalarOf<T>, detail::widest_lanes<ScalarOf<T>>>;

/// The next narrower packet; the scalar after the narrowest.
template <class P>
using Narrower = Packet<typename P::Scalar, detail::narrower<typename P::Scalar, P::lanes>()>;

/// Number of SIMD registers, for the accumulators, weights and inputs of a kernel together.
inline constexpr int registers = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS;

/// Does the machine multiply and add in one instruction?
#if defined(EIGEN_VECTORIZE_FMA) || defined(EIGEN_VECTORIZE_NEON)
inline constexpr bool has_fused_multiply_add = true;
#else
inline constexpr bool has_fused_multiply_add = false;
#endif

template <class P>
NORMA_INLINE inline P load(const typename P::Scalar* from) {
    return {Eigen::internal::ploadu<typename P::Native>(from)};
}
template <class P>
NORMA_INLINE inline void store(typename P::Scalar* to, const P& value) {
    Eigen::internal::pstoreu(to, value.value);
}
/// All lanes equal to `value`.
template <class P>
NORMA_INLINE inline P set(typename P::Scalar value) {
    return {Eigen::internal::pset1<typename P::Native>(value)};
}
template <class P>
NORMA_INLINE inline P add(const P& a, const P& b) {
    return {Eigen::internal::padd(a.value, b.value)};
}
template <class P>
NORMA_INLINE inline P subtract(const P& a, const P& b) {
    return {Eigen::internal::psub(a.value, b.value)};
}
template <class P>
NORMA_INLINE inline P multiply(const P& a, const P& b) {
    return {Eigen::internal::pmul(a.value, b.value)};
}
template <class P>
NORMA_INLINE inline P divide(const P& a, const P& b) {
    return {Eigen::internal::pdiv(a.value, b.value)};
}
/// √a to an error of two units in the last place.
template <class P>
NORMA_INLINE inline P square_root(const P& a) {
    return {Eigen::internal::psqrt(a.value)};
}
/// a · b + c, rounded once where the machine has a fused multiply-add, else twice.
template <class P>
NORMA_INLINE inline P multiply_add(const P& a, const P& b, const P& c) {
    // Eigen's multiply_add of scalars rounds twice, unless the compiler fuses it.
    if constexpr (P::lanes == 1 && has_fused_multiply_add) return {std::fma(a.value, b.value, c.value)};
    return {Eigen::internal::pmadd(a.value, b.value, c.value)};
}
/// The nearest whole number; of two, the even one.
template <class P>
NORMA_INLINE inline P nearest_whole(const P& a) {
    if constexpr (P::lanes == 1) return {std::rint(a.value)};
    return {Eigen::internal::print(a.value)};
}
/// The larger of `a` and `least`; NaN where `a` is NaN, but not under -ffast-math.
template <class P>
NORMA_INLINE inline P at_least(const P& a, typename P::Scalar least) {
    if constexpr (P::lanes == 1) return a.value < least ? P{least} : a;
    return {Eigen::internal::pmax(a.value, set<P>(least).value)};  // as std::max: a unless it is less
}
/// The smaller of `a` and `most`; NaN where `a` is NaN, but not under -ffast-math.
template <class P>
NORMA_INLINE inline P at_most(const P& a, typename P::Scalar most) {
    if constexpr (P::lanes == 1) return most < a.value ? P{most} : a;
    return {Eigen::internal::pmin(a.value, set<P>(most).value)};  // as std::min: a unless it is more
}
namespace detail {
/// Is `P` a register of AVX-512, whose comparisons make masks? Eigen's functions would expand each mask to a register
/// and turn it back into a mask.
#if defined(EIGEN_VECTORIZE_AVX512)
template <class P>
inline constexpr bool has_masks = std::is_same_v<typename P::Scalar, float> && P::lanes == 16;
#else
template <class P>
inline constexpr bool has_masks = false;
#endif
}  // namespace detail

#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
namespace detail {
/// 0 · `x`, with a 0 that the compiler does not see: 0, or NaN where `x` is not finite. `maximum` and `relu` need it
/// under -ffast-math. There the compiler may swap the operands of a maximum, and the instruction loses a NaN in the
/// first operand.
template <class P>
NORMA_INLINE inline P hidden_zero(const P& x) {
    int zero = 0;
    asm("" : "+r"(zero));
    return multiply(x, set<P>(static_cast<typename P::Scalar>(zero)));
}
template <class P>
NORMA_INLINE inline P larger(const P& a, const P& b) {
    if constexpr (P::lanes == 1) return a.value < b.value ? b : a;
    return {Eigen::internal::pmax(a.value, b.value)};
}
}  // namespace detail

/// The larger of `a` and `b` in each lane; NaN where either is not finite.
template <class P>
NORMA_INLINE inline P maximum(const P& a, const P& b) {
    return add(detail::larger(a, b), add(detail::hidden_zero(a), detail::hidden_zero(b)));
}
/// `x` where it is above 0, else 0; but not finite where `x` is not.
template <class P>
NORMA_INLINE inline P relu(const P& x) {
    return detail::larger(x, detail::hidden_zero(x));
}
#else
/// The larger of `a` and `b` in each lane; NaN where either is NaN.
template <class P>
NORMA_INLINE inline P maximum(const P& a, const P& b) {
#if defined(EIGEN_VECTORIZE_AVX512)
    if constexpr (detail::has_masks<P>) {
        // The instruction returns its second operand where either is NaN.
        const __mmask16 numbers = _mm512_cmp_ps_mask(a.value, a.value, _CMP_ORD_Q);
        return {_mm512_mask_max_ps(a.value, numbers, a.value, b.value)};
    }
#endif
    if constexpr (P::lanes == 1) return a.value < b.value || !(b.value >= b.value) ? b : a;
    return {Eigen::internal::pmax<Eigen::PropagateNaN>(a.value, b.value)};
}
/// `x` where it is above 0 or NaN, else 0.
template <class P>
NORMA_INLINE inline P relu(const P& x) {
    return at_least(x, 0);
}
#endif
/// `value` where `x` > 0, else 0.
template <class P>
NORMA_INLINE inline P where_positive(const P& x, const P& value) {
    if constexpr (P::lanes == 1) return x.value > 0 ? value : P{0};
#if defined(EIGEN_VECTORIZE_AVX512)
    if constexpr (detail::has_masks<P>) {
        return {_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x.value, _mm512_setzero_ps(), _CMP_GT_OQ), value.value)};
    }
#endif
    return {Eigen::internal::pand(Eigen::internal::pcmp_lt(set<P>(0).value, x.value), value.value)};
}
/// The lanes where a = b, as a mask for `keep`, `drop` and `either`. A scalar's mask is 1 or 0, since Eigen's differs
/// between its versions.
template <class P>
NORMA_INLINE inline P equal(const P& a, const P& b) {
    if constexpr (P::lanes == 1) return {a.value <= b.value && a.value >= b.value ? typename P::Scalar(1) : 0};
    return {Eigen::internal::pcmp_eq(a.value, b.value)};
}
/// `value` in the lanes of `mask`, else 0.
template <class P>
NORMA_INLINE inline P keep(const P& mask, const P& value) {
    if constexpr (P::lanes == 1) return mask.value > 0 ? value : P{0};
    return {Eigen::internal::pand(mask.value, value.value)};
}
/// `value` outside the lanes of `mask`, else 0.
template <class P>
NORMA_INLINE inline P drop(const P& mask, const P& value) {
    if constexpr (P::lanes == 1) return mask.value > 0 ? P{0} : value;
    return {Eigen::internal::pandnot(value.value, mask.value)};
}
/// The lanes that are in one mask or the other.
template <class P>
NORMA_INLINE inline P either(const P& a, const P& b) {
    if constexpr (P::lanes == 1) return a.value > 0 ? a : b;
    return {Eigen::internal::por(a.value, b.value)};
}
/// The sum of all lanes.
template <class P>
NORMA_INLINE inline typename P::Scalar sum(const P& a) {
    return Eigen::internal::predux(a.value);
}

}  // namespace norma::inline NORMA_TARGET::simd
