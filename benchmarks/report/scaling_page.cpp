#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "drawing/markup.hpp"
#include "drawing/numbers.hpp"
#include "drawing/page.hpp"
#include "drawing/plot.hpp"
#include "drawing/table.hpp"
#include "report/scaling.hpp"
#include "report/words.hpp"
#include "support/median.hpp"

namespace norma::bench {
namespace {

using namespace drawing;

std::string name_of(const Workplace& what) { return what.title + ", " + grouped(what.batch) + " images"; }
std::string percent(double share) { return fixed(100 * share, 0) + " %"; }
std::string difference(double predicted, double measured) { return signed_percent(100 * (predicted / measured - 1)); }
std::string megabytes(std::int64_t bytes) {
    const double value = 1e-6 * static_cast<double>(bytes);
    return fixed(value, value < 1 ? 3 : 1);
}

/// One row for each network and batch: one process of two threads beside two processes of one.
Table pair_table(const ScalingFigures& all) {
    Table table{{{"", "network"},
                 {"step, ms", "one process"},
                 {"step, ms", "two processes"},
                 {"", "ratio"},
                 {"of which, ms", "compute"},
                 {"of which, ms", "wait"},
                 {"of which, ms", "exchange"},
                 {"a process and step", "messages"},
                 {"a process and step", "MB received"}},
                {}};
    for (const TwoProcesses& pair : all.pairs) {
        const TwoProcesses::Ratio ratio = pair.ratio();
        const double step = median(pair.together);
        const double waits = pair.costs.agreement.seconds;
        const ExchangeCost moved = pair.costs.moved();
        table.rows.push_back(
            {name_of(pair.what), milliseconds(median(pair.alone)), milliseconds(step),
             fixed(ratio.median, 3) + " (" + fixed(ratio.least, 3) + "–" + fixed(ratio.greatest, 3) + ")",
             milliseconds(step - waits - moved.seconds), milliseconds(waits), milliseconds(moved.seconds),
             grouped(pair.costs.agreement.exchanges + moved.exchanges), megabytes(moved.received_bytes)});
    }
    return table;
}

/// What a process exchanges in a step, by kind, for a few numbers of processes.
Table message_table(const ScalingFigures& all) {
    Table table{{{"", "network"},
                 {"", "processes"},
                 {"agreements", "messages"},
                 {"statistics and results", "messages"},
                 {"statistics and results", "MB received"},
                 {"gradients", "messages"},
                 {"gradients", "MB received"}},
                {}};
    for (const Scaling& scaling : all.scalings) {
        for (const Share& share : scaling.shares) {
            const auto shown = {2, 3, 4, 8, 64};
            if (std::find(shown.begin(), shown.end(), share.processes) == shown.end()) continue;
            ExchangeCost rest = share.costs.statistics;
            rest += share.costs.results;
            table.rows.push_back({name_of(scaling.what), std::to_string(share.processes),
                                  grouped(share.costs.agreement.exchanges), grouped(rest.exchanges),
                                  megabytes(rest.received_bytes), grouped(share.costs.gradients.exchanges),
                                  megabytes(share.costs.gradients.received_bytes)});
        }
    }
    return table;
}

void add_check(Table& table, const std::string& network, const std::string& processes, int chunks, double compute,
               const std::vector<std::pair<double, double>>& predicted_and_measured) {
    std::vector<std::string> row{network, processes, std::to_string(chunks), milliseconds(compute)};
    for (const auto& [expected, measured] : predicted_and_measured) {
        const bool known = measured > 0;
        row.push_back(milliseconds(expected));
        row.push_back(known ? milliseconds(measured) : nothing);
        row.push_back(known ? difference(expected, measured) : nothing);
    }
    table.rows.push_back(row);
}

/// The model beside steps whose exchanges last as long as the networks say.
Table check_table(const ScalingFigures& all) {
    Table table{{{"", "network"}, {"", "processes"}, {"", "chunks"}, {"", "compute, ms"}}, {}};
    for (const Link& link : all.links) {
        for (const char* name : {"predicted, ms", "measured, ms", "difference"}) {
            table.columns.push_back({link.name, name});
        }
    }
    for (const Scaling& scaling : all.scalings) {
        const ComputeModel model = fitted(scaling);
        for (const Share& share : scaling.shares) {
            if (share.processes == 1) continue;
            std::vector<std::pair<double, double>> both;
            for (std::size_t l = 0; l < all.links.size(); ++l) {
                both.emplace_back(predicted(scaling, share, l), share.seconds_over[l]);
            }
            add_check(table, name_of(scaling.what), std::to_string(share.processes), share.chunks,
                      model.seconds(share.chunks, scaling.what.threads), both);
        }
        for (const TwoProcesses& pair : all.pairs) {
            if (pair.what.id != scaling.what.id || pair.what.batch != scaling.what.batch) continue;
            const int chunks = (pair.what.chunks + 1) / 2;
            const double compute = model.seconds(chunks, 1);
            std::vector<std::pair<double, double>> both;
            for (std::size_t l = 0; l < all.links.size(); ++l) {
                both.emplace_back(compute + pair.over[l].sum(), median(pair.together_over[l]));
            }
            add_check(table, name_of(pair.what), "2, by MPI, one thread each", chunks, compute, both);
        }
    }
    return table;
}

/// One row for each number of nodes: a step's parts and the efficiency.
Table model_table(const ScalingFigures& all, const Scaling& scaling) {
    Table table{{{"", "nodes"}, {"", "chunks"}, {"", "compute, ms"}}, {}};
    for (const Link& link : all.links) {
        for (const char* name : {"agree", "statistics", "gradients", "hidden", "step"}) {
            table.columns.push_back({link.name + ", ms", name});
        }
        table.columns.push_back({link.name, "efficiency"});
    }
    const ComputeModel model = fitted(scaling);
    for (const Share& share : scaling.shares) {
        const double compute = share.processes == 1 ? share.seconds : model.seconds(share.chunks, scaling.what.threads);
        std::vector<std::string> row{std::to_string(share.processes), std::to_string(share.chunks),
                                     milliseconds(compute)};
        for (std::size_t l = 0; l < all.links.size(); ++l) {
            const ExchangeSeconds& over = share.over[l];
            for (const double part : {over.agreement, over.statistics, over.gradients, over.hidden}) {
                row.push_back(milliseconds(part));
            }
            row.push_back(milliseconds(predicted(scaling, share, l)));
            row.push_back(percent(efficiency(scaling, share, l)));
        }
        table.rows.push_back(row);
    }
    return table;
}

Svg chart(const ScalingFigures& all, const Scaling& scaling) {
    Plot plot{"scaling-" + scaling.what.id + "-" + std::to_string(scaling.what.batch),
              name_of(scaling.what),
              "Modelled efficiency in percent against the number of nodes of " + std::to_string(scaling.what.threads) +
                  " cores, for each network between them, for one batch of " + grouped(scaling.what.batch) + " images.",
              "nodes of " + std::to_string(scaling.what.threads) + " cores",
              "efficiency, %",
              {},
              {},
              {}};
    plot.log_x = true;
    const auto add = [&](const std::string& name, int colour, bool dashed, const auto& efficiency_of) {
        Series series{name, colour, {}};
        series.dots = !dashed;
        series.dashed = dashed;
        for (const Share& share : scaling.shares) {
            series.points.push_back({static_cast<double>(share.processes), 100 * efficiency_of(share)});
        }
        plot.series.push_back(series);
    };
    for (std::size_t l = 0; l < all.links.size(); ++l) {
        add(all.links[l].name, static_cast<int>(l), false,
            [&](const Share& share) { return efficiency(scaling, share, l); });
    }
    const int own_colour = static_cast<int>(all.links.size());
    add("exchanges that take no time", own_colour, true,
        [&](const Share& share) { return compute_efficiency(scaling, share); });
    for (const Share& share : scaling.shares) {
        plot.x.include(share.processes);
        const auto p = static_cast<unsigned>(share.processes);
        if ((p & (p - 1)) == 0) plot.x_ticks.push_back(share.processes);
    }
    plot.y.include(0);
    plot.y.include(100);
    return draw(plot);
}

/// What it saves that gradients travel while the next pass computes.
Table overlap_table(const ScalingFigures& all) {
    Table table{{{"", "network"}, {"", "nodes"}}, {}};
    for (const Link& link : all.links) {
        for (const char* name : {"gradients, ms", "of which hidden", "efficiency", "without overlap"}) {
            table.columns.push_back({link.name, name});
        }
    }
    for (const Scaling& scaling : all.scalings) {
        for (const Share& share : scaling.shares) {
            if (share.processes != 2 && share.processes != 8 && share.processes != 32) continue;
            std::vector<std::string> row{name_of(scaling.what), std::to_string(share.processes)};
            for (std::size_t l = 0; l < all.links.size(); ++l) {
                row.push_back(milliseconds(share.over[l].gradients));
                row.push_back(milliseconds(share.over[l].hidden));
                row.push_back(percent(efficiency(scaling, share, l)));
                row.push_back(percent(efficiency(scaling, share, l, false)));
            }
            table.rows.push_back(row);
        }
    }
    return table;
}

std::string links_text(const ScalingFigures& all) {
    std::string text = "The networks are assumptions:";
    for (const Link& link : all.links) {
        text += " " + link.name + " with " + fixed(1e6 * link.latency, 0) + " µs a message" +
                (&link == &all.links.back() ? "." : ",");
    }
    return text +
           " A collective takes what the algorithms of MPI libraries take: ⌈log2 P⌉ messages for a reduction or "
           "a small gather, P − 1 for a large gather or an exchange of parts, and the bytes that a process "
           "receives (or sends, if these are more) at the full bandwidth.";
}

struct Part {
    std::string id, heading;
    std::vector<std::string> texts;
    std::vector<Svg> charts;
    std::vector<Table> tables;
};

std::vector<Part> parts_of(const ScalingFigures& all) {
    std::vector<Part> parts;
    if (!all.pairs.empty()) {
        parts.push_back({"pairs",
                         "Two processes of one thread beside one process of two",
                         {"In turn, in the same run, on the same two cores. The ratio is the time of one process ÷ "
                          "that of two: the median of the rounds, the smallest and the largest. Wait is the time in "
                          "agreements, where a process waits for the slower one."},
                         {},
                         {pair_table(all)}});
    }
    parts.push_back({"messages",
                     "What a process exchanges in a step",
                     {"Of that process which has the most chunks. A message is a call in which all processes take "
                      "part."},
                     {},
                     {message_table(all)}});
    parts.push_back(
        {"model",
         "More machines",
         {"Efficiency is the time of one node ÷ (nodes · time of so many nodes), for the same batch. A step is what is "
          "not divided, plus the time of a chunk for each round in which the threads take a chunk each, plus the "
          "exchanges, without the time in which gradients travel while the next pass computes. Both compute times are "
          "fitted to two measured points, all others are predicted. " +
          links_text(all)},
         {},
         {}});
    for (const Scaling& scaling : all.scalings) parts.back().charts.push_back(chart(all, scaling));
    for (const Scaling& scaling : all.scalings) {
        const ComputeModel model = fitted(scaling);
        parts.push_back({"model-" + scaling.what.id + "-" + std::to_string(scaling.what.batch),
                         name_of(scaling.what),
                         {grouped(scaling.what.parameters) + " parameters, " + std::to_string(scaling.what.chunks) +
                          " chunks. Not divided: " + milliseconds(model.undivided) +
                          " ms; a chunk on each thread: " + milliseconds(model.round) + " ms."},
                         {},
                         {model_table(all, scaling)}});
    }
    parts.push_back({"check",
                     "Predicted and measured",
                     {"Measured: one node's share of the step, with exchanges that last as long as the network says. "
                      "By MPI: two real processes of one thread each, with the same delays."},
                     {},
                     {check_table(all)}});
    parts.push_back({"overlap",
                     "What overlapping saves",
                     {"The gradients of a pass travel while the next pass computes. Hidden is what of their time is no "
                      "longer than that pass; without overlap, each pass would wait for all of it."},
                     {},
                     {overlap_table(all)}});
    return parts;
}

std::string html(const ScalingFigures& all, const std::vector<Part>& parts) {
    std::string main;
    for (const Part& part : parts) {
        std::string content = paragraphs(part.texts);
        if (!part.charts.empty()) content += plots(part.charts);
        for (const Table& table : part.tables) content += table_card(table, part.heading, part.heading);
        main += section(part.id, part.heading, content);
    }
    return whole_page("norma: several processes",
                      element("header", "",
                              "\n<h1>norma on several machines</h1>\n" +
                                  element("p", "class=\"lead\"", escaped(all.machine)) + "\n") +
                          "\n" + element("main", "", "\n" + main) + "\n");
}

/// Markdown has one line of headings, so each has its group's name too.
Table flat(Table table) {
    for (Table::Column& column : table.columns) {
        if (!column.group.empty()) column = {"", column.group + ": " + column.name};
    }
    return table;
}

std::string markdown(const ScalingFigures& all, const std::vector<Part>& parts) {
    std::string text = all.machine + "\n";
    for (const Part& part : parts) {
        text += "\n## " + part.heading + "\n";
        for (const std::string& line : part.texts) text += wrapped(line);
        for (const Svg& each : part.charts) text += "![" + each.title + "](" + each.id + ".svg)\n";
        for (const Table& table : part.tables) text += "\n" + render_markdown(flat(table));
    }
    return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> scaling_report(const ScalingFigures& figures) {
    const std::vector<Part> parts = parts_of(figures);
    std::vector<std::pair<std::string, std::string>> files{{"scaling.md", markdown(figures, parts)}};
    for (const Part& part : parts) {
        for (const Svg& each : part.charts) files.emplace_back(each.id + ".svg", each.standalone());
    }
    files.emplace_back("scaling.html", html(figures, parts));
    return files;
}

}  // namespace norma::bench
