#include "report/figures.hpp"

#include <algorithm>
#include <charconv>

namespace norma::bench {

int norm_colour(const std::string& norm) {
    if (norm == "batch") return 0;
    if (norm == "group") return 1;
    return norm == "layer" ? 2 : 3;
}

std::string Step::name() const {
    return what + "/" + network + "/" + norm + "/batch:" + std::to_string(batch) +
           "/threads:" + std::to_string(threads);
}

std::optional<double> ratio(std::optional<double> a, std::optional<double> b) {
    if (!a || !b || !(*b > 0)) return std::nullopt;
    return *a / *b;
}

std::optional<double> step_seconds(const Measurements& all, const Step& step) {
    const Measured* measured = all.find(step.file, step.name());
    if (!measured) return std::nullopt;
    return measured->seconds;
}

std::optional<double> work_at_peak(const Measurements& all, const Step& step) {
    return all.counter(step.file, step.name(), "peak_gflop");
}

std::optional<double> share_of_peak(const Measurements& all, const Step& step) {
    const auto share = ratio(all.counter(step.file, step.name(), "gflop"), work_at_peak(all, step));
    return share ? std::optional(100 * *share) : std::nullopt;
}

std::optional<double> cost_over_none(const Measurements& all, const Step& step) {
    Step none = step;
    none.norm = "none";
    const auto work = ratio(work_at_peak(all, step), work_at_peak(all, none));
    return work ? std::optional(100 * (*work - 1)) : std::nullopt;
}

std::optional<double> gain_of_two_threads(const Measurements& all, const Step& step) {
    Step turns = step;
    turns.what = "scaling";
    turns.threads = 2;
    return all.counter(turns.file, turns.name(), "gain");
}

std::vector<Peer> peers(const Measurements& all, const std::string& what, const std::string& norm) {
    std::vector<Peer> found;
    const std::string start = what + "/cifar10/" + norm + "/";
    for (const auto& [name, measured] : all.of("peers"))
        if (name.starts_with(start))
            found.push_back({name.substr(start.size()), measured->seconds, measured->least, measured->greatest});
    std::stable_partition(found.begin(), found.end(), [](const Peer& peer) { return peer.who == "norma"; });
    return found;
}

std::optional<double> gain_over_peers(const std::vector<Peer>& all) {
    std::optional<double> own, others;
    for (const Peer& peer : all) {
        if (peer.who == "norma")
            own = peer.seconds;
        else
            others = std::min(peer.seconds, others.value_or(peer.seconds));
    }
    return ratio(others, own);
}

std::optional<int> numbered(const std::string& part, const std::string& name) {
    if (!part.starts_with(name + ":")) return std::nullopt;
    int number = 0;
    const char* const end = part.data() + part.size();
    const auto [stopped, error] = std::from_chars(part.data() + name.size() + 1, end, number);
    return error == std::errc() && stopped == end && number > 0 ? std::optional(number) : std::nullopt;
}

}  // namespace norma::bench
