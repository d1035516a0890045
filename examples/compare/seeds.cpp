#include "seeds.hpp"

#include <algorithm>
#include <cmath>

#include "drawing/numbers.hpp"
#include "figures.hpp"

namespace norma::compare {

using namespace drawing;

Spread spread(std::span<const double> values) {
    Spread result;
    double sum = 0, squares = 0;
    for (const double value : values) {
        if (!std::isfinite(value)) continue;
        ++result.count;
        sum += value;
    }
    result.mean = sum / result.count;
    for (const double value : values) {
        if (std::isfinite(value)) squares += (value - result.mean) * (value - result.mean);
    }
    if (result.count > 1) result.deviation = std::sqrt(squares / (result.count - 1));
    return result;
}

std::string with_deviation(const Spread& spread, int decimals) {
    if (spread.count == 0) return "–";
    const std::string mean = fixed(spread.mean, decimals);
    return spread.count == 1 ? mean : mean + " ± " + fixed(spread.deviation, decimals);
}

std::vector<const NetworkResult*> all_trainings(const Results& results) {
    std::vector<const NetworkResult*> all;
    for (const auto* list : {&results.networks, &results.repeats}) {
        for (const NetworkResult& network : *list) all.push_back(&network);
    }
    return all;
}

std::string training_title(const Results& results, const NetworkResult& network) {
    return norm_title(network) + (results.seeds > 1 ? " with seed " + std::to_string(network.seed) : "");
}

std::vector<const NetworkResult*> runs_of(const Results& results, const std::string& norm) {
    std::vector<const NetworkResult*> runs = all_trainings(results);
    std::erase_if(runs, [&](const NetworkResult* run) { return run->norm != norm; });
    return runs;
}

std::vector<const NetworkResult*> whole_runs_of(const Results& results, const std::string& norm) {
    std::vector<const NetworkResult*> runs = runs_of(results, norm);
    std::erase_if(runs, [&](const NetworkResult* run) {
        return run->history.epochs.size() != static_cast<std::size_t>(results.epochs_planned);
    });
    return runs;
}

Spread at_the_end(const std::vector<const NetworkResult*>& runs, double EpochRecord::*figure) {
    std::vector<double> values;
    for (const NetworkResult* run : runs) {
        if (const EpochRecord* last = last_epoch(*run)) values.push_back(last->*figure);
    }
    return spread(values);
}

std::optional<Spread> recalibrated(const std::vector<const NetworkResult*>& runs, double RecalibratedRecord::*figure) {
    std::vector<double> values;
    for (const NetworkResult* run : runs) {
        if (run->history.recalibrated) values.push_back(*run->history.recalibrated.*figure);
    }
    if (values.empty()) return std::nullopt;
    return spread(values);
}

std::string seed_numbers(const Results& results) {
    const std::string first = std::to_string(results.seed);
    if (results.seeds == 1) return first;
    return first + " to " + std::to_string(results.seed + static_cast<std::uint64_t>(results.seeds) - 1);
}

std::string seeds_in_words(const Results& results) {
    return (results.seeds == 1 ? "seed " : "seeds ") + seed_numbers(results);
}

}  // namespace norma::compare
