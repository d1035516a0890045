#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "../support/golden.hpp"
#include "../support/initial_values.hpp"
#include "../support/probe.hpp"

/// One layer alone, as PyTorch computed it.
namespace golden_layer {

/// Output and all gradients against the file `name`. `Kernel` is the extent a weight has beside its outputs (input
/// channels × kernel; all of the input for Linear); 0 for layers without parameters. `First` is the size of the
/// weight's first axis in PyTorch; 0 stands for the output's channels.
template <class T, int Images, norma::ShapeType Image, class L, norma::Extent Kernel = norma::Extent{}, int First = 0>
void check(const std::string& name) {
    const golden::File file("layers/" + name);
    const std::string prefix = "layers/" + name + "/";
    const double most = sizeof(T) == 4 ? 1e-5 : 1e-13;
    CAPTURE(name);
    Probe<T, Images, Image, L> probe;
    using Net = typename decltype(probe)::Net;
    probe.set_images(initial::tensor(prefix + "x", static_cast<std::size_t>(Images * Image::size)));
    [[maybe_unused]] constexpr int outputs = First > 0 ? First : Net::output_extent.channels;
    if constexpr (Kernel.size() > 0) {
        const std::vector<float> w =
            initial::weights(prefix + "weight", probe.weight().size(), static_cast<std::size_t>(Kernel.size()));
        norma::to_outputs_last<T>(std::vector<T>(w.begin(), w.end()), probe.weight(), outputs, Kernel);
        const std::vector<float> b = initial::biases(prefix + "bias", probe.bias().size());
        std::copy(b.begin(), b.end(), probe.bias().begin());
    }
    probe.train(initial::tensor(prefix + "dy", static_cast<std::size_t>(Images * Net::outputs)));
    CHECK(golden::relative_error(probe.y, file.tensor("y").values) < most);
    CHECK(golden::relative_error(probe.dx, file.tensor("dx").values) < most);
    if constexpr (Kernel.size() > 0) {
        std::vector<T> dw(probe.weight().size());
        norma::to_outputs_first<T>(probe.weight_gradient(), dw, outputs, Kernel);
        CHECK(golden::relative_error(dw, file.tensor("grad.weight").values) < most);
        CHECK(file.has("grad.bias") == !probe.bias().empty());
        if (file.has("grad.bias")) {
            CHECK(golden::relative_error(probe.bias_gradient(), file.tensor("grad.bias").values) < most);
        }
    }
    const std::vector<T> in_training = probe.y;
    probe.evaluate();
    CHECK(probe.y == in_training);
}

}  // namespace golden_layer
