#include "mistakes.hpp"

#include <algorithm>
#include <cmath>

namespace norma::compare {

std::vector<Mistake> mistakes(const Results& results, const NetworkResult& network) {
    std::vector<Mistake> all;
    for (std::size_t image = 0; image < network.predicted.size(); ++image) {
        const double confidence = static_cast<double>(network.confidence[image]);
        if (network.predicted[image] != results.test_labels[image])
            all.push_back({image, results.test_labels[image], network.predicted[image],
                           std::isfinite(confidence) ? confidence : 0});
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Mistake& a, const Mistake& b) { return a.confidence > b.confidence; });
    return all;
}

bool predictions_compare(const Results& results) {
    return std::count_if(results.networks.begin(), results.networks.end(),
                         [](const NetworkResult& network) { return !network.predicted.empty(); }) > 1;
}

std::vector<Mistake> mistakes_of_one(const Results& results, const NetworkResult& network) {
    if (!predictions_compare(results)) return {};
    std::vector<Mistake> all = mistakes(results, network);
    std::erase_if(all, [&](const Mistake& mistake) {
        return std::any_of(results.networks.begin(), results.networks.end(), [&](const NetworkResult& other) {
            return &other != &network && !other.predicted.empty() && other.predicted[mistake.image] != mistake.truth;
        });
    });
    return all;
}

std::vector<std::vector<std::int64_t>> confusion_matrix(const Results& results, const NetworkResult& network) {
    const std::size_t classes = results.classes.size();
    std::vector<std::vector<std::int64_t>> matrix(classes, std::vector<std::int64_t>(classes, 0));
    for (std::size_t image = 0; image < network.predicted.size(); ++image)
        ++matrix[results.test_labels[image]][network.predicted[image]];
    return matrix;
}

}  // namespace norma::compare
