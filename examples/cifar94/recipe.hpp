#pragma once

#include <span>
#include <vector>

#include "norma/data/dataset.hpp"
#include "norma/network/parameter_info.hpp"
#include "norma/training/lookahead.hpp"
#include "norma/training/parameter_groups.hpp"
#include "norma/training/piecewise_linear.hpp"

/// The recipe of "94% on CIFAR-10 in 3.29 Seconds on a Single GPU" (Jordan, 2024, arXiv 2404.00498), for the mean loss
/// of a batch; docs/cifar94.md describes it.
namespace norma::cifar94 {

inline constexpr double weight_decay = 0.0153 / 11.5;
inline constexpr double label_smoothing = 0.2;
inline constexpr double bias_factor = 64;      ///< on the rates of the norms' biases
inline constexpr int whitening_epochs = 3;     ///< that the bias of the whitening convolution is trained
inline constexpr int whitening_images = 5000;  ///< whose patches are whitened
inline constexpr int translation = 2;          ///< pixels, of training images

/// How long a training is. Its last epoch may end early.
struct Length {
    int steps_per_epoch = 0;  ///< full batches; a batch that is not full is left out
    int steps = 0;            ///< in all

    /// Epochs that are begun.
    int epochs() const { return (steps + steps_per_epoch - 1) / steps_per_epoch; }
    /// A step as a moment, in epochs.
    double time(int step) const { return static_cast<double>(step) / steps_per_epoch; }
};

/// ⌈epochs · ⌊images / batch⌋⌉ steps.
/// @throws OptionError if the images do not fill a batch.
Length length_of(std::size_t images, int batch, double epochs);

/// The learning rate, changed linearly: 0.2 · `highest` at the first step, `highest` after ⌊23 %⌋ of the steps, 0.07 ·
/// `highest` after the last.
PiecewiseLinear learning_rate(const Length& length, double highest);

/// Lookahead after every fifth step, with d = 0.95⁵ · (step / steps)³.
Lookahead lookahead(const Length& length);

/// The groups of parameters: the whitening weight and the norms' weights are frozen, the whitening bias is trained for
/// `whitening_epochs`, and the norms' biases have `bias_factor` times the rate and the decay divided by it, so that
/// rate · decay is that of all.
ParameterGroup group_of(const ParameterInfo& parameter);

/// Gives images (`=`) the mean and standard deviation of the recipe.
void normalise(Dataset& images);

/// The mean of patch · patchᵀ, not centred, over all patches of 2 × 2 pixels of the first `images` images, normalised:
/// 12 × 12 numbers. A patch is in the order of the network's weights: row, column, channel.
std::vector<double> patch_moments(const Dataset& data, int images);

/// The whitening filters of `patch_moments`: eigenvectors divided by √(eigenvalue + 5e-4), the largest eigenvalue
/// first, then their negatives. Filter o has its 12 numbers at 24 · k + o, as the network's weights.
std::vector<float> whitening_filters(std::span<const double> moments);

/// Sets the recipe's initial weights of an `Airbench94` (`=`): the whitening filters of `data`, its bias 0, and the
/// first filters of each 3×3 convolution, as many as it has inputs, copy their input. All others stay.
void initialise(std::span<float> parameters, std::span<const ParameterInfo> infos, const Dataset& data);

}  // namespace norma::cifar94
