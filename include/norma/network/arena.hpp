#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/network/plan.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Numbers are placed at multiples of a cache line of floats.
constexpr int padded(int n) { return static_cast<int>(aligned_count<float>(static_cast<std::size_t>(n))); }

/// An array to be placed: its size, the span of the schedule in which it must keep its content, and the passes that
/// touch it.
struct Buffer {
    int size = 0;
    int first = -1;
    int last = -1;
    int first_pass = -1;
    int last_pass = -1;
    int last_forward_pass = -1;
    bool made_again = false;   ///< a backward pass can make it again from what is stored
    bool always_made = false;  ///< every pass that reads it makes it again
    Place place;

    constexpr void touch(int time, int pass, bool forward) {
        if (first == -1 || time < first) first = time;
        last = std::max(last, time);
        if (first_pass == -1 || pass < first_pass) first_pass = pass;
        last_pass = std::max(last_pass, pass);
        if (forward) last_forward_pass = std::max(last_forward_pass, pass);
    }
    /// Its place is not given away before `time`; its content need not last until then.
    constexpr void keep_until(int time) { last = std::max(last, time); }
    /// Must its content outlive a pass? Not if one pass is all, if every pass makes it, or if it is made in one forward
    /// pass and made again in that segment's backward pass, which is the mirrored one of `passes`.
    constexpr bool must_be_stored(int passes) const {
        if (first_pass == last_pass || always_made) return false;
        const bool mirrored = last_forward_pass == first_pass && last_pass == passes - 1 - first_pass;
        return !(made_again && mirrored);
    }
};

/// Gives each buffer the lowest gap that is free for as long as it lives. `buffers` are in order of their first use.
/// Returns the size of the arena.
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
