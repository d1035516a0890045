#include "norma/kernels/packet.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

using namespace norma;

namespace {

/// The lanes of a packet.
template <class P>
std::vector<typename P::Scalar> lanes(const P& p) {
    Guarded<typename P::Scalar> out(P::lanes);
    simd::store(out.data(), p);
    CHECK(out.intact());
    return out.copy();
}

/// `f` applied lane by lane.
template <class T, class F>
std::vector<T> each(const std::vector<T>& a, const std::vector<T>& b, const F& f) {
    std::vector<T> out(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) out[i] = f(a[i], b[i]);
    return out;
}

template <class P>
void check_packet() {
    using T = typename P::Scalar;
    CAPTURE(P::lanes);
    const auto drawn = [](std::uint64_t seed) {
        std::vector<T> out = whole_numbers<T>(P::lanes + 1, seed, 3);
        out.erase(out.begin());  // and its address is aligned to nothing
        return out;
    };
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        const std::vector<T> a = drawn(3 * seed);
        const std::vector<T> b = drawn(3 * seed + 1);
        const std::vector<T> c = drawn(3 * seed + 2);
        const P x = simd::load<P>(a.data());
        const P y = simd::load<P>(b.data());
        const P z = simd::load<P>(c.data());
        CHECK(lanes(x) == a);
        CHECK(lanes(simd::set<P>(T(5))) == std::vector<T>(a.size(), T(5)));
        CHECK(lanes(simd::add(x, y)) == each(a, b, [](T u, T v) { return u + v; }));
        CHECK(lanes(simd::subtract(x, y)) == each(a, b, [](T u, T v) { return u - v; }));
        CHECK(lanes(simd::multiply(x, y)) == each(a, b, [](T u, T v) { return u * v; }));
        // A quotient of whole numbers is rounded once; the divisor is none of these zeros.
        const P divisor = simd::add(simd::multiply(y, y), simd::set<P>(T(1)));
        CHECK(lanes(simd::divide(x, divisor)) == each(a, lanes(divisor), [](T u, T v) { return u / v; }));
        const std::vector<T> roots = lanes(simd::square_root(divisor));
        for (std::size_t i = 0; i < roots.size(); ++i) {
            const T root = std::sqrt(lanes(divisor)[i]);
            CHECK(std::abs(roots[i] - root) <= 2 * std::numeric_limits<T>::epsilon() * root);
        }
        CHECK(lanes(simd::multiply_add(x, y, z)) ==
              each(each(a, b, [](T u, T v) { return u * v; }), c, [](T u, T v) { return u + v; }));
        CHECK(lanes(simd::maximum(x, y)) == each(a, b, [](T u, T v) { return std::max(u, v); }));
        CHECK(lanes(simd::relu(x)) == each(a, a, [](T u, T) { return std::max(u, T(0)); }));
        CHECK(lanes(simd::where_positive(x, y)) == each(a, b, [](T u, T v) { return u > 0 ? v : T(0); }));
        const P mask = simd::equal(x, y);
        const auto equal = each(a, b, [](T u, T v) { return T(u == v); });
        CHECK(lanes(simd::keep(mask, z)) == each(equal, c, [](T e, T v) { return e != 0 ? v : T(0); }));
        CHECK(lanes(simd::drop(mask, z)) == each(equal, c, [](T e, T v) { return e != 0 ? T(0) : v; }));
        const auto either =
            each(equal, each(a, c, [](T u, T w) { return T(u == w); }), [](T u, T v) { return T(u != 0 || v != 0); });
        CHECK(lanes(simd::keep(simd::either(mask, simd::equal(x, z)), z)) ==
              each(either, c, [](T e, T v) { return e != 0 ? v : T(0); }));
        T total = 0;
        for (const T v : a) total += v;
        CHECK(simd::sum(x) == total);
    }

    // What is not a number stays one in a maximum, from either side, and is neither positive nor equal to anything.
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    const P one = simd::set<P>(T(1));
    for (const T v : lanes(simd::maximum(simd::set<P>(nan), one))) CHECK(std::isnan(v));
    for (const T v : lanes(simd::maximum(one, simd::set<P>(nan)))) CHECK(std::isnan(v));
    for (const T v : lanes(simd::relu(simd::set<P>(nan)))) CHECK(std::isnan(v));
    const std::vector<T> zeros(P::lanes);
    CHECK(lanes(simd::where_positive(simd::set<P>(nan), one)) == zeros);
    CHECK(lanes(simd::where_positive(simd::set<P>(T(0)), one)) == zeros);
    CHECK(lanes(simd::where_positive(simd::set<P>(-T(0)), one)) == zeros);
    CHECK(lanes(simd::keep(simd::equal(simd::set<P>(nan), simd::set<P>(nan)), one)) == zeros);
    CHECK(lanes(simd::keep(simd::equal(simd::set<P>(T(0)), simd::set<P>(-T(0))), one)) ==
          std::vector<T>(P::lanes, T(1)));

    if constexpr (P::lanes > 1) {
        static_assert(simd::Narrower<P>::lanes < P::lanes);
        check_packet<simd::Narrower<P>>();
    } else {
        static_assert(std::is_same_v<simd::Narrower<P>, P>);
    }
}

/// How often each of `Count` numbers is visited, and whether runs come in order and no longer than allowed.
template <class T, int Count, int Most>
void check_runs() {
    CAPTURE(Count);
    CAPTURE(Most);
    int next = 0;
    int lanes_before = std::numeric_limits<int>::max();
    simd::for_each_run<T, Count, Most>([&]<class P, int Packets>(int first) {
        CHECK(first == next);
        CHECK(Packets >= 1);
        CHECK(Packets <= Most);
        CHECK(P::lanes <= lanes_before);
        lanes_before = P::lanes;
        next = first + Packets * P::lanes;
    });
    CHECK(next == Count);
}

}  // namespace

TEST_CASE("packets of every width compute what scalars do") {
    check_packet<simd::Widest<float>>();
    check_packet<simd::Widest<double>>();
}

TEST_CASE_TEMPLATE("runs cover each number once, in order, widest packets first", T, float, double) {
    simd::unroll<40>([](auto i) { check_runs<T, int(i) + 1, 2>(); });
    simd::unroll<12>([](auto i) { check_runs<T, 8 * int(i) + 3, 1>(); });
    simd::unroll<12>([](auto i) { check_runs<T, 8 * int(i) + 7, 8>(); });
}

TEST_CASE_TEMPLATE("a run-time count is covered once, in order, the last numbers by scalars", T, float, double) {
    for (std::size_t count = 0; count < 3 * simd::Widest<T>::lanes; ++count) {
        CAPTURE(count);
        std::size_t next = 0;
        int packets = 0;
        simd::for_each_packet<T>(count, [&]<class P>(std::size_t first) {
            CHECK(first == next);
            next = first + P::lanes;
            ++packets;
        });
        CHECK(next == count);
        constexpr std::size_t lanes = simd::Widest<T>::lanes;
        CHECK(packets == int(count / lanes + count % lanes));
    }
}

TEST_CASE("unroll counts from 0") {
    std::vector<int> seen;
    simd::unroll<4>([&](auto i) { seen.push_back(i); });
    simd::unroll<0>([&](auto i) { seen.push_back(i); });
    CHECK(seen == std::vector<int>{0, 1, 2, 3});
}
