#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"

/// Copies and averages of all numbers that training changes in a network.
namespace norma::inline NORMA_TARGET::detail {

/// Parameters, running means and running variances of a network.
template <class T>
using NetworkNumbers = std::array<std::span<T>, 3>;

/// Those of `network`.
template <class Net>
NetworkNumbers<typename Net::Scalar> numbers_of(Net& network) {
    return {network.parameters(), network.running_mean(), network.running_var()};
}

/// A copy of a network's numbers.
template <class T>
class NumbersCopy {
public:
    /// Zeros, for a network with arrays of these sizes.
    explicit NumbersCopy(const NetworkNumbers<T>& network)
        : arrays_{AlignedBuffer<T>(network[0].size()), AlignedBuffer<T>(network[1].size()),
                  AlignedBuffer<T>(network[2].size())} {}

    /// Writes (`=`) the network's numbers to the copy.
    NORMA_NOINLINE void copy_from(const NetworkNumbers<T>& network) {
        for (std::size_t k = 0; k < arrays_.size(); ++k)
            std::copy_n(network[k].data(), network[k].size(), arrays_[k].data());
    }
    /// Writes (`=`) the copy to the network.
    NORMA_NOINLINE void copy_to(const NetworkNumbers<T>& network) const {
        for (std::size_t k = 0; k < arrays_.size(); ++k) {
            std::copy_n(arrays_[k].data(), arrays_[k].size(), network[k].data());
        }
    }
    /// copy ← copy + share · (network − copy).
    NORMA_NOINLINE void move_towards(const NetworkNumbers<T>& network, double share) {
        for (std::size_t k = 0; k < arrays_.size(); ++k) {
            T* const to = arrays_[k].data();
            const T* const from = network[k].data();
            simd::for_each_packet<T>(arrays_[k].size(), [&]<class P>(std::size_t i) {
                const P old = simd::load<P>(to + i);
                const P difference = simd::subtract(simd::load<P>(from + i), old);
                simd::store(to + i, simd::multiply_add(simd::set<P>(static_cast<T>(share)), difference, old));
            });
        }
    }
    /// The copy of array `k`.
    std::span<T> array(std::size_t k) { return arrays_[k]; }
    std::span<const T> array(std::size_t k) const { return arrays_[k]; }

private:
    std::array<AlignedBuffer<T>, 3> arrays_;
};

}  // namespace norma::inline NORMA_TARGET::detail
