#pragma once

#include <benchmark/benchmark.h>

#include "compare/machine.hpp"
#include "norma/core/version.hpp"

namespace norma::bench {

/// Adds compiler, machine and instruction set to the context of the results: only results that agree in these can be
/// compared.
inline void add_context() {
    benchmark::AddCustomContext("compiler", compare::compiler_name());
    benchmark::AddCustomContext("machine", compare::processor_name());
    benchmark::AddCustomContext("instruction_set", compare::instruction_set());
    benchmark::AddCustomContext("norma", version);
}

}  // namespace norma::bench
