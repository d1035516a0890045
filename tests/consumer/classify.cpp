#include <vector>

#include "tiny.hpp"

int class_of_white(const TinyNet& network) {
    const std::vector<float> white(16, 1.0f);
    const auto logits = norma::predict<TinyNet>(network, white);
    return logits[1] > logits[0] ? 1 : 0;
}
