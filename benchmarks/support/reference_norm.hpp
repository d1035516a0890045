#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "norma/kernels/normalise.hpp"

namespace norma::bench {

/// A norm and the ReLU after it over a batch, and the gradient, as plain loops in double. All samples are in one array,
/// and every element belongs to a domain: the elements that share a mean and a variance. No chunks, arenas or packets.
class ReferenceNorm {
    using Numbers = std::vector<double>;

public:
    /// Normalises `x`; `weight` and `bias` are as for the kernels, empty if there are none.
    template <class Array>
    ReferenceNorm(const kernels::Pointwise& norm, const Array& x, const Array& weight, const Array& bias)
        : norm_(norm), normalised_(x.begin(), x.end()), weight_(weight.begin(), weight.end()) {
        Numbers shift(bias.begin(), bias.end());
        if (norm.affine == kernels::Affine::none) weight_ = {1}, shift = {0};
        if (norm.normalises) normalise();
        for (std::size_t i = 0; i < normalised_.size(); ++i) {
            y.push_back(std::max(0.0, normalised_[i] * weight_[learned(i)] + shift[learned(i)]));
        }
    }

    /// Computes dx = (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + ε) with g = dy · weight, and the gradients of
    /// weight and bias. The ReLU passes the gradient where `y` is positive; `y` is the kernels' output, because a value
    /// near 0 may round to either side.
    template <class Array>
    void run_backward(const Array& y_of_kernels, const Array& gradient) {
        Numbers g(gradient.begin(), gradient.end());
        dweight.assign(weight_.size(), 0);
        dbias.assign(weight_.size(), 0);
        for (std::size_t i = 0; i < g.size(); ++i) {
            if (!(y_of_kernels[i] > 0)) g[i] = 0;
            dweight[learned(i)] += g[i] * normalised_[i];
            dbias[learned(i)] += g[i];
            g[i] *= weight_[learned(i)];
        }
        dx = g;
        if (!norm_.normalises) return;
        const Numbers mean = means(g);
        const Numbers mean_product = means(products(g, normalised_));
        for (std::size_t i = 0; i < g.size(); ++i) {
            const std::size_t d = domain(i);
            dx[i] = inverse_[d] * (g[i] - mean[d] - normalised_[i] * mean_product[d]);
        }
    }

    Numbers y;
    Numbers dx;
    Numbers dweight;
    Numbers dbias;

private:
    /// Normalises every element by the mean and deviation of its domain.
    void normalise() {
        const Numbers mean = means(normalised_);
        for (std::size_t i = 0; i < normalised_.size(); ++i) normalised_[i] -= mean[domain(i)];
        for (const double variance : means(products(normalised_, normalised_))) {
            inverse_.push_back(1 / std::sqrt(variance + norm_.epsilon.as<double>()));
        }
        for (std::size_t i = 0; i < normalised_.size(); ++i) normalised_[i] *= inverse_[domain(i)];
    }
    /// Number of the domain that element `i` of the batch belongs to.
    std::size_t domain(std::size_t i) const {
        const auto channels = static_cast<std::size_t>(norm_.extent.channels);
        const auto groups = static_cast<std::size_t>(norm_.groups);
        const std::size_t group = i % channels / (channels / groups);
        return norm_.over_batch ? group : i / static_cast<std::size_t>(norm_.extent.size()) * groups + group;
    }
    /// Place of the weight and bias of element `i`.
    std::size_t learned(std::size_t i) const { return i % weight_.size(); }

    static Numbers products(const Numbers& a, const Numbers& b) {
        Numbers all;
        for (std::size_t i = 0; i < a.size(); ++i) all.push_back(a[i] * b[i]);
        return all;
    }
    /// Mean over each domain.
    Numbers means(const Numbers& values) const {
        Numbers sums(domain(values.size() - 1) + 1), counts(sums.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            sums[domain(i)] += values[i];
            counts[domain(i)] += 1;
        }
        for (std::size_t d = 0; d < sums.size(); ++d) sums[d] /= counts[d];
        return sums;
    }

    kernels::Pointwise norm_;
    Numbers normalised_;
    Numbers inverse_;
    Numbers weight_;
};

}  // namespace norma::bench
