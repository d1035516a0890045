#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>

#include "norma/core/error.hpp"
#include "norma/core/sentence.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/network/executor.hpp"

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

/// Checks that the samples fit the network; messages call them `whose`.
/// @throws DataError if there are none, if shapes differ, or if there are more classes than outputs.
template <class Net, BatchSource<typename Net::Scalar> Source>
void check_fit(const Source& source, const std::string& whose = "the images") {
    const Extent got = source.extent();
    const Extent wanted = Net::input_extent;
    if (got != wanted) {
        raise<DataError>(whose + " are " + shape_text(got) + ", but the network takes " + shape_text(wanted));
    }
    if (source.classes() > Net::outputs) {
        raise<DataError>(whose + " have " + std::to_string(source.classes()) + " classes, but the network has only " +
                         std::to_string(Net::outputs) + " outputs");
    }
    if (source.count() < 1 || source.size() < 1) {
        raise<DataError>(whose + ": there are none; their source has " + std::to_string(source.count()) +
                         " batches and " + std::to_string(source.size()) + " samples, but must have at least one");
    }
}

/// Checks the labels of batch `number`.
/// @throws DataError if one is not the number of an output of the network.
template <class Net, LabelledBatch<typename Net::Scalar> Batch>
void check_labels(const Batch& batch, int number) {
    using Label = std::remove_cvref_t<decltype(batch.label(0))>;
    static_assert(
        std::integral<Label> || std::is_enum_v<Label>,
        "norma: a label is the number of a class, counted from 0: label(i) must return a whole number such as "
        "int, not a fraction such as float.");
    for (int i = 0; i < batch.size(); ++i) {
        const auto label = static_cast<long long>(batch.label(i));
        if (label >= 0 && label < Net::outputs) continue;
        raise<DataError>("sample " + std::to_string(i) + " of batch " + std::to_string(number) + " has label " +
                         std::to_string(label) + "; the network has classes 0 to " + std::to_string(Net::outputs - 1));
    }
}

}  // namespace norma::inline NORMA_TARGET
