#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/fixed_string.hpp"
#include "norma/core/number_text.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/layer_label.hpp"
#include "norma/testing/checked_run.hpp"
#include "norma/testing/difference.hpp"
#include "norma/testing/reference_network.hpp"
#include "norma/testing/report.hpp"
#include "norma/testing/toy_batch.hpp"

namespace norma::inline NORMA_TARGET::conformance {

/// Runs the networks that are checked: by norma. (The tests of these checks use engines with faults instead.)
struct Engine {
    /// Runs batches in one mode.
    template <class Net, Mode M>
    using Executor = norma::Executor<Net, M>;
};

namespace detail {

/// The checks of one network, one function each.
template <class Net, class E>
class NetworkCheck {
    using T = typename Net::Scalar;
    using Reference = ReferenceNetwork<Net>;
    using Training = typename E::template Executor<Net, training_mode>;
    using Evaluation = typename E::template Executor<Net, evaluation_mode>;
    using Run = CheckedRun<Net>;
    static constexpr int more = 14;  ///< samples that the batch of NaN has more

public:
    /// Draws the network's numbers and the batch by `seed`.
    NetworkCheck(int samples, std::uint64_t seed)
        : samples_(samples), name_{seed, 3}, net_(seed), learned_(reference_.learned_numbers()) {
        const std::vector<double> shifts = toy_numbers(seed + 1, learned_.size());
        for (std::size_t i = 0; i < learned_.size(); ++i) {
            net_.parameters()[learned_[i].place] += static_cast<T>(0.3 * shifts[i]);
        }
        batch_ = ToyBatch<T>(Net::input_extent, samples, seed);
    }

    /// All of the checks.
    Report run() {
        Threads one(1);
        Training executor(one, samples_);
        const Run step(executor, net_, batch_, name_);
        const auto expected = reference_.run(net_, batch_, training_mode, name_.seed, name_.step);
        close(Aspect::output, "in training, ", step.logits, flattened(expected.logits),
              "plain loops over its nodes give",
              "Usually a kernel does not compute its op's formula, or skips the last channels or pixels");
        taps("in training, ", step, expected);
        gradients(executor);
        repeated(executor, step);
        Net tracked = net_;
        running_statistics(executor, tracked, expected);
        evaluation(tracked, step);
        return std::move(report_);
    }

private:
    std::string where() const {
        return " (batch of " + std::to_string(samples_) + ", seed " + std::to_string(name_.seed) + ", input " +
               shape_text(Net::input_extent) + "). ";
    }
    static std::string output_name(std::size_t at) {
        const std::size_t outputs = std::size_t(Net::outputs);
        return "output " + std::to_string(at % outputs) + " of sample " + std::to_string(at / outputs);
    }
    std::string learned_name(std::size_t at) const {
        const typename Reference::Learned& number = learned_[at];
        return "number " + std::to_string(number.index) + " of the " + (number.is_bias ? "bias" : "weight") + " of " +
               layer_label<Net>(Net::graph.nodes[std::size_t(number.node)].layer);
    }

    void find(Aspect aspect, const std::string& what, double got, const std::string& against, double expected,
              const std::string& cause) {
        report_.findings.push_back({aspect, what + " is " + number_text(got) + ", but " + against + " " +
                                                number_text(expected) + where() + cause + "."});
    }
    template <class A, class B>
    void close(Aspect aspect, const std::string& when, const A& got, const B& expected, const std::string& against,
               const std::string& cause) {
        const Difference worst = worst_difference(got, expected);
        if (!(worst.relative < 1e-11)) {
            find(aspect, when + output_name(worst.at), worst.got, against, worst.expected, cause);
        }
    }
    void same(Aspect aspect, const std::string& when, std::span<const T> got, std::span<const T> expected,
              const std::string& against, const std::string& cause, std::size_t first = 0) {
        const std::size_t at = first_other_bits(got, expected);
        if (at == got.size()) return;
        find(aspect, when + output_name(first + at), static_cast<double>(got[at]), against,
             static_cast<double>(expected[at]), cause);
    }
    void same_gradient(Aspect aspect, const std::string& when, std::span<const T> got, std::span<const T> expected,
                       const std::string& against, const std::string& cause) {
        for (std::size_t i = 0; i < learned_.size(); ++i) {
            const std::size_t at = learned_[i].place;
            if (std::memcmp(&got[at], &expected[at], sizeof(T)) == 0) continue;
            find(aspect, when + "the gradient of " + learned_name(i), static_cast<double>(got[at]), against,
                 static_cast<double>(expected[at]), cause);
            return;
        }
    }

    void taps(const std::string& when, const Run& run, const typename Reference::Result& expected) {
        const std::vector<double> wanted = flattened(expected.taps);
        const Difference worst = run.taps.size() < wanted.size() ? Difference{1} : worst_difference(run.taps, wanted);
        if (worst.relative < 1e-11) return;
        find(Aspect::output, when + "number " + std::to_string(worst.at) + " of the taps", worst.got,
             "plain loops over its nodes give", worst.expected,
             "Usually a later step writes over the value before the loss reads it");
    }

    void gradients(Training& executor) {
        constexpr double step = 1e-6;
        std::vector<double> gradient;
        std::vector<double> differences;
        std::vector<double> parameters(net_.parameters().begin(), net_.parameters().end());
        for (const typename Reference::Learned& number : learned_) {
            const std::size_t at = number.place;
            gradient.push_back(static_cast<double>(executor.gradient()[at]));
            const double here = parameters[at];
            const auto loss_at = [&](double value) {
                parameters[at] = value;
                return Run::loss(
                    reference_.run(parameters, net_, batch_, training_mode, name_.seed, name_.step).outputs());
            };
            differences.push_back((loss_at(here + step) - loss_at(here - step)) / (2 * step));
            parameters[at] = here;
        }
        const Difference worst = worst_difference(gradient, differences);
        if (!(worst.relative < 1e-7)) {
            find(Aspect::gradient, "the gradient of " + learned_name(worst.at), worst.got, "finite differences give",
                 worst.expected,
                 "Usually the backward pass of that layer, or of a later one, misses a term, or writes where it should "
                 "add. If an input of a ReLU is near 0, or a maximum is not clear, another seed gives no finding");
        }
    }

    void repeated(Training& executor, const Run& step) {
        for (const int count : {1, 2, 3}) {
            Threads threads(count);
            Training other(threads, samples_);
            for (const char* const time : {"", " a second time"}) {
                const Run again(other, net_, batch_, name_);
                const std::string when = "in training at " + std::to_string(count) + " threads" + time + ", ";
                const std::string cause =
                    "Usually a sum depends on the order in which threads finish, or two threads write to the same "
                    "place";
                same(Aspect::threads, when, again.logits, step.logits, "one thread gave", cause);
                same_gradient(Aspect::threads, when, other.gradient(), executor.gradient(), "one thread gave", cause);
            }
        }
        Threads three(3);
        Training poisoned(three, samples_ + more);
        const Run poison(poisoned, net_, ToyBatch<T>::poison(Net::input_extent, samples_ + more), name_);
        const Run again(poisoned, net_, batch_, name_);
        const std::string when = "in training after a batch of NaN, ";
        const std::string cause = "Usually memory is read before it is written, or a kernel adds where it should write";
        same(Aspect::left_over_memory, when, again.logits, step.logits, "fresh memory gave", cause);
        same_gradient(Aspect::left_over_memory, when, poisoned.gradient(), executor.gradient(), "fresh memory gave",
                      cause);
        if constexpr (!Net::over_batch) {
            ToyBatch<T> neighbours(Net::input_extent, samples_, name_.seed + 5);
            std::copy_n(batch_.sample(0), Net::input_extent.size(), neighbours.sample(0));
            const Run beside(poisoned, net_, neighbours, name_);
            first_sample_same("in training with other samples in the batch, ", beside.logits, step.logits);
        }
    }

    void first_sample_same(const std::string& when, std::span<const T> got, std::span<const T> expected) {
        same(Aspect::other_samples, when, got.first(std::size_t(Net::outputs)),
             expected.first(std::size_t(Net::outputs)), "in the first batch it was",
             "Usually statistics are taken over more than the sample. A norm over the batch must say over_batch = "
             "true and use its running statistics in evaluation");
    }

    void running_statistics(Training& executor, Net& tracked, const typename Reference::Result& expected) {
        if constexpr (Net::over_batch) {
            executor.track_statistics(tracked, true);
            const auto compare = [&](const char* what, std::span<const T> got, const std::vector<double>& reference) {
                const Difference worst = worst_difference(got, reference);
                if (worst.relative < 1e-11) return;
                find(Aspect::running_statistics,
                     std::string("after one batch, number ") + std::to_string(worst.at) + what, worst.got,
                     "that batch has", worst.expected,
                     "Usually the variance is not the unbiased one, or a mean is tracked that the norm does not "
                     "subtract");
            };
            compare(" of the running mean", tracked.running_mean(), expected.mean);
            compare(" of the running variance", tracked.running_var(), expected.unbiased_variance);
            for (const Node& node : Net::graph.nodes) {
                if (node.facts.statistics_count == 0) continue;
                const kernels::Pointwise& p = *norm_in(node);
                if (p.cumulative || p.momentum.numerator > 0) continue;
                report_.findings.push_back(
                    {Aspect::running_statistics,
                     "the norm in " + layer_label<Net>(node.layer) +
                         ", has momentum 0, but it must be above 0: else the running statistics, which "
                         "evaluation uses, are always mean 0 and variance 1. Usually it is the weight of the old "
                         "statistics, and 1 minus it is right."});
            }
        }
    }

    void evaluation(const Net& tracked, const Run& step) {
        Threads three(3);
        Evaluation executor(three, samples_ + more);
        const Run poison(executor, tracked, ToyBatch<T>::poison(Net::input_extent, samples_ + more), name_);
        const Run evaluated(executor, tracked, batch_, name_);
        close(Aspect::evaluation, "in evaluation, ", evaluated.logits,
              flattened(reference_.run(tracked, batch_, evaluation_mode, name_.seed, name_.step).logits),
              "plain loops over its nodes give",
              "Usually evaluation uses the batch's statistics instead of the running ones, or memory is read before it "
              "is written");
        if (!Net::over_batch && !drops()) {
            close(
                Aspect::evaluation, "in evaluation, ", evaluated.logits, step.logits, "training gives",
                "Without dropout and norms over the batch, both modes must compute the same; usually one of them runs "
                "a wrong kernel that the other does not run");
        }
        if constexpr (Net::graph.taps.size() > 0) {
            norma::Executor<Net, tapped_mode> tapping(three, samples_ + more);
            const Run tapped(tapping, tracked, batch_, name_);
            const auto expected = reference_.run(tracked, batch_, tapped_mode, name_.seed, name_.step);
            taps("in evaluation with taps, ", tapped, expected);
            close(Aspect::evaluation, "in evaluation with taps, ", tapped.logits, flattened(expected.logits),
                  "plain loops over its nodes give", "Usually a node is fused although a tap reads its input");
        }
        ToyBatch<T> neighbours(Net::input_extent, samples_, name_.seed + 5);
        std::copy_n(batch_.sample(0), Net::input_extent.size(), neighbours.sample(0));
        const Run beside(executor, tracked, neighbours, name_);
        first_sample_same("in evaluation with other samples in the batch, ", beside.logits, evaluated.logits);
        for (const int count : {1, 2}) {
            Threads threads(count);
            Evaluation other(threads, samples_);
            const Run again(other, tracked, batch_, name_);
            same(Aspect::threads, "in evaluation at " + std::to_string(count) + " threads, ", again.logits,
                 evaluated.logits, "three threads gave", "Usually two threads write to the same place");
        }
    }

    bool drops() const {
        return std::ranges::any_of(Net::graph.nodes, [](const Node& node) { return node.facts.mask_count > 0; });
    }

    Reference reference_;
    int samples_;
    StepName name_;
    Net net_;
    std::vector<typename Reference::Learned> learned_;
    ToyBatch<T> batch_{Net::input_extent, 1, 0};
    Report report_;
};

}  // namespace detail

/// Checks a network of doubles on `samples` random samples. Compares with the plain loops of `ReferenceNetwork`: logits
/// in training and in evaluation, and running statistics. Compares the gradient of every parameter with central
/// differences of step 1e-6: choose `seed` such that no ReLU or maximum switches within that step. Further, a sample's
/// result must not depend on other samples, and bits must be the same at one, two and three threads, in a repeated run,
/// and in memory that a batch of NaN went through.
template <class Net, class E = Engine>
Report check_network(int samples, std::uint64_t seed) {
    return detail::NetworkCheck<Net, E>(samples, seed).run();
}

/// `check_network` on batches of 3 samples, of 18 (chunks of several samples), and of 1 if no norm is over the batch.
template <class Net, class E = Engine>
Report check_batch_sizes(std::uint64_t seed) {
    Report report;
    if (!Net::over_batch) report.add(check_network<Net, E>(1, seed));
    report.add(check_network<Net, E>(3, seed + 1));
    report.add(check_network<Net, E>(18, seed + 2));
    return report;
}

}  // namespace norma::inline NORMA_TARGET::conformance
