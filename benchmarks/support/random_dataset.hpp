#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "norma/data/dataset.hpp"

namespace norma::bench {

/// Images of random bytes, 3 × 32 × 32, in ten classes.
inline Dataset random_dataset(std::size_t images) {
    Dataset d{3, 32, 32, 10, {}, {}, std::vector<std::string>(10, "noise"), "random bytes", {.5, .5, .5}, {.5, .5, .5}};
    d.labels.resize(images);
    d.pixels.resize(d.labels.size() * d.image_size());
    std::uint32_t random = 1;
    const auto draw = [&random] { return (random = random * 1664525u + 1013904223u) >> 24; };
    for (std::uint8_t& pixel : d.pixels) pixel = static_cast<std::uint8_t>(draw());
    for (std::uint16_t& label : d.labels) label = static_cast<std::uint16_t>(draw() % 10);
    return d;
}

}  // namespace norma::bench
