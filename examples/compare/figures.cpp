#include "figures.hpp"

#include <algorithm>
#include <cmath>

namespace norma::compare {

Interval wilson_interval(double percent, std::int64_t images) {
    constexpr double z = 1.959963984540054;
    const double n = static_cast<double>(images), p = percent / 100;
    const double centre = p + z * z / (2 * n);
    const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    const double scale = 100 / (1 + z * z / n);
    return {std::max(0.0, scale * (centre - half)), std::min(100.0, scale * (centre + half))};
}

std::string capitalised(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

std::string norm_title(std::string_view norm, int groups) {
    return capitalised(std::string(norm)) + (norm == "group" ? " (" + std::to_string(groups) + ")" : "");
}

std::string norm_title(const NetworkResult& network) { return norm_title(network.norm, network.groups); }

std::string of_network(const Results& results) {
    const bool experiment = results.network == default_network && results.precision == default_precision;
    return experiment ? "" : ", " + results.network_title;
}

std::optional<Published> published_figures(std::string_view norm) {
    // The seconds are published for all 20 epochs together, on a hosted GPU.
    if (norm == "batch") return Published{80.03, 69.77, 368.0 / 20};
    if (norm == "group") return Published{72.64, 70.00, 343.0 / 20};
    if (norm == "layer") return Published{71.75, 69.29, 356.0 / 20};
    return std::nullopt;
}

bool as_published(const Results& results) { return results.network == default_network && results.dataset == "cifar10"; }

const EpochRecord* last_epoch(const NetworkResult& network) {
    return network.history.epochs.empty() ? nullptr : &network.history.epochs.back();
}

std::optional<double> seconds_per_epoch(const NetworkResult& network) {
    const auto& epochs = network.history.epochs;
    if (epochs.empty()) return std::nullopt;
    double sum = 0;
    for (const EpochRecord& epoch : epochs) sum += epoch.seconds;
    return sum / static_cast<double>(epochs.size());
}

}  // namespace norma::compare
