#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// The inputs and initial weights of the golden values. A number is a function of a string and an index, so none are
/// stored. `golden/make_golden.py` evaluates the same formula, with the same bits.
namespace initial {

/// FNV-1a, 64 bits, of the name's bytes.
constexpr std::uint64_t name_hash(std::string_view name) {
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    return hash;
}

/// The top 24 bits of SplitMix64's output `i`, its state starting at `hash`.
constexpr std::uint32_t bits24(std::uint64_t hash, std::uint64_t i) {
    std::uint64_t z = hash + (i + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 40);
}

/// In [−1, 1), a multiple of 2^-23: exact in `float`.
constexpr float value(std::string_view name, std::uint64_t i) {
    return static_cast<float>(bits24(name_hash(name), i) * 0x1p-23 - 1.0);
}

/// `count` numbers offset + scale · value, rounded to `float` once.
inline std::vector<float> tensor(std::string_view name, std::size_t count, float scale = 1.0f, float offset = 0.0f) {
    const std::uint64_t hash = name_hash(name);
    std::vector<float> out(count);
    for (std::size_t i = 0; i < count; ++i) {
        // The product of two floats is exact in double, so fusing it with the sum does not change the result.
        out[i] = static_cast<float>(double{offset} + double{scale} * (bits24(hash, i) * 0x1p-23 - 1.0));
    }
    return out;
}

/// `count` classes from 0 to `classes` − 1.
inline std::vector<int> labels(std::string_view name, std::size_t count, std::uint32_t classes = 10) {
    const std::uint64_t hash = name_hash(name);
    std::vector<int> out(count);
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = static_cast<int>((std::uint64_t{bits24(hash, i)} * classes) >> 24);
    }
    return out;
}

/// Weights of a convolution (O×I×H×W) or linear layer (O×I): uniform within 1/√fan_in. Those of the eight blocks of
/// the networks in networks/, conv0 to conv7, are twice as large (`golden/README.md` says why).
inline std::vector<float> weights(std::string_view name, std::size_t count, std::size_t fan_in) {
    const bool whole = name.starts_with("networks/");
    const bool of_a_block = whole && !name.ends_with("conv8.weight") && !name.ends_with("conv9.weight");
    const double gain = of_a_block ? 2.0 : 1.0;
    return tensor(name, count, static_cast<float>(gain / std::sqrt(static_cast<double>(fan_in))));
}

/// The weight of a norm, near 1.
inline std::vector<float> norm_weights(std::string_view name, std::size_t count) {
    return tensor(name, count, 0.25f, 1.0f);
}

/// The bias of a norm, a convolution or a linear layer, near `offset`. The norms of the networks in networks/ have the
/// offset 1.5 (`golden/README.md` says why), all others 0.
inline std::vector<float> biases(std::string_view name, std::size_t count, float offset = 0.0f) {
    return tensor(name, count, 0.25f, offset);
}

}  // namespace initial
