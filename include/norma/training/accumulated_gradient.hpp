#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/error.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/training/network_numbers.hpp"
#include "norma/training/update_part.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Joins the gradients of several batches, each that of its batch's mean loss, to the gradient of the mean loss of all
/// their samples: Σ n · g / Σ n over batches with gradient g and weight n, the number of samples or, if the loss weighs
/// samples, the sum of their weights.
template <class T>
class AccumulatedGradient {
public:
    /// For gradients of `size` numbers.
    explicit AccumulatedGradient(std::size_t size) : sum_(size) {}

    /// Adds (`+=`) the gradient of a batch of this weight.
    void add(std::span<const T> gradient, double weight) {
        T* const sum = sum_.data();
        const T factor = static_cast<T>(weight);
        const bool is_first = batches_ == 0;
        simd::for_each_packet<T>(gradient.size(), [&]<class P>(std::size_t i) {
            const P g = simd::multiply(simd::set<P>(factor), simd::load<P>(gradient.data() + i));
            simd::store(sum + i, is_first ? g : simd::add(simd::load<P>(sum + i), g));
        });
        ++batches_;
        weight_ += weight;
    }
    /// Writes (`=`) the gradient of all batches since the last call; 0 if their weight is 0.
    void take(std::span<T> gradient) {
        const T* const sum = sum_.data();
        const T share = static_cast<T>(weight_ > 0 ? 1 / weight_ : 0);
        simd::for_each_packet<T>(gradient.size(), [&]<class P>(std::size_t i) {
            simd::store(gradient.data() + i, simd::multiply(simd::set<P>(share), simd::load<P>(sum + i)));
        });
        batches_ = 0;
        weight_ = 0;
    }

    /// Batches since the last `take`.
    std::int64_t& batches() { return batches_; }
    std::int64_t batches() const { return batches_; }
    /// Their weight.
    double& weight() { return weight_; }
    double weight() const { return weight_; }
    /// Σ n · g.
    std::span<T> sum() { return sum_; }
    std::span<const T> sum() const { return sum_; }

private:
    AlignedBuffer<T> sum_;
    std::int64_t batches_ = 0;
    double weight_ = 0;
};

/// Carries out the option `batches_per_step`.
template <class T>
class AccumulatedPart final : public UpdatePart<T> {
public:
    AccumulatedPart(int batches, std::size_t size) : batches_(batches), accumulated_(size) {}
    static Owned<UpdatePart<T>> made(const int& batches, const NetworkNumbers<T>& network) {
        if (batches < 1) raise<OptionError>({"batches per step: ", batches, " is not at least 1"});
        if (batches == 1) return {};
        return Owned<UpdatePart<T>>(new AccumulatedPart(batches, network[0].size()));
    }

    void add_settings(std::vector<Setting>& settings) const override {
        add_setting(settings, "batches per step", setting_text(batches_));
    }
    bool takes(std::span<T> gradient, double weight, const TrainingTime& time) override {
        accumulated_.add(gradient, weight);
        const bool is_last = time.step + 1 == time.steps_per_epoch;
        if (accumulated_.batches() < batches_ && !is_last) return false;
        accumulated_.take(gradient);
        return true;
    }
    void visit(const StateVisitor<T>& visitor) override {
        visitor.count("accumulated.batches", accumulated_.batches());
        visitor.weight("accumulated.weight", accumulated_.weight());
        visitor.array("accumulated.gradient", accumulated_.sum());
    }

private:
    int batches_;
    AccumulatedGradient<T> accumulated_;
};

}  // namespace norma::inline NORMA_TARGET::detail
