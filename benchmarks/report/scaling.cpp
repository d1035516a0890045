#include "report/scaling.hpp"

#include <algorithm>

#include "norma/core/error.hpp"
#include "support/median.hpp"

namespace norma::bench {
namespace {

int rounds_for(int chunks, int threads) { return (chunks + threads - 1) / threads; }

}  // namespace

double ComputeModel::seconds(int chunks, int threads) const { return undivided + round * rounds_for(chunks, threads); }

ComputeModel fitted(const Scaling& scaling) {
    const int threads = scaling.what.threads;
    const Share* most = nullptr;
    const Share* least = nullptr;
    for (const Share& share : scaling.shares) {
        if (share.processes == 1 || share.chunks < threads) continue;
        if (most == nullptr) most = &share;
        least = &share;
    }
    if (most == least)
        raise<DataError>("a model needs two shares of more than one process, with a chunk for each thread");
    const int rounds = rounds_for(most->chunks, threads);
    const int fewer = rounds_for(least->chunks, threads);
    if (rounds == fewer) raise<DataError>("a model needs shares with different numbers of chunks for each thread");
    const double round = (most->seconds - least->seconds) / (rounds - fewer);
    return {most->seconds - round * rounds, round};
}

namespace {

/// Of a step without exchanges.
double compute_seconds(const Scaling& scaling, const Share& share) {
    return share.processes == 1 ? share.seconds : fitted(scaling).seconds(share.chunks, scaling.what.threads);
}
double efficiency_at(const Scaling& scaling, const Share& share, double seconds) {
    return scaling.shares.front().seconds / (share.processes * seconds);
}

}  // namespace

double predicted(const Scaling& scaling, const Share& share, std::size_t link) {
    return compute_seconds(scaling, share) + (share.processes == 1 ? 0 : share.over[link].sum());
}

double efficiency(const Scaling& scaling, const Share& share, std::size_t link, bool overlap) {
    const double shown = overlap || share.processes == 1 ? 0 : share.over[link].hidden;
    return efficiency_at(scaling, share, predicted(scaling, share, link) + shown);
}

double compute_efficiency(const Scaling& scaling, const Share& share) {
    return efficiency_at(scaling, share, compute_seconds(scaling, share));
}

TwoProcesses::Ratio TwoProcesses::ratio() const {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(alone.size(), together.size()); ++i) ratios.push_back(alone[i] / together[i]);
    const double middle = median(ratios);
    return {middle, *std::min_element(ratios.begin(), ratios.end()), *std::max_element(ratios.begin(), ratios.end())};
}

}  // namespace norma::bench
