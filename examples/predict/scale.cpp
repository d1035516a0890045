#include "scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace norma::compare {

namespace {

/// The weights with which the pixels from `first` on are added up to one pixel of the result.
struct Taps {
    std::size_t first = 0;
    std::vector<float> weights;  ///< their sum is 1
};

std::vector<Taps> triangles(std::size_t from, std::size_t to) {
    const double step = static_cast<double>(from) / static_cast<double>(to), reach = std::max(1.0, step);
    std::vector<Taps> places(to);
    for (std::size_t place = 0; place < to; ++place) {
        const double centre = (static_cast<double>(place) + .5) * step;
        const auto first = static_cast<std::size_t>(std::max(0.0, std::floor(centre - reach + .5)));
        const auto end = std::min(from, static_cast<std::size_t>(std::floor(centre + reach + .5)));
        std::vector<double> weights;
        double sum = 0;
        for (std::size_t i = first; i < end; ++i) {
            weights.push_back(std::max(0.0, 1 - std::abs(static_cast<double>(i) + .5 - centre) / reach));
            sum += weights.back();
        }
        places[place].first = first;
        for (const double weight : weights) places[place].weights.push_back(static_cast<float>(weight / sum));
    }
    return places;
}

}  // namespace

std::vector<std::uint8_t> scaled_middle(const DecodedPicture& picture, int side) {
    const auto width = static_cast<std::size_t>(picture.width), height = static_cast<std::size_t>(picture.height);
    const std::size_t from = std::min(width, height), to = static_cast<std::size_t>(side), row_size = 3 * to;
    const std::vector<Taps> places = triangles(from, to);

    // First scales each row of the square to the new width.
    std::vector<float> narrow(from * row_size);
    for (std::size_t y = 0; y < from; ++y) {
        const std::uint8_t* row = &picture.pixels[3 * ((y + (height - from) / 2) * width + (width - from) / 2)];
        for (std::size_t x = 0; x < to; ++x) {
            std::array<float, 3> sum{};
            for (std::size_t i = 0; i < places[x].weights.size(); ++i) {
                const std::uint8_t* pixel = row + 3 * (places[x].first + i);
                for (std::size_t c = 0; c < 3; ++c) sum[c] += places[x].weights[i] * static_cast<float>(pixel[c]);
            }
            std::ranges::copy(sum, &narrow[y * row_size + 3 * x]);
        }
    }

    std::vector<std::uint8_t> scaled;
    scaled.reserve(to * row_size);
    for (const Taps& place : places) {
        for (std::size_t i = 0; i < row_size; ++i) {
            float sum = 0;
            for (std::size_t k = 0; k < place.weights.size(); ++k) {
                sum += place.weights[k] * narrow[(place.first + k) * row_size + i];
            }
            scaled.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(sum, 0.F, 255.F))));
        }
    }
    return scaled;
}

}  // namespace norma::compare
