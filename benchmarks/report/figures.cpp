#include "report/figures.hpp"

#include <algorithm>
#include <charconv>

#include "drawing/numbers.hpp"
#include "support/median.hpp"

namespace norma::bench {
namespace {

bool is_norma(const Peer& peer) { return peer.who.starts_with("norma"); }
bool is_bf16(const Peer& peer) { return peer.who == "norma bf16" || peer.who.starts_with("torch bf16"); }

/// How many times as fast `fast` is as `slow`, round by round.
std::optional<Gain> gain_over(const Peer* slow, const Peer* fast) {
    if (!slow || !fast) return std::nullopt;
    std::vector<double> gains;
    for (std::size_t i = 0; i < std::min(fast->rounds.size(), slow->rounds.size()); ++i)
        if (const auto gain = ratio(slow->rounds[i], fast->rounds[i])) gains.push_back(*gain);
    if (gains.empty()) return std::nullopt;
    const auto [least, greatest] = std::minmax_element(gains.begin(), gains.end());
    return Gain{median(gains), *least, *greatest};
}

}  // namespace

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

std::vector<Peer> peers(const Measurements& all, const std::string& what, const std::string& network) {
    std::vector<Peer> found;
    const Measured* measured = all.find("peers", what + "/" + network);
    if (!measured) return found;
    for (const auto& [who, rounds] : measured->each)
        if (who == "norma" || who == "norma bf16" || who.starts_with("torch "))
            found.push_back({who, rounds, median(rounds)});
    const auto rank = [](const Peer& peer) { return (is_norma(peer) ? 0 : 2) + (is_bf16(peer) ? 1 : 0); };
    std::stable_sort(found.begin(), found.end(), [&](const Peer& a, const Peer& b) { return rank(a) < rank(b); });
    return found;
}

const Peer* fastest_torch(const std::vector<Peer>& all, Precision precision) {
    const Peer* fastest = nullptr;
    for (const Peer& peer : all) {
        if (is_norma(peer) || is_bf16(peer) != (precision == Precision::bf16)) continue;
        if (!fastest || peer.seconds < fastest->seconds) fastest = &peer;
    }
    return fastest;
}

const Peer* find_norma(const std::vector<Peer>& all, Precision precision) {
    const auto found = std::ranges::find(all, precision == Precision::fp32 ? "norma" : "norma bf16", &Peer::who);
    return found == all.end() ? nullptr : &*found;
}

std::optional<Gain> gain_over_torch(const std::vector<Peer>& all, Precision precision) {
    const Peer* const own = find_norma(all, precision);
    return gain_over(fastest_torch(all, precision), own ? own : find_norma(all, Precision::fp32));
}

std::optional<Gain> gain_of_bf16(const std::vector<Peer>& all) {
    return gain_over(find_norma(all, Precision::fp32), find_norma(all, Precision::bf16));
}

std::vector<std::string> compared_networks(const Measurements& all) {
    std::vector<std::string> networks;
    for (const auto& [name, measured] : all.of("peers")) {
        const auto parts = name_parts(name);
        if (parts.size() != 3) continue;
        const std::string network = parts[1] + "/" + parts[2];
        const bool is_new = std::find(networks.begin(), networks.end(), network) == networks.end();
        if (is_new && !peers(all, parts[0], network).empty()) networks.push_back(network);
    }
    const auto parameters = [&](const std::string& network) {
        return all.counter("peers", "train/" + network, "parameters").value_or(0);
    };
    std::stable_sort(networks.begin(), networks.end(),
                     [&](const std::string& a, const std::string& b) { return parameters(a) < parameters(b); });
    return networks;
}

std::string network_text(const Measurements& all, const std::string& network) {
    const auto parts = name_parts(network);
    std::string title = parts[0];
    std::string batch;
    for (const std::string what : {"train", "infer", "single"}) {
        const Measured* const measured = all.find("peers", what + "/" + network);
        if (!measured) continue;
        if (!measured->label.empty()) title = measured->label;
        const auto images = measured->counters.find("batch");
        if (images != measured->counters.end() && images->second != 128)
            batch = ", " + drawing::fixed(images->second, 0) + " images";
    }
    const std::string norm = parts[1] == "channel" ? "channel layer" : parts[1] == "none" ? "no" : parts[1];
    return title + ", " + norm + " norm" + batch;
}

std::optional<int> numbered(const std::string& part, const std::string& name) {
    if (!part.starts_with(name + ":")) return std::nullopt;
    int number = 0;
    const char* const end = part.data() + part.size();
    const auto [stopped, error] = std::from_chars(part.data() + name.size() + 1, end, number);
    return error == std::errc() && stopped == end && number > 0 ? std::optional(number) : std::nullopt;
}

}  // namespace norma::bench
