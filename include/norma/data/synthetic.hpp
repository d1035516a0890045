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

/// Draws the images of the synthetic data set: ten shapes and textures, 3 × 32 × 32. Place, size, angle and colours are
/// random (the shape is mostly lighter than the background); a gradient of light, noise and two small blots are added.
/// Only the shape or texture tells the class. All arithmetic is on integers, lengths in 1/16 pixel, so the bytes are
/// the same on every machine. An image depends only on the seed, its part and its index, so images may be drawn in any
/// order.
class SyntheticPainter {
public:
    static constexpr int side = 32;  ///< height and width
    static constexpr int channels = 3;
    static constexpr int classes = 10;  ///< five shapes, then five textures

    /// Names of the classes, in order.
    static constexpr std::array<const char*, classes> names{"disc", "square",  "triangle",  "cross",    "ring",
                                                            "rows", "columns", "diagonals", "checkers", "dots"};
    static constexpr int first_texture = 5;  ///< the classes before it are shapes

    /// `part` is 0 for training images, 1 for test images.
    SyntheticPainter(std::uint64_t seed, std::uint32_t part) : seed_(seed), part_(part) {}

    /// The class of image `index`. Any ten consecutive images have all ten classes.
    static constexpr int label(std::size_t index) { return static_cast<int>(index % classes); }

    /// Writes image `index` to `out` (`=`), height × width × channels.
    void paint(std::size_t index, std::uint8_t* out) const {
        RandomSequence random({seed_, Purpose::synthetic, static_cast<std::uint32_t>(index), part_, 0});
        const Scene scene = compose(random, label(index));
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                const Colour colour = pixel(scene, x, y);
                // The sum of two random numbers of 8 bits has a triangular distribution.
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
    static constexpr int unit = 16;   // units of length in a pixel
    static constexpr int one = 4096;  // stands for 1 in a cosine or sine
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
        Colour paper, ink;     // of the background and of the shape
        int x, y, radius;      // centre and half the size of the shape
        int cosine, sine;      // of its angle, times `one`
        int stripe;            // width of a stripe or a square; half the distance of dots
        int shift_u, shift_v;  // where the texture begins
        int light_x, light_y;  // brightness added at the right and at the lower edge
        int noise;             // largest noise
        std::array<Blot, 2> blots;
    };

    static int between(RandomSequence& random, int low, int high) {
        return low + static_cast<int>(random.below(static_cast<std::uint32_t>(high - low + 1)));
    }
    /// A grey of this brightness, slightly coloured.
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
        // Cosine and sine without floating point, from t, the tangent of half the angle: (1 − t²) / (1 + t²) and
        // 2 t / (1 + t²).
        const int t = between(random, -8, 8);  // in 1/64: angles up to 14 degrees
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

    /// Does the shape cover the point (u, v)? Coordinates are from the shape's centre, along its own axes.
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
        // Moved by an even number of stripes, which changes nothing, so that both are positive for / and %.
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

    /// The colour of one pixel: the mean of four points in it.
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

/// Draws the synthetic data set, for programs and tests that cannot expect a downloaded one. Image i of a part is the
/// same for any number of images.
/// @throws DataError unless both counts are at least 1.
inline TrainTest synthetic_dataset(std::size_t train_count, std::size_t test_count, std::uint64_t seed) {
    const auto part = [&](std::size_t count, std::uint32_t which) {
        if (count < 1)
            raise<DataError>("synthetic data set: 0 images; the training and the test part need at least one each");
        Dataset set{.channels = SyntheticPainter::channels,
                    .height = SyntheticPainter::side,
                    .width = SyntheticPainter::side,
                    .classes = SyntheticPainter::classes,
                    .pixels = {},
                    .labels = {},
                    .class_names = {SyntheticPainter::names.begin(), SyntheticPainter::names.end()},
                    .source = joined_text({"drawn by norma (synthetic, seed ", seed, ")"}),
                    .mean = {0.38, 0.38, 0.38},
                    .stddev = {0.19, 0.19, 0.19}};
        set.pixels = std::vector<std::uint8_t>(count * set.image_size());
        set.labels.resize(count);
        const SyntheticPainter painter(seed, which);
        for (std::size_t i = 0; i < count; ++i) {
            set.labels[i] = static_cast<std::uint16_t>(SyntheticPainter::label(i));
            painter.paint(i, set.pixels.data() + i * set.image_size());
        }
        return set;
    };
    return {part(train_count, 0), part(test_count, 1)};
}

}  // namespace norma::inline NORMA_TARGET
