#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <ratio>
#include <string>
#include <utility>

#include "norma/core/random.hpp"
#include "norma/graph/builder.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/layer.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/channel_layer.hpp"
#include "norma/norm/layer.hpp"

namespace graph_support {

using namespace norma;

/// Appends random layers; a branch keeps the shape.
class RandomLayers {
public:
    explicit RandomLayers(std::uint32_t seed) : random_({seed, Purpose::synthetic, 5, 0, 0}) {}

    /// The graph of a random network.
    Graph make() {
        GraphBuilder builder({3, 8, 7});
        append(builder, 1 + static_cast<int>(random_.below(9)), false);
        return builder.graph();
    }

private:
    void append(GraphBuilder& builder, int layers, bool keeps_shape, int depth = 0) {
        for (int i = 0; i < layers; ++i) {
            if (depth == 0) builder.enter(i + 1, [] { return FixedString("layer"); });
            const Extent e = builder.shape();
            append_tap(builder, depth);
            switch (random_.below(depth < 3 ? 11 : 8)) {
                case 0: {  // what planners may recompute rather than store
                    append_layer<BatchNorm>(builder);
                    const int start = builder.value();
                    builder.append(ops::Convolution{{builder.shape(), builder.shape()}});
                    append_layer<BatchNorm>(builder);
                    add(builder, start);
                    break;
                }
                case 1: {
                    const int kernel = keeps_shape || std::min(e.height, e.width) < 2 ? 1 : 2;
                    const Extent out{keeps_shape ? e.channels : 1 + int(random_.below(20)), e.height - kernel + 1,
                                     e.width - kernel + 1};
                    builder.append(ops::Convolution{{e, out, {kernel, kernel}}, random_.below(2) == 0});
                    break;
                }
                case 2:
                    append_activation(builder);
                    break;
                case 3:
                    append_layer<BatchNorm>(builder);
                    break;
                case 4:
                    if (e.size() == 1) break;  // refused, as one channel per pixel is
                    if (random_.below(2) == 0 || e.channels == 1) {
                        append_layer<LayerNorm>(builder);
                    } else {
                        append_layer<ChannelLayerNorm>(builder);
                    }
                    break;
                case 5:
                    append_layer<Dropout<std::ratio<1, 4>>>(builder);
                    break;
                case 6: {
                    const int smaller = keeps_shape || std::min(e.height, e.width) < 3 ? 0 : 2;
                    const int padding = smaller == 0 ? 1 : 0;
                    const Extent out{e.channels, e.height - smaller, e.width - smaller};
                    const kernels::Pooling windows{e, out, {3, 3}, {1, 1}, {padding, padding}};
                    if (random_.below(2) == 0) {
                        builder.append(ops::MaxPool{windows});
                    } else {
                        builder.append(ops::AveragePool{windows});
                    }
                    break;
                }
                case 7:
                    if (random_.below(2) == 0) {
                        append_shared(builder);
                    } else {
                        builder.append(ops::Depthwise{{e, e}, random_.below(2) == 0});
                    }
                    break;
                case 8: {
                    const int start = builder.value();
                    append(builder, 1 + int(random_.below(3)), true, depth + 1);
                    add(builder, start);
                    break;
                }
                case 9: {  // branches side by side
                    const int start = builder.value();
                    append(builder, 1 + int(random_.below(2)), true, depth + 1);
                    const int other = builder.value();
                    builder.go_to(start);
                    append(builder, 1 + int(random_.below(2)), true, depth + 1);
                    const std::array both{builder.shape(), e};
                    builder.append(ops::Concat::of(both), other);
                    if (keeps_shape) builder.append(ops::Convolution{{builder.shape(), e}});
                    break;
                }
                default: {  // a branch of its own for the skip
                    const int start = builder.value();
                    append(builder, 1 + int(random_.below(2)), true, depth + 1);
                    const int shortcut = builder.value();
                    builder.go_to(start);
                    append(builder, 1 + int(random_.below(2)), true, depth + 1);
                    add(builder, shortcut);
                }
            }
        }
    }
    /// Now and then, a name for the value, or an auxiliary head, up to four in a network.
    void append_tap(GraphBuilder& builder, int depth) {
        constexpr std::array names{"a", "b", "c", "d"};
        if (random_.below(6) > 0 || taps_ == names.size()) return;
        const char* const name = names[taps_++];
        const int start = builder.value();
        const bool is_head = random_.below(2) == 0;
        if (is_head) append(builder, 1 + int(random_.below(3)), false, depth + 1);
        builder.tap(name, is_head, name);
        builder.go_to(start);
    }
    /// One convolution and norm for all places with this number of channels.
    void append_shared(GraphBuilder& builder) {
        const Extent e = builder.shape();
        const std::string& name = names_.emplace(e.channels, std::to_string(e.channels)).first->second;
        builder.append_shared(name, "", "shared", "shared", [&] {
            builder.append(ops::Convolution{{e, e}, true});
            append_layer<BatchNorm>(builder);
        });
    }
    void append_activation(GraphBuilder& builder) {
        switch (random_.below(6)) {
            case 0:
                append_layer<GELU>(builder);
                break;
            case 1:
                append_layer<HardSwish>(builder);
                break;
            case 2:
                append_layer<LeakyReLU<>>(builder);
                break;
            default:
                append_layer<ReLU>(builder);
        }
    }
    /// Adds another value to the current one; as the first or the second input.
    void add(GraphBuilder& builder, int other) {
        int value = builder.value();
        if (random_.below(3) == 0) std::swap(value, other);
        builder.go_to(value);
        builder.append(ops::Add{builder.shape()}, other);
    }

    RandomSequence random_;
    std::size_t taps_ = 0;
    std::map<int, std::string> names_;  ///< of shared layers, by their channels
};

}  // namespace graph_support
