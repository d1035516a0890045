#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

#include "norma/core/target.hpp"
#include "norma/distributed/mpi_call.hpp"
#include "norma/distributed/mpi_communicator.hpp"

namespace norma::inline NORMA_TARGET {

/// The cores that a process may run on: bit k % 64 of word k / 64 is set for core k.
using CoreMask = std::array<std::uint64_t, 128>;

/// The cores that this process may run on. `mpirun` gives them to it.
inline CoreMask own_cores() {
    CoreMask mask{};
#if defined(__linux__)
    if (sched_getaffinity(0, sizeof mask, reinterpret_cast<cpu_set_t*>(mask.data())) == 0) return mask;
    mask = {};
#endif
    const std::size_t cores = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 64 * mask.size());
    for (std::size_t core = 0; core < cores; ++core) mask[core / 64] |= std::uint64_t{1} << (core % 64);
    return mask;
}

/// Some processes of one machine, and the cores that these use and others do not.
struct SharedCores {
    int processes = 1;  ///< this one included
    int cores = 1;      ///< that at least one of them may run on
};

/// Of processes that run on one machine with these masks: those that share cores with process `rank`, or with one that
/// shares cores with it, and so on.
inline SharedCores shared_cores(std::span<const CoreMask> masks, int rank) {
    CoreMask joined = masks[static_cast<std::size_t>(rank)];
    std::vector<char> in(masks.size(), 0);
    int processes = 0;
    for (bool grown = true; grown;) {
        grown = false;
        for (std::size_t p = 0; p < masks.size(); ++p) {
            bool overlaps = p == static_cast<std::size_t>(rank);
            for (std::size_t w = 0; w < joined.size(); ++w) overlaps = overlaps || (joined[w] & masks[p][w]) != 0;
            if (in[p] || !overlaps) continue;
            in[p] = 1;
            ++processes;
            grown = true;
            for (std::size_t w = 0; w < joined.size(); ++w) joined[w] |= masks[p][w];
        }
    }
    int cores = 0;
    for (const std::uint64_t word : joined) cores += std::popcount(word);
    return {processes, std::max(1, cores)};
}

/// How many threads a process should use.
struct MpiThreads {
    int count = 1;        ///< of this process: the cores that it shares, by the number of processes that share them
    std::string warning;  ///< if somewhere more processes share cores than there are cores; the same in all processes
};

/// How many threads each process of `communicator` should use, from the cores that `mpirun` gave it and the other
/// processes of its machine. All processes call it at the same time.
/// @throws Error if MPI fails
inline MpiThreads mpi_threads(const MpiCommunicator& communicator) {
    const MpiCommunicator machine = communicator.on_this_machine();
    const CoreMask own = own_cores();
    std::vector<CoreMask> masks(static_cast<std::size_t>(machine.processes()));
    constexpr int words = static_cast<int>(own.size());
    machine.call(MPI_Allgather(own.data(), words, MPI_UINT64_T, masks.data(), words, MPI_UINT64_T, machine.get()),
                 "MPI_Allgather");
    const SharedCores here = shared_cores(masks, machine.rank());

    std::vector<SharedCores> all(static_cast<std::size_t>(communicator.processes()));
    static_assert(sizeof(SharedCores) == 2 * sizeof(int));
    communicator.call(MPI_Allgather(&here, 2, MPI_INT, all.data(), 2, MPI_INT, communicator.get()), "MPI_Allgather");
    const auto worst = std::max_element(all.begin(), all.end(), [](const SharedCores& a, const SharedCores& b) {
        return std::int64_t{a.processes} * b.cores < std::int64_t{b.processes} * a.cores;
    });
    MpiThreads threads{.count = std::max(1, here.cores / here.processes), .warning = {}};
    if (worst->processes > worst->cores) {
        const std::string cores = worst->cores == 1 ? "1 core" : std::to_string(worst->cores) + " cores";
        threads.warning = std::to_string(worst->processes) + " processes share " + cores +
                          " of a machine, so they wait for each other. Start one process for each core at most, and "
                          "let mpirun bind them to different cores.";
    }
    return threads;
}

}  // namespace norma::inline NORMA_TARGET
