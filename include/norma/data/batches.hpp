#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/random.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/normalisation.hpp"
#include "norma/data/sample_set.hpp"
#include "norma/data/transform.hpp"

namespace norma::inline NORMA_TARGET {

/// How a data set is cut into batches; the defaults are for evaluation.
struct BatchOptions {
    int batch_size = 128;    ///< images in a batch; the last batch may have fewer
    bool shuffle = false;    ///< a new order in each epoch
    std::uint64_t seed = 1;  ///< for the order and the transforms
    bool drop_last = false;  ///< leave out the last batch if it is not full (with `shuffle`, other images each epoch)
};

/// The batches of a data set, epoch after epoch, as normalised samples of `T`, height × width × channels. `transforms`
/// change each sample in their order (the concept `Transform`): `RandomCrop`, `RandomFlip`, `AlternatingFlip`, `Cutout`
/// or your own. The order of the samples and what the transforms draw depend on (seed, epoch) alone. Nothing is copied:
/// the data set must outlive this object. Its type follows from its arguments: `Batches train(data, options,
/// RandomFlip{})` is a `Batches<float, Dataset, RandomFlip>`.
/// @snippet examples_test.cpp Batches
template <class T = float, SampleSet Data = Dataset, class... Transforms>
class Batches {
    using Changed = TransformList<Transforms...>;

public:
    /// A view of one batch, cheap to copy; valid until the next `start_epoch`.
    class Batch {
    public:
        /// Number of images; the last batch may have fewer than the others.
        int size() const { return size_; }
        /// Class of image `i` of this batch.
        int label(int i) const { return owner_->data_->target(index_of(i)); }
        /// Index in the data set of image `i` of this batch.
        std::size_t index_of(int i) const { return owner_->order_[first_ + static_cast<std::size_t>(i)]; }
        /// Writes image `i`, augmented and normalised, to `out` (`=`): `extent().size()` elements, height × width ×
        /// channels, channels innermost (not in the order C, H, W of a `Shape`). Allocates nothing; several threads may
        /// call it at the same time.
        void load(int i, T* out) const { owner_->load(index_of(i), out); }

    private:
        friend class Batches;
        Batch(const Batches* owner, std::size_t first, int size) : owner_(owner), first_(first), size_(size) {}

        const Batches* owner_;
        std::size_t first_;
        int size_;
    };

    /// @throws DataError if the data set is not consistent (its `validate()`), has more samples than an `int` can
    /// count, or, with `drop_last`, too few for one batch; OptionError if an option is outside its range.
    explicit Batches(const Data& data, const BatchOptions& options = {}, const Transforms&... transforms)
        : data_(&checked(data, options)),
          options_(options),
          transforms_(transforms...),
          normalise_(data.mean, data.stddev, unit_of<ElementOf<Data>>),
          order_(data.size()) {
        transforms_.validate(extent());
        start_epoch(0);
    }
    explicit Batches(const Data&&, const BatchOptions& = {}, const Transforms&...) = delete;

    /// Number of images in all batches of an epoch.
    std::size_t size() const {
        const std::size_t all = data_->size();
        return options_.drop_last ? all - all % static_cast<std::size_t>(options_.batch_size) : all;
    }
    /// Number of images in a full batch.
    int batch_size() const { return options_.batch_size; }
    /// Number of batches in an epoch.
    int count() const {
        const auto b = static_cast<std::size_t>(options_.batch_size);
        return static_cast<int>((size() + b - 1) / b);
    }
    /// Sizes of one image.
    Extent extent() const { return data_->extent(); }
    /// Number of classes; labels are 0 to `classes() - 1`.
    int classes() const
        requires requires(const Data& data) { data.classes; }
    {
        return data_->classes;
    }

    /// What the batches depend on, as texts: a hash of the images and labels, and the options. `fit` compares them when
    /// a training is resumed. The first call computes the hash, some gigabytes per second.
    std::vector<Setting> settings() {
        if (!hash_) hash_ = data_->hash();
        const auto list = [](const std::vector<double>& numbers) {
            std::string text;
            for (const double number : numbers) {
                if (!text.empty()) text += ' ';
                text += setting_text(number);
            }
            return text;
        };
        std::vector<Setting> all{
            {"images and labels", "xxh64 " + hexadecimal(*hash_)},
            {"mean", list(data_->mean)},
            {"standard deviation", list(data_->stddev)},
            {"shuffle", setting_text(options_.shuffle)},
            {"seed of the batches", options_.shuffle || Changed::any ? setting_text(options_.seed) : "none needed"},
            {"drop last", setting_text(options_.drop_last)}};
        for (Setting& setting : transforms_.settings()) all.push_back(std::move(setting));
        return all;
    }

    /// Sets the order of the samples, and what the transforms draw, to those of `epoch`. A new object is at epoch 0.
    void start_epoch(int epoch) {
        epoch_ = epoch;
        std::iota(order_.begin(), order_.end(), std::uint32_t{0});
        if (options_.shuffle) {
            shuffle(std::span(order_), {options_.seed, Purpose::shuffle, static_cast<std::uint32_t>(epoch), 0, 0});
        }
    }

    /// Batch `b` of the epoch.
    /// @throws DataError unless 0 ≤ b < count().
    Batch operator[](int b) const {
        if (b < 0 || b >= count()) {
            raise<DataError>("there is no batch " + std::to_string(b) + "; the batches are 0 to " +
                             std::to_string(count() - 1));
        }
        const auto first = static_cast<std::size_t>(b) * static_cast<std::size_t>(options_.batch_size);
        return {this, first, static_cast<int>(std::min(size() - first, static_cast<std::size_t>(options_.batch_size)))};
    }

private:
    static const Data& checked(const Data& data, const BatchOptions& options) {
        data.validate();
        constexpr int most = std::numeric_limits<int>::max();
        if (options.batch_size < 1) {
            raise<OptionError>("batch size: " + std::to_string(options.batch_size) + " is not in 1 to " +
                               std::to_string(most));
        }
        if (data.size() > static_cast<std::size_t>(most)) {
            raise<DataError>(data.source + ": " + std::to_string(data.size()) + " images; at most " +
                             std::to_string(most) + " are supported");
        }
        if (options.drop_last && data.size() < static_cast<std::size_t>(options.batch_size)) {
            raise<DataError>((data.source.empty() ? "data set" : data.source) + ": " + std::to_string(data.size()) +
                             " images do not fill one batch of " + std::to_string(options.batch_size) +
                             ", and drop_last leaves out a batch that is not full; choose a smaller batch_size, or "
                             "drop_last = false");
        }
        return data;
    }
    void load(std::size_t index, T* out) const {
        transforms_.load(normalise_, data_->values(index), extent(), SampleName{options_.seed, epoch_, index}, out);
    }

    const Data* data_;
    BatchOptions options_;
    Changed transforms_;
    Normalisation<T> normalise_;
    std::vector<std::uint32_t> order_;
    int epoch_ = 0;
    std::optional<std::uint64_t> hash_;  // of the data set; set by the first call of settings()
};

/// The network's numbers are `double` if the data set's are, else `float`.
template <SampleSet Data>
Batches(const Data&) -> Batches<SampleScalarOf<Data>, Data>;
/// The same, with transforms.
template <SampleSet Data, class... Transforms>
Batches(const Data&, const BatchOptions&, const Transforms&...) -> Batches<SampleScalarOf<Data>, Data, Transforms...>;

}  // namespace norma::inline NORMA_TARGET
