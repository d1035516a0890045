#pragma once

#include <string>
#include <vector>

#include "distributed/alternation.hpp"
#include "distributed/link.hpp"
#include "distributed/workload.hpp"
#include "norma/core/reducer.hpp"
#include "report/scaling.hpp"

namespace norma::bench {

/// How it is measured.
struct ScalingOptions {
    int rounds = 3;             ///< of shares
    int pair_rounds = 5;        ///< of two processes beside one
    double turn_seconds = 0.3;  ///< of steps in each turn, at least one step
    int threads = 2;            ///< of a node
    std::vector<int> processes = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64};
};

/// A network, and how many images are in a batch.
struct MeasuredBatch {
    WorkloadEntry network;
    int batch = 0;
};

/// One node's share of a step, for several numbers of nodes, without and with delays.
Scaling measure_scaling(const MeasuredBatch& what, const std::vector<Link>& links, const ScalingOptions& options);

/// The two processes of `reducer`, with one thread each, beside process 0 with two threads.
TwoProcesses measure_two_processes(const MeasuredBatch& what, Reducer& reducer, Alternation& alternation,
                                   const std::vector<Link>& links, const ScalingOptions& options);

}  // namespace norma::bench
