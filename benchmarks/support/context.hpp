#pragma once

#include <benchmark/benchmark.h>

#include "compare/machine.hpp"
#include "norma/core/version.hpp"

namespace norma::bench {

/// Writes into the context of the results what Google Benchmark does not know of: two results compare only where
/// compiler, machine and instruction set agree.
inline void add_context() {
    benchmark::AddCustomContext("compiler", compare::compiler_name());
    benchmark::AddCustomContext("machine", compare::processor_name());
    benchmark::AddCustomContext("instruction_set", compare::instruction_set());
    benchmark::AddCustomContext("norma", version);
}

}  // namespace norma::bench
