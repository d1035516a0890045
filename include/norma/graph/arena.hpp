#pragma once

#include <algorithm>
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
    List<std::size_t> live;  // by offset
    long long size = 0;
    for (std::size_t n = 0; n < buffers.size(); ++n) {
        Buffer& buffer = buffers[n];
        std::size_t kept = 0;
        for (const std::size_t other : live) {
            if (buffers[other].last >= buffer.first) live[kept++] = other;
        }
        live.shrink(kept);
        std::size_t at = 0;
        while (at < live.size() && buffers[live[at]].offset - buffer.offset < buffer.size) {
            buffer.offset = buffers[live[at]].offset + buffers[live[at]].size;
            ++at;
        }
        live.insert(at, n);
        size = std::max(size, buffer.offset + buffer.size);
    }
    return size;
}

}  // namespace norma::inline NORMA_TARGET::detail
