#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/network/plan.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// `n` rounded up to a multiple of 16, a cache line of floats. All arrays begin and end at such multiples.
constexpr int padded(int n) { return static_cast<int>(aligned_count<float>(static_cast<std::size_t>(n))); }

/// An array that needs a place: its size, the times of its first and last use, and the passes that use it.
struct Buffer {
    int size = 0;
    int first = -1;
    int last = -1;
    int first_pass = -1;
    int last_pass = -1;
    int last_forward_pass = -1;
    bool recomputable = false;       ///< a backward pass can recompute it from what is stored
    bool always_recomputed = false;  ///< every pass that reads it recomputes it
    Place place;

    /// Notes a use at `time`, in pass `pass`.
    constexpr void touch(int time, int pass, bool forward) {
        if (first == -1 || time < first) first = time;
        last = std::max(last, time);
        if (first_pass == -1 || pass < first_pass) first_pass = pass;
        last_pass = std::max(last_pass, pass);
        if (forward) last_forward_pass = std::max(last_forward_pass, pass);
    }
    /// Reserves its place until `time`. The content may be lost before that.
    constexpr void keep_until(int time) { last = std::max(last, time); }
    /// Must its content outlive a pass? Not if a single pass uses it or every pass recomputes it. Nor if only one
    /// segment uses it and the backward pass recomputes it: that segment has forward pass k and backward pass `passes`
    /// − 1 − k.
    constexpr bool must_be_stored(int passes) const {
        if (first_pass == last_pass || always_recomputed) return false;
        const bool mirrored = last_forward_pass == first_pass && last_pass == passes - 1 - first_pass;
        return !(recomputable && mirrored);
    }
};

/// Places buffers, which are in order of their first use. Each gets the lowest offset at which it overlaps no buffer
/// that is in use at the same time. Returns the size of the arena.
constexpr long long place_in_arena(List<Buffer*>& buffers) {
    List<Buffer*> live;  // by offset
    long long size = 0;
    for (Buffer* buffer : buffers) {
        List<Buffer*> still;
        for (Buffer* other : live) {
            if (other->last >= buffer->first) still.push_back(other);
        }
        live = still;
        long long offset = 0;
        std::size_t at = 0;
        while (at < live.size() && live[at]->place.offset - offset < buffer->size) {
            offset = live[at]->place.offset + live[at]->size;
            ++at;
        }
        buffer->place = {false, offset};
        live.insert(at, buffer);
        size = std::max(size, offset + buffer->size);
    }
    return size;
}

}  // namespace norma::inline NORMA_TARGET::detail
