#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "norma/core/random.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"

namespace norma::inline NORMA_TARGET {

/// Draws the images of the embedded data set: ten shapes and textures, 3 × 32 × 32, each at a random place, size and
/// angle, in random colours (the form mostly the lighter), under a gradient of light, behind noise and beside things
/// that are not to be learnt. Nothing but the form tells the classes apart. All is integer arithmetic, lengths in 1/16
/// pixel, so the bytes are the same on every machine; an image depends on the seed, its part and its index alone, so
/// they may be drawn in any order.
class SyntheticPainter {
public:
    static constexpr int side = 32;  ///< height and width
    static constexpr int channels = 3;
    static constexpr int classes = 10;  ///< five shapes, then five textures

    /// Of the classes, in order.
    static constexpr std::array<const char*, classes> names{"disc", "square",  "triangle",  "cross",    "ring",
                                                            "rows", "columns", "diagonals", "checkers", "dots"};
    static constexpr int first_texture = 5;  ///< classes below it are shapes

    /// `part` tells the training images (0) from the test images (1).
    SyntheticPainter(std::uint64_t seed, std::uint32_t part) : seed_(seed), part_(part) {}

    /// The class of image `index`: every ten neighbours hold each class once.
    static constexpr int label(std::size_t index) { return static_cast<int>(index % classes); }

    /// Draws image `index` into `out`, height × width × channels.
    void paint(std::size_t index, std::uint8_t* out) const {
        RandomSequence random({seed_, Purpose::synthetic, static_cast<std::uint32_t>(index), part_, 0});
        const Scene scene = compose(random, label(index));
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                const Colour colour = pixel(scene, x, y);
                // Two random numbers of 8 bits make one noise value of triangular distribution.
                const std::uint32_t low = random.bits();
                const std::uint32_t high = random.bits();
                const std::array<std::uint32_t, channels> noise{(low & 255u) + (low >> 8 & 255u),
                                                                (low >> 16 & 255u) + (low >> 24),
                                                                (high & 255u) + (high >> 8 & 255u)};
                const int light = (scene.light_x * (2 * x - side + 1) + scene.light_y * (2 * y - side + 1)) / side;
                for (std::size_t c = 0; c < channels; ++c) {
                    const int value = colour[c] + light + (static_cast<int>(noise[c]) - 255) * scene.noise / 256;
                    *out++ = static_cast<std::uint8_t>(std::clamp(value, 0, 255));
                }
            }
        }
    }

private:
    static constexpr int unit = 16;   // lengths a pixel
    static constexpr int one = 4096;  // what stands for 1 in a cosine
    static constexpr int least_contrast = 40;
    static constexpr int most_contrast = 110;
    static constexpr int most_tint = 40;
    static constexpr int most_noise = 60;

    using Colour = std::array<int, channels>;

    struct Blot {
        int x, y, radius;
        bool round;
        Colour colour;
    };

    struct Scene {
        int label;
        Colour paper, ink;
        int x, y, radius;      // the middle and half the size of the form
        int cosine, sine;      // of the angle, in 1 / one
        int stripe;            // the width of a stripe, a square or half the distance of dots
        int shift_u, shift_v;  // where the texture begins
        int light_x, light_y;  // brightness added at the right and lower edge
        int noise;             // the largest noise
        std::array<Blot, 2> blots;
    };

    static int between(RandomSequence& random, int low, int high) {
        return low + static_cast<int>(random.below(static_cast<std::uint32_t>(high - low + 1)));
    }
    /// A grey of this brightness with a tint.
    static Colour tinted(RandomSequence& random, int grey) {
        Colour colour{};
        for (int& value : colour) value = grey + between(random, -most_tint, most_tint);
        return colour;
    }
    static Scene compose(RandomSequence& random, int label) {
        Scene s{};
        s.label = label;
        const int grey = between(random, 40, 120);
        s.paper = tinted(random, grey);
        s.ink = tinted(random, grey + between(random, least_contrast, most_contrast));
        const bool texture = label >= first_texture;
        s.radius = texture ? between(random, 9 * unit, 16 * unit) : between(random, 6 * unit, 12 * unit);
        const int margin = std::min(s.radius + unit, 12 * unit);
        s.x = between(random, margin, side * unit - margin);
        s.y = between(random, margin, side * unit - margin);
        // The cosine and sine of an angle whose half has the tangent t: (1 − t²) / (1 + t²) and 2 t / (1 + t²).
        const int t = between(random, -8, 8);  // in 1/64: up to 14 degrees
        s.cosine = one * (64 * 64 - t * t) / (64 * 64 + t * t);
        s.sine = one * 2 * 64 * t / (64 * 64 + t * t);
        s.stripe = between(random, 2 * unit, 7 * unit / 2);
        s.shift_u = between(random, 0, 8 * unit);
        s.shift_v = between(random, 0, 8 * unit);
        s.light_x = between(random, -25, 25);
        s.light_y = between(random, -25, 25);
        s.noise = between(random, 10, most_noise);
        for (Blot& blot : s.blots) {
            blot.x = between(random, 0, side * unit);
            blot.y = between(random, 0, side * unit);
            blot.radius = between(random, unit, 3 * unit);
            blot.round = random.below(2) != 0;
            blot.colour = tinted(random, between(random, 40, 215));
        }
        return s;
    }

    /// Whether the form of the scene covers the place (u, v), measured from its middle along its own axes.
    static bool covers(const Scene& s, int u, int v) {
        const int r = s.radius;
        const int squared = u * u + v * v;
        if (s.label >= first_texture) return squared <= r * r && texture_covers(s, u, v);
        const int au = u < 0 ? -u : u;
        const int av = v < 0 ? -v : v;
        switch (s.label) {
            case 0:
                return squared <= r * r;
            case 1:
                return std::max(au, av) <= r * 7 / 8;
            case 2:
                return v <= r * 3 / 4 && 8 * au <= 5 * (v + r);
            case 3:
                return std::min(au, av) <= r / 4 && std::max(au, av) <= r;
            default:
                return squared <= r * r && 10 * squared >= 4 * r * r;
        }
    }

    static bool texture_covers(const Scene& s, int u, int v) {
        // An even number of stripes away from zero, so that no remainder is of a negative number.
        const int tu = u + s.shift_u + 64 * s.stripe;
        const int tv = v + s.shift_v + 64 * s.stripe;
        const auto odd = [&](int place) { return place / s.stripe % 2 != 0; };
        switch (s.label) {
            case 5:
                return odd(tv);
            case 6:
                return odd(tu);
            case 7:
                return odd((tu + tv) * 181 / 256);  // 1 / √2
            case 8:
                return odd(tu) != odd(tv);
            default: {
                const int du = tu % (2 * s.stripe) - s.stripe;
                const int dv = tv % (2 * s.stripe) - s.stripe;
                return 100 * (du * du + dv * dv) <= 45 * s.stripe * s.stripe;
            }
        }
    }

    /// The colour of one pixel: the mean of four places in it.
    static Colour pixel(const Scene& s, int x, int y) {
        Colour sum{};
        for (int corner = 0; corner < 4; ++corner) {
            const int px = x * unit + unit / 4 + corner % 2 * (unit / 2);
            const int py = y * unit + unit / 4 + corner / 2 * (unit / 2);
            const Colour& colour = colour_at(s, px, py);
            for (std::size_t c = 0; c < channels; ++c) sum[c] += colour[c];
        }
        for (int& value : sum) value /= 4;
        return sum;
    }

    static const Colour& colour_at(const Scene& s, int px, int py) {
        for (const Blot& blot : s.blots) {
            const int dx = px - blot.x;
            const int dy = py - blot.y;
            const int reach = blot.round ? dx * dx + dy * dy : std::max(dx * dx, dy * dy);
            if (reach <= blot.radius * blot.radius) return blot.colour;
        }
        const int dx = px - s.x;
        const int dy = py - s.y;
        return covers(s, (dx * s.cosine + dy * s.sine) / one, (dy * s.cosine - dx * s.sine) / one) ? s.ink : s.paper;
    }

    std::uint64_t seed_;
    std::uint32_t part_;
};

/// The embedded data set, so that everything runs where no other is at hand. Image i of either part is the same
/// however many are drawn.
/// @throws DataError unless both counts are at least 1.
inline TrainTest synthetic_dataset(std::size_t train_count, std::size_t test_count, std::uint64_t seed) {
    const auto part = [&](std::size_t count, std::uint32_t which) {
        if (count < 1) raise<DataError>("synthetic data set: no images were asked for; each part needs at least one");
        Dataset set{.channels = SyntheticPainter::channels,
                    .height = SyntheticPainter::side,
                    .width = SyntheticPainter::side,
                    .classes = SyntheticPainter::classes,
                    .pixels = {},
                    .labels = {},
                    .class_names = {SyntheticPainter::names.begin(), SyntheticPainter::names.end()},
                    .source = "drawn by norma (synthetic, seed " + std::to_string(seed) + ")",
                    .mean = {0.38, 0.38, 0.38},
                    .stddev = {0.19, 0.19, 0.19}};
        set.pixels = std::vector<std::uint8_t>(count * set.image_size());
        set.labels = std::vector<std::uint8_t>(count);
        const SyntheticPainter painter(seed, which);
        for (std::size_t i = 0; i < count; ++i) {
            set.labels[i] = static_cast<std::uint8_t>(SyntheticPainter::label(i));
            painter.paint(i, set.pixels.data() + i * set.image_size());
        }
        return set;
    };
    return {part(train_count, 0), part(test_count, 1)};
}

}  // namespace norma::inline NORMA_TARGET
