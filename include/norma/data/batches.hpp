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

#include "norma/core/bytes.hpp"
#include "norma/core/error.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/mixed_class.hpp"
#include "norma/core/random.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/mix.hpp"
#include "norma/data/normalisation.hpp"
#include "norma/data/sample_set.hpp"
#include "norma/data/sample_weights.hpp"
#include "norma/data/transform.hpp"

namespace norma::inline NORMA_TARGET {

/// How a data set is cut into batches; the defaults are for evaluation.
struct BatchOptions {
    int batch_size = 128;    ///< images in a batch; the last batch may have fewer
    bool shuffle = false;    ///< a new order in each epoch
    std::uint64_t seed = 1;  ///< for the order and the transforms
    bool drop_last = false;  ///< leave out the last batch if it is not full (with `shuffle`, other images each epoch)

    /// A weight for each sample: each epoch draws as many samples as there are, with replacement, with probabilities in
    /// proportion to the weights (PyTorch's WeightedRandomSampler). Empty: each sample comes once. `balanced_weights`
    /// gives all classes the same share. With weights `shuffle` has no effect.
    std::vector<double> sample_weights = {};
};

/// The batches of a data set, epoch after epoch, as normalised samples of `T`, height × width × channels. `transforms`
/// change each sample in their order (the concept `Transform`): `RandomCrop`, `RandomFlip`, `AlternatingFlip`,
/// `ColorJitter`, `Cutout`, `Mixup`, `CutMix` or your own. A class for each pixel moves with the pixels; outside of the
/// image it is 0. A target of numbers does not move, so one number per pixel is refused beside such transforms. The
/// order of the samples and what the transforms draw depend on (seed, epoch) alone. Nothing is copied: the data set
/// must outlive this object. Its type follows from its arguments: `Batches train(data, options, RandomFlip{})` is a
/// `Batches<float, Dataset, RandomFlip>`.
/// @snippet examples_test.cpp Batches
template <class T = float, SampleSet Data = Dataset, class... Transforms>
class Batches {
    using Changed = TransformList<Transforms...>;
    static constexpr bool moves_targets = ClassPerPixel<TargetOf<Data>> && Changed::moves > 0;
    static_assert(
        !Changed::mixes || std::is_same_v<TargetOf<Data>, int>,
        "norma: Mixup and CutMix mix the classes of two samples, so a target must be an int, the class of its "
        "sample.");

public:
    using Scalar = T;  ///< of the numbers of a sample

    /// What is known of a sample: what the data set says; a `MixedClass` if a transform mixes.
    using Target = std::conditional_t<Changed::mixes, MixedClass, TargetOf<Data>>;

    /// A view of one batch, cheap to copy; valid until the next `start_epoch`.
    class Batch {
    public:
        /// Number of images; the last batch may have fewer than the others.
        int size() const { return size_; }
        /// Target of sample `i` of this batch, such as its class. A span is valid until the next `start_epoch`.
        Target target(int i) const { return owner_->target(first_ + static_cast<std::size_t>(i)); }
        /// Index in the data set of image `i` of this batch.
        std::size_t index_of(int i) const { return owner_->order_[first_ + static_cast<std::size_t>(i)]; }
        /// Writes image `i`, augmented and normalised, to `out` (`=`): `extent().size()` elements, height × width ×
        /// channels, channels innermost (not in the order C, H, W of a `Shape`). Allocates nothing; several threads may
        /// call it at the same time.
        void load(int i, T* out) const { owner_->load(first_ + static_cast<std::size_t>(i), out); }

    private:
        friend class Batches;
        Batch(const Batches* owner, std::size_t first, int size) : owner_(owner), first_(first), size_(size) {}

        const Batches* owner_;
        std::size_t first_;
        int size_;
    };

    /// @throws DataError if the data set is not consistent (its `validate()`), has more samples than an `int` can
    /// count, or, with `drop_last`, too few for one batch; OptionError if an option is outside its range.
    [[gnu::cold]] explicit Batches(const Data& data, const BatchOptions& options = {}, const Transforms&... transforms)
        : data_(&checked(data, options)),
          options_(options),
          transforms_(transforms...),
          normalise_(detail::normalisation_of<T>(data)),
          order_(data.size()) {
        transforms_.validate(extent());
        if (!options.sample_weights.empty()) sampler_.emplace(options.sample_weights, data.size());
        start_epoch(0);
    }
    explicit Batches(const Data&&, const BatchOptions& = {}, const Transforms&...) = delete;
    /// Refuses transforms that the type does not name by a compile error of one sentence.
    template <class... Others>
        requires(sizeof...(Transforms) == 0 && sizeof...(Others) > 0)
    Batches(const Data& data, const BatchOptions& options, const Others&...) : Batches(data, options) {
        static_assert(sizeof...(Others) == 0,
                      "norma: the type of batches names their transforms: write Batches train(data, options, "
                      "RandomFlip{}) without <float>, or Batches<float, Dataset, RandomFlip>.");
    }

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
    [[gnu::cold]] std::vector<Setting> settings() {
        if (!hash_) hash_ = data_->hash();
        const auto list = [](const std::vector<double>& numbers) {
            std::string text;
            for (const double number : numbers) {
                if (!text.empty()) text += ' ';
                text += setting_text(number);
            }
            return text;
        };
        std::vector<Setting> all;
        add_setting(all, "images and labels", joined_text({"xxh64 ", hexadecimal(*hash_)}));
        add_setting(all, "mean", list(data_->mean));
        add_setting(all, "standard deviation", list(data_->stddev));
        add_setting(all, "shuffle", setting_text(options_.shuffle));
        add_setting(all, "seed of the batches",
                    options_.shuffle || sampler_ || Changed::any ? setting_text(options_.seed) : "none needed");
        add_setting(all, "drop last", setting_text(options_.drop_last));
        if (sampler_) {
            const auto weights = bytes_of(options_.sample_weights);
            add_setting(all, "sample weights", joined_text({"xxh64 ", hexadecimal(xxh64(weights))}));
        }
        for (const Setting& setting : transforms_.settings()) add_setting(all, setting.name, setting.value);
        return all;
    }

    /// Sets the order of the samples, and what the transforms draw, to those of `epoch`. A new object is at epoch 0.
    void start_epoch(int epoch) {
        epoch_ = epoch;
        if (sampler_) {
            sampler_->draw(options_.seed, epoch, order_);
            sampler_->count_earlier(order_, earlier_);
        } else {
            std::iota(order_.begin(), order_.end(), std::uint32_t{0});
            if (options_.shuffle) {
                shuffle(std::span(order_), {options_.seed, Purpose::shuffle, static_cast<std::uint32_t>(epoch), 0, 0});
            }
        }
        if constexpr (moves_targets) move_targets();
    }

    /// Batch `b` of the epoch.
    /// @throws DataError unless 0 ≤ b < count().
    Batch operator[](int b) const {
        if (b < 0 || b >= count()) {
            raise<DataError>({"there is no batch ", b, "; the batches are 0 to ", count() - 1});
        }
        const auto first = static_cast<std::size_t>(b) * static_cast<std::size_t>(options_.batch_size);
        return {this, first, static_cast<int>(std::min(size() - first, static_cast<std::size_t>(options_.batch_size)))};
    }

private:
    [[gnu::cold]] static const Data& checked(const Data& data, const BatchOptions& options) {
        data.validate();
        constexpr int most = std::numeric_limits<int>::max();
        if (options.batch_size < 1) {
            raise<OptionError>({"batch size: ", options.batch_size, " is not in 1 to ", most});
        }
        if (data.size() > static_cast<std::size_t>(most)) {
            raise<DataError>({data.source, ": ", data.size(), " samples; at most ", most, " are supported"});
        }
        if (options.drop_last && data.size() < static_cast<std::size_t>(options.batch_size)) {
            raise<DataError>({(data.source.empty() ? "data set" : data.source), ": ", data.size(),
                              " samples do not fill one batch of ", options.batch_size,
                              ", and drop_last leaves out a batch that is not full; choose a smaller batch_size, or "
                              "drop_last = false"});
        }
        if constexpr (Changed::moves > 0 && !moves_targets && requires { data.target_size; }) {
            if (data.target_size > 1 && data.target_size == data.extent().pixels()) {
                raise<OptionError>(
                    {(data.source.empty() ? "data set" : data.source), ": a transform moves the pixels, but ",
                     data.target_size,
                     " numbers per sample, one per pixel, do not move with "
                     "them; make targets std::uint8_t, the class of each pixel, or leave out the transform"});
            }
        }
        return data;
    }
    // In what follows `place` is a sample's place in the epoch.

    /// How often its sample came before in the epoch.
    std::uint32_t draw(std::size_t place) const { return sampler_ ? earlier_[place] : 0; }
    SampleName name(std::size_t place) const {
        return {.seed = options_.seed, .epoch = epoch_, .index = order_[place], .draw = draw(place)};
    }
    void load(std::size_t place, T* out) const {
        load_unmixed(place, out);
        if constexpr (Changed::mixes) {
            const Mixture mixture = transforms_.mixture(name(place), extent());
            if (mixture.share >= 1) return;
            thread_local std::vector<T> second;
            second.resize(static_cast<std::size_t>(extent().size()));
            load_unmixed(partner(place), second.data());
            mix(mixture, extent(), std::span<const T>(second), out);
        }
    }
    void load_unmixed(std::size_t place, T* out) const {
        const std::uint64_t seed = seed_of_draw(options_.seed, draw(place));
        detail::with_values(*data_, order_[place], seed, epoch_, [&](const ElementOf<Data>* values) {
            transforms_.load(normalise_, values, extent(), name(place), out);
        });
    }
    /// The sample that another one is mixed with: any of the epoch.
    std::size_t partner(std::size_t place) const {
        RandomSequence random = name(place).random_of(5);
        return random.below(static_cast<std::uint32_t>(size()));
    }

    Target target(std::size_t place) const {
        if constexpr (Changed::mixes) {
            const double share = transforms_.mixture(name(place), extent()).share;
            const int first = data_->target(order_[place]);
            const int second = share < 1 ? data_->target(order_[partner(place)]) : first;
            return {first, second, static_cast<float>(share)};
        } else if constexpr (moves_targets) {
            const auto pixels = static_cast<std::size_t>(extent().pixels());
            return std::span(std::as_const(moved_targets_)).subspan(place * pixels, pixels);
        } else {
            return data_->target(order_[place]);
        }
    }
    /// Moves the classes of the pixels as the transforms move the pixels of this epoch.
    void move_targets() {
        const auto pixels = static_cast<std::size_t>(extent().pixels());
        moved_targets_.resize(order_.size() * pixels);
        for (std::size_t place = 0; place < order_.size(); ++place) {
            transforms_.load_per_pixel(data_->target(order_[place]).data(), extent(), name(place),
                                       moved_targets_.data() + place * pixels);
        }
    }

    const Data* data_;
    BatchOptions options_;
    Changed transforms_;
    Normalisation<T> normalise_;
    std::vector<std::uint32_t> order_;
    std::optional<WeightedSampler> sampler_;
    std::vector<std::uint32_t> earlier_;                             // see `draw`; empty without a sampler
    std::vector<detail::PixelClass<TargetOf<Data>>> moved_targets_;  // of the epoch, if `moves_targets`
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
