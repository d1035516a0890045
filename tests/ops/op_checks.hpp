#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "../support/numbers.hpp"
#include "norma/kernels/elementwise.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"
#include "norma/testing/reference_ops.hpp"

/// Checks one op without a network: its kernels for doubles against plain loops, and their gradients against
/// differences of the plain loops. What the op's facts say is taken at its word: an array that the backward pass does
/// not read holds no numbers then, arrays are one where the facts allow it, and inputs and output are slices of wider
/// images.
namespace op_checks {

using namespace norma;
using conformance::Numbers;
using conformance::OpInputs;

/// An op under test.
struct Tested {
    OpFacts facts;
    std::vector<Extent> inputs;
    void (*forward)(const Arguments<double>&);
    std::array<void (*)(const Arguments<double>&), 2> backward;  // writes the gradients of the inputs; adds to them
    void (*prepare_forward)(const double*, double*) = nullptr;
    void (*prepare_backward)(const double*, double*) = nullptr;
    std::function<Numbers(const OpInputs&, const double* weight, const double* bias)> computed;
    bool has_slices = false;  // for the inputs and the output that may be slices
};

/// The pitch of an input or of the output that is a slice; 0 where it is none.
constexpr int input_pitch(bool is_slice) { return is_slice ? 131 : 0; }
constexpr int output_pitch(bool is_slice) { return is_slice ? 133 : 0; }

/// The kernels of `Op`, with a plain loop.
template <auto Op, class Computed>
Tested tested(std::vector<Extent> inputs, const Computed& computed) {
    using Kernels = ops::KernelsOf<double, Op>;
    static constexpr auto to = [](kernels::Write write) {
        Contributions contributions{};
        for (int k = 0; k < Op.facts().inputs; ++k) contributions[std::size_t(k)] = {true, false, write};
        return contributions;
    };
    Tested op{
        Op.facts(),
        std::move(inputs),
        &Kernels::template forward<false>,
        {&Kernels::template backward<to(kernels::Write::assign)>, &Kernels::template backward<to(kernels::Write::add)>},
        nullptr,
        nullptr,
        computed};
    if constexpr (Op.facts().prepared_forward > 0) op.prepare_forward = &Kernels::prepare_forward;
    if constexpr (Op.facts().prepared_backward > 0) op.prepare_backward = &Kernels::prepare_backward;
    return op;
}

/// `Op` for an input and an output that are slices.
template <auto Op>
inline constexpr auto of_slices = [] {
    auto op = Op;
    constexpr OpFacts facts = Op.facts();
    if constexpr (ops::HasPitches<decltype(op)>) {
        op.set_pitches(input_pitch(facts.reads_slice[0]), output_pitch(facts.writes_slice));
    }
    return op;
}();

/// The arrays of one step, each between guards.
class Memory {
public:
    static constexpr double guard = 12345;

    Place add(const Numbers& numbers) { return add({int(numbers.size()), 1, 1}, 0, numbers); }
    /// With a pitch, a slice: between its pixels are guards, too.
    Place add(Extent image, int pitch, const Numbers& numbers) {
        all_.resize(std::size_t(padded(int(all_.size()))) + 16, guard);
        Place place{false, static_cast<long long>(all_.size() * sizeof(double)), 0};
        REQUIRE((pitch == 0 || pitch > image.channels));
        place.channel = pitch != 0 ? 1 : 0;
        place.pitch = pitch;
        all_.resize(all_.size() + std::size_t(image.pixels() * place.step(image.channels) + place.channel), guard);
        is_array_.resize(all_.size());
        for_each(place, image, [this](std::size_t at, std::size_t) { is_array_[at] = true; });
        fill(place, image, numbers);
        return place;
    }
    /// No array is added any more.
    double* finish() {
        all_.resize(all_.size() + 16, guard);
        is_array_.resize(all_.size());
        return all_.data();
    }
    Numbers at(const Place& place, Extent image) const {
        Numbers numbers(std::size_t(image.size()));
        for_each(place, image, [&](std::size_t at, std::size_t i) { numbers[i] = all_[at]; });
        return numbers;
    }
    void fill(const Place& place, Extent image, const Numbers& numbers) {
        for_each(place, image, [&](std::size_t at, std::size_t i) { all_[at] = numbers[i]; });
    }
    bool guards_are_intact() const {
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (!is_array_[i] && !(all_[i] >= guard && all_[i] <= guard)) return false;
        }
        return true;
    }

private:
    /// Calls `f(index in the memory, index in the image)`.
    template <class F>
    static void for_each(const Place& place, Extent image, const F& f) {
        for (int i = 0; i < image.size(); ++i) {
            const int pixel = i / image.channels;
            const int at = pixel * place.step(image.channels) + i % image.channels + place.channel;
            f(std::size_t(place.offset) / sizeof(double) + std::size_t(at), std::size_t(i));
        }
    }

    Numbers all_;
    std::vector<bool> is_array_;
};

/// Compares; see above.
class Check {
public:
    explicit Check(const Tested& op) : op_(op) {
        for (const Extent& e : op.inputs) x_.push_back(real_numbers<double>(e.size(), x_.size() + 1));
        // The weight, then the bias, each padded as in a network.
        parameters_ = real_numbers<double>(padded(op.facts.weight_count) + op.facts.bias_count, 11);
        dy_ = real_numbers<double>(op.facts.output.size(), 12);
        prepared_.resize(std::size_t(op.facts.prepared_forward + op.facts.prepared_backward));
        if (op.prepare_forward != nullptr) op.prepare_forward(parameters_.data(), prepared_.data());
        if (op.prepare_backward != nullptr) {
            op.prepare_backward(parameters_.data(), prepared_.data() + op.facts.prepared_forward);
        }
        scratch_.resize(std::size_t(std::max(op.facts.scratch_forward, op.facts.scratch_backward)));
        REQUIRE(int(op.inputs.size()) == op.facts.inputs);
        run(false, false);
        run(true, false);
        if (!op.has_slices && (op.facts.may_overwrite_input || op.facts.gradient_over_output)) run(false, true);
    }

private:
    /// Forward and backward; the gradients of the inputs are written or, if `adds`, added to. With `in_place`, arrays
    /// are one if the facts allow it.
    void run(bool adds, bool in_place) {
        CAPTURE(adds);
        CAPTURE(in_place);
        const OpFacts& f = op_.facts;
        const std::size_t outputs = dy_.size();
        const Numbers nothing(outputs, std::numeric_limits<double>::quiet_NaN());
        const bool over_input = in_place && f.may_overwrite_input;
        const bool over_output = in_place && f.gradient_over_output;

        Memory memory;
        StepPlaces step;
        const auto add_input = [&](std::size_t k, const Numbers& numbers) {
            const bool is_slice = op_.has_slices && f.reads_slice[k];
            return memory.add(op_.inputs[k], input_pitch(is_slice), numbers);
        };
        const auto add_output = [&](const Numbers& numbers) {
            const bool is_slice = op_.has_slices && f.writes_slice;
            return memory.add(f.output, output_pitch(is_slice), numbers);
        };
        for (std::size_t k = 0; k < x_.size(); ++k) step.inputs[k] = add_input(k, x_[k]);
        step.output = over_input ? step.inputs[0] : add_output(nothing);
        if (f.moment_count > 0) step.moments = memory.add(Numbers(std::size_t(2 * padded(f.moment_count))));
        if (f.mask_count > 0) step.mask = memory.add(Numbers(mask_size(f.mask_count)));
        step.output_gradient = add_output(dy_);
        std::vector<Numbers> old;
        for (std::size_t k = 0; k < x_.size(); ++k) {
            old.push_back(adds ? real_numbers<double>(int(x_[k].size()), 20 + k) : Numbers(x_[k].size(), nothing[0]));
            step.input_gradients[k] = over_output && k == 0 ? step.output_gradient : add_input(k, old[k]);
        }
        step.bias_offset = padded(f.weight_count);
        std::byte* const arena = reinterpret_cast<std::byte*>(memory.finish());
        const Numbers old_parameters = real_numbers<double>(int(parameters_.size()), 30);
        Numbers gradients = old_parameters;
        SharedState<double> shared{};
        shared.parameters = parameters_.data();
        shared.prepared = prepared_.data();
        Arguments<double> a{step, shared, nullptr, arena, nullptr, scratch_.data(), {gradients.data(), 0}, nullptr};

        op_.forward(a);
        CHECK(error_of(memory.at(step.output, f.output), output()) < 1e-12);
        for (std::size_t k = over_input ? 1 : 0; k < x_.size(); ++k) {
            CHECK(memory.at(step.inputs[k], op_.inputs[k]) == x_[k]);
        }

        for (std::size_t k = 0; k < x_.size(); ++k) {
            const bool is_output = over_input && k == 0;
            if ((f.backward_reads_input && !f.passes_gradient[k]) || is_output) continue;
            memory.fill(step.inputs[k], op_.inputs[k], Numbers(x_[k].size(), nothing[0]));
        }
        if (!f.backward_reads_output && !(over_input && f.backward_reads_input))
            memory.fill(step.output, f.output, nothing);
        step.prepared_offset = f.prepared_forward;
        op_.backward[adds ? 1 : 0](a);
        for (std::size_t k = 0; k < x_.size(); ++k) {
            CAPTURE(k);
            compare(memory.at(step.input_gradients[k], op_.inputs[k]), adds ? old[k] : Numbers(x_[k].size()), x_[k]);
        }
        compare(gradients, old_parameters, parameters_);
        CHECK(memory.guards_are_intact());
    }

    /// Doubles that a mask of as many units takes.
    static std::size_t mask_size(int units) {
        const int blocks = (units + kernels::dropout_block - 1) / kernels::dropout_block;
        return std::size_t(blocks * kernels::dropout_block) / sizeof(double);
    }
    /// By plain loops.
    Numbers output() const {
        const OpInputs in = [this](int k) -> const Numbers& { return x_[std::size_t(k)]; };
        return op_.computed(in, parameters_.data(), parameters_.data() + padded(op_.facts.weight_count));
    }
    /// Σ dy · output.
    double loss() const {
        const Numbers y = output();
        double sum = 0;
        for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * dy_[i];
        return sum;
    }
    /// The gradient, without `old`, is the derivative of the loss by `numbers`; of many numbers, some are compared.
    void compare(const Numbers& gradient, const Numbers& old, Numbers& numbers) const {
        constexpr double step = 1e-5;
        const std::size_t most = op_.facts.multiply_adds > 100'000 ? 10 : 100;
        Numbers own, differences;
        for (std::size_t i = 0; i < numbers.size(); i += numbers.size() / most + 1) {
            const double kept = numbers[i];
            numbers[i] = kept + step;
            const double above = loss();
            numbers[i] = kept - step;
            differences.push_back((above - loss()) / (2 * step));
            own.push_back(gradient[i] - old[i]);
            numbers[i] = kept;
        }
        if (!own.empty()) CHECK(error_of(own, differences) < 1e-7);
    }

    const Tested& op_;
    std::vector<Numbers> x_;
    Numbers parameters_;
    Numbers dy_;
    Numbers prepared_;
    Numbers scratch_;
};

/// Checks the kernels of `Op` on inputs of these shapes, which the op must take. `computed` is the plain loop.
template <auto Op, class Computed>
void check_op(std::vector<Extent> inputs, const Computed& computed) {
    CHECK(Op.needs(inputs).view() == "");
    Check{tested<Op>(inputs, computed)};
    if constexpr (Op.facts().reads_slice[0] || Op.facts().writes_slice) {
        INFO("slices of wider images");
        Tested slices = tested<of_slices<Op>>(inputs, computed);
        slices.has_slices = true;
        Check{slices};
    }
}

/// The same by the plain loop of the conformance kit. `Runs` is the op that fusion makes of `Op`.
template <auto Op, auto Runs = Op>
void check_op(std::vector<Extent> inputs) {
    CHECK(Op.needs(inputs).view() == "");
    CHECK(Op.facts().output == Runs.facts().output);
    check_op<Runs>(std::move(inputs), [](const OpInputs& in, const double* weight, const double* bias) {
        return conformance::computed(Op, in, weight, bias);
    });
}

/// The op refuses inputs of these shapes.
template <class Op>
void refuses(const Op& op, std::vector<Extent> inputs, std::string_view sentence) {
    CHECK(op.needs(inputs).view() == sentence);
}

}  // namespace op_checks
