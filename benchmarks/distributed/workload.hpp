#pragma once

#include <functional>
#include <memory>
#include <string>

#include "norma/core/chunks.hpp"
#include "norma/core/parallel.hpp"

namespace norma::bench {

/// Called when steps begin, after what processes do once an epoch, and when they have ended and the processes have
/// agreed that they have.
struct StepWatch {
    std::function<void()> begin, end;
};

/// A network in training. Its type is hidden, so that each network is compiled in a file of its own.
class Workload {
public:
    virtual ~Workload() = default;
    /// Seconds of so many training steps, from images to weights.
    virtual double train(int steps, const StepWatch& watch) = 0;
};

/// How to make one.
struct WorkloadEntry {
    std::string id;     ///< "resnet18"
    std::string title;  ///< "ResNet-18"
    long long parameters = 0;
    int block = 1;  ///< see `Chunks`
    std::unique_ptr<Workload> (*make)(Threads& threads, int batch) = nullptr;

    /// Those of a batch.
    Chunks chunks(int batch) const { return {batch, block}; }
};

/// The networks that are measured. All take images of 3 × 32 × 32.
WorkloadEntry experiment();
WorkloadEntry airbench94();
WorkloadEntry resnet18();

}  // namespace norma::bench
