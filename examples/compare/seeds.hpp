#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results.hpp"

namespace norma::compare {

/// Mean and sample standard deviation √(Σ(x − mean)² / (n − 1)) of a figure over runs that differ by their seed.
struct Spread {
    double mean = 0;       ///< not a number where no value is finite
    double deviation = 0;  ///< 0 for one value, which has none
    int count = 0;         ///< of values that are finite; others are left out
};
Spread spread(std::span<const double> values);

/// "72.50 ± 0.41"; the mean alone where there is one value, a dash where there is none.
std::string with_deviation(const Spread& spread, int decimals);

/// All runs of a norm, in order of their seeds: that of `Results::networks` first.
std::vector<const NetworkResult*> runs_of(const Results& results, const std::string& norm);

/// All trainings of all norms, those with the first seed first.
std::vector<const NetworkResult*> all_trainings(const Results& results);

/// How one training is called: the norm's title, with the seed where there are several.
std::string training_title(const Results& results, const NetworkResult& network);

/// Those of a norm's runs that went through every planned epoch.
std::vector<const NetworkResult*> whole_runs_of(const Results& results, const std::string& norm);

/// A figure of each run's last epoch.
Spread at_the_end(const std::vector<const NetworkResult*>& runs, double EpochRecord::*figure);

/// A figure of each run's recalibration; empty where no run has one.
std::optional<Spread> recalibrated(const std::vector<const NetworkResult*>& runs, double RecalibratedRecord::*figure);

/// "1", or "1 to 3".
std::string seed_numbers(const Results& results);

/// "seed 1", or "seeds 1 to 3".
std::string seeds_in_words(const Results& results);

}  // namespace norma::compare
