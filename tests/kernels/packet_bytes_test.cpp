#include "norma/kernels/packet_bytes.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../support/guarded_bytes.hpp"

namespace packet_bytes_test {

using namespace norma;

namespace {

template <class P>
void check() {
    using T = typename P::Scalar;
    INFO(P::lanes, " lanes of ", sizeof(T), " bytes");
    for (int first = 0; first + P::lanes <= 256; ++first) {
        std::vector<std::uint8_t> bytes(std::size_t(P::lanes) + 1);
        std::vector<T> numbers;
        for (int i = 0; i < P::lanes; ++i) {
            bytes[std::size_t(i) + 1] = static_cast<std::uint8_t>(first + i);
            numbers.push_back(static_cast<T>(first + i));
        }
        const P packet = simd::load_bytes<P>(bytes.data() + 1);
        std::vector<T> loaded(std::size_t(P::lanes));
        simd::store(loaded.data(), packet);
        CHECK(loaded == numbers);
        GuardedBytes stored(P::lanes);
        simd::store_bytes(stored.data(), packet);
        CHECK(stored.intact());
        CHECK(stored.copy() == std::vector<std::uint8_t>(bytes.begin() + 1, bytes.end()));
    }
    if constexpr (P::lanes > 1) check<simd::Narrower<P>>();
}

}  // namespace

TEST_CASE_TEMPLATE("packets of whole numbers go to bytes and back, and to none beside them", T, float, double) {
    check<simd::Widest<T>>();
}

}  // namespace packet_bytes_test
