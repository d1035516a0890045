#pragma once

#include <string>
#include <vector>

#include "distributed/link.hpp"
#include "norma/core/measuring_reducer.hpp"

/// A model of a training step on several machines, and what it is made from.
namespace norma::bench {

/// Seconds that the exchanges of one step take over a network.
struct ExchangeSeconds {
    double agreement = 0;   ///< small reductions
    double statistics = 0;  ///< of norms, and results
    double gradients = 0;
    double hidden = 0;  ///< of those of gradients, while the next pass computes

    /// What the step waits for.
    double sum() const { return agreement + statistics + gradients - hidden; }
    /// All, times `factor`.
    ExchangeSeconds times(double factor) const {
        return {factor * agreement, factor * statistics, factor * gradients, factor * hidden};
    }
    /// Adds (`+=`) all.
    ExchangeSeconds& operator+=(const ExchangeSeconds& other) {
        agreement += other.agreement;
        statistics += other.statistics;
        gradients += other.gradients;
        hidden += other.hidden;
        return *this;
    }
};

/// One process's share of a step, of that process which has the most chunks.
struct Share {
    int processes = 1;
    int chunks = 0;
    double seconds = 0;                   ///< measured, when exchanges take no time
    ExchangeCosts costs = {};             ///< of one step
    std::vector<ExchangeSeconds> over{};  ///< each network, by its two numbers
    std::vector<double> seconds_over =
        {};  ///< each network: measured with exchanges that last so long; 0: not measured
};

/// What a network's steps were measured for.
struct Workplace {
    std::string id, title;  ///< "resnet18", "ResNet-18"
    long long parameters = 0;
    int batch = 0;
    int chunks = 0;   ///< of the batch
    int threads = 1;  ///< of each process
};

/// The shares of one batch for several numbers of processes, which begin with 1.
struct Scaling {
    Workplace what;
    std::vector<Share> shares;
};

/// The time of a process without exchanges: the threads take a chunk each, in rounds.
struct ComputeModel {
    double undivided = 0;  ///< seconds of what each process does as a whole: the optimiser's step, sums of gradients
    double round = 0;      ///< seconds of a chunk

    /// Of a process with so many chunks and threads.
    double seconds(int chunks, int threads) const;
};

/// The model from two of the measured shares: the first of more than one process, and the last whose chunks fill all
/// threads.
/// @throws DataError if there are not two.
ComputeModel fitted(const Scaling& scaling);

/// The model's seconds of a step over network `link`, of one process as measured.
double predicted(const Scaling& scaling, const Share& share, std::size_t link);

/// Time of one process ÷ (processes · time of so many processes), as `predicted`. Without `overlap`, as if each pass
/// waited for the gradients of the pass before.
double efficiency(const Scaling& scaling, const Share& share, std::size_t link, bool overlap = true);

/// The same if exchanges took no time: what is lost because the batch has few chunks, and by what is not divided.
double compute_efficiency(const Scaling& scaling, const Share& share);

/// Two processes of one thread beside one process of two, in turn.
struct TwoProcesses {
    Workplace what;
    std::vector<double> alone = {};     ///< seconds of a step of one process with two threads, each round
    std::vector<double> together = {};  ///< of two processes with a thread each
    ExchangeCosts costs = {};           ///< of one step, of that process which waited least
    std::vector<ExchangeSeconds> over = {};
    std::vector<std::vector<double>> together_over = {};  ///< with exchanges that last as long as each network says

    /// How many times as fast two processes are: the median of the rounds, the smallest and the largest.
    struct Ratio {
        double median, least, greatest;
    };
    Ratio ratio() const;
};

/// All that was measured.
struct ScalingFigures {
    std::string machine;
    std::vector<Link> links;
    std::vector<Scaling> scalings = {};
    std::vector<TwoProcesses> pairs = {};  ///< empty without MPI
};

/// The names and bytes of the files of the report: scaling.html, scaling.md, a chart for each network and batch.
std::vector<std::pair<std::string, std::string>> scaling_report(const ScalingFigures& figures);

}  // namespace norma::bench
