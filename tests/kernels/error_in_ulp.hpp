#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <norma/kernels/packet.hpp>

/// |is − wanted| in units in the last place of `wanted`, or of `least` if that is larger. NaN is right where NaN is
/// wanted, and infinity where infinity is.
template <class T>
double error_in_ulp(T is, long double wanted, T least) {
    constexpr double wrong = std::numeric_limits<double>::infinity();
    const T rounded = static_cast<T>(wanted);
    if (std::isnan(rounded)) return std::isnan(is) ? 0 : wrong;
    if (std::isinf(rounded)) return is == rounded ? 0 : wrong;
    const T size = std::max(std::abs(rounded), least);
    const double error = static_cast<double>(std::abs(static_cast<long double>(is) - wanted) /
                                             (static_cast<long double>(size) - std::nextafter(size, T(0))));
    return std::isnan(error) ? wrong : error;
}

/// See `numbers_of_all_sizes`. A lambda in their initialiser would be evaluated by the compiler, as far as it can.
template <class T>
std::vector<T> make_numbers_of_all_sizes() {
    using Limits = std::numeric_limits<T>;
    std::vector<T> out{T(0),
                       -T(0),
                       Limits::infinity(),
                       -Limits::infinity(),
                       Limits::quiet_NaN(),
                       Limits::max(),
                       Limits::lowest(),
                       Limits::min(),
                       -Limits::min(),
                       Limits::denorm_min(),
                       -Limits::denorm_min()};
    for (int i = -30000; i <= 30000; ++i) {
        out.push_back(static_cast<T>(i / 300.0 + 1e-4));
        out.push_back(static_cast<T>(i / 5000.0 + 1e-5));
    }
    const double smallest = std::log(static_cast<double>(Limits::denorm_min()));
    const double largest = std::log(static_cast<double>(Limits::max()));
    for (int i = 0; i < 20000; ++i) {
        const double size = std::exp(smallest + (largest - smallest) * (i + 0.5) / 20000);
        out.push_back(static_cast<T>(size));
        out.push_back(static_cast<T>(-size));
    }
    while (out.size() % 16 != 0) out.push_back(T(1));
    return out;
}

/// Numbers of all sizes: −100 to 100 in small steps, near 0, tiny, huge, zeros, infinities, NaN. Their count is a
/// multiple of every packet.
template <class T>
const std::vector<T>& numbers_of_all_sizes() {
    static const std::vector<T> numbers = make_numbers_of_all_sizes<T>();
    return numbers;
}

/// `f` on packets of type `P`, for all `numbers`.
template <class P, class F>
std::vector<typename P::Scalar> on_packets(const std::vector<typename P::Scalar>& numbers, const F& f) {
    std::vector<typename P::Scalar> out(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); i += P::lanes) {
        norma::simd::store(&out[i], f(norma::simd::load<P>(&numbers[i])));
    }
    return out;
}

/// The first number for which `f` has other bits on narrower packets than on `P`, as text; empty if there is none.
template <class P, class F>
std::string other_bits(const std::vector<typename P::Scalar>& numbers, const F& f) {
    if constexpr (P::lanes == 1) return "";
    using Narrower = norma::simd::Narrower<P>;
    using Word = std::conditional_t<sizeof(typename P::Scalar) == 4, std::uint32_t, std::uint64_t>;
    const auto wide = on_packets<P>(numbers, f);
    const auto narrow = on_packets<Narrower>(numbers, f);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (std::isnan(wide[i]) && std::isnan(narrow[i])) continue;
        if (std::bit_cast<Word>(wide[i]) != std::bit_cast<Word>(narrow[i])) {
            return std::to_string(numbers[i]) + " on " + std::to_string(P::lanes) + " and " +
                   std::to_string(Narrower::lanes) + " lanes";
        }
    }
    if constexpr (Narrower::lanes > 1) return other_bits<Narrower>(numbers, f);
    return "";
}

/// The largest error of `f` on the widest packets, against `right` in long double.
template <class T, class F, class G>
double largest_error_in_ulp(const F& f, const G& right, T least = std::numeric_limits<T>::min()) {
    const std::vector<T>& numbers = numbers_of_all_sizes<T>();
    const std::vector<T> values = on_packets<norma::simd::Widest<T>>(numbers, f);
    double largest = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const double error = error_in_ulp<T>(values[i], right(static_cast<long double>(numbers[i])), least);
        if (error > largest) largest = error;
    }
    return largest;
}
