#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/fixed_string.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/training/progress.hpp"
#include "norma/training/source.hpp"
#include "norma/training/target.hpp"

/// Batches and sources without their types: training and evaluation are compiled once for a network and a loss,
/// whatever they read. `Target` is the type of the loss's targets.
namespace norma::inline NORMA_TARGET {

namespace detail {
/// The target of sample `i` as the type that a loss takes.
template <class Target, class Batch>
Target target_of(const Batch& batch, int i) {
    using Given = decltype(batch.target(i));
    if constexpr (requires { Target::template assert_takes<Given>(); }) {
        Target::template assert_takes<Given>();
    } else {
        static_assert(std::convertible_to<Given, Target>,
                      "norma: target(i) of these batches is of another type than the targets of the loss, its Target.");
    }
    if constexpr (std::convertible_to<Given, Target>) {
        return batch.target(i);
    } else {
        return target_of<Target>(batch, i);  // not reached; no second error message
    }
}
}  // namespace detail

/// A batch by reference, without its type, that tells the targets. Valid as long as the batch.
template <class T, class Target>
class LabelledBatchRef : public BatchRef<T> {
public:
    /// Refers to `batch`.
    template <class Batch>
        requires(!std::same_as<Batch, LabelledBatchRef> && LabelledBatch<Batch, T>)
    LabelledBatchRef(const Batch& batch)
        : BatchRef<T>(batch),
          target_([](const void* b, int i) { return detail::target_of<Target>(*static_cast<const Batch*>(b), i); }) {}

    /// The target of sample `i`, as the batch tells it.
    Target target(int i) const { return target_(this->batch(), i); }

private:
    Target (*target_)(const void* batch, int i);
};

/// A source of batches by reference, without its type, to read it in its current order. Valid as long as the source.
template <class T, class Target>
class SourceRef {
public:
    /// Refers to `source`.
    template <class Source>
        requires(!std::derived_from<Source, SourceRef> && BatchSource<Source, T>)
    explicit SourceRef(const Source& source)
        : source_(std::addressof(source)),
          sizes_([](const void* s) {
              const Source& of = *static_cast<const Source*>(s);
              Sizes sizes{static_cast<std::size_t>(of.size()), static_cast<int>(of.batch_size()),
                          static_cast<int>(of.count()), of.extent(), std::nullopt};
              if constexpr (requires { static_cast<int>(of.classes()); }) {
                  sizes.classes = static_cast<int>(of.classes());
              }
              return sizes;
          }),
          with_batch_([](const void* s, int b, const UseBatch& use) {
              const auto& batch = (*static_cast<const Source*>(s))[b];
              use(batch);
          }) {}

    /// Number of samples.
    std::size_t size() const { return sizes_(source_).samples; }
    /// Samples of a full batch.
    int batch_size() const { return sizes_(source_).batch_size; }
    /// Number of batches.
    int count() const { return sizes_(source_).batches; }
    /// Number of classes that targets may name, if the source tells it.
    std::optional<int> classes() const { return sizes_(source_).classes; }
    /// Shape of a sample.
    Extent extent() const { return sizes_(source_).extent; }

    /// What is done with a batch.
    using UseBatch = FunctionRef<void(const LabelledBatchRef<T, Target>&)>;
    /// Calls `use` with batch `b`, which is valid until `use` returns.
    void with_batch(int b, const UseBatch& use) const { with_batch_(source_, b, use); }
    /// Calls `use(batch, b)` for each batch in order.
    void for_each_batch(FunctionRef<void(const LabelledBatchRef<T, Target>&, int b)> use) const {
        const int batches = count();
        for (int b = 0; b < batches; ++b) {
            with_batch(b, [&](const LabelledBatchRef<T, Target>& batch) { use(batch, b); });
        }
    }

private:
    struct Sizes {
        std::size_t samples;
        int batch_size;
        int batches;
        Extent extent;
        std::optional<int> classes;
    };
    const void* source_;
    Sizes (*sizes_)(const void* source);
    void (*with_batch_)(const void* source, int b, const UseBatch& use);
};

/// The same to train on: it also starts epochs.
template <class T, class Target>
class TrainingSourceRef : public SourceRef<T, Target> {
public:
    /// Refers to `source`.
    template <BatchSource<T> Source>
        requires(!std::same_as<Source, TrainingSourceRef>)
    explicit TrainingSourceRef(Source& source)
        : SourceRef<T, Target>(source),
          source_(std::addressof(source)),
          start_epoch_([](void* s, int epoch) { static_cast<Source*>(s)->start_epoch(epoch); }),
          settings_([](void* s) { return settings_of_source(*static_cast<Source*>(s)); }) {}

    /// See `BatchSource`.
    void start_epoch(int epoch) const { start_epoch_(source_, epoch); }
    /// What the source tells of itself by `settings()`; nothing if it has none.
    std::vector<Setting> settings() const { return settings_(source_); }

private:
    void* source_;
    void (*start_epoch_)(void* source, int epoch);
    std::vector<Setting> (*settings_)(void* source);
};

/// Checks that the samples fit a network that takes samples of shape `input` and has `outputs` channels in its output,
/// one per class if targets are classes; `whose` says in messages which they are.
/// @throws DataError if there are none, if shapes differ, or if there are more classes than outputs.
template <class T, class Target>
void check_fit(const SourceRef<T, Target>& source, Extent input, int outputs, std::string_view whose = "the samples") {
    const Extent got = source.extent();
    if (got != input) {
        raise<DataError>({whose, " are ", shape_text(got), ", but the network takes ", shape_text(input)});
    }
    const std::optional<int> classes = source.classes();
    if (needs_output_per_class<Target> && classes && *classes > outputs) {
        raise<DataError>({whose, " have ", *classes, " classes, but the network has only ", outputs, " outputs"});
    }
    if (source.count() < 1 || source.size() < 1) {
        raise<DataError>({whose, ": there are none; their source has ", source.count(), " batches and ", source.size(),
                          " samples, but must have at least one"});
    }
}

}  // namespace norma::inline NORMA_TARGET
