#pragma once

#include <cstdint>

#include "norma/core/target.hpp"
#include "norma/norm/layer.hpp"
#include "norma/testing/check_network.hpp"
#include "norma/testing/save_and_load.hpp"

namespace norma::inline NORMA_TARGET::conformance {

/// Checks layer `L` on samples of each of the shapes: what `check_network` compares, and saving and loading. A
/// `LayerNorm` comes before the layer; the gradient of its bias, which is per element, is the gradient of the layer's
/// input. Use small shapes, because every learned number costs two runs of plain loops; and odd sizes, which no SIMD
/// packet fits. `seed`: see `check_network`.
template <class L, ShapeType... Shapes>
Report check_layer(std::uint64_t seed = 1) {
    static_assert(sizeof...(Shapes) > 0,
                  "norma: check_layer needs at least one shape to check the layer on, such as Shape<3, 5, 7>.");
    Report report;
    const auto check_shape = [&]<class Net>(const Net*) {
        report.add(check_batch_sizes<Net>(seed));
        report.add(check_save_and_load<Net>(seed));
    };
    (check_shape(static_cast<const BasicNetwork<double, Shapes, LayerNorm, L>*>(nullptr)), ...);
    return report;
}

}  // namespace norma::inline NORMA_TARGET::conformance
