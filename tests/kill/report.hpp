#pragma once

#include <unistd.h>

#include <cstdint>

/// A report that the training program sends to the campaign through a named pipe.
struct KillReport {
    enum Kind : std::uint32_t {
        born,     ///< a process began; `state` is its number
        started,  ///< before the first step in this process; `step` and `state` are those that it begins with
        writing,  ///< a file will be written
        kept,     ///< a checkpoint was written; `step` and `state` are those in it
    };
    Kind kind = born;
    std::uint32_t step = 0;   ///< number of optimiser steps since the beginning of the training
    std::uint64_t state = 0;  ///< a hash of everything that the rest of the training depends on
};
static_assert(sizeof(KillReport) == 16);

/// Sends a report. It is small enough that a pipe sends it in one piece.
inline bool send(int pipe, const KillReport& report) {
    return ::write(pipe, &report, sizeof report) == static_cast<ssize_t>(sizeof report);
}
