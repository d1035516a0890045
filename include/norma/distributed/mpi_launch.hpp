#pragma once

#include <charconv>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <system_error>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// What a launcher, such as `mpirun`, tells a process in its environment.
struct MpiLaunch {
    int rank = 0;       ///< number of this process, counted from 0
    int processes = 1;  ///< that it has started together; 1 if it does not tell
};

/// The launcher's words; nothing if no launcher has started this process. It needs neither MPI's library nor
/// `MPI_Init`.
inline std::optional<MpiLaunch> mpi_launch() {
    const auto number = [](std::initializer_list<const char*> variables) -> std::optional<int> {
        for (const char* variable : variables) {
            const char* const value = std::getenv(variable);
            if (value == nullptr) continue;
            const std::string_view text(value);
            int read = 0;
            if (std::from_chars(text.data(), text.data() + text.size(), read).ec == std::errc{}) return read;
        }
        return std::nullopt;
    };
    // Open MPI has its own names; MPICH, Intel MPI and Slurm follow PMI, newer versions PMIx.
    const std::optional<int> rank = number({"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"});
    if (!rank) return std::nullopt;
    return MpiLaunch{*rank, number({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"}).value_or(1)};
}

}  // namespace norma::inline NORMA_TARGET
