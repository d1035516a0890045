#include "norma/kernels/packet_interleave.hpp"

#include <doctest/doctest.h>

#include <cstddef>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

namespace packet_interleave_test {

using namespace norma;

template <class P, std::size_t M>
void check() {
    using T = typename P::Scalar;
    CAPTURE(M);
    const std::vector<T> numbers = whole_numbers<T>(int(M) * P::lanes, 1);
    P packets[M];
    simd::load_interleaved(numbers.data(), packets);
    for (std::size_t j = 0; j < M; ++j) {
        T lanes[std::size_t(P::lanes)];
        simd::store(lanes, packets[j]);
        for (std::size_t l = 0; l < std::size_t(P::lanes); ++l) CHECK(lanes[l] == numbers[l * M + j]);
    }
    P together[M];
    simd::interleave(packets, together);
    Guarded<T> stored(int(numbers.size()));
    for (std::size_t j = 0; j < M; ++j) simd::store(stored.data() + j * std::size_t(P::lanes), together[j]);
    CHECK(stored.differences(numbers) == 0);
}

template <class P>
void check_widths() {
    CAPTURE(P::lanes);
    check<P, 1>();
    check<P, 2>();
    check<P, 3>();
    check<P, 4>();
    check<P, 7>();
    if constexpr (P::lanes > 1) check_widths<simd::Narrower<P>>();
}

TEST_CASE("interleaved numbers come apart into packets, and go together again") {
    check_widths<simd::Widest<float>>();
    check_widths<simd::Widest<double>>();
}

}  // namespace packet_interleave_test
