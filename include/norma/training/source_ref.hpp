#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
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

/// Batches and sources without their types: training and evaluation are compiled once for a network, whatever they
/// read.
namespace norma::inline NORMA_TARGET {

/// A labelled batch by reference, without its type. Valid as long as the batch.
template <class T>
class LabelledBatchRef : public BatchRef<T> {
public:
    /// Refers to `batch`.
    template <class Batch>
        requires(!std::same_as<Batch, LabelledBatchRef> && LabelledBatch<Batch, T>)
    LabelledBatchRef(const Batch& batch)
        : BatchRef<T>(batch),
          label_([](const void* b, int i) { return static_cast<long long>(static_cast<const Batch*>(b)->label(i)); }) {
        using Label = std::remove_cvref_t<decltype(batch.label(0))>;
        static_assert(
            std::integral<Label> || std::is_enum_v<Label>,
            "norma: a label is the number of a class, counted from 0: label(i) must return a whole number such as "
            "int, not a fraction such as float.");
    }

    /// The class of sample `i`, as the batch tells it.
    long long label(int i) const { return label_(this->batch(), i); }

private:
    long long (*label_)(const void* batch, int i);
};

/// A source of batches by reference, without its type, to read it in its current order. Valid as long as the source.
template <class T>
class SourceRef {
public:
    /// Refers to `source`.
    template <class Source>
        requires(!std::derived_from<Source, SourceRef> && BatchSource<Source, T>)
    explicit SourceRef(const Source& source)
        : source_(std::addressof(source)),
          sizes_([](const void* s) {
              const Source& of = *static_cast<const Source*>(s);
              return Sizes{static_cast<std::size_t>(of.size()), static_cast<int>(of.batch_size()),
                           static_cast<int>(of.count()), static_cast<int>(of.classes()), of.extent()};
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
    /// Number of classes that labels may name.
    int classes() const { return sizes_(source_).classes; }
    /// Shape of a sample.
    Extent extent() const { return sizes_(source_).extent; }

    /// What is done with a batch.
    using UseBatch = FunctionRef<void(const LabelledBatchRef<T>&)>;
    /// Calls `use` with batch `b`, which is valid until `use` returns.
    void with_batch(int b, const UseBatch& use) const { with_batch_(source_, b, use); }
    /// Calls `use(batch, b)` for each batch in order.
    void for_each_batch(FunctionRef<void(const LabelledBatchRef<T>&, int b)> use) const {
        const int batches = count();
        for (int b = 0; b < batches; ++b) {
            with_batch(b, [&](const LabelledBatchRef<T>& batch) { use(batch, b); });
        }
    }

private:
    struct Sizes {
        std::size_t samples;
        int batch_size;
        int batches;
        int classes;
        Extent extent;
    };
    const void* source_;
    Sizes (*sizes_)(const void* source);
    void (*with_batch_)(const void* source, int b, const UseBatch& use);
};

/// The same to train on: it also starts epochs.
template <class T>
class TrainingSourceRef : public SourceRef<T> {
public:
    /// Refers to `source`.
    template <BatchSource<T> Source>
        requires(!std::same_as<Source, TrainingSourceRef>)
    explicit TrainingSourceRef(Source& source)
        : SourceRef<T>(source),
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

/// Checks that the samples fit a network that takes samples of shape `input` and tells `outputs` classes apart; `whose`
/// says in messages which they are.
/// @throws DataError if there are none, if shapes differ, or if there are more classes than outputs.
template <class T>
void check_fit(const SourceRef<T>& source, Extent input, int outputs, const std::string& whose = "the images") {
    const Extent got = source.extent();
    if (got != input) {
        raise<DataError>(whose + " are " + shape_text(got) + ", but the network takes " + shape_text(input));
    }
    if (source.classes() > outputs) {
        raise<DataError>(whose + " have " + std::to_string(source.classes()) + " classes, but the network has only " +
                         std::to_string(outputs) + " outputs");
    }
    if (source.count() < 1 || source.size() < 1) {
        raise<DataError>(whose + ": there are none; their source has " + std::to_string(source.count()) +
                         " batches and " + std::to_string(source.size()) + " samples, but must have at least one");
    }
}

/// Checks the labels of batch `number`.
/// @throws DataError if one is not a whole number from 0 to `classes` − 1.
template <class T>
void check_labels(const LabelledBatchRef<T>& batch, int classes, int number) {
    for (int i = 0; i < batch.size(); ++i) {
        const long long label = batch.label(i);
        if (label >= 0 && label < classes) continue;
        raise<DataError>("sample " + std::to_string(i) + " of batch " + std::to_string(number) + " has label " +
                         std::to_string(label) + "; the network has classes 0 to " + std::to_string(classes - 1));
    }
}

}  // namespace norma::inline NORMA_TARGET
