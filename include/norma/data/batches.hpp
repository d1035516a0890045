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
#include "norma/data/transform.hpp"

namespace norma::inline NORMA_TARGET {

/// How a data set is cut into batches; the defaults are for evaluation.
struct BatchOptions {
    int batch_size = 128;    ///< images in a batch; the last batch may have fewer
    bool shuffle = false;    ///< a new order in each epoch
    std::uint64_t seed = 1;  ///< for the order and the augmentation
    int crop_padding = 0;    ///< see `Augmentation`
    bool flip = false;       ///< see `Augmentation`
    int cutout = 0;          ///< see `Augmentation`
    bool drop_last = false;  ///< leave out the last batch if it is not full (with `shuffle`, other images each epoch)
};

/// The batches of a data set, epoch after epoch, as normalised images of `T`, height × width × channels. The order and
/// the augmentation of an epoch depend on (seed, epoch) alone. Nothing is copied: the data set must outlive this
/// object.
/// @snippet examples_test.cpp Batches
template <class T = float>
class Batches {
public:
    /// A view of one batch, cheap to copy; valid until the next `start_epoch`.
    class Batch {
    public:
        /// Number of images; the last batch may have fewer than the others.
        int size() const { return size_; }
        /// Class of image `i` of this batch.
        int label(int i) const { return owner_->data_->labels[index_of(i)]; }
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

    /// @throws DataError if the data set is not consistent (`Dataset::validate`), has more images than an `int` can
    /// count, or, with `drop_last`, too few for one batch; OptionError if an option is outside its range.
    explicit Batches(const Dataset& data, const BatchOptions& options = {})
        : data_(&checked(data, options)), options_(options), normalise_(data.mean, data.stddev), order_(data.size()) {
        start_epoch(0);
    }
    explicit Batches(const Dataset&&, const BatchOptions& = {}) = delete;

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
    int classes() const { return data_->classes; }

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
        const bool draws = options_.shuffle || options_.crop_padding != 0 || options_.flip || options_.cutout != 0;
        return {{"images and labels", "xxh64 " + hexadecimal(*hash_)},
                {"mean", list(data_->mean)},
                {"standard deviation", list(data_->stddev)},
                {"shuffle", setting_text(options_.shuffle)},
                {"seed of the batches", draws ? setting_text(options_.seed) : "none needed"},
                {"crop padding", setting_text(options_.crop_padding)},
                {"flip", setting_text(options_.flip)},
                {"cutout", setting_text(options_.cutout)},
                {"drop last", setting_text(options_.drop_last)}};
    }

    /// Sets the order of the images and their augmentation to those of `epoch`. A new object is at epoch 0.
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
    static const Dataset& checked(const Dataset& data, const BatchOptions& options) {
        data.validate();
        constexpr int most = std::numeric_limits<int>::max();
        if (options.batch_size < 1) {
            raise<OptionError>("batch size: " + std::to_string(options.batch_size) + " is not in 1 to " +
                               std::to_string(most));
        }
        augmentation(options).validate(data.extent());
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
    static Augmentation augmentation(const BatchOptions& options) {
        return {options.crop_padding, options.flip, options.cutout};
    }

    void load(std::size_t index, T* out) const {
        const std::uint8_t* image = data_->pixels.data() + index * data_->image_size();
        const Augmentation moved = augmentation(options_);
        if (moved.moves()) {
            load_placed(normalise_, image, extent(), moved.draw(options_.seed, epoch_, index), out);
        } else {
            normalise_.apply(image, static_cast<std::size_t>(extent().pixels()), out);
        }
        if (moved.cutout > 0) {
            cut_out(extent(), moved.draw_hole(options_.seed, epoch_, index, extent()), out);
        }
    }

    const Dataset* data_;
    BatchOptions options_;
    Normalisation<T> normalise_;
    std::vector<std::uint32_t> order_;
    int epoch_ = 0;
    std::optional<std::uint64_t> hash_;  // of the data set; set by the first call of settings()
};

}  // namespace norma::inline NORMA_TARGET
