#pragma once

#include <cstdint>

#include "norma/core/target.hpp"
#include "norma/norm/layer.hpp"
#include "norma/testing/check_network.hpp"
#include "norma/testing/save_and_load.hpp"

namespace norma::inline NORMA_TARGET::conformance {

/// Checks layer `L` on samples of each of the shapes, all that `check_network` compares, and saving and loading. In
/// front of it stands a layer norm, whose bias per element has the gradient of the layer's input. Give small shapes:
/// every learned number costs two runs of plain loops; and sizes that are odd, for tails. `seed`: see `check_network`.
template <class L, ShapeType... Shapes>
Report check_layer(std::uint64_t seed = 1) {
    static_assert(sizeof...(Shapes) > 0, "norma: give the shapes to check the layer on, such as Shape<3, 5, 7>.");
    Report report;
    const auto check_shape = [&]<class Net>(const Net*) {
        report.add(check_batch_sizes<Net>(seed));
        report.add(check_save_and_load<Net>(seed));
    };
    (check_shape(static_cast<const BasicNetwork<double, Shapes, LayerNorm, L>*>(nullptr)), ...);
    return report;
}

}  // namespace norma::inline NORMA_TARGET::conformance
