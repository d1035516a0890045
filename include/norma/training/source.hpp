#pragma once

#include <concepts>
#include <cstddef>

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"

namespace norma::inline NORMA_TARGET {

/// A batch with the true class of each sample.
template <class B, class T>
concept LabelledBatch = SampleBatch<B, T> && requires(const B& batch, int i) {
    { batch.label(i) } -> std::convertible_to<int>;
};

/// Samples in batches, such as `Batches`: `start_epoch(e)` sets the order of epoch e, `source[b]` is batch b of
/// `count()`. Optional: `settings()`, a range of `Setting` that identifies samples, order and augmentation. With it a
/// training is not resumed on other data by mistake; without it only numbers and sizes are compared.
template <class S, class T>
concept BatchSource = requires(S& source, const S& fixed, int i) {
    source.start_epoch(i);
    { fixed.size() } -> std::convertible_to<std::size_t>;
    { fixed.batch_size() } -> std::convertible_to<int>;
    { fixed.count() } -> std::convertible_to<int>;
    { fixed.extent() } -> std::convertible_to<Extent>;
    { fixed.classes() } -> std::convertible_to<int>;
    { fixed[i] } -> LabelledBatch<T>;
};

/// Refuses a network that is not a classifier, by a compile error of one sentence.
template <class Net>
constexpr void assert_classifier() {
    static_assert(!Net::layers_fit || Net::outputs >= 2,
                  "norma: a classifier needs at least two outputs, one per class, but this network has one; for two "
                  "classes, end it with Linear<2>.");
    static_assert(
        !Net::layers_fit || Net::output_extent.pixels() == 1,
        "norma: a classifier must end in one number per class, but this network ends in an image; end it with "
        "Linear<classes>, or with GlobalAvgPool2d after a convolution of one channel per class.");
}

}  // namespace norma::inline NORMA_TARGET
