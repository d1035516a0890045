#pragma once

#include <unistd.h>

#include <cstdint>

/// What the training program tells the campaign through a pipe, as it goes.
struct KillReport {
    enum Kind : std::uint32_t {
        started,  ///< before its first step in this process; `step` and `state` are those that it goes on from
        writing,  ///< a file is about to be written
        kept,     ///< a checkpoint is written; `step` and `state` are those that it holds
    };
    Kind kind = started;
    std::uint32_t step = 0;   ///< of the optimiser, in all
    std::uint64_t state = 0;  ///< a hash of all that the rest of the training depends on
};
static_assert(sizeof(KillReport) == 16);

/// In one piece, for it is smaller than a pipe's.
inline bool send(int pipe, const KillReport& report) {
    return ::write(pipe, &report, sizeof report) == static_cast<ssize_t>(sizeof report);
}
