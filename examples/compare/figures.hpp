#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "results.hpp"

namespace norma::compare {

struct Interval {
    double low = 0, high = 0;
};

/// Wilson's 95 % interval, in percent, for an accuracy of `percent` measured on `images` images:
/// (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n) with z = 1.96. Unlike p ± z√(p(1−p)/n) it stays inside 0 to 100
/// and has a width at 0 and 100. Needs images > 0.
Interval wilson_interval(double percent, std::int64_t images);

/// The text with its first letter, if it is of ASCII, made a capital.
std::string capitalised(std::string text);

/// A norm's name in tables and legends: "Group (2)".
std::string norm_title(std::string_view norm, int groups);
/// The same for the norm of a network.
std::string norm_title(const NetworkResult& network);

/// ", ResNet-20" for titles; empty for the experiment's network.
std::string of_network(const Results& results);

/// The published experiment's results for one norm.
struct Published {
    double train_accuracy, test_accuracy, seconds_per_epoch;
};

/// Empty for a norm that the published experiment did not have.
std::optional<Published> published_figures(std::string_view norm);

/// Did this run use the published experiment's network and data set?
bool as_published(const Results& results);

/// The last complete epoch, or nullptr if there is none.
const EpochRecord* last_epoch(const NetworkResult& network);

/// Mean over the epochs of the seconds of training, without evaluation; empty if no epoch was completed.
std::optional<double> seconds_per_epoch(const NetworkResult& network);

}  // namespace norma::compare
