#pragma once

#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "norma/core/parallel.hpp"
#include "norma/core/precision.hpp"
#include "norma/network/executor.hpp"
#include "norma/testing/reference_network.hpp"
#include "support/training_step.hpp"

namespace norma::bench {

/// Largest difference between the network's logits of a few images and those of plain loops in double, in one mode,
/// relative to the largest logit. If the mode mixes the images there are eight, because the variance of two amplifies
/// rounding; else two, in a batch that is larger than a block of samples.
template <class Net, Mode M>
double worst_logit(const Net& net) {
    const bool mixes = Net::over_batch && M.batch_statistics;
    const int images = mixes ? 8 : 2;
    const RandomBatch few(images, Net::input_extent.size());
    const RandomBatch batch(mixes ? images : 19, Net::input_extent.size());  // begins with the same images
    Threads threads(1);
    Executor<Net, M> executor(threads, batch.size());
    std::vector<float> logits(static_cast<std::size_t>(batch.size() * Net::outputs));
    const auto loss_of = [&](int i, const float* z, float* gradient) {
        std::copy_n(z, Net::outputs, logits.data() + i * Net::outputs);
        if (gradient != nullptr) std::fill_n(gradient, Net::outputs, 0.0f);
    };
    executor.run(net, batch, loss_of, {1, 0});
    const auto expected = conformance::ReferenceNetwork<Net>().run(net, few, M, 1, 0).logits;
    double worst = 0, largest = 0;
    for (std::size_t i = 0; i < std::size_t(images * Net::outputs); ++i) {
        const double reference = expected[i / std::size_t(Net::outputs)][i % std::size_t(Net::outputs)];
        worst = std::max(worst, std::abs(static_cast<double>(logits[i]) - reference));
        largest = std::max(largest, std::abs(reference));
    }
    return std::isfinite(worst) ? worst / largest : worst;
}

/// Does the network agree with plain loops, in training and in evaluation mode? Checked once for each `name`; only
/// networks that agree are timed. (The tests check the gradients.) A network of `Bf16` has eight bits and many layers,
/// and norms with the statistics of a small batch amplify what is rounded: MobileNetV2 differs by 0.14 to 0.19. A wrong
/// kernel makes a difference of about 1.
template <class Net>
bool check_network(const std::string& name) {
    static std::map<std::string, bool> known;
    const auto found = known.find(name);
    if (found != known.end()) return found->second;
    const Net net(1);
    constexpr bool bf16 = Net::precision == Precision::bf16;
    return known[name] = worst_logit<Net, training_mode>(net) < (bf16 ? 0.3 : 1e-3) &&
                         worst_logit<Net, evaluation_mode>(net) < (bf16 ? 0.1 : 1e-3);
}

}  // namespace norma::bench
