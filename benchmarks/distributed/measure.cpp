#include "distributed/measure.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <optional>
#include <span>

#include "distributed/delaying_reducer.hpp"
#include "distributed/pretend_reducer.hpp"
#include "norma/core/chunks.hpp"
#include "norma/core/measuring_reducer.hpp"
#include "support/median.hpp"

namespace norma::bench {
namespace {

ExchangeCost mean(const ExchangeCost& cost, int steps) {
    return {cost.exchanges / steps, cost.sent_bytes / steps, cost.received_bytes / steps, cost.seconds / steps};
}
ExchangeCosts mean(const ExchangeCosts& costs, int steps) {
    return {mean(costs.agreement, steps), mean(costs.statistics, steps), mean(costs.gradients, steps),
            mean(costs.results, steps)};
}

/// The exchanges of a process, measured, over no network or over one of `links`.
class Exchanges {
public:
    Exchanges(Reducer& inner, const std::vector<Link>& links) : links_(links) {
        Reducer* last = &inner;
        for (const Link& link : links) last = &delaying_.emplace_back(*last, link);
        measuring_.emplace(*last);
    }
    Exchanges(const Exchanges&) = delete;
    Exchanges& operator=(const Exchanges&) = delete;

    Reducer& reducer() { return *measuring_; }

    /// Mean seconds of so many steps, without delays or over link `number`.
    double turn(Workload& workload, int steps, std::optional<std::size_t> number = {}) {
        costs_ = {};
        over_.assign(links_.size(), {});
        if (number) delaying_[*number].delay(true);
        const double seconds = workload.train(steps, {[&] { begin(); }, [&] { end(); }});
        if (number) delaying_[*number].delay(false);
        costs_ = mean(costs_, steps);
        for (ExchangeSeconds& each : over_) each = each.times(1.0 / steps);
        return seconds / steps;
    }
    /// Of a step of the last turn.
    const ExchangeCosts& costs() const { return costs_; }
    /// Of a step of the last turn, over each link.
    const std::vector<ExchangeSeconds>& over() const { return over_; }

private:
    void begin() {
        measuring_->reset();
        for (std::size_t l = 0; l < links_.size(); ++l) over_[l] += delaying_[l].seconds().times(-1);
    }
    /// The agreement at the end of the steps does not count.
    void end() {
        costs_ += measuring_->costs();
        for (std::size_t l = 0; l < links_.size(); ++l) over_[l] += delaying_[l].seconds();
        if (measuring_->alone()) return;
        constexpr std::size_t bytes = 3 * sizeof(int);
        costs_ += {.agreement = {-1, -std::int64_t(bytes), -std::int64_t(bytes), 0}};
        for (std::size_t l = 0; l < links_.size(); ++l) {
            over_[l].agreement -= reduction_seconds(links_[l], measuring_->processes(), bytes);
        }
    }

    std::vector<Link> links_;
    std::deque<DelayingReducer> delaying_;
    std::optional<MeasuringReducer> measuring_;
    ExchangeCosts costs_;
    std::vector<ExchangeSeconds> over_;
};

int steps_for(double seconds, const ScalingOptions& options) {
    return static_cast<int>(std::clamp(std::ceil(options.turn_seconds / std::max(seconds, 1e-5)), 1.0, 1000.0));
}

Workplace workplace(const MeasuredBatch& what, int threads) {
    return {what.network.id,
            what.network.title,
            what.network.parameters,
            what.batch,
            what.network.chunks(what.batch).count(),
            threads};
}

Share measure_share(const MeasuredBatch& what, int processes, const std::vector<Link>& links,
                    const ScalingOptions& options) {
    Share share{.processes = processes};
    int slowest = 0;
    for_each_run(what.network.chunks(what.batch).count(), processes, [&](int rank, ChunkRun run) {
        if (run.count() > share.chunks) {
            share.chunks = run.count();
            slowest = rank;
        }
    });
    PretendReducer pretend(slowest, processes);
    Exchanges exchanges(pretend, links);
    Threads threads(options.threads, exchanges.reducer());
    const std::unique_ptr<Workload> workload = what.network.make(threads, what.batch);
    exchanges.turn(*workload, 1);  // warms up
    const int steps = steps_for(exchanges.turn(*workload, 1), options);
    std::vector<double> plain;
    std::vector<std::vector<double>> delayed(links.size());
    for (int round = 0; round < options.rounds; ++round) {
        plain.push_back(exchanges.turn(*workload, steps));
        share.costs = exchanges.costs();
        share.over = exchanges.over();
        if (processes == 1) continue;
        for (std::size_t l = 0; l < links.size(); ++l) {
            delayed[l].push_back(exchanges.turn(*workload, steps, l));
        }
    }
    share.seconds = median(plain);
    for (const std::vector<double>& each : delayed) share.seconds_over.push_back(each.empty() ? 0 : median(each));
    return share;
}

}  // namespace

Scaling measure_scaling(const MeasuredBatch& what, const std::vector<Link>& links, const ScalingOptions& options) {
    Scaling scaling{workplace(what, options.threads), {}};
    for (const int processes : options.processes) {
        scaling.shares.push_back(measure_share(what, processes, links, options));
    }
    return scaling;
}

TwoProcesses measure_two_processes(const MeasuredBatch& what, Reducer& reducer, Alternation& alternation,
                                   const std::vector<Link>& links, const ScalingOptions& options) {
    TwoProcesses pair{.what = workplace(what, 1)};
    pair.together_over.resize(links.size());
    const StepWatch nobody{[] {}, [] {}};
    Exchanges exchanges(reducer, links);
    Threads one(1, exchanges.reducer());
    const std::unique_ptr<Workload> shared = what.network.make(one, what.batch);
    std::optional<Threads> two;
    std::unique_ptr<Workload> own;
    alternation.alone([&] {
        two.emplace(2);
        own = what.network.make(*two, what.batch);
        own->train(1, nobody);
    });
    exchanges.turn(*shared, 1);
    int steps = steps_for(exchanges.turn(*shared, 1), options);
    reducer.broadcast(std::as_writable_bytes(std::span(&steps, 1)), 0);
    std::vector<ExchangeCosts> costs(static_cast<std::size_t>(reducer.processes()));  // of the last round
    for (int round = 0; round < options.pair_rounds; ++round) {
        alternation.alone([&] { pair.alone.push_back(own->train(steps, nobody) / steps); });
        pair.together.push_back(exchanges.turn(*shared, steps));
        pair.over = exchanges.over();
        costs[static_cast<std::size_t>(reducer.rank())] = exchanges.costs();
        for (std::size_t l = 0; l < links.size(); ++l) {
            pair.together_over[l].push_back(exchanges.turn(*shared, steps, l));
        }
    }
    // The costs of that process which waited least, because it was the slower one.
    std::vector<std::size_t> begins;
    for (std::size_t p = 0; p <= costs.size(); ++p) begins.push_back(p * sizeof(ExchangeCosts));
    reducer.gather(std::as_writable_bytes(std::span(costs)), begins);
    pair.costs = *std::min_element(costs.begin(), costs.end(), [](const auto& a, const auto& b) {
        return a.agreement.seconds < b.agreement.seconds;
    });
    return pair;
}

}  // namespace norma::bench
