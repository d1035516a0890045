#pragma once

#include <cstddef>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// An array that needs a place: its size, the times of its first and last use, and the offset that it gets.
struct Buffer {
    long long size = 0;
    int first = 0;
    int last = 0;
    long long offset = 0;
};

/// Places buffers, which are in order of their first use. Each gets the lowest offset at which it overlaps no buffer
/// that is in use at the same time. Returns the size of the arena.
constexpr long long place_in_arena(List<Buffer>& buffers) {
    Buffer* const all = buffers.begin();
    const int count = static_cast<int>(buffers.size());
    List<int> used;  // the buffers in use, by offset
    used.assign(buffers.size(), 0);
    int* const live = used.begin();
    int lives = 0;
    long long size = 0;
    for (int n = 0; n < count; ++n) {
        Buffer& buffer = all[n];
        int kept = 0;
        int at = -1;  // where the buffer comes in the list
        for (int i = 0; i < lives; ++i) {
            const Buffer& other = all[live[i]];
            if (other.last < buffer.first) continue;
            if (at < 0 && other.offset - buffer.offset >= buffer.size) at = kept;
            if (at < 0) buffer.offset = other.offset + other.size;
            live[kept++] = live[i];
        }
        at = at < 0 ? kept : at;
        for (int i = kept; i > at; --i) live[i] = live[i - 1];
        live[at] = n;
        lives = kept + 1;
        const long long end = buffer.offset + buffer.size;
        size = end > size ? end : size;
    }
    return size;
}

}  // namespace norma::inline NORMA_TARGET::detail
