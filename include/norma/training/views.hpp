#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/placement.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/loss_ref.hpp"

/// Test-time augmentation: a network sees each sample several times, moved or mirrored, and its outputs are averaged.
namespace norma::inline NORMA_TARGET {

/// One way to show a sample: the window of its size that begins `down` rows and `right` columns from its corner, then
/// perhaps mirrored. As of `RandomCrop`, an axis of one pixel is not moved, so a sound (1 × n) moves in time alone.
struct View {
    int down = 0;                                ///< rows; negative moves up
    int right = 0;                               ///< columns; negative moves left
    bool mirrored = false;                       ///< left and right are exchanged
    double weight = 1;                           ///< of its outputs in the mean
    PaddingMode padding = PaddingMode::reflect;  ///< what is outside; zero is the mean of normalised images
};

/// The image and its mirror image.
template <class = void>
std::vector<View> mirrored_views() {
    return {{}, {.mirrored = true}};
}

/// Six views: the image, moved up and left, and moved down and right, each by `pixels`; these three and their mirror
/// images. The image that is not moved has as much weight as the other two. Without `also_mirrored` there are three,
/// for sounds and letters.
template <class = void>
std::vector<View> translated_views(int pixels = 1, PaddingMode padding = PaddingMode::reflect,
                                   bool also_mirrored = true) {
    std::vector<View> views;
    for (const bool mirrored : {false, true}) {
        if (mirrored && !also_mirrored) break;
        views.push_back({0, 0, mirrored, 0.25, padding});
        views.push_back({-pixels, -pixels, mirrored, 0.125, padding});
        views.push_back({pixels, pixels, mirrored, 0.125, padding});
    }
    return views;
}

/// Validates views of samples of this shape.
/// @throws OptionError if there are none, a view moves by as much as the samples are high or wide (an axis of one pixel
/// is not moved), or a weight is not above 0 and below 1,000,000.
template <class = void>
[[gnu::cold]] void validate_views(std::span<const View> views, Extent extent) {
    if (views.empty()) raise<OptionError>("views: there are none; give at least one");
    for (std::size_t i = 0; i < views.size(); ++i) {
        const View& view = views[i];
        const std::string place = joined_text({"views: number ", i, " "});
        // Not std::abs, which the smallest int does not have.
        const auto fits = [](int moved, int size) { return size == 1 || (moved > -size && moved < size); };
        if (!fits(view.down, extent.height) || !fits(view.right, extent.width)) {
            raise<OptionError>({place, "moves by ", view.down, " rows and ", view.right, " columns; samples of ",
                                shape_text(extent), " can be moved by less than their height and width"});
        }
        if (!is_finite(view.weight) || !(view.weight > 0 && view.weight < 1e6)) {
            raise<OptionError>({place, "has the weight ", view.weight, ", which is not above 0 and below 1,000,000"});
        }
    }
}

/// Writes (`=`) `view` of the sample `from` to `to`, both height × width × channels.
template <class T>
void show(const View& view, Extent extent, const T* from, T* to) {
    const auto moved = [](int by, int size) { return size > 1 ? by : 0; };
    const Placement place{moved(view.down, extent.height), moved(view.right, extent.width), view.mirrored,
                          view.padding};
    for (int y = 0; y < extent.height; ++y) {
        const int row = place.row(y, extent.height);
        for (int x = 0; x < extent.width; ++x, to += extent.channels) {
            const int column = place.column(x, extent.width);
            if (row < 0 || column < 0) {
                std::fill_n(to, extent.channels, T(0));
            } else {
                std::copy_n(from + (std::ptrdiff_t(row) * extent.width + column) * extent.channels, extent.channels,
                            to);
            }
        }
    }
}

namespace detail {

/// Runs batches with several views of each sample.
template <class T>
class ViewedBatches {
public:
    /// What runs a batch: an executor of one network.
    using Run = FunctionRef<void(const BatchRef<T>&, const LossRef<T>&, FirstNonFinite* watch)>;

    ViewedBatches(const ViewedBatches&) = delete;
    ViewedBatches& operator=(const ViewedBatches&) = delete;
    virtual ~ViewedBatches() = default;

    /// Loads each sample of `batch` once, calls `run` for each view of all of them, then `loss` for each sample with
    /// the weighted mean of its outputs.
    virtual void run(const BatchRef<T>& batch, const LossRef<T>& loss, FirstNonFinite* watch, Threads& threads,
                     Run run) = 0;

protected:
    ViewedBatches() = default;
};

/// Views, and the code that runs them, which only programs with views bring along.
template <class T>
struct ViewsCode {
    std::span<const View> views = {};
    Owned<ViewedBatches<T>> (*make)(std::span<const View> views, Extent input, int outputs, int most_samples) = nullptr;
};

/// This code. It knows no type of network, so that it is compiled once.
template <class T>
class RunInViews final : public ViewedBatches<T> {
public:
    using typename ViewedBatches<T>::Run;

    /// Makes one.
    static Owned<ViewedBatches<T>> made(std::span<const View> views, Extent input, int outputs, int most_samples) {
        return Owned<ViewedBatches<T>>(new RunInViews(views, input, outputs, most_samples));
    }
    /// For batches of up to `most_samples` samples of shape `input`, and a network of `outputs` outputs.
    RunInViews(std::span<const View> views, Extent input, int outputs, int most_samples)
        : views_(views.begin(), views.end()),
          input_(input),
          outputs_(static_cast<std::size_t>(outputs)),
          most_samples_(most_samples) {
        validate_views(views, input);
        double sum = 0;
        for (const View& view : views) sum += view.weight;
        for (View& view : views_) view.weight /= sum;
        samples_ = AlignedBuffer<T>(std::size_t(input.size()) * std::size_t(most_samples));
        means_ = AlignedBuffer<T>(outputs_ * std::size_t(most_samples));
    }

    void run(const BatchRef<T>& batch, const LossRef<T>& loss, FirstNonFinite* watch, Threads& threads,
             Run run) override {
        const int size = batch.size();
        if (size < 1 || size > most_samples_) return run(batch, loss, watch);  // which refuses it
        threads.for_each(size, [&](int i, int) { batch.load(i, sample(i)); });
        for (bool is_first = true; const View& view : views_) {
            const auto weight = static_cast<T>(view.weight);
            const auto add = [&](int i, const T* outputs, T*) {
                T* const mean = mean_of(i);
                for (std::size_t k = 0; k < outputs_; ++k) mean[k] = (is_first ? T(0) : mean[k]) + weight * outputs[k];
            };
            run(Shown{*this, view, size}, add, watch);
            is_first = false;
        }
        threads.for_each(size, [&](int i, int) { loss(i, mean_of(i), nullptr); });
    }

private:
    /// A batch of the samples, each in one view.
    struct Shown {
        RunInViews& of;
        const View& view;
        int samples;
        int size() const { return samples; }
        void load(int i, T* out) const { show(view, of.input_, of.sample(i), out); }
    };
    T* sample(int i) { return samples_.data() + std::size_t(i) * std::size_t(input_.size()); }
    T* mean_of(int i) { return means_.data() + std::size_t(i) * outputs_; }

    std::vector<View> views_;  ///< with weights whose sum is 1
    Extent input_;
    std::size_t outputs_;
    int most_samples_;
    AlignedBuffer<T> samples_;  ///< of the batch
    AlignedBuffer<T> means_;    ///< of the outputs of each sample
};

}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
