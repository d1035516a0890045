#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "norma/core/target.hpp"
#include "norma/ops/op.hpp"

/// Each op by plain loops in double: `computed(op, input, weight, bias)` gives the output of one sample, where
/// `input(k)` is input k. Images are H×W×C.
namespace norma::inline NORMA_TARGET::conformance {

/// Numbers of one sample.
using Numbers = std::vector<double>;
/// Input k of an op.
using OpInputs = std::function<const Numbers&(int)>;

/// One number of an image; `outside` beyond its border.
inline double pixel(const Numbers& image, Extent e, int y, int x, int c, double outside) {
    if (y < 0 || y >= e.height || x < 0 || x >= e.width) return outside;
    return image[static_cast<std::size_t>((y * e.width + x) * e.channels + c)];
}

/// The combination of all numbers of each window; `outside` is the number in the padding, and the first.
template <class Combine>
Numbers pooled(const kernels::Pooling& l, const Numbers& x, double outside, const Combine& combine) {
    Numbers out;
    for (int oy = 0; oy < l.output.height; ++oy) {
        for (int ox = 0; ox < l.output.width; ++ox) {
            for (int c = 0; c < l.output.channels; ++c) {
                double value = outside;
                for (int ky = 0; ky < l.kernel.height; ++ky) {
                    for (int kx = 0; kx < l.kernel.width; ++kx) {
                        value = combine(value, pixel(x, l.input, oy * l.stride.height - l.padding.height + ky,
                                                     ox * l.stride.width - l.padding.width + kx, c, outside));
                    }
                }
                out.push_back(value);
            }
        }
    }
    return out;
}

inline Numbers computed(const ops::Convolution& op, const OpInputs& in, const double* weight, const double* bias) {
    const kernels::Convolution& l = op.shape;
    const int inputs = l.input.channels / l.groups;  // of one group
    const int outputs = l.output.channels / l.groups;
    Numbers out;
    for (int oy = 0; oy < l.output.height; ++oy) {
        for (int ox = 0; ox < l.output.width; ++ox) {
            for (int o = 0; o < l.output.channels; ++o) {
                double sum = op.bias ? bias[o] : 0.0;
                for (int ky = 0; ky < l.kernel.height; ++ky) {
                    for (int kx = 0; kx < l.kernel.width; ++kx) {
                        const int y = oy * l.stride.height - l.padding.height + ky * l.dilation.height;
                        const int x = ox * l.stride.width - l.padding.width + kx * l.dilation.width;
                        for (int c = 0; c < inputs; ++c) {
                            const int at = ((ky * l.kernel.width + kx) * inputs + c) * l.output.channels + o;
                            sum += weight[at] * pixel(in(0), l.input, y, x, o / outputs * inputs + c, 0.0);
                        }
                    }
                }
                out.push_back(sum);
            }
        }
    }
    return out;
}

/// A convolution with a group for each input channel; the weights are in the same order.
inline Numbers computed(const ops::Depthwise& op, const OpInputs& in, const double* weight, const double* bias) {
    const kernels::Depthwise& l = op.shape;
    return computed(
        ops::Convolution{.shape = {l.input, l.output, l.kernel, l.stride, l.padding, l.dilation, l.input.channels},
                         .bias = op.bias},
        in, weight, bias);
}

inline Numbers computed(const ops::TransposedConvolution& op, const OpInputs& in, const double* weight,
                        const double* bias) {
    const kernels::Convolution& l = op.back;
    const Extent from = l.output, to = l.input;
    Numbers out(std::size_t(to.size()));
    for (int i = 0; i < to.size(); ++i) out[std::size_t(i)] = op.bias ? bias[i % to.channels] : 0.0;
    for (int iy = 0; iy < from.height; ++iy) {
        for (int ix = 0; ix < from.width; ++ix) {
            for (int ky = 0; ky < l.kernel.height; ++ky) {
                for (int kx = 0; kx < l.kernel.width; ++kx) {
                    const int y = iy * l.stride.height - l.padding.height + ky * l.dilation.height;
                    const int x = ix * l.stride.width - l.padding.width + kx * l.dilation.width;
                    if (y < 0 || y >= to.height || x < 0 || x >= to.width) continue;
                    for (int o = 0; o < to.channels; ++o) {
                        for (int c = 0; c < from.channels; ++c) {
                            const int at = ((ky * l.kernel.width + kx) * to.channels + o) * from.channels + c;
                            out[std::size_t((y * to.width + x) * to.channels + o)] +=
                                weight[at] * pixel(in(0), from, iy, ix, c, 0.0);
                        }
                    }
                }
            }
        }
    }
    return out;
}

inline Numbers computed(const ops::Linear& op, const OpInputs& in, const double* weight, const double* bias) {
    Numbers out;
    for (int o = 0; o < op.outputs; ++o) {
        double sum = op.bias ? bias[o] : 0.0;
        for (int i = 0; i < op.input.size(); ++i) sum += weight[i * op.outputs + o] * in(0)[std::size_t(i)];
        out.push_back(sum);
    }
    return out;
}

inline Numbers computed(const ops::Activation& op, const OpInputs& in, const double*, const double*) {
    Numbers out = in(0);
    for (double& v : out) v = op.activation.value(simd::Packet<double, 1>{v}).value;
    return out;
}

inline Numbers computed(const ops::Add&, const OpInputs& in, const double*, const double*) {
    Numbers out = in(0);
    for (std::size_t k = 0; k < out.size(); ++k) out[k] += in(1)[k];
    return out;
}

inline Numbers computed(const ops::Concat& op, const OpInputs& in, const double*, const double*) {
    Numbers out;
    for (std::size_t p = 0; p < std::size_t(op.output.pixels()); ++p) {
        for (int k = 0; k < op.inputs; ++k) {
            const std::size_t channels = std::size_t(op.channels[k]);
            for (std::size_t c = 0; c < channels; ++c) out.push_back(in(k)[p * channels + c]);
        }
    }
    return out;
}

inline Numbers computed(const ops::Multiply& op, const OpInputs& in, const double*, const double*) {
    Numbers out = in(0);
    const std::size_t channels = std::size_t(op.extent.channels);
    for (std::size_t k = 0; k < out.size(); ++k) out[k] *= in(1)[op.per_channel ? k % channels : k];
    return out;
}

inline Numbers computed(const ops::Scale& op, const OpInputs& in, const double*, const double*) {
    Numbers out = in(0);
    for (double& v : out) v *= double(op.factor.numerator) / double(op.factor.denominator);
    return out;
}

inline Numbers computed(const ops::LayerScale& op, const OpInputs& in, const double* weight, const double*) {
    Numbers out = in(0);
    for (std::size_t k = 0; k < out.size(); ++k) out[k] *= weight[k % std::size_t(op.extent.channels)];
    return out;
}

inline Numbers computed(const ops::PReLU& op, const OpInputs& in, const double* weight, const double*) {
    Numbers out = in(0);
    for (std::size_t k = 0; k < out.size(); ++k) out[k] *= out[k] > 0 ? 1.0 : weight[k % std::size_t(op.slopes())];
    return out;
}

inline Numbers computed(const ops::Tap&, const OpInputs& in, const double*, const double*) { return in(0); }

inline Numbers computed(const ops::Slice& op, const OpInputs& in, const double*, const double*) {
    const kernels::Slice& s = op.shape;
    Numbers out;
    for (int y = 0; y < s.output.height; ++y) {
        for (int x = 0; x < s.output.width; ++x) {
            for (int c = s.first; c < s.first + s.output.channels; ++c) {
                const bool has_channel = c >= 0 && c < s.input.channels;
                const int row = s.top + y * s.stride.height;
                const int column = s.left + x * s.stride.width;
                out.push_back(has_channel ? pixel(in(0), s.input, row, column, c, 0.0) : 0.0);
            }
        }
    }
    return out;
}

inline Numbers computed(const ops::Input& op, const OpInputs& in, const double*, const double*) {
    const auto first = in(0).begin() + op.first;
    return Numbers(first, first + op.output.size());
}

inline Numbers computed(const ops::Permute& op, const OpInputs& in, const double*, const double*) {
    const Extent e = op.input;
    const int groups = op.groups == 0 ? 1 : op.groups;
    Numbers out(in(0).size());
    for (int p = 0; p < e.pixels(); ++p) {
        for (int c = 0; c < e.channels; ++c) {
            const int each = e.channels / groups;
            const int to = op.groups == 0 ? c * e.pixels() + p : p * e.channels + c % each * groups + c / each;
            out[std::size_t(to)] = in(0)[std::size_t(p * e.channels + c)];
        }
    }
    return out;
}

inline Numbers computed(const ops::MaxPool& op, const OpInputs& in, const double*, const double*) {
    constexpr double least = std::numeric_limits<double>::lowest();
    return pooled(op.windows, in(0), least, [](double a, double b) { return std::max(a, b); });
}

inline Numbers computed(const ops::AveragePool& op, const OpInputs& in, const double*, const double*) {
    Numbers out = pooled(op.windows, in(0), 0.0, std::plus<double>());
    for (double& v : out) v /= op.windows.kernel.height * op.windows.kernel.width;
    return out;
}

/// The pixels and weights that make output `o` of `outputs` from `inputs` along one axis.
inline std::vector<std::pair<int, double>> samples_of(kernels::Sampling sampling, int o, int inputs, int outputs) {
    const double scale = static_cast<double>(inputs) / outputs;
    if (sampling == kernels::Sampling::nearest) return {{static_cast<int>(std::floor(o * scale + 1e-9)), 1.0}};
    if (sampling == kernels::Sampling::bilinear) {
        const double at = std::max((o + 0.5) * scale - 0.5, 0.0);
        const int first = static_cast<int>(std::floor(at));
        return {{first, 1 - (at - first)}, {std::min(first + 1, inputs - 1), at - first}};
    }
    std::vector<std::pair<int, double>> samples;
    const int begin = static_cast<int>(std::floor(o * scale + 1e-9));
    const int end = static_cast<int>(std::ceil((o + 1) * scale - 1e-9));
    for (int i = begin; i < end; ++i) samples.emplace_back(i, 1.0 / (end - begin));
    return samples;
}

inline Numbers computed(const ops::Softmax& op, const OpInputs& in, const double*, const double*) {
    Numbers out = in(0);
    const std::size_t channels = std::size_t(op.extent.channels);
    for (std::size_t pixel = 0; pixel < out.size(); pixel += channels) {
        double sum = 0;
        for (std::size_t c = pixel; c < pixel + channels; ++c) sum += out[c] = std::exp(out[c]);
        for (std::size_t c = pixel; c < pixel + channels; ++c) out[c] /= sum;
    }
    return out;
}

inline Numbers computed(const ops::Resample& op, const OpInputs& in, const double*, const double*) {
    const Extent from = op.shape.input;
    const Extent to = op.shape.output;
    const kernels::Sampling sampling = op.shape.sampling;
    Numbers out;
    for (int y = 0; y < to.height; ++y) {
        for (int x = 0; x < to.width; ++x) {
            for (int c = 0; c < to.channels; ++c) {
                double sum = 0;
                for (const auto& [i, row] : samples_of(sampling, y, from.height, to.height)) {
                    for (const auto& [j, column] : samples_of(sampling, x, from.width, to.width)) {
                        sum += row * column * pixel(in(0), from, i, j, c, 0.0);
                    }
                }
                out.push_back(sum);
            }
        }
    }
    return out;
}

/// The whole batch of a norm and the random numbers of dropout are handled by `ReferenceNetwork`; `Pointwise` is made
/// by fusion.
template <class O>
Numbers computed(const O&, const OpInputs&, const double*, const double*) {
    return {};
}

}  // namespace norma::inline NORMA_TARGET::conformance
