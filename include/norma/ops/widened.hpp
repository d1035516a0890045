#pragma once

#include <cstddef>

#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"
#include "norma/ops/staged.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// The kernels of an op that has none for activations in bfloat16: they get its arrays as floats, and what they write
/// is rounded.
template <auto Op>
struct WidenedKernels {
    using Kernels = KernelsOf<float, Op>;  ///< on floats

    template <bool Recompute>
    static void forward(const Arguments<Bf16>& a) {
        StagedArrays<Bf16> staged(a, samples(a));
        StepPlaces places = a.step;
        for (Place& input : places.inputs) input = staged.read(input);
        places.output = staged.written(places.output);
        Kernels::template forward<Recompute>(staged.arguments(places));
        staged.finish();
    }

    /// Merges the moments of this sample, see `KernelsOf`.
    static void statistics(const Arguments<Bf16>& a) {
        StagedArrays<Bf16> staged(a);
        StepPlaces places = a.step;
        places.inputs[0] = staged.read(places.inputs[0]);
        Kernels::statistics(staged.arguments(places));
    }

    template <Contributions To>
    static void backward(const Arguments<Bf16>& a) {
        gradients<To>(a, [](const Arguments<float>& wide) { Kernels::template backward<To>(wide); });
    }

    template <Contributions To>
    static void finish(const Arguments<Bf16>& a) {
        gradients<To>(a, [](const Arguments<float>& wide) { Kernels::template finish<To>(wide); });
    }

    /// Writes (`=`) the weights as `forward` reads them; they stay floats.
    static void prepare_forward(const float* weight, float* prepared) { Kernels::prepare_forward(weight, prepared); }
    /// The same for the gradient of the input.
    static void prepare_backward(const float* weight, float* prepared) { Kernels::prepare_backward(weight, prepared); }

private:
    static int samples(const Arguments<Bf16>& a) { return Op.facts().block > 1 ? a.samples : 1; }

    template <Contributions To, class F>
    static void gradients(const Arguments<Bf16>& a, const F& f) {
        StagedArrays<Bf16> staged(a, samples(a));
        StepPlaces places = a.step;
        for (Place& input : places.inputs) input = staged.read(input);
        places.output = staged.read(places.output);
        places.output_gradient = staged.changed(places.output_gradient);  // dropout and activations change it in place
        for (std::size_t k = 0; k < To.size(); ++k) {
            Place& gradient = places.input_gradients[k];
            gradient = To[k].write == kernels::Write::add ? staged.changed(gradient) : staged.written(gradient);
        }
        f(staged.arguments(places));
        staged.finish();
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
