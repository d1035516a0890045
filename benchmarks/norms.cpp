#include <string>

#include "norma/kernels/activations_hard.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/layer.hpp"
#include "norma/norm/none.hpp"
#include "support/main.hpp"
#include "support/norm_work.hpp"

/// Measures a norm with its statistics and the ReLU after it, on one thread, for the shapes of the measured networks,
/// from small to large, and for batch sizes from one on.
namespace {

using namespace norma;

constexpr double min_time = 0.02;

/// Policy `Norm` and the ReLU after it.
template <class Norm>
constexpr kernels::Pointwise norm_and_relu(Extent extent) {
    kernels::Pointwise op = normalisation<Norm>(extent);
    op.activation = kernels::activation_of<activation::ReLU>;
    return op;
}

/// How many arrays of the sample's size the forward pass reads and writes: x for the mean, for the variance and to
/// normalise it, y; weight and bias if they are per element.
constexpr int arrays_forward(const kernels::Pointwise& p) {
    if (!p.normalises) return 2;
    return p.affine == Affine::per_element ? 6 : 4;
}
/// The same for the backward pass: x and dy for the sums; x, dy and dx. With affine per element also weight and bias
/// twice, and their gradients, read and written.
constexpr int arrays_backward(const kernels::Pointwise& p) {
    if (!p.normalises) return 3;
    return p.affine == Affine::per_element ? 13 : 5;
}

/// Registers one direction, which reads and writes `arrays` arrays.
template <class Work>
void add_direction(const std::string& name, int batch, double elements, int arrays, void (Work::*direction)()) {
    const benchmark::UserCounters counters = {
        {"ns_per_element", bench::nanoseconds_each(elements)},
        {"gigabytes", bench::billions(elements * arrays * static_cast<double>(sizeof(float)))}};
    bench::register_kernel(
        name, min_time, counters, [=] { return Work(batch); }, [=](Work& work) { (work.*direction)(); });
}

/// Registers `Norm` for every batch size with more than one value for each mean.
template <class Norm, Extent E>
void add_norm(const std::string& norm) {
    constexpr kernels::Pointwise op = norm_and_relu<Norm>(E);
    using Work = bench::NormWork<op>;
    for (const int batch : {1, 8, 64, 512}) {
        if (op.over_batch && batch * E.pixels() < 2) continue;
        const std::string name = "norm/" + norm + "/" + shape_text(E) + "/batch:" + std::to_string(batch) + "/";
        const double elements = 1.0 * batch * E.size();
        add_direction(name + "forward", batch, elements, arrays_forward(op), &Work::forward);
        add_direction(name + "backward", batch, elements, arrays_backward(op), &Work::backward);
    }
}

/// Registers all norms for each of the shapes.
template <Extent... Shapes>
void add_shapes() {
    (add_norm<NoNorm, Shapes>("none"), ...);
    (add_norm<BatchNorm, Shapes>("batch"), ...);
    (add_norm<GroupNorm<2>, Shapes>("group"), ...);
    (add_norm<LayerNorm, Shapes>("layer"), ...);
}

}  // namespace

int main(int count, char** arguments) {
    bench::Program program(count, arguments);
    add_shapes<Extent{16, 30, 30}, Extent{16, 28, 28}, Extent{32, 12, 12}, Extent{32, 10, 10}, Extent{32, 3, 3},
               Extent{32, 1, 1}, Extent{256, 8, 8}>();
    bench::register_bandwidth_yardstick();
    return program.run();
}
