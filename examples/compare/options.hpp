#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "known_networks.hpp"
#include "results.hpp"

namespace norma::compare {

inline constexpr int published_batch = 128, published_epochs = 20, synthetic_epochs = 8;
inline constexpr std::size_t synthetic_train_images = 10'000, synthetic_test_images = 2'000;

/// Of cifar94, as examples/cifar94/recipe.hpp describes it.
inline constexpr const char* recipe_network = "cifar94";
inline constexpr int recipe_batch = 1024;
inline constexpr double recipe_epochs = 9.9, recipe_synthetic_epochs = 3;
inline constexpr double recipe_rate = 1.5;  ///< at its highest, of the mean loss of `recipe_batch` images
inline constexpr double recipe_momentum = 0.85;

/// The names that --dataset accepts.
inline constexpr std::array dataset_names{"cifar10", "mnist", "synthetic"};

/// The options of the command line. The defaults are the experiment.
struct Options {
    std::string network = default_network;
    std::string precision = default_precision;
    std::string dataset;                        ///< "cifar10", "mnist", "synthetic"; empty: not given
    std::optional<std::filesystem::path> data;  ///< folder of the data sets
    bool download = false;
    std::vector<std::string> norms{"batch", "group", "layer"};
    std::optional<int> epochs;
    int batch = published_batch;
    double rate = 0.01;
    double momentum = 0.9;
    int step = 6;
    double gamma = 0.1;
    int crop = 0;
    bool flip = false;
    std::uint64_t seed = 1;
    int seeds = 1;  ///< number of trainings of each network, with `seed`, `seed` + 1, …
    int threads = 0;
    std::optional<std::size_t> train_images;
    std::optional<std::size_t> holdout;
    std::filesystem::path output = "report";
    std::optional<std::filesystem::path> checkpoint;  ///< folder of the networks' checkpoints
    bool resume = false;
    std::string command_line;  ///< as it was typed

    /// Of cifar94, whose recipe fixes most settings. Its training may end within an epoch.
    bool of_recipe = false;
    std::optional<double> recipe_epochs;  ///< as given
};

/// The options; or the text to print for --help or --version. `network` and `precision` are the
/// defaults of --network and --precision.
/// @throws OptionError with one sentence: the option, its value, and what is possible.
std::variant<Options, std::string> parse_options(int count, const char* const* arguments,
                                                 const std::string& network = default_network,
                                                 const std::string& precision = default_precision);

/// The options of batch_size_sweep's command line.
struct SweepOptions {
    Options training;  ///< of each network, except for the batch size; `rate` is for `published_batch` images
    std::vector<int> batch_sizes{2, 4, 8, 16, 32, 64, 128};
};

/// The same for batch_size_sweep, which has most of compare's options; --lr is the rate at `published_batch` images.
/// @throws OptionError as `parse_options`.
std::variant<SweepOptions, std::string> parse_sweep_options(int count, const char* const* arguments);

/// The same for cifar94, whose rate follows from the batch size.
/// @throws OptionError as `parse_options`.
std::variant<Options, std::string> parse_recipe_options(int count, const char* const* arguments,
                                                        const std::string& precision = default_precision);

/// Epochs of cifar94's recipe: as given; by default fewer on synthetic images.
double epochs_of_recipe(const Options& options, const std::string& dataset);

/// Number of epochs: as given, else as published; by default fewer on synthetic images, which are easier to learn. Of
/// cifar94: `epochs_of_recipe`, and one for what is left of the last.
int planned_epochs(const Options& options, const std::string& dataset);

/// The options as the report lists them, with the values of the published experiment.
std::vector<Option> report_options(const Options& options, const std::string& dataset, std::size_t train_images);

}  // namespace norma::compare
