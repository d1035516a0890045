#include <algorithm>
#include <cmath>
#include <set>

#include "drawing/bar_chart.hpp"
#include "drawing/markup.hpp"
#include "drawing/numbers.hpp"
#include "drawing/plot.hpp"
#include "report/figures.hpp"
#include "report/sections.hpp"
#include "report/words.hpp"

namespace norma::bench {
namespace {

using namespace drawing;

/// The results of a file whose names begin with `first` and have so many parts, in the order of the file.
std::vector<std::pair<std::vector<std::string>, const Measured*>> results_of(const Measurements& all,
                                                                             const std::string& file,
                                                                             const std::string& first,
                                                                             std::size_t parts) {
    std::vector<std::pair<std::vector<std::string>, const Measured*>> list;
    for (const auto& [name, measured] : all.of(file))
        if (auto names = name_parts(name); names.size() == parts && names[0] == first)
            list.emplace_back(std::move(names), measured);
    return list;
}

std::optional<double> counter(const Measured& measured, const std::string& name) {
    const auto found = measured.counters.find(name);
    return found == measured.counters.end() ? std::nullopt : std::optional(found->second);
}

/// `3x32x32-16x30x30-k3` as "3×32×32 → 16×30×30, 3×3".
std::string convolution_text(const std::string& name) {
    std::string text = shape_text(name);
    if (const std::size_t kernel = text.rfind("-k"); kernel != std::string::npos) {
        const std::string size = text.substr(kernel + 2);
        text = text.substr(0, kernel) + ", " + size + "×" + size;
    }
    if (const std::size_t arrow = text.find('-'); arrow != std::string::npos) text.replace(arrow, 1, " → ");
    return text;
}

/// `input_gradient` as "input gradient".
std::string in_words(std::string name) {
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
}

constexpr std::array directions{"forward", "input_gradient", "weight_gradient"};

/// One convolution: GFLOP/s in the three `directions`, and for those that were measured together the seconds of a call,
/// and the operations, in GFLOP, that the model takes to be as long at the peak.
struct ConvolutionSpeeds {
    std::string shape;
    std::array<std::optional<double>, 3> gflops = {};
    double seconds = 0;
    double modelled_gflop = 0;
};

/// The convolutions of a network, in the order of the file, which is the order of the network.
std::vector<ConvolutionSpeeds> convolutions_of(const Measurements& all, const std::string& network) {
    std::vector<ConvolutionSpeeds> list;
    for (const auto& [names, measured] : results_of(all, "kernels", "convolution", 4)) {
        const auto at = std::find(directions.begin(), directions.end(), names[3]);
        if (names[1] != network || at == directions.end()) continue;
        const std::string& shape = names[2];
        auto found = std::find_if(list.begin(), list.end(), [&](const auto& each) { return each.shape == shape; });
        if (found == list.end()) found = list.insert(found, {shape});
        found->gflops[static_cast<std::size_t>(at - directions.begin())] = counter(*measured, "gflops");
        found->seconds += measured->seconds;
        found->modelled_gflop += counter(*measured, "modelled_gflop").value_or(0);
    }
    return list;
}

BarChart convolution_chart(const Measurements& all, const std::string& network) {
    BarChart chart{
        "kernels-" + slug(network),
        "Convolutions of " + network + ": share of the limit",
        "Share of one core's FMA peak that each convolution reaches: forward, gradient of the input, gradient "
        "of the weights.",
        "% of one core's FMA peak",
        {}};
    chart.width = 560;
    chart.marks = {{100, "the limit"}};
    const auto peak = all.counter("kernels", "yardstick/fma/threads:1", "gflops");
    for (const ConvolutionSpeeds& each : convolutions_of(all, network)) {
        BarChart::Group group{convolution_text(each.shape), {}};
        for (std::size_t i = 0; i < directions.size(); ++i)
            if (const auto share = ratio(each.gflops[i], peak))
                group.bars.push_back({in_words(directions[i]),
                                      {{100 * *share, static_cast<int>(i), ""}},
                                      fixed(100 * *share, 0) + " %, " + fixed(*each.gflops[i], 1) + " GFLOP/s"});
        chart.groups.push_back(group);
    }
    return chart;
}

/// Beside the measured time of each convolution that of the model by which norma chooses how it is computed.
BarChart model_chart(const Measurements& all, const std::string& network) {
    BarChart chart{
        "kernels-model-" + slug(network),
        "Convolutions of " + network + ": time, modelled and measured",
        "Time of each convolution's kernels together, by the model that chooses the algorithm, and measured.",
        "µs",
        {}};
    chart.width = 560;
    const auto peak = all.counter("kernels", "yardstick/fma/threads:1", "gflops");
    for (const ConvolutionSpeeds& each : convolutions_of(all, network)) {
        const auto model = ratio(each.modelled_gflop, peak);  // in seconds
        if (!model || *model <= 0) continue;
        chart.groups.push_back(
            {convolution_text(each.shape),
             {{"modelled", {{1e6 * *model, BarChart::neutral, ""}}, fixed(1e6 * *model, 1) + " µs"},
              {"measured",
               {{1e6 * each.seconds, 0, ""}},
               fixed(1e6 * each.seconds, 1) + " µs, " + fixed(each.seconds / *model, 2) + " of the model"}}});
    }
    return chart;
}

/// Bytes of one image of floats of this shape; zero if it is not a shape.
double bytes_of(const std::string& shape) {
    double bytes = 4;
    std::string size;
    for (const char c : shape + "x") {
        if (c != 'x') {
            size += c;
            continue;
        }
        bytes *= std::atof(size.c_str());
        size.clear();
    }
    return bytes;
}

/// The bandwidth, in GB/s, of the yardstick whose array size is nearest to these bytes.
std::optional<double> bandwidth_near(const Measurements& all, double bytes) {
    std::optional<double> best;
    double nearest = 0;
    for (const auto& [names, measured] : results_of(all, "kernels", "yardstick", 4)) {
        const auto kilobytes = numbered(names[2], "kB");
        if (names[1] != "bandwidth" || names[3] != "threads:1" || !kilobytes) continue;
        const double distance = std::abs(std::log(1e3 * *kilobytes / std::max(bytes, 1.0)));
        if (best && distance >= nearest) continue;
        nearest = distance;
        best = counter(*measured, "gigabytes");
    }
    return best;
}

BarChart::Bar bandwidth_bar(const Measurements& all, const std::string& name, const std::string& shape,
                            double gigabytes, int colour) {
    const auto share = ratio(gigabytes, bandwidth_near(all, 2 * bytes_of(shape)));
    return {name,
            {{share ? 100 * *share : 0, colour, ""}},
            (share ? fixed(100 * *share, 0) + " %, " : std::string()) + fixed(gigabytes, 1) + " GB/s"};
}

BarChart bandwidth_chart(const Measurements& all) {
    BarChart chart{"kernels-bandwidth",
                   "Pooling and elementwise passes: share of the limit",
                   "Share of one core's copying bandwidth that pooling and elementwise passes reach.",
                   "% of one core's bandwidth",
                   {}};
    chart.width = 560;
    chart.marks = {{100, "the limit"}};
    BarChart::Group pool{"pooling", {}}, elementwise{"elementwise", {}};
    for (const auto& [names, measured] : results_of(all, "kernels", "pool", 3))
        if (const auto gigabytes = counter(*measured, "gigabytes"))
            pool.bars.push_back(bandwidth_bar(all, shape_text(names[1]) + " " + names[2], names[1], *gigabytes,
                                              names[2] == "forward" ? 0 : 1));
    for (const auto& [names, measured] : results_of(all, "kernels", "elementwise", 3))
        if (const auto gigabytes = counter(*measured, "gigabytes"))
            elementwise.bars.push_back(
                bandwidth_bar(all, in_words(names[1]) + " " + shape_text(names[2]), names[2], *gigabytes, 2));
    chart.groups = {pool, elementwise};
    return chart;
}

/// From norms.json: ns per element against the batch size, for one shape, norm and direction.
Series norm_series(const Measurements& all, const std::string& shape, const std::string& norm,
                   const std::string& direction) {
    Series series{norm + (direction == "forward" ? "" : ", backward"), norm_colour(norm), {}};
    series.dots = true;
    series.dashed = direction == "backward";
    for (const auto& [names, measured] : results_of(all, "norms", "norm", 5)) {
        const auto batch = numbered(names[3], "batch");
        const auto time = counter(*measured, "ns_per_element");
        if (names[1] == norm && names[2] == shape && names[4] == direction && batch && time)
            series.points.push_back({static_cast<double>(*batch), *time});
    }
    std::sort(series.points.begin(), series.points.end(), [](Point a, Point b) { return a.x < b.x; });
    return series;
}

Plot norm_plot(const Measurements& all, const std::string& shape) {
    Plot plot{"norms-" + slug(shape),
              "Norms on " + shape_text(shape),
              "Nanoseconds per element of each norm on images of " + shape_text(shape) +
                  " against the batch size, forward and backward.",
              "batch size",
              "ns per element",
              {},
              {},
              {}};
    plot.log_x = true;
    plot.y.include(0);
    std::vector<Series> series;
    for (const std::string norm : norms)
        for (const std::string direction : {"forward", "backward"})
            series.push_back(norm_series(all, shape, norm, direction));
    show_against_batch(plot, std::move(series));
    return plot;
}

/// One row for each shape, batch size and norm.
Table norm_table(const Measurements& all) {
    Table table{{{"", "shape, batch, norm"},
                 {"forward", "ns per element"},
                 {"forward", "GB/s"},
                 {"backward", "ns per element"},
                 {"backward", "GB/s"}},
                {}};
    for (const auto& [names, measured] : results_of(all, "norms", "norm", 5)) {
        const auto batch = numbered(names[3], "batch");
        if (!batch || (names[4] != "forward" && names[4] != "backward")) continue;
        const std::string name = shape_text(names[2]) + ", " + grouped(*batch) + ", " + names[1];
        auto row =
            std::find_if(table.rows.begin(), table.rows.end(), [&](const auto& each) { return each[0] == name; });
        if (row == table.rows.end()) row = table.rows.insert(row, {name, nothing, nothing, nothing, nothing});
        const std::size_t at = names[4] == "forward" ? 1 : 3;
        (*row)[at] = or_nothing(counter(*measured, "ns_per_element"), 3);
        (*row)[at + 1] = or_nothing(counter(*measured, "gigabytes"), 1);
    }
    return table;
}

BarChart fma_chart(const Measurements& all) {
    BarChart chart{"limits",
                   "Fused multiply-adds",
                   "Floating-point operations per second of fused multiply-adds in registers, by lanes and by threads.",
                   "GFLOP/s",
                   {}};
    std::map<int, BarChart::Group> groups;
    for (const auto& [names, measured] : results_of(all, "peak", "fma", 3)) {
        const auto lanes = numbered(names[1], "lanes"), threads = numbered(names[2], "threads");
        const auto speed = counter(*measured, "gflops");
        if (!lanes || !threads || !speed) continue;
        BarChart::Group& group = groups[*lanes];
        group.name = std::to_string(*lanes) + " lanes";
        group.bars.push_back(
            {names[2].substr(std::string("threads:").size()) + (*threads == 1 ? " thread" : " threads"),
             {{*speed, *threads == 1 ? BarChart::neutral : 0, ""}},
             fixed(*speed, 1)});
    }
    for (const auto& [lanes, group] : groups) chart.groups.push_back(group);
    return chart;
}

Table bandwidth_table(const Measurements& all) {
    Table table{{{"", "bandwidth"}, {"", "array, kB"}, {"", "threads"}, {"", "GB/s"}}, {}};
    for (const auto& [names, measured] : results_of(all, "peak", "bandwidth", 4)) {
        const auto kilobytes = numbered(names[2], "kB"), threads = numbered(names[3], "threads");
        if (!kilobytes || !threads) continue;
        table.rows.push_back(
            {names[1], grouped(*kilobytes), std::to_string(*threads), or_nothing(counter(*measured, "gigabytes"), 1)});
    }
    return table;
}

}  // namespace

Section kernel_section(const Measurements& all) {
    Section section{"kernels", "Kernels against the limit of one core",
                    "Each convolution, pooling and elementwise pass as a share of one core's limit."};
    std::set<std::string> networks;
    for (const auto& [names, measured] : results_of(all, "kernels", "convolution", 4)) networks.insert(names[1]);
    for (const std::string& network : networks)
        for (const BarChart& chart : {convolution_chart(all, network), model_chart(all, network)})
            if (!chart.empty()) section.wide.push_back(draw(chart));
    if (section.wide.empty())
        section.missing = not_measured(all, "kernels", "convolution/… with gflops, and yardstick/fma/threads:1");
    if (const BarChart chart = bandwidth_chart(all); !chart.empty()) section.wide.push_back(draw(chart));
    section.notes = {
        "Convolutions: the floating-point operations of the formula, divided by the median time, and by the peak of "
        "fused multiply-adds that the same program measured on one thread between the kernels.",
        "Modelled time: the multiply-adds that the formula of kernels/convolution_choice.hpp counts for the algorithm, "
        "with those outside the image left out and Winograd's transforms added, divided by the same peak.",
        "Pooling and elementwise passes: bytes read and written, divided by the time, and by the bandwidth that the "
        "same program measured on the array of the nearest size. A share above 100 % means that the data were in a "
        "faster cache than that array."};
    return section;
}

Section norm_section(const Measurements& all) {
    Section section{"norms", "Single norms", "Time per element for several shapes and batch sizes, on one thread."};
    std::map<double, std::set<std::string>> shapes;
    for (const auto& [names, measured] : results_of(all, "norms", "norm", 5))
        shapes[-bytes_of(names[2])].insert(names[2]);
    for (const auto& [bytes, names] : shapes)
        for (const std::string& shape : names)
            if (const Plot plot = norm_plot(all, shape); !plot.series.empty()) section.narrow.push_back(draw(plot));
    if (section.narrow.empty()) section.missing = not_measured(all, "norms", "norm/… with ns_per_element");
    if (Table table = norm_table(all); !table.rows.empty()) section.tables.push_back(std::move(table));
    section.notes = {
        "Median time of one call, divided by the number of elements in the batch; lower is better. GB/s counts every "
        "byte once that the norm must read or write."};
    return section;
}

Section limit_section(const Measurements& all) {
    Section section{"limits", "Limits of the machine", "The limits with which the other figures are compared."};
    if (const BarChart chart = fma_chart(all); !chart.empty()) section.narrow.push_back(draw(chart));
    if (Table table = bandwidth_table(all); !table.rows.empty()) section.tables.push_back(std::move(table));
    if (section.narrow.empty() && section.tables.empty())
        section.missing = not_measured(all, "peak", "fma/… and bandwidth/…");
    section.notes = {
        "Independent fused multiply-adds in registers, two operations each, of all threads together; and passes over "
        "arrays that fit the first-level cache, the second-level cache, and neither. The shares on this page do not "
        "use these values, but yardsticks measured in the same run as the figure."};
    return section;
}

}  // namespace norma::bench
