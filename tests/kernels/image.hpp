#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

/// For tests of kernels: an image of `channels` channels in an array of the pitch `pitch`, which is not smaller.
struct Image {
    int pixels;
    int channels;
    int pitch;

    int size() const { return pixels * pitch; }
    bool is_gap(std::size_t i) const { return static_cast<int>(i) % pitch >= channels; }

    /// Whole numbers to read; NaN between the pixels.
    template <class T>
    std::vector<T> numbers(std::uint64_t seed, int most = 6) const {
        std::vector<T> out = whole_numbers<T>(size(), seed, most);
        for (std::size_t i = 0; i < out.size(); ++i) {
            if (is_gap(i)) out[i] = std::numeric_limits<T>::quiet_NaN();
        }
        return out;
    }
    /// `numbers` to add to, or NaN to overwrite; between the pixels a number that must not change.
    template <class T>
    Guarded<T> output(std::vector<T> numbers) const {
        return Guarded<T>(filled(std::move(numbers)));
    }
    template <class T>
    Guarded<T> output() const {
        return output(std::vector<T>(static_cast<std::size_t>(size()), std::numeric_limits<T>::quiet_NaN()));
    }
    /// The pixels of a whole image, and between them a number that must not change; for an image to read, NaN.
    template <class T>
    std::vector<T> spread(const std::vector<T>& whole, T between = T(77)) const {
        std::vector<T> out(static_cast<std::size_t>(size()), between);
        for (std::size_t i = 0, next = 0; i < out.size(); ++i) {
            if (!is_gap(i)) out[i] = whole[next++];
        }
        return out;
    }
    template <class T>
    std::vector<T> spread_to_read(const std::vector<T>& whole) const {
        return spread(whole, std::numeric_limits<T>::quiet_NaN());
    }
    /// `numbers` with that number between the pixels.
    template <class T>
    std::vector<T> filled(std::vector<T> numbers) const {
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            if (is_gap(i)) numbers[i] = T(77);
        }
        return numbers;
    }
};
