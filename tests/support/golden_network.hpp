#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "golden.hpp"
#include "initial_values.hpp"
#include "norma/core/layout.hpp"
#include "norma/core/parallel.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/network/executor.hpp"
#include "norma/training/cross_entropy.hpp"
#include "norma/training/sgd.hpp"
#include "pytorch_network.hpp"

/// The experiment's network without its dropout.
template <class T, class Norm>
using GoldenNetwork =
    norma::BasicNetwork<T, norma::Shape<3, 32, 32>, norma::Block<16, 3, Norm>, norma::Block<16, 3, Norm>,
                        norma::Residual<norma::Block<16, 1, Norm>>, norma::MaxPool2d<2>, norma::Block<32, 3, Norm>,
                        norma::Block<32, 3, Norm>, norma::Residual<norma::Block<32, 1, Norm>>, norma::MaxPool2d<2>,
                        norma::Block<32, 3, Norm>, norma::Block<32, 3, Norm>, norma::Conv2d<10, 1>,
                        norma::GlobalAvgPool2d, norma::Residual<norma::Conv2d<10, 1>>>;

/// Batch `b` of the golden networks.
template <class T>
class GoldenBatch {
public:
    static constexpr int samples = 8;
    static constexpr norma::Extent extent{3, 32, 32};

    explicit GoldenBatch(int b) : labels_(initial::labels("networks/labels" + std::to_string(b), samples)) {
        const auto count = static_cast<std::size_t>(samples * extent.size());
        const std::vector<float> images = initial::tensor("networks/images" + std::to_string(b), count, 2.0f);
        const std::vector<T> from(images.begin(), images.end());
        images_.resize(count);
        norma::to_channels_last<T>(from, images_, extent);
    }
    int size() const { return samples; }
    int target(int i) const { return labels_[static_cast<std::size_t>(i)]; }
    void load(int i, T* out) const { std::copy_n(images_.begin() + i * extent.size(), extent.size(), out); }

private:
    std::vector<int> labels_;
    std::vector<T> images_;
};

/// Does ten steps of stochastic gradient descent from PyTorch's initial weights, and compares with PyTorch's results.
/// Every error, relative to the largest number of its array, must be below `bound`.
template <class T, class Norm>
void check_golden_network(const std::string& norm, double bound) {
    using namespace norma;
    using Net = GoldenNetwork<T, Norm>;
    constexpr int samples = GoldenBatch<T>::samples;
    const golden::File file("networks/" + norm);
    const std::vector<double> batches = file.tensor("batches").values;
    REQUIRE(batches.size() == 10);

    Net net;
    set_golden_weights(net);
    Threads threads(2);
    Executor<Net, training_mode> executor(threads, samples);
    Executor<Net, evaluation_mode> evaluation(threads, samples);
    Sgd<T> optimiser(net.parameters().size());
    std::vector<T> logits(std::size_t(samples * Net::outputs));
    std::vector<double> losses;
    for (const double b : batches) {
        const GoldenBatch<T> batch(static_cast<int>(b));
        std::vector<double> sample_losses(samples);
        executor.run(net, batch, [&](int i, const T* z, T* gradient) {
            std::copy_n(z, Net::outputs, logits.begin() + i * Net::outputs);
            sample_losses[static_cast<std::size_t>(i)] =
                CrossEntropy{}(std::span(z, Net::outputs), batch.target(i), T(1) / T(samples), gradient);
        });
        double loss = 0.0;
        for (const double l : sample_losses) loss += l / samples;
        losses.push_back(loss);
        if (losses.size() == 1) {
            CHECK(golden::relative_error(logits, file.tensor("logits").values) < bound);
            for (const PytorchParameter& p : pytorch_parameters<Net>()) {
                CAPTURE(p.name);
                CHECK(golden::relative_error(part_of<T>(executor.gradient(), p),
                                             p.from_pytorch<double>(file.tensor("grad." + p.name).values)) < bound);
            }
        }
        if constexpr (Net::over_batch) executor.track_statistics(net);
        optimiser.step(net.parameters(), executor.gradient(), 0.01);
    }
    CHECK(golden::relative_error(losses, file.tensor("losses").values) < bound);
    for (const PytorchParameter& p : pytorch_parameters<Net>()) {
        CAPTURE(p.name);
        CHECK(golden::relative_error(part_of<T>(std::span<const T>(net.parameters()), p),
                                     p.from_pytorch<double>(file.tensor("after." + p.name).values)) < bound);
    }
    int norms = 0;
    for (const Node& node : Net::graph.nodes) {
        if (norm_in(node) == nullptr || !norm_in(node)->over_batch) continue;
        const std::string name = "after.norm" + std::to_string(norms++);
        CAPTURE(name);
        const auto at = static_cast<std::size_t>(node.running_offset);
        const auto channels = static_cast<std::size_t>(norm_in(node)->extent.channels);
        CHECK(golden::relative_error(net.running_mean().subspan(at, channels),
                                     file.tensor(name + ".running_mean").values) < bound);
        CHECK(golden::relative_error(net.running_var().subspan(at, channels),
                                     file.tensor(name + ".running_var").values) < bound);
    }
    CHECK(norms == (Net::over_batch ? 8 : 0));
    evaluation.run(net, GoldenBatch<T>(static_cast<int>(batches[0])),
                   [&](int i, const T* z, T*) { std::copy_n(z, Net::outputs, logits.begin() + i * Net::outputs); });
    CHECK(golden::relative_error(logits, file.tensor("eval.logits").values) < bound);
}
