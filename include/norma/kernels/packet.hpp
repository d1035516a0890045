#pragma once

#include <Eigen/Core>

#include <cstddef>
#include <type_traits>
#include <utility>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"

/// SIMD registers, by Eigen's packet functions: one source for SSE, AVX, AVX-512 and NEON. Nothing else in norma names
/// Eigen's packets. A plain scalar is a packet of one lane too, so a channel count that no register divides ends in
/// scalars and needs no code of its own.
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
/// Instantiates the packets of `T`, of `Lanes` and fewer.
template <class T, int Lanes>
constexpr bool packets_fit() {
    if constexpr (Lanes > 1) {
        return sizeof(Packet<T, Lanes>) == sizeof(T) * Lanes && packets_fit<T, narrower<T, Lanes>()>();
    } else {
        return sizeof(Packet<T, Lanes>) == sizeof(T);
    }
}
// Here, where the warning is off: GCC's precompiled headers forget that it was, and warn where templates are used.
static_assert(packets_fit<float, widest_lanes<float>>() && packets_fit<double, widest_lanes<double>>());
}  // namespace detail

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// The widest packet of `T` for which the program is compiled.
template <class T>
using Widest = Packet<T, detail::widest_lanes<T>>;

/// The next narrower packet; the scalar after the narrowest.
template <class P>
using Narrower = Packet<typename P::Scalar, detail::narrower<typename P::Scalar, P::lanes>()>;

/// SIMD registers of the machine: what a kernel's accumulators, weights and inputs have to share.
inline constexpr int registers = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS;

/// Does the machine multiply and add in one instruction?
#if defined(EIGEN_VECTORIZE_FMA) || defined(EIGEN_VECTORIZE_NEON)
inline constexpr bool has_fused_multiply_add = true;
#else
inline constexpr bool has_fused_multiply_add = false;
#endif

template <class P>
NORMA_ALWAYS_INLINE inline P load(const typename P::Scalar* from) {
    return {Eigen::internal::ploadu<typename P::Native>(from)};
}
template <class P>
NORMA_ALWAYS_INLINE inline void store(typename P::Scalar* to, const P& value) {
    Eigen::internal::pstoreu(to, value.value);
}
/// All lanes equal to `value`.
template <class P>
NORMA_ALWAYS_INLINE inline P set(typename P::Scalar value) {
    return {Eigen::internal::pset1<typename P::Native>(value)};
}
template <class P>
NORMA_ALWAYS_INLINE inline P add(const P& a, const P& b) {
    return {Eigen::internal::padd(a.value, b.value)};
}
template <class P>
NORMA_ALWAYS_INLINE inline P subtract(const P& a, const P& b) {
    return {Eigen::internal::psub(a.value, b.value)};
}
template <class P>
NORMA_ALWAYS_INLINE inline P multiply(const P& a, const P& b) {
    return {Eigen::internal::pmul(a.value, b.value)};
}
template <class P>
NORMA_ALWAYS_INLINE inline P divide(const P& a, const P& b) {
    return {Eigen::internal::pdiv(a.value, b.value)};
}
/// √a to an error of two units in the last place.
template <class P>
NORMA_ALWAYS_INLINE inline P square_root(const P& a) {
    return {Eigen::internal::psqrt(a.value)};
}
/// a · b + c, with one rounding where the machine has it.
template <class P>
NORMA_ALWAYS_INLINE inline P multiply_add(const P& a, const P& b, const P& c) {
    return {Eigen::internal::pmadd(a.value, b.value, c.value)};
}
namespace detail {
/// Are the packets the registers of AVX-512, whose comparisons make masks? By Eigen's functions each mask would be
/// spread into a register and read back from it.
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
/// `x` times a 0 of which the compiler does not know that it is one: 0, or not-a-number where `x` is not finite. Under
/// -ffast-math the compiler may give the numbers of a maximum in any order, and of one that is no number the machine
/// takes the second.
template <class P>
NORMA_ALWAYS_INLINE inline P hidden_zero(const P& x) {
    int zero = 0;
    asm("" : "+r"(zero));
    return multiply(x, set<P>(static_cast<typename P::Scalar>(zero)));
}
template <class P>
NORMA_ALWAYS_INLINE inline P larger(const P& a, const P& b) {
    if constexpr (P::lanes == 1) return a.value < b.value ? b : a;
    return {Eigen::internal::pmax(a.value, b.value)};
}
}  // namespace detail

/// The larger of `a` and `b` by lane; not-a-number where either is not finite.
template <class P>
NORMA_ALWAYS_INLINE inline P maximum(const P& a, const P& b) {
    return add(detail::larger(a, b), add(detail::hidden_zero(a), detail::hidden_zero(b)));
}
/// `x` where it is above 0, not finite where it is not, else 0.
template <class P>
NORMA_ALWAYS_INLINE inline P relu(const P& x) {
    return detail::larger(x, detail::hidden_zero(x));
}
#else
/// The larger of `a` and `b` by lane; not-a-number in either stays.
template <class P>
NORMA_ALWAYS_INLINE inline P maximum(const P& a, const P& b) {
#if defined(EIGEN_VECTORIZE_AVX512)
    if constexpr (detail::has_masks<P>) {
        // The instruction returns its second number where either is none.
        const __mmask16 numbers = _mm512_cmp_ps_mask(a.value, a.value, _CMP_ORD_Q);
        return {_mm512_mask_max_ps(a.value, numbers, a.value, b.value)};
    }
#endif
    if constexpr (P::lanes == 1) return a.value < b.value || !(b.value >= b.value) ? b : a;
    return {Eigen::internal::pmax<Eigen::PropagateNaN>(a.value, b.value)};
}
/// `x` where it is above 0 or not a number, else 0.
template <class P>
NORMA_ALWAYS_INLINE inline P relu(const P& x) {
    if constexpr (P::lanes == 1) return x.value < 0 ? P{0} : x;
    return {Eigen::internal::pmax(x.value, set<P>(0).value)};  // as std::max: x unless it is less
}
#endif
/// `value` where `x` > 0, else 0.
template <class P>
NORMA_ALWAYS_INLINE inline P where_positive(const P& x, const P& value) {
    if constexpr (P::lanes == 1) return x.value > 0 ? value : P{0};
#if defined(EIGEN_VECTORIZE_AVX512)
    if constexpr (detail::has_masks<P>) {
        return {_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x.value, _mm512_setzero_ps(), _CMP_GT_OQ), value.value)};
    }
#endif
    return {Eigen::internal::pand(Eigen::internal::pcmp_lt(set<P>(0).value, x.value), value.value)};
}
/// A mask for `keep` and `drop`: the lanes where a = b. A scalar's is 1 or 0, for Eigen's differs between its versions.
template <class P>
NORMA_ALWAYS_INLINE inline P equal(const P& a, const P& b) {
    if constexpr (P::lanes == 1) return {a.value <= b.value && a.value >= b.value ? typename P::Scalar(1) : 0};
    return {Eigen::internal::pcmp_eq(a.value, b.value)};
}
/// `value` in the lanes of `mask`, else 0.
template <class P>
NORMA_ALWAYS_INLINE inline P keep(const P& mask, const P& value) {
    if constexpr (P::lanes == 1) return mask.value > 0 ? value : P{0};
    return {Eigen::internal::pand(mask.value, value.value)};
}
/// `value` outside the lanes of `mask`, else 0.
template <class P>
NORMA_ALWAYS_INLINE inline P drop(const P& mask, const P& value) {
    if constexpr (P::lanes == 1) return mask.value > 0 ? P{0} : value;
    return {Eigen::internal::pandnot(value.value, mask.value)};
}
/// The lanes of either mask.
template <class P>
NORMA_ALWAYS_INLINE inline P either(const P& a, const P& b) {
    if constexpr (P::lanes == 1) return a.value > 0 ? a : b;
    return {Eigen::internal::por(a.value, b.value)};
}
/// The sum of all lanes.
template <class P>
NORMA_ALWAYS_INLINE inline typename P::Scalar sum(const P& a) {
    return Eigen::internal::predux(a.value);
}

namespace detail {
template <class P, int First, int Count, int Most, class F>
NORMA_ALWAYS_INLINE inline void blocks(F&& f) {
    constexpr int packets = Count / P::lanes;
    if constexpr (packets > 0) {
        constexpr int cuts = (packets + Most - 1) / Most;
        [&]<int... Index>(std::integer_sequence<int, Index...>) NORMA_ALWAYS_INLINE {
            (f.template operator()<P, (Index + 1) * packets / cuts - Index * packets / cuts>(
                 First + Index * packets / cuts * P::lanes),
             ...);
        }(std::make_integer_sequence<int, cuts>{});
    }
    constexpr int rest = Count - packets * P::lanes;
    if constexpr (rest > 0) blocks<Narrower<P>, First + packets * P::lanes, rest, Most>(std::forward<F>(f));
}
}  // namespace detail

/// Cuts `Count` neighbouring numbers of type `T` into runs of at most `Most` packets, the widest first, the last ones
/// scalars, and calls `f.operator()<P, N>(first)` for each run: `N` packets of type `P` from number `first` on.
template <class T, int Count, int Most, class F>
NORMA_ALWAYS_INLINE inline void for_each_run(F&& f) {
    detail::blocks<Widest<T>, 0, Count, Most>(std::forward<F>(f));
}

/// Goes through `count` numbers of type `T`, a count that only the run knows: calls `f.operator()<P>(first)` for packet
/// after packet of type `P` from number `first` on, the widest first, the last ones scalars.
template <class T, class F>
NORMA_ALWAYS_INLINE inline void for_each_packet(std::size_t count, F&& f) {
    std::size_t first = 0;
    for (; first + Widest<T>::lanes <= count; first += Widest<T>::lanes) f.template operator()<Widest<T>>(first);
    for (; first < count; ++first) f.template operator()<Packet<T, 1>>(first);
}

/// Calls `f(std::integral_constant<int, Index>)` for Index in [0, N): a loop whose index is known to the compiler.
template <int N, class F>
NORMA_ALWAYS_INLINE inline void unroll(F&& f) {
    [&]<int... Index>(std::integer_sequence<int, Index...>)
        NORMA_ALWAYS_INLINE { (f(std::integral_constant<int, Index>{}), ...); }(std::make_integer_sequence<int, N>{});
}

}  // namespace norma::inline NORMA_TARGET::simd
