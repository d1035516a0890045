#include "recipe.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>

#include "norma/core/error.hpp"
#include "norma/data/normalisation.hpp"

namespace norma::cifar94 {
namespace {

constexpr int patch_size = 12, filters = 2 * patch_size;
using Vector = std::array<double, patch_size>;
using Matrix = std::array<Vector, patch_size>;  // of rows

bool is_whitening(const ParameterInfo& parameter) { return parameter.layer == "0"; }

/// Diagonalises the symmetric matrix `a` by Jacobi's rotations: leaves its eigenvalues on the diagonal, and returns its
/// eigenvectors as columns.
Matrix eigenvectors(Matrix& a) {
    Matrix vectors{};
    for (std::size_t i = 0; i < patch_size; ++i) vectors[i][i] = 1;
    // Each sweep at least squares what is left beside the diagonal; ten are far more than enough.
    for (int sweep = 0; sweep < 10; ++sweep) {
        for (std::size_t p = 0; p < patch_size; ++p) {
            for (std::size_t q = p + 1; q < patch_size; ++q) {
                if (a[p][q] == 0) continue;
                const double difference = a[q][q] - a[p][p];
                const double angle = 0.5 * std::atan2(std::copysign(2, difference) * a[p][q], std::abs(difference));
                const double c = std::cos(angle), s = std::sin(angle);
                const auto rotate = [&](double& x, double& y) {
                    const double turned = c * x - s * y;
                    y = s * x + c * y;
                    x = turned;
                };
                for (std::size_t k = 0; k < patch_size; ++k) rotate(a[k][p], a[k][q]);
                for (std::size_t k = 0; k < patch_size; ++k) rotate(a[p][k], a[q][k]);
                for (Vector& row : vectors) rotate(row[p], row[q]);
            }
        }
    }
    return vectors;
}

}  // namespace

Length length_of(std::size_t images, int batch, double epochs) {
    const auto per_epoch = static_cast<int>(images / static_cast<std::size_t>(batch));
    if (per_epoch == 0) {
        raise<OptionError>(std::to_string(images) + " training images do not fill a batch of " + std::to_string(batch) +
                           "; choose a smaller --batch or more images");
    }
    return {per_epoch, static_cast<int>(std::ceil(per_epoch * epochs - 1e-9))};
}

PiecewiseLinear learning_rate(const Length& length, double highest) {
    const int rise = static_cast<int>(0.23 * length.steps);
    std::vector<RatePoint> points{{length.time(rise), highest}, {length.time(length.steps), 0.07 * highest}};
    if (rise > 0) points.insert(points.begin(), {0, 0.2 * highest});
    return PiecewiseLinear(points);
}

Lookahead lookahead(const Length& length) {
    return {.every = 5, .decay = std::pow(0.95, 5), .power = 3, .epochs = length.time(length.steps)};
}

ParameterGroup group_of(const ParameterInfo& parameter) {
    if (parameter.kind == ParameterKind::norm_weight) return {.frozen = true};
    if (parameter.kind == ParameterKind::norm_bias) {
        return {.rate = bias_factor, .weight_decay = weight_decay / bias_factor};
    }
    if (!is_whitening(parameter)) return {};
    if (parameter.kind == ParameterKind::bias) return {.trained_epochs = whitening_epochs};
    return {.frozen = true};
}

void normalise(Dataset& images) {
    images.mean = {0.4914, 0.4822, 0.4465};
    images.stddev = {0.2470, 0.2435, 0.2616};
}

std::vector<double> patch_moments(const Dataset& data, int images) {
    const Extent extent = data.extent();
    const Normalisation<float> normalised(data.mean, data.stddev);
    std::vector<float> image(static_cast<std::size_t>(extent.size()));
    std::vector<double> sum(patch_size * patch_size);
    for (int i = 0; i < images; ++i) {
        normalised.apply(data.pixels.data() + static_cast<std::size_t>(i) * image.size(),
                         static_cast<std::size_t>(extent.pixels()), image.data());
        for (int y = 0; y + 1 < extent.height; ++y) {
            for (int x = 0; x + 1 < extent.width; ++x) {
                Vector patch;
                for (int k = 0; k < patch_size; ++k) {
                    const int row = y + k / 6, column = x + k / 3 % 2;
                    patch[static_cast<std::size_t>(k)] =
                        static_cast<double>(image[static_cast<std::size_t>((row * extent.width + column) * 3 + k % 3)]);
                }
                for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += patch[k / patch_size] * patch[k % patch_size];
            }
        }
    }
    for (double& each : sum) each /= static_cast<double>(images) * (extent.height - 1) * (extent.width - 1);
    return sum;
}

std::vector<float> whitening_filters(std::span<const double> moments) {
    Matrix matrix;
    for (std::size_t k = 0; k < moments.size(); ++k) matrix[k / patch_size][k % patch_size] = moments[k];
    const Matrix vectors = eigenvectors(matrix);
    std::array<std::size_t, patch_size> order;
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::ranges::greater{}, [&](std::size_t i) { return matrix[i][i]; });
    std::vector<float> weights(patch_size * filters);
    for (std::size_t o = 0; o < patch_size; ++o) {
        const double root = std::sqrt(std::max(matrix[order[o]][order[o]], 0.0) + 5e-4);
        for (std::size_t k = 0; k < patch_size; ++k) {
            const auto weight = static_cast<float>(vectors[k][order[o]] / root);
            weights[k * filters + o] = weight;
            weights[k * filters + patch_size + o] = -weight;
        }
    }
    return weights;
}

void initialise(std::span<float> parameters, std::span<const ParameterInfo> infos, const Dataset& data) {
    const int images = static_cast<int>(std::min<std::size_t>(whitening_images, data.size()));
    for (const ParameterInfo& info : infos) {
        float* const weights = parameters.data() + info.offset;
        if (is_whitening(info)) {
            if (info.kind == ParameterKind::bias) {
                std::fill_n(weights, info.size, 0.0f);
            } else {
                std::ranges::copy(whitening_filters(patch_moments(data, images)), weights);
            }
        } else if (info.kind == ParameterKind::convolution_weight) {
            const auto [outputs, inputs, taps] = info.axes;  // in the network taps × inputs × outputs
            for (std::size_t tap = 0; tap < taps; ++tap) {
                for (std::size_t i = 0; i < inputs; ++i) {
                    float* const row = weights + (tap * inputs + i) * outputs;
                    std::fill_n(row, std::min(inputs, outputs), 0.0f);
                    if (tap == taps / 2 && i < outputs) row[i] = 1;
                }
            }
        }
    }
}

}  // namespace norma::cifar94
