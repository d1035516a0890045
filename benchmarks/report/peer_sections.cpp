#include <algorithm>
#include <cmath>

#include "drawing/bar_chart.hpp"
#include "drawing/numbers.hpp"
#include "report/figures.hpp"
#include "report/sections.hpp"
#include "report/words.hpp"

namespace norma::bench {
namespace {

using namespace drawing;

/// A time as the charts and tables write it: steps and inference in ms, epochs in s.
std::string peer_time(const std::string& what, double seconds) {
    return what == "epoch" ? fixed(seconds, 1) + " s" : milliseconds(seconds) + " ms";
}

/// The experiment's network with each norm: the time of a step or an epoch for every side.
BarChart peer_chart(const Measurements& all, const std::string& what) {
    const bool step = what == "train";
    BarChart chart{step ? "peers" : "peers-epoch",
                   step ? "One training step of 128 images" : "One epoch of 50,000 images",
                   std::string(step ? "Milliseconds of a training step of 128 images" : "Seconds of an epoch") +
                       " on two threads, by norm and by library, and how many times as fast norma is as the fastest "
                       "way of PyTorch in fp32.",
                   step ? "ms per step, two threads; ×: against PyTorch in fp32"
                        : "seconds per epoch, two threads; ×: against PyTorch in fp32",
                   {}};
    chart.width = 500;
    for (const std::string norm : norms) {
        const std::vector<Peer> found = peers(all, what, "cifar10/" + norm);
        const auto gain = gain_over_torch(found, Precision::fp32);
        BarChart::Group group{norm, {}};
        for (const Peer& peer : found) {
            const bool own = peer.who.starts_with("norma");
            group.bars.push_back({peer.who,
                                  {{step ? 1e3 * peer.seconds : peer.seconds, own ? 0 : BarChart::neutral, ""}},
                                  peer_time(what, peer.seconds) +
                                      (peer.who == "norma" && gain ? ", " + fixed(gain->median, 1) + "×" : "")});
        }
        chart.groups.push_back(group);
    }
    return chart;
}

/// Every network: how many times as long as norma PyTorch takes.
BarChart network_chart(const Measurements& all, const std::string& what) {
    const bool step = what == "train";
    BarChart chart{step ? "peers-networks-train" : "peers-networks-infer",
                   step ? "Training: time of PyTorch over norma's" : "Inference: time of PyTorch over norma's",
                   std::string("How many times as long as norma PyTorch takes for ") +
                       (step ? "a training step" : "the inference") +
                       " of 128 images on two threads, by network, in fp32 and in bf16; below 1 PyTorch is faster.",
                   "times norma's time in the same format, two threads; below 1 PyTorch is faster",
                   {},
                   {{"PyTorch, fp32", 0}, {"PyTorch, bf16", 1}},
                   {{1, "norma"}},
                   500};
    for (const std::string& network : compared_networks(all)) {
        const std::vector<Peer> found = peers(all, what, network);
        BarChart::Group group{network_text(all, network), {}};
        for (const Precision precision : {Precision::fp32, Precision::bf16}) {
            const Peer* const torch = fastest_torch(found, precision);
            const auto gain = gain_over_torch(found, precision);
            if (!torch || !gain) continue;
            const bool bf16 = precision == Precision::bf16;
            group.bars.push_back({bf16 ? "bf16" : "fp32",
                                  {{gain->median, bf16 ? 1 : 0, ""}},
                                  fixed(gain->median, 2) + "×, " + peer_time(what, torch->seconds)});
        }
        if (!group.bars.empty()) chart.groups.push_back(group);
    }
    return chart;
}

/// "4.55× (4.39–4.58)": the median, the smallest and the largest.
std::string gain_text(const std::optional<Gain>& gain) {
    if (!gain) return nothing;
    return fixed(gain->median, 2) + "× (" + fixed(gain->least, 2) + "–" + fixed(gain->greatest, 2) + ")";
}

/// One row for each network and side.
Table peer_table(const Measurements& all) {
    Table table{{{"", "network, side"},
                 {"step of 128, ms", "median"},
                 {"step of 128, ms", "fastest–slowest"},
                 {"inference of 128, ms", "median"},
                 {"inference of 128, ms", "fastest–slowest"},
                 {"", "epoch, s"}},
                {}};
    for (const std::string& network : compared_networks(all)) {
        std::vector<std::string> sides;
        for (const std::string what : {"train", "infer", "epoch"})
            for (const Peer& peer : peers(all, what, network))
                if (std::find(sides.begin(), sides.end(), peer.who) == sides.end()) sides.push_back(peer.who);
        for (const std::string& side : sides) {
            std::vector<std::string> row{network_text(all, network) + ", " + side};
            for (const std::string what : {"train", "infer", "epoch"}) {
                const std::vector<Peer> found = peers(all, what, network);
                const auto peer =
                    std::find_if(found.begin(), found.end(), [&](const Peer& each) { return each.who == side; });
                const bool measured = peer != found.end();
                if (what == "epoch") {
                    row.push_back(measured ? fixed(peer->seconds, 1) : nothing);
                    continue;
                }
                row.push_back(measured ? milliseconds(peer->seconds) : nothing);
                row.push_back(measured ? milliseconds_between(*std::ranges::min_element(peer->rounds),
                                                              *std::ranges::max_element(peer->rounds))
                                       : nothing);
            }
            table.rows.push_back(row);
        }
    }
    return table;
}

/// A side's time in ms.
std::string time_text(const Peer* peer) { return peer ? milliseconds(peer->seconds) : nothing; }

/// fp32, and bf16 if norma was measured in it with any network.
std::vector<Precision> own_precisions(const Measurements& all, const std::string& what) {
    for (const std::string& network : compared_networks(all))
        if (find_norma(peers(all, what, network), Precision::bf16)) return {Precision::fp32, Precision::bf16};
    return {Precision::fp32};
}

}  // namespace

drawing::Table zoo_table(const Measurements& all) {
    Table table{{{"", "network"}, {"", "parameters"}, {"", "multiply-adds"}}, {}};
    for (const auto& [what, title] :
         {std::pair<std::string, std::string>{"train", "step"}, {"infer", "inference"}, {"single", "single image"}})
        for (const Precision precision : own_precisions(all, what)) {
            const std::string format = precision == Precision::bf16 ? " bf16" : "";
            for (const std::string& column : {title + format + ", ms: norma", "PyTorch" + format, std::string("ratio")})
                table.columns.push_back({"", column});
        }
    for (const std::string& network : compared_networks(all)) {
        const auto counted = [&](const char* what) {
            const auto value = all.counter("peers", "train/" + network, what);
            return value ? grouped(std::llround(*value)) : nothing;
        };
        std::vector<std::string> row{network_text(all, network), counted("parameters"), counted("multiply_adds")};
        for (const std::string what : {"train", "infer", "single"}) {
            const std::vector<Peer> found = peers(all, what, network);
            for (const Precision precision : own_precisions(all, what)) {
                const auto gain = gain_over_torch(found, precision);
                row.push_back(time_text(find_norma(found, precision)));
                row.push_back(time_text(fastest_torch(found, precision)));
                row.push_back(gain ? fixed(gain->median, 2) + "×" : nothing);
            }
        }
        table.rows.push_back(row);
    }
    return table;
}

drawing::Table network_table(const Measurements& all, const std::string& what) {
    Table table{{{"", what == "train"   ? "training step, ms"
                      : what == "infer" ? "inference, ms"
                                        : "inference of a single image on one thread, ms"}},
                {}};
    const bool own_bf16 = own_precisions(all, what).size() > 1;
    for (const char* column : {"norma", "PyTorch", "PyTorch ÷ norma"}) table.columns.push_back({"", column});
    if (own_bf16)
        for (const char* column : {"norma bf16", "norma ÷ norma bf16"}) table.columns.push_back({"", column});
    for (const char* column : {"PyTorch bf16", "PyTorch bf16 ÷ norma"}) table.columns.push_back({"", column});
    if (own_bf16) table.columns.back().name += " bf16";
    for (const std::string& network : compared_networks(all)) {
        const std::vector<Peer> found = peers(all, what, network);
        if (found.empty()) continue;
        std::vector<std::string> row{network_text(all, network), time_text(find_norma(found, Precision::fp32))};
        for (const Precision precision : {Precision::fp32, Precision::bf16}) {
            if (precision == Precision::bf16 && own_bf16) {
                row.push_back(time_text(find_norma(found, precision)));
                row.push_back(gain_text(gain_of_bf16(found)));
            }
            row.push_back(time_text(fastest_torch(found, precision)));
            row.push_back(gain_text(gain_over_torch(found, precision)));
        }
        table.rows.push_back(row);
    }
    return table;
}

Section peer_section(const Measurements& all) {
    Section section{"peers", "norma and PyTorch",
                    "The same networks, the same batches, the same two threads, on the same machine in turn."};
    for (const BarChart& chart :
         {network_chart(all, "train"), network_chart(all, "infer"), peer_chart(all, "train"), peer_chart(all, "epoch")})
        if (!chart.empty()) section.narrow.push_back(draw(chart));
    const std::string torch = all.context("peers", "torch");
    if (section.narrow.empty())
        section.missing = not_measured(all, "peers", "train/<network>/<norm>");
    else if (torch.empty())
        section.missing = "Not measured: PyTorch, because it was not installed; only norma is shown.";
    for (Table table :
         {network_table(all, "train"), network_table(all, "infer"), network_table(all, "single"), peer_table(all)})
        if (!table.rows.empty()) section.tables.push_back(std::move(table));
    section.notes = {
        "Milliseconds of a training step and of the inference of 128 images on two threads, and of the inference of a "
        "single image on one thread: medians over the rounds. "
        "In each round norma and every way of PyTorch take their turn; a ratio is the median of the rounds' ratios, "
        "with the least and the greatest in parentheses." +
        (torch.empty() ? std::string()
                       : " PyTorch " + torch +
                             ": the fastest of contiguous, channels last and (where it was measured) compiled; bf16 is "
                             "torch.autocast, the faster of both memory formats. A ratio in bf16 is with norma in "
                             "bf16; with norma in "
                             "fp32 where it has no bf16 for the network, or was not measured in it.")};
    return section;
}

}  // namespace norma::bench
