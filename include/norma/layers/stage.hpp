#pragma once

#include <concepts>

#include "norma/core/list.hpp"
#include "norma/core/sentence.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/kernels/pool.hpp"
#include "norma/norm/policy.hpp"

namespace norma::inline NORMA_TARGET {

/// One step of a network. Layers become stages; the plan and the executor know only stages. The activations between
/// stages are called values and have numbers: value 0 is the network's input.
struct Stage {
    /// The kernel that runs it; a linear layer is a convolution.
    enum class Kind { convolution, pointwise, max_pool, average_pool };

    Kind kind = Kind::pointwise;       ///< tells which of the three descriptions is used
    kernels::Convolution convolution;  ///< of a convolution
    bool bias = false;                 ///< of the convolution
    bool is_linear = false;            ///< the convolution is a linear layer; its weights have another layout in files
    kernels::Pointwise pointwise;      ///< of a pointwise stage
    kernels::Pooling pooling;          ///< of a pool
    int input = 0;                     ///< value that is read
    int output = 0;                    ///< value that is computed
    int skip = -1;                     ///< value that is added, or −1
    int layer = 0;                     ///< position of its layer in the network, from 1

    /// Shape of the input.
    constexpr Extent input_extent() const {
        return kind == Kind::convolution ? convolution.input
               : kind == Kind::pointwise ? pointwise.extent
                                         : pooling.input;
    }
    /// Shape of the output.
    constexpr Extent output_extent() const {
        return kind == Kind::convolution ? convolution.output
               : kind == Kind::pointwise ? pointwise.extent
                                         : pooling.output;
    }
    /// Numbers in the convolution's weights or the norm's weight.
    constexpr int weight_count() const {
        if (kind == Kind::convolution) return convolution.weight_count();
        return kind == Kind::pointwise ? pointwise.weight_count() : 0;
    }
    /// Numbers in the bias of the convolution or the norm.
    constexpr int bias_count() const {
        if (kind == Kind::convolution) return bias ? convolution.output.channels : 0;
        return kind == Kind::pointwise ? pointwise.bias_count() : 0;
    }
};

/// Turns layers into stages, at compile time. A layer asks for the shape of its input and appends its stages, or
/// refuses the shape with a sentence. After the first refusal nothing is appended.
class StageBuilder {
public:
    /// An empty list, for samples of shape `input`.
    constexpr explicit StageBuilder(Extent input) : extents_{input} {}

    /// Shape of the value that the next layer gets.
    constexpr Extent shape() const { return extents_[static_cast<std::size_t>(current_)]; }
    /// Number of that value, for `add_skip` and `go_back`.
    constexpr int value() const { return current_; }
    /// Did a layer refuse its shape?
    constexpr bool refused() const { return !problem_.empty(); }
    /// That layer's sentence; empty if there is none.
    constexpr const Sentence& problem() const { return problem_; }
    /// The stages in order of execution.
    constexpr const List<Stage>& stages() const { return stages_; }
    /// Shapes of all values, by number.
    constexpr const List<Extent>& extents() const { return extents_; }

    /// What is appended from now on belongs to the network's layer `position`, called `name` in messages.
    constexpr void enter(int position, const Sentence& name) {
        layer_ = position;
        layer_name_ = name;
    }

    /// Refuses the shape. The sentence names the network's layer, the shape it gets and, in `needs`, what it needs.
    /// `part` is the layer that refuses: this one or a layer inside it.
    constexpr void refuse(const Sentence& part, const Sentence& needs) { refuse(part, shape(), needs); }
    /// The same for a layer whose input had the shape `got`.
    constexpr void refuse(const Sentence& part, Extent got, const Sentence& needs) {
        if (refused()) return;
        problem_ << "norma: layer " << layer_ << ", " << layer_name_;
        if (part.view() != layer_name_.view()) problem_ << " (its " << part << ")";
        problem_ << ", gets " << got << " but needs " << needs;
    }

    /// Appends a convolution of the current value.
    constexpr void convolve(const kernels::Convolution& convolution, bool bias, bool is_linear = false) {
        Stage stage{};
        stage.kind = Stage::Kind::convolution;
        stage.convolution = convolution;
        stage.bias = bias;
        stage.is_linear = is_linear;
        append(stage);
    }
    /// Appends a pool of kind max_pool or average_pool.
    constexpr void pool(Stage::Kind kind, const kernels::Pooling& pooling) {
        Stage stage{};
        stage.kind = kind;
        stage.pooling = pooling;
        append(stage);
    }
    /// Appends a pointwise stage.
    constexpr void pointwise(const kernels::Pointwise& pointwise) {
        Stage stage{};
        stage.pointwise = pointwise;
        append(stage);
    }
    /// The next stage reads value `value`: the beginning of another branch. Refuses a number that no value has.
    constexpr void go_back(int value) {
        if (is_value(value)) current_ = value;
    }
    /// Adds value `skip` to the current one. Refuses a value of another shape.
    constexpr void add_skip(int skip) {
        if (!is_value(skip)) return;
        const Extent added = extents_[static_cast<std::size_t>(skip)];
        if (added != shape()) {
            refuse(layer_name_, Sentence("a skip of that shape, not ") << added);
            return;
        }
        Stage stage{};
        stage.pointwise.extent = shape();
        stage.pointwise.adds_skip = true;
        stage.skip = skip;
        append(stage);
    }

private:
    constexpr bool is_value(int value) {
        const bool is = value >= 0 && value < static_cast<int>(extents_.size());
        if (!is) refuse(layer_name_, Sentence("the number of an earlier value, not ") << value);
        return is;
    }
    /// Do windows of these sizes give that output without leaving the padded input?
    static constexpr bool fits(Extent in, Extent out, Size kernel, Size stride, Size padding) {
        const auto axis = [&](int from, int to, int k, int s, int p) {
            return k >= 1 && s >= 1 && p >= 0 && to >= 1 && to <= kernels::Convolution::output_size(from, k, s, p);
        };
        return out.channels >= 1 && axis(in.height, out.height, kernel.height, stride.height, padding.height) &&
               axis(in.width, out.width, kernel.width, stride.width, padding.width);
    }
    static constexpr bool fits(const kernels::Convolution& c) {
        return fits(c.input, c.output, c.kernel, c.stride, c.padding);
    }
    static constexpr bool fits(const kernels::Pooling& p) {
        return fits(p.input, p.output, {p.kernel_height, p.kernel_width}, {p.stride, p.stride}, {p.padding, p.padding});
    }
    /// Are the stage's sizes right? Refuses it if they are not. Kernels do not check sizes, and a user's own layer may
    /// get them wrong.
    constexpr bool is_sound(const Stage& stage) {
        const Extent read = stage.input_extent();
        const kernels::Convolution& c = stage.convolution;
        if (!stage.output_extent().fits()) {
            refuse(layer_name_, Sentence("an output of at most ")
                                    << most_elements << " numbers, not " << stage.output_extent());
        } else if (stage.kind == Stage::Kind::convolution && !c.fits()) {
            refuse(layer_name_, Sentence("at most ")
                                    << most_elements << " weights, not " << c.output.channels << "x" << c.input.channels
                                    << "x" << c.kernel.height << "x" << c.kernel.width);
        } else if (stage.is_linear ? read.size() != shape().size() : read != shape()) {
            refuse(layer_name_, Sentence("a stage that reads that shape, not ") << read);
        } else if (stage.kind == Stage::Kind::convolution && !fits(stage.convolution)) {
            refuse(layer_name_, Sentence("a convolution whose kernel, stride and padding give ")
                                    << stage.convolution.output);
        } else if ((stage.kind == Stage::Kind::max_pool || stage.kind == Stage::Kind::average_pool) &&
                   (!fits(stage.pooling) || stage.pooling.output.channels != read.channels)) {
            refuse(layer_name_, Sentence("a pool whose windows give ") << stage.pooling.output);
        }
        return !refused();
    }
    constexpr void append(Stage stage) {
        if (refused() || !is_sound(stage)) return;
        stage.input = current_;
        stage.output = static_cast<int>(extents_.size());
        stage.layer = layer_;
        extents_.push_back(stage.output_extent());
        current_ = stage.output;
        stages_.push_back(stage);
    }

    List<Extent> extents_;
    List<Stage> stages_;
    int current_ = 0;
    int layer_ = 0;
    Sentence layer_name_;
    Sentence problem_;
};

/// A layer: a class without state that has a `name()` and `append(builder)`, which appends its stages for the shape of
/// its input or refuses that shape.
template <class L>
concept Layer = requires(StageBuilder& builder) {
    { L::name() } -> std::convertible_to<Sentence>;
    L::append(builder);
};

/// Appends a layer, or a norm policy that is used as a layer.
template <class L>
constexpr void append_layer(StageBuilder& builder) {
    static_assert(Layer<L> || NormPolicyCheck<L>::value,
                  "norma: every part of a network must be a layer (such as Conv2d, ReLU, Block) or a norm policy (such "
                  "as BatchNorm).");
    if constexpr (NormPolicy<L>) {
        if (builder.refused()) return;
        const Extent shape = builder.shape();
        const int groups = L::groups(shape.channels);
        if (groups < 1) {
            builder.refuse(L::name(), "a number of channels that its groups(channels) accepts");
            return;
        }
        if (shape.channels % groups != 0) {
            builder.refuse(L::name(), Sentence("a number of channels divisible by its ") << groups << " groups");
            return;
        }
        if (L::per_pixel && groups != 1) {
            builder.refuse(L::name(), Sentence("one group, not ")
                                          << groups << ", because its statistics are per pixel");
            return;
        }
        if constexpr (L::normalises) {
            constexpr bool within_sample = !L::couples_samples && L::subtracts_mean;
            if (within_sample && normalisation<L>(shape).domain_size() == 1) {
                builder.refuse(L::name(),
                               "more than one value for each mean, because one value minus its own mean is always 0");
                return;
            }
            builder.pointwise(normalisation<L>(shape));
        }
    } else if constexpr (Layer<L>) {
        if (!builder.refused()) L::append(builder);
    }
}

}  // namespace norma::inline NORMA_TARGET
