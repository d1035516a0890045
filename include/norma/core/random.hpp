#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// What random numbers are drawn for. Each purpose has its own numbers: drawing more for one changes no other.
enum class Purpose : std::uint32_t {
    weights = 1,
    shuffle = 2,
    dropout = 3,
    augmentation = 4,
    synthetic = 5,
    picture = 6
};

/// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a bijection of a 128-bit
/// counter under a 64-bit key. It has no state, so any number of any sequence can be drawn at once, by any thread.
struct Philox {
    /// The input: four words.
    using Counter = std::array<std::uint32_t, 4>;
    /// The key: two words.
    using Key = std::array<std::uint32_t, 2>;

    static constexpr int rounds = 10;                          ///< of mixing
    static constexpr std::uint32_t multiplier0 = 0xD2511F53u;  ///< of the first word, by the paper
    static constexpr std::uint32_t multiplier1 = 0xCD9E8D57u;  ///< of the third word, by the paper
    static constexpr std::uint32_t weyl0 = 0x9E3779B9u;        ///< added to the key's first word each round
    static constexpr std::uint32_t weyl1 = 0xBB67AE85u;        ///< added to the key's second word each round

    /// The four random words of counter `c` under key `k`.
    static constexpr Counter block(Counter c, Key k) {
        for (int round = 0; round < rounds; ++round) {
            const std::uint64_t p0 = std::uint64_t{multiplier0} * c[0];
            const std::uint64_t p1 = std::uint64_t{multiplier1} * c[2];
            c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
                 static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
            k[0] += weyl0;
            k[1] += weyl1;
        }
        return c;
    }
};

/// Names one sequence of random numbers: a seed, a purpose, and up to three coordinates (for instance step, sample and
/// layer). Equal names give equal numbers, whatever was drawn before and whichever thread draws.
struct RandomName {
    std::uint64_t seed = 0;              ///< of the whole run
    Purpose purpose = Purpose::weights;  ///< what the numbers are for
    std::uint32_t a = 0;                 ///< for instance the epoch or the step
    std::uint32_t b = 0;                 ///< for instance the sample
    std::uint32_t c = 0;                 ///< for instance the layer; below 2^24

    /// The seed, as Philox takes it.
    constexpr Philox::Key key() const {
        return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
    }
    /// The counter of block `index` of this sequence (four 32-bit words a block).
    constexpr Philox::Counter counter(std::uint32_t index) const {
        return {index, a, b, (static_cast<std::uint32_t>(purpose) << 24) | (c & 0xFFFFFFu)};
    }
};

/// The numbers of one `RandomName`, one after another.
class RandomSequence {
public:
    /// Begins at the first number of that name.
    constexpr explicit RandomSequence(const RandomName& name) : name_(name) {}

    /// The next 32 random bits.
    constexpr std::uint32_t bits() {
        if (used_ == 4) {
            block_ = Philox::block(name_.counter(next_++), name_.key());
            used_ = 0;
        }
        return block_[used_++];
    }

    /// Uniform in [0, 1), a multiple of 2^-24, exact in `float`.
    constexpr float uniform() { return static_cast<float>(bits() >> 8) * 0x1p-24f; }

    /// Uniform in [low, high).
    constexpr float uniform(float low, float high) { return low + (high - low) * uniform(); }

    /// Uniform in {0, …, n − 1} without bias (Lemire's rejection method); `n` > 0.
    NORMA_NOINLINE constexpr std::uint32_t below(std::uint32_t n) {
        const std::uint32_t unfair = (0u - n) % n;
        for (;;) {
            const std::uint64_t product = std::uint64_t{bits()} * n;
            if (static_cast<std::uint32_t>(product) >= unfair) return static_cast<std::uint32_t>(product >> 32);
        }
    }

private:
    RandomName name_;
    Philox::Counter block_{};
    std::uint32_t next_ = 0;
    std::uint32_t used_ = 4;
};

/// Shuffles `items` in place (Fisher and Yates, from the end). Every order is equally likely, and `name` alone decides
/// which.
template <class T>
constexpr void shuffle(std::span<T> items, const RandomName& name) {
    RandomSequence random(name);
    for (std::size_t i = items.size(); i > 1; --i) {
        std::swap(items[i - 1], items[random.below(static_cast<std::uint32_t>(i))]);
    }
}

}  // namespace norma::inline NORMA_TARGET
