#include "norma/kernels/packet.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

namespace packet_test {

using namespace norma;

namespace {

/// One operation, and what it gives for each lane. The lists of packets and of scalars are compared once, for CHECK and
/// comparisons take the compiler long where each packet has its own.
template <class T>
struct Result {
    std::string_view operation;
    std::vector<T> values;
    T tolerance = 0;  ///< relative
};

template <class T>
using Results = std::vector<Result<T>>;

/// The values that take part, from addresses that are aligned to nothing.
template <class T>
struct Operands {
    std::vector<T> a, b, c;
};

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class P>
Results<typename P::Scalar> by_packets(const Operands<typename P::Scalar>& operands) {
    using T = typename P::Scalar;
    const P x = simd::load<P>(operands.a.data() + 1);
    const P y = simd::load<P>(operands.b.data() + 1);
    const P z = simd::load<P>(operands.c.data() + 1);
    const P one = simd::set<P>(T(1));
    const P no_number = simd::set<P>(T(nan));
    const P zero = simd::set<P>(T(0));
    const P minus_zero = simd::set<P>(-T(0));
    const P positive = simd::add(simd::multiply(y, y), one);
    const P mask = simd::equal(x, y);
    Results<T> out;
    const auto add = [&out](std::string_view operation, const P& p) {
        Guarded<T> values(P::lanes);
        simd::store(values.data(), p);
        out.push_back({operation, values.copy()});
        out.push_back({"a store next to its packet", {T(values.intact() ? 0 : 1)}});
    };
    add("load", x);
    add("set", simd::set<P>(T(5)));
    add("add", simd::add(x, y));
    add("subtract", simd::subtract(x, y));
    add("multiply", simd::multiply(x, y));
    add("divide", simd::divide(x, positive));
    add("square_root", simd::square_root(positive));
    add("multiply_add", simd::multiply_add(x, y, z));
    // (1 + 2⁻¹⁵)² − 1: rounded once, its last bit stays. 1 + 2⁻²⁹ for double.
    const P above_one = simd::set<P>(1 + std::numeric_limits<T>::epsilon() * T(sizeof(T) == 4 ? 0x1p8 : 0x1p23));
    add("multiply_add, rounding", simd::multiply_add(above_one, above_one, simd::set<P>(T(-1))));
    const P halves = simd::multiply(x, simd::set<P>(T(0.5)));
    add("nearest_whole", simd::nearest_whole(halves));
    add("at_least", simd::at_least(x, 1));
    add("at_most", simd::at_most(x, 1));
    add("at_least(nan)", simd::at_least(no_number, 1));
    add("at_most(nan)", simd::at_most(no_number, 1));
    add("maximum", simd::maximum(x, y));
    add("relu", simd::relu(x));
    add("where_positive", simd::where_positive(x, y));
    add("keep", simd::keep(mask, z));
    add("drop", simd::drop(mask, z));
    add("either", simd::keep(simd::either(mask, simd::equal(x, z)), z));
    add("maximum(nan, 1)", simd::maximum(no_number, one));
    add("maximum(1, nan)", simd::maximum(one, no_number));
    add("relu(nan)", simd::relu(no_number));
    add("where_positive(nan)", simd::where_positive(no_number, one));
    add("where_positive(0)", simd::where_positive(zero, one));
    add("where_positive(-0)", simd::where_positive(minus_zero, one));
    add("equal(nan, nan)", simd::keep(simd::equal(no_number, no_number), one));
    add("equal(0, -0)", simd::keep(simd::equal(zero, minus_zero), one));
    out.push_back({"sum", {simd::sum(x)}});
    return out;
}

template <class T>
Results<T> by_scalars(const Operands<T>& operands, std::size_t lanes) {
    Results<T> out;
    const auto add = [&](std::string_view operation, auto f, T tolerance = 0) {
        std::vector<T> values(lanes);
        for (std::size_t i = 0; i < lanes; ++i) values[i] = f(operands.a[i + 1], operands.b[i + 1], operands.c[i + 1]);
        out.push_back({operation, values, tolerance});
        out.push_back({"a store next to its packet", {T(0)}});
    };
    add("load", [](T x, T, T) { return x; });
    add("set", [](T, T, T) { return T(5); });
    add("add", [](T x, T y, T) { return x + y; });
    add("subtract", [](T x, T y, T) { return x - y; });
    add("multiply", [](T x, T y, T) { return x * y; });
    add("divide", [](T x, T y, T) { return x / (y * y + 1); });  // whole numbers: their quotient is rounded once
    add(
        "square_root", [](T, T y, T) { return std::sqrt(y * y + 1); }, 2 * std::numeric_limits<T>::epsilon());
    add("multiply_add", [](T x, T y, T z) { return x * y + z; });
    add("multiply_add, rounding", [](T, T, T) {
        const T above = std::numeric_limits<T>::epsilon() * T(sizeof(T) == 4 ? 0x1p8 : 0x1p23);
        return simd::has_fused_multiply_add ? 2 * above + above * above : 2 * above;
    });
    add("nearest_whole", [](T x, T, T) { return std::nearbyint(x / 2); });
    add("at_least", [](T x, T, T) { return std::max(x, T(1)); });
    add("at_most", [](T x, T, T) { return std::min(x, T(1)); });
    add("at_least(nan)", [](T, T, T) { return T(nan); });
    add("at_most(nan)", [](T, T, T) { return T(nan); });
    add("maximum", [](T x, T y, T) { return std::max(x, y); });
    add("relu", [](T x, T, T) { return std::max(x, T(0)); });
    add("where_positive", [](T x, T y, T) { return x > 0 ? y : T(0); });
    add("keep", [](T x, T y, T z) { return x == y ? z : T(0); });
    add("drop", [](T x, T y, T z) { return x == y ? T(0) : z; });
    add("either", [](T x, T y, T z) { return x == y || x == z ? z : T(0); });
    // What is not a number stays so in a maximum, from either side, and is neither positive nor equal to anything.
    add("maximum(nan, 1)", [](T, T, T) { return T(nan); });
    add("maximum(1, nan)", [](T, T, T) { return T(nan); });
    add("relu(nan)", [](T, T, T) { return T(nan); });
    add("where_positive(nan)", [](T, T, T) { return T(0); });
    add("where_positive(0)", [](T, T, T) { return T(0); });
    add("where_positive(-0)", [](T, T, T) { return T(0); });
    add("equal(nan, nan)", [](T, T, T) { return T(0); });
    add("equal(0, -0)", [](T, T, T) { return T(1); });
    T sum = 0;
    for (std::size_t i = 0; i < lanes; ++i) sum += operands.a[i + 1];
    out.push_back({"sum", {sum}});
    return out;
}

/// What differs, as text.
template <class T>
std::string differences(const Results<T>& is, const Results<T>& expected) {
    std::ostringstream out;
    if (is.size() != expected.size()) out << is.size() << " results, not " << expected.size() << '\n';
    for (std::size_t i = 0; i < std::min(is.size(), expected.size()); ++i) {
        const std::vector<T>& values = is[i].values;
        if (is[i].operation != expected[i].operation || values.size() != expected[i].values.size()) {
            out << is[i].operation << " stands where " << expected[i].operation << " is expected\n";
            continue;
        }
        for (std::size_t lane = 0; lane < values.size(); ++lane) {
            const T value = values[lane];
            const T right = expected[i].values[lane];
            const bool same = std::isnan(right) ? std::isnan(value)
                                                : std::abs(value - right) <= expected[i].tolerance * std::abs(right);
            if (!same) out << is[i].operation << ", lane " << lane << ": " << value << ", not " << right << '\n';
        }
    }
    return out.str();
}

template <class P>
std::string differences_of_packets(const Operands<typename P::Scalar>& operands) {
    std::string out = differences(by_packets<P>(operands), by_scalars(operands, P::lanes));
    if constexpr (P::lanes > 1) {
        static_assert(simd::Narrower<P>::lanes < P::lanes);
        out += differences_of_packets<simd::Narrower<P>>(operands);
    } else {
        static_assert(std::is_same_v<simd::Narrower<P>, P>);
    }
    return out;
}

template <class T>
void check_packets() {
    using P = simd::Widest<T>;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        const auto drawn = [&](std::uint64_t i) { return whole_numbers<T>(P::lanes + 1, 3 * seed + i, 3); };
        CHECK(differences_of_packets<P>({drawn(0), drawn(1), drawn(2)}) == "");
    }
}

}  // namespace

TEST_CASE("packets of every width compute what scalars do") {
    check_packets<float>();
    check_packets<double>();
}

TEST_CASE("unroll counts from 0") {
    std::vector<int> seen;
    simd::unroll<4>([&](auto i) { seen.push_back(i); });
    simd::unroll<0>([&](auto i) { seen.push_back(i); });
    CHECK(seen == std::vector<int>{0, 1, 2, 3});
}

}  // namespace packet_test
