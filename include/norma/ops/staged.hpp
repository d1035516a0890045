#pragma once

#include <array>
#include <cstddef>

#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convert.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/facts.hpp"

namespace norma::inline NORMA_TARGET {

/// Arrays of one step whose numbers are of type `Value`, as scalars in its scratch memory: for kernels that know only
/// scalars. Two uses of one place are one array.
template <class Value>
class StagedArrays {
    using Scalar = ScalarOf<Value>;

public:
    /// For `samples` samples, see `Arguments`.
    explicit StagedArrays(const Arguments<Value>& arguments, int samples = 1)
        : arguments_(arguments), samples_(samples), end_(arguments.scratch) {}

    /// The place of a copy of the array at `place`, as scalars; none if there is none.
    Place read(const Place& place) { return stage(place, true, false); }
    /// The place of an array that `finish` writes to `place`.
    Place written(const Place& place) { return stage(place, false, true); }
    /// The place of a copy that `finish` writes back.
    Place changed(const Place& place) { return stage(place, true, true); }

    /// What kernels work on, with arrays at `places`, which must last. The scratch memory is what is left.
    Arguments<Scalar> arguments(const StepPlaces& places) const {
        return {places,
                arguments_.shared,
                arguments_.reused,
                arguments_.arena,
                arguments_.store,
                end_,
                arguments_.gradients,
                arguments_.part,
                arguments_.sample,
                arguments_.samples,
                arguments_.place_in_block,
                arguments_.assigns_gradients,
                arguments_.next_store,
                arguments_.reads};
    }
    /// Writes (`=`) the arrays that were written back to their places, rounded.
    void finish() const {
        for (std::size_t k = 0; k < count_; ++k) {
            const Array& array = arrays_[k];
            if (array.is_written) kernels::convert(array.scalars, array.numbers, arguments_.at(array.place));
        }
    }

private:
    struct Array {
        Place place;
        Scalar* scalars;
        long long numbers;
        bool is_written;
    };

    /// A slice is a part of a wider array, all of which is staged.
    Place stage(const Place& place, bool read, bool written) {
        if (!place.exists()) return place;
        Place whole = place;
        whole.channel = 0;
        whole.pitch = 0;
        std::size_t k = 0;
        while (k < count_ && !(arrays_[k].place == whole)) ++k;
        if (k == count_) {
            arrays_[count_++] = {whole, end_, samples_ * Arguments<Value>::distance(place), false};
            if (read || place.pitch != 0) kernels::convert(arguments_.at(whole), arrays_[k].numbers, end_);
            end_ += arrays_[k].numbers;
        }
        Array& array = arrays_[k];
        array.is_written = array.is_written || written;
        // The arena of a thread and its scratch memory are one array.
        const std::byte* const begin = reinterpret_cast<const std::byte*>(array.scalars);
        const long long size = array.numbers / samples_ * static_cast<int>(sizeof(Scalar));
        return {false, begin - arguments_.reused, size, true, place.channel, place.pitch};
    }

    // Of a step: inputs, output and their gradients; of the loss: the output, the taps and their gradients.
    static constexpr std::size_t most = 40;

    const Arguments<Value>& arguments_;
    int samples_;
    Scalar* end_;
    std::array<Array, most> arrays_;
    std::size_t count_ = 0;
};

}  // namespace norma::inline NORMA_TARGET
