#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results.hpp"

namespace norma::compare {

/// Mean and sample standard deviation √(Σ(x − mean)² / (n − 1)) of a figure over runs that differ by their seed.
struct Spread {
    double mean = 0;       ///< NaN if no value is finite
    double deviation = 0;  ///< 0 if there is one value
    int count = 0;         ///< number of finite values; others are left out
};
Spread spread(std::span<const double> values);

/// "72.50 ± 0.41"; only the mean if there is one value, a dash if there is none.
std::string with_deviation(const Spread& spread, int decimals);

/// All trainings of a norm in order of their seeds, the one in `Results::networks` first.
std::vector<const NetworkResult*> runs_of(const Results& results, const std::string& norm);

/// All trainings of all norms, those with the first seed first.
std::vector<const NetworkResult*> all_trainings(const Results& results);

/// The name of one training: the norm's title, and the seed if there are several.
std::string training_title(const Results& results, const NetworkResult& network);

/// The trainings of a norm that completed every planned epoch.
std::vector<const NetworkResult*> whole_runs_of(const Results& results, const std::string& norm);

/// Mean and deviation over the runs of a value in their last epochs.
Spread at_the_end(const std::vector<const NetworkResult*>& runs, double EpochRecord::*figure);

/// Mean and deviation over the runs of a value after recalibration; empty if no run was recalibrated.
std::optional<Spread> recalibrated(const std::vector<const NetworkResult*>& runs, double RecalibratedRecord::*figure);

/// "1", or "1 to 3".
std::string seed_numbers(const Results& results);

/// "seed 1", or "seeds 1 to 3".
std::string seeds_in_words(const Results& results);

}  // namespace norma::compare
