#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"

namespace norma::inline NORMA_TARGET {

/// A batch that knows the truth about each sample: `target(i)`, a type that the loss takes. For cross-entropy it is the
/// class, a whole number counted from 0.
template <class B, class T>
concept LabelledBatch = SampleBatch<B, T> && requires(const B& batch, int i) { batch.target(i); };

/// Samples in batches, such as `Batches`: `start_epoch(e)` sets the order of epoch e, `source[b]` is batch b of
/// `count()`. Optional: `classes()`, how many classes the targets may name; `settings()`, a range of `Setting` that
/// identifies samples, order and augmentation. With it a training is not resumed on other data by mistake; without it
/// only numbers and sizes are compared.
template <class S, class T>
concept BatchSource = requires(S& source, const S& fixed, int i) {
    source.start_epoch(i);
    { fixed.size() } -> std::convertible_to<std::size_t>;
    { fixed.batch_size() } -> std::convertible_to<int>;
    { fixed.count() } -> std::convertible_to<int>;
    { fixed.extent() } -> std::convertible_to<Extent>;
    { fixed[i] } -> LabelledBatch<T>;
};

namespace detail {
/// Is `Given` neither a source of batches nor convertible to `Callbacks`?
template <class Given, class T, class Callbacks>
inline constexpr bool is_not_for_fit =
    !BatchSource<std::remove_cvref_t<Given>, T> && !std::convertible_to<Given, Callbacks>;

/// Refuses it by a compile error of one sentence.
template <bool fits>
void assert_batches() {
    static_assert(fits,
                  "norma: fit takes batches, and then TrainingCallbacks: a data set needs batches, as in Batches "
                  "train(data, {.shuffle = true}), a function a name, as in {.after_epoch = function}, and a source of "
                  "your own all functions of BatchSource, which static_assert(BatchSource<Source, float>) lists.");
}
}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
