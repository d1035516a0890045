#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/mode.hpp"
#include "norma/network/checked_input.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/layer_label.hpp"
#include "norma/network/loss_ref.hpp"
#include "norma/network/network_view.hpp"
#include "norma/network/non_finite_numbers.hpp"
#include "norma/network/plan_view.hpp"
#include "norma/network/prepared_parameters.hpp"
#include "norma/network/sample_pass.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {

/// @throws DataError if `image` does not have the size of `extent`, or has a number that is not finite or too large.
template <class T>
void verify_image(Extent extent, std::span<const T> image) {
    if (image.size() != std::size_t(extent.size())) {
        raise<DataError>({"the image has ", image.size(), " numbers, but the network takes ", extent.size(),
                          ": height x width x channels, ", extent.height, " x ", extent.width, " x ", extent.channels,
                          ", channels innermost"});
    }
    if (!any_above(image, largest_input<T>)) return;
    raise<DataError>({"the image ", unusable_input(image, extent)});
}

/// Runs one sample at a time through a plan for evaluation. It knows no type of network, so that it is compiled once.
template <class Value>
class SampleRunner {
    using T = ScalarOf<Value>;

public:
    /// Allocates all memory, for a network of `outputs` outputs; or for those of the plan's tap number `tap`.
    SampleRunner(const PlanView<Value>& plan, int outputs, int tap = -1)
        : plan_(plan),
          prepared_(plan),
          copy_(prepared_.folds() ? 0 : std::size_t(plan.parameters_size)),
          arena_(std::size_t(thread_size(plan, 1))),
          store_(std::size_t(plan.store_size)),
          outputs_(std::size_t(outputs)),
          tap_(tap) {}
    // The prepared parameters refer to the copy, which a move leaves where it is.
    SampleRunner(SampleRunner&&) = default;
    SampleRunner& operator=(SampleRunner&&) = default;

    /// Copies what the kernels need of the network.
    void take(const NetworkView<T>& network) {
        const T* learned = network.parameters.data();
        if (!prepared_.folds())
            learned = std::copy_n(learned, plan_.parameters_size, copy_.data()) - plan_.parameters_size;
        prepared_.take(learned, network.running_mean.data(), network.running_var.data(), [](int n, const auto& f) {
            for (int k = 0; k < n; ++k) f(k);
        });
    }

    /// The outputs for `image`. `watch`, if any, looks at the output of every node.
    std::span<const T> run(std::span<const T> image, FirstNonFinite* watch = nullptr) {
        struct One {
            std::span<const T> image;
            int size() const { return 1; }
            void load(int, T* out) const { std::copy(image.begin(), image.end(), out); }
        };
        const One one{image};
        const auto keep = [&](int, const T* outputs, T*, const TapValues<T>& taps) {
            std::copy_n(tap_ < 0 ? outputs : taps.value(std::size_t(tap_)).data(), outputs_.size(), outputs_.data());
        };
        const SharedState<T> shared = prepared_.shared(0, 0);
        NoProbe probe;
        SamplePass<Value> work(plan_, shared, ThreadMemory<Value>(plan_, 1, arena_.data()), {}, nullptr, watch, probe);
        for (int pass = 0; pass < static_cast<int>(plan_.passes.size()); ++pass) {
            work.run(pass, 0, 1, store_.data(), nullptr, one, keep);
        }
        return outputs_;
    }

    /// Bytes held.
    std::size_t memory() const {
        return arena_.size() + store_.size() + (copy_.size() + outputs_.size()) * sizeof(T) + prepared_.memory();
    }

private:
    PlanView<Value> plan_;
    PreparedParameters<Value> prepared_;
    AlignedBuffer<T> copy_;  ///< of the learned numbers, where no norm is folded into them
    AlignedBuffer<std::byte> arena_;
    AlignedBuffer<std::byte> store_;
    AlignedBuffer<T> outputs_;
    int tap_;
};

/// Refuses outputs of `Net` for `image` that are not finite.
/// @throws DataError
template <class Net>
[[noreturn]] void refuse_outputs(SampleRunner<typename Net::Value>& runner,
                                 std::span<const typename Net::Scalar> image) {
    FirstNonFinite first;
    runner.run(image, &first);
    raise<DataError>({"the first value that is not finite is in the output of ",
                      layer_label<Net>(Net::graph.nodes[std::size_t(first.node())].layer),
                      "; the network's numbers are too large"});
}

}  // namespace detail

/// Predicts one sample at a time, in evaluation mode, with the least delay: it has a copy of the network's numbers,
/// with norms folded into convolutions, and all memory that a sample needs. A prediction allocates nothing, locks
/// nothing and starts no thread. Its outputs have the same bits as those of `predict` and of an `Executor`. One thread
/// may use a predictor at a time; several predictors are independent of each other and of the network.
/// @snippet examples_test.cpp Predictor
template <class Net>
class Predictor {
    using T = typename Net::Scalar;

public:
    /// Copies the numbers of `network`, which may go away.
    /// @throws DataError if the network has a number that is not finite, for instance after a failed training.
    NORMA_NOINLINE explicit Predictor(const Net& network);

    /// Copies the numbers of `network`, such as those after another epoch. Allocates nothing.
    /// @throws DataError as the constructor. The predictor is then as before.
    void update(const Net& network) {
        detail::verify_finite(view_of(network));
        runner_.take(view_of(network));
    }

    /// The `Net::outputs` outputs for one sample, such as the logits of classes; valid until the next call or the end
    /// of the predictor. `image`, such as a `std::vector` or `std::array`, is height × width × channels: channels are
    /// innermost, although a `Shape` says C, H, W. Normalise it as in training.
    /// @throws DataError if `image` does not have the size of the network's input, or has a number that is not finite
    /// or too large (`largest_input`), or if a layer's output has one that is not finite.
    std::span<const T, std::size_t(Net::outputs)> operator()(std::span<const T> image) & {
        detail::verify_image<T>(Net::input_extent, image);
        const std::span<const T> outputs = runner_.run(image);
        if (!all_finite(outputs)) detail::refuse_outputs<Net>(runner_, image);
        return outputs.template first<std::size_t(Net::outputs)>();
    }

    /// Bytes held.
    std::size_t memory() const { return runner_.memory(); }

private:
    detail::SampleRunner<typename Net::Value> runner_;
};

// Outside the class, so that it is not inline: a file that declares the network by NORMA_EXTERN does not compile the
// kernels, which only this constructor names.
template <class Net>
Predictor<Net>::Predictor(const Net& network) : runner_(plan_view<Net, evaluation_mode>(), Net::outputs) {
    update(network);
}

}  // namespace norma::inline NORMA_TARGET
