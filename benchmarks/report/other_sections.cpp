#include <algorithm>
#include <cmath>
#include <set>

#include "drawing/bar_chart.hpp"
#include "drawing/numbers.hpp"
#include "drawing/plot.hpp"
#include "report/figures.hpp"
#include "report/sections.hpp"
#include "report/words.hpp"

namespace norma::bench {
namespace {

using namespace drawing;

/// A norm's memory against the batch size, in MB.
Series memory_series(const Measurements& all, const std::string& network, const std::string& norm,
                     const std::string& counter) {
    Series series{norm, norm_colour(norm), {}};
    series.dots = true;
    for (const auto& [name, measured] : all.of("step")) {
        const auto parts = name_parts(name);
        if (parts.size() != 4 || parts[0] != "memory" || parts[1] != network || parts[2] != norm) continue;
        const auto batch = numbered(parts[3], "batch");
        const auto bytes = measured->counters.find(counter);
        if (batch && bytes != measured->counters.end() && bytes->second > 0)
            series.points.push_back({static_cast<double>(*batch), bytes->second / 1e6});
    }
    std::sort(series.points.begin(), series.points.end(), [](Point a, Point b) { return a.x < b.x; });
    return series;
}

/// Both axes are logarithmic: a line at 45 degrees grows with the batch, a flat line does not.
Plot memory_plot(const Measurements& all, const std::string& network, const std::string& counter, const std::string& id,
                 const std::string& title) {
    Plot plot{id + (network == "cifar10" ? "" : "-" + network),
              title + ", " + network,
              title + " of training, in MB, against the batch size, for each norm; both axes logarithmic.",
              "batch size",
              "MB",
              {},
              {},
              {}};
    plot.log_x = plot.log_y = true;
    std::vector<Series> series;
    for (const std::string norm : norms) series.push_back(memory_series(all, network, norm, counter));
    show_against_batch(plot, std::move(series));
    return plot;
}

/// Peak memory: one row for each network and norm, one column for each batch size.
Table memory_table(const Measurements& all) {
    std::vector<std::pair<std::string, Series>> rows;
    std::set<double> batches;
    for (const std::string network : {"cifar10", "resnet20"})
        for (const std::string norm : norms) {
            Series series = memory_series(all, network, norm, "peak_bytes");
            for (const Point& point : series.points) batches.insert(point.x);
            if (!series.points.empty()) rows.emplace_back(network + ", " + norm, std::move(series));
        }
    Table table{{{"", "peak memory, MB"}}, {}};
    for (const double batch : batches) table.columns.push_back({"batch size", grouped(std::llround(batch))});
    for (const auto& [name, series] : rows) {
        std::map<double, std::string> cells;
        for (const Point& point : series.points) cells[point.x] = fixed(point.y, 1);
        std::vector<std::string> row{name};
        for (const double batch : batches) row.push_back(cells.contains(batch) ? cells[batch] : nothing);
        table.rows.push_back(row);
    }
    return table;
}

}  // namespace

void show_against_batch(drawing::Plot& plot, std::vector<drawing::Series> series) {
    std::set<double> batches;
    for (drawing::Series& one : series) {
        for (const drawing::Point& point : one.points) {
            plot.x.include(point.x);
            plot.y.include(point.y);
            batches.insert(point.x);
        }
        if (!one.points.empty()) plot.series.push_back(std::move(one));
    }
    plot.x_ticks.assign(batches.begin(), batches.end());
}

Section memory_section(const Measurements& all) {
    Section section{"memory", "Memory against batch size",
                    "Norms within one image need no memory for the batch; batch norm does."};
    for (const char* network : {"cifar10", "resnet20"}) {
        for (const Plot& plot : {memory_plot(all, network, "peak_bytes", "memory", "Peak resident memory"),
                                 memory_plot(all, network, "activation_bytes", "memory-activations", "Activations")})
            if (!plot.series.empty()) section.narrow.push_back(draw(plot));
    }
    if (section.narrow.empty()) section.missing = not_measured(all, "step", "memory/<network>/<norm>/batch:<n>");
    if (Table table = memory_table(all); !table.rows.empty()) section.tables.push_back(std::move(table));
    section.notes = {
        "Peak resident memory is that of a process which only trains with this norm and batch size, with the program "
        "and the images. Activations are the bytes that the library allocates for values and gradients between "
        "layers."};
    return section;
}

Section compile_section(const Measurements& all) {
    Section section{"compile", "Compile time", "Time and memory of the compiler for each example."};
    BarChart chart{
        "compile",
        "Compile time",
        "Seconds to compile all translation units of each example, one after another, and the largest memory of "
        "one unit.",
        "seconds, one unit after another",
        {{}}};
    chart.width = 560;
    for (const auto& [name, measured] : all.of("compile_time")) {
        if (!name.starts_with("compile/")) continue;
        const auto bytes = all.counter("compile_time", name, "peak_bytes");
        const auto units = all.counter("compile_time", name, "units");
        chart.groups[0].bars.push_back(
            {name.substr(std::string("compile/").size()),
             {{measured->seconds, 0, ""}},
             fixed(measured->seconds, 1) + " s" + (bytes ? ", " + fixed(*bytes / 1e9, 2) + " GB" : "") +
                 (units ? ", " + fixed(*units, 0) + (*units == 1 ? " unit" : " units") : "")});
    }
    if (chart.empty())
        section.missing = not_measured(all, "compile_time", "compile/<example>");
    else
        section.wide.push_back(draw(chart));
    section.notes = {
        "Processor time of the compiler, summed over the example's translation units; memory is the largest resident "
        "set of one unit."};
    return section;
}

std::vector<Section> sections(const Measurements& all) {
    return {cost_section(all),  peer_section(all),   memory_section(all),          kernel_section(all),
            norm_section(all),  thread_section(all), instruction_set_section(all), compile_section(all),
            limit_section(all), step_section(all)};
}

}  // namespace norma::bench
