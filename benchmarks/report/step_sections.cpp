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

constexpr int convolution_colour = 0, normalisation_colour = 1;

/// Milliseconds of the three kinds of work in one step.
struct Split {
    double convolution, normalisation, rest;
    double sum() const { return convolution + normalisation + rest; }
};

std::optional<Split> split_of(const Measurements& all, const std::string& network, const std::string& norm) {
    const std::string name = "split/" + network + "/" + norm + "/threads:1";
    const auto convolution = all.counter("step", name, "convolution_ms");
    const auto normalisation = all.counter("step", name, "normalisation_ms");
    const auto rest = all.counter("step", name, "rest_ms");
    if (!convolution || !normalisation || !rest) return std::nullopt;
    return Split{*convolution, *normalisation, *rest};
}

/// "+12.3 %" over the step without a norm; empty for the step without a norm itself, or if that was not measured.
std::string over_none(const Split& split, const std::optional<Split>& none, const std::string& norm) {
    if (norm == "none" || !none || !(none->sum() > 0)) return {};
    return signed_percent(100 * (split.sum() / none->sum() - 1));
}

BarChart::Bar split_bar(const std::string& norm, const Split& split, const std::string& over) {
    return {norm,
            {{split.convolution, convolution_colour, fixed(split.convolution, 1)},
             {split.normalisation, normalisation_colour, fixed(split.normalisation, 1)},
             {split.rest, BarChart::neutral, fixed(split.rest, 1)}},
            fixed(split.sum(), 1) + " ms" + (over.empty() ? "" : ", " + over)};
}

void add_split(Section& section, const Measurements& all, const std::string& network, const std::string& id,
               const std::string& title) {
    BarChart chart{id,
                   "What a normalisation costs: " + title,
                   "Milliseconds of one training step of 128 images on one thread for each norm, split into "
                   "convolutions, normalisation and the rest; per cent are the additional time over the step without a "
                   "norm.",
                   "ms per step of 128 images, one thread",
                   {{}},
                   {{"convolution", convolution_colour},
                    {"normalisation", normalisation_colour},
                    {"the rest", BarChart::neutral}}};
    chart.width = 640;
    const auto none = split_of(all, network, "none");
    for (const std::string norm : norms)
        if (const auto split = split_of(all, network, norm))
            chart.groups[0].bars.push_back(split_bar(norm, *split, over_none(*split, none, norm)));
    if (!chart.empty()) section.wide.push_back(draw(chart));
}

Table cost_table(const Measurements& all) {
    Table table{{{"", "network and norm"},
                 {"one thread, ms", "convolution"},
                 {"one thread, ms", "normalisation"},
                 {"one thread, ms", "rest"},
                 {"one thread, ms", "sum"},
                 {"", "over none"},
                 {"two threads", "step, ms"},
                 {"two threads", "over none"}},
                {}};
    for (const std::string network : {"cifar10", "resnet20"})
        for (const std::string norm : norms) {
            const auto split = split_of(all, network, norm), none = split_of(all, network, "none");
            const Step step{norm, network};
            const auto seconds = step_seconds(all, step), cost = cost_over_none(all, step);
            if (!split && !seconds) continue;
            const std::string over = split ? over_none(*split, none, norm) : "";
            table.rows.push_back({network + ", " + norm, split ? fixed(split->convolution, 2) : nothing,
                                  split ? fixed(split->normalisation, 2) : nothing,
                                  split ? fixed(split->rest, 2) : nothing, split ? fixed(split->sum(), 2) : nothing,
                                  over.empty() ? nothing : over, seconds ? milliseconds(*seconds) : nothing,
                                  cost && norm != "none" ? signed_percent(*cost) : nothing});
        }
    return table;
}

/// The name of a step file's build: the instruction set in its context, with the name of the file.
std::string build_name(const Measurements& all, const std::string& file) {
    const std::string set = all.context(file, "instruction_set");
    if (file == "step") return set.empty() ? "this machine's" : set + " (this machine's)";
    const std::string level = file.substr(std::string("step_").size());
    return set.empty() ? level : set + " (" + level + ")";
}

BarChart::Bar thread_bar(const Measurements& all, const Step& step, double seconds) {
    const double images = step.batch / seconds;
    std::string label = grouped(std::llround(images)) + " /s";
    if (const auto gain = gain_of_two_threads(all, step); gain && step.threads == 2)
        label += ", " + fixed(*gain, 2) + "×";
    return {std::to_string(step.threads) + (step.threads == 1 ? " thread" : " threads"),
            {{images, step.threads == 1 ? BarChart::neutral : norm_colour(step.norm), ""}},
            label};
}

BarChart thread_chart(const Measurements& all, const std::string& network) {
    BarChart chart{
        "threads-" + network,
        "Images per second, " + network,
        "Images per second of training with batches of 128, by norm, on one thread and on two threads, and how "
        "many times as fast two threads are.",
        "images per second",
        {}};
    for (const std::string norm : norms) {
        BarChart::Group group{norm, {}};
        for (const int threads : {1, 2}) {
            const Step step{norm, network, 128, threads};
            if (const auto seconds = step_seconds(all, step)) group.bars.push_back(thread_bar(all, step, *seconds));
        }
        chart.groups.push_back(group);
    }
    return chart;
}

BarChart instruction_set_chart(const Measurements& all, const std::string& network) {
    BarChart chart{
        "instruction-sets-" + network,
        "Share of each build's own peak, " + network,
        "Share of the FMA peak that a training step of 128 images on two threads reaches, by norm and by the "
        "instruction set of the build; each against the peak of the same build.",
        "% of the build's own FMA peak",
        {}};
    chart.marks = {{100, "the peak"}};
    for (const std::string norm : norms) {
        BarChart::Group group{norm, {}};
        int colour = 0;
        for (const std::string file : step_files) {
            Step step{norm, network};
            step.file = file;
            if (const auto share = share_of_peak(all, step))
                group.bars.push_back({build_name(all, file),
                                      {{*share, colour, ""}},
                                      fixed(*share, 1) + " %, " + milliseconds(*step_seconds(all, step)) + " ms"});
            ++colour;
        }
        chart.groups.push_back(group);
    }
    return chart;
}

/// A row of the table of all steps; empty if the benchmark is not a step.
std::vector<std::string> step_row(const Measurements& all, const std::string& file, const std::string& name,
                                  const Measured& measured) {
    const auto parts = name_parts(name);
    if (parts.size() != 5 || (parts[0] != "train" && parts[0] != "infer")) return {};
    const auto batch = numbered(parts[3], "batch"), threads = numbered(parts[4], "threads");
    if (!batch || !threads) return {};
    const Step step{parts[2], parts[1], *batch, *threads, file, parts[0]};
    return {parts[1] + ", " + parts[2] + (parts[0] == "infer" ? ", inference" : ", training"),
            build_name(all, file),
            grouped(*batch),
            std::to_string(*threads),
            milliseconds(measured.seconds),
            milliseconds_between(measured.least, measured.greatest),
            std::to_string(measured.repetitions),
            measured.seconds > 0 ? grouped(std::llround(*batch / measured.seconds)) : nothing,
            or_nothing(share_of_peak(all, step), 1, " %")};
}

}  // namespace

Section cost_section(const Measurements& all) {
    Section section{"cost", "What a normalisation costs",
                    "The parts of a training step's time, and the additional time over a step without a norm."};
    add_split(section, all, "cifar10", "cost", "the experiment's network");
    add_split(section, all, "resnet20", "cost-resnet20", "ResNet-20");
    if (section.wide.empty()) section.missing = not_measured(all, "step", "split/<network>/<norm>/threads:1");
    if (Table table = cost_table(all); !table.rows.empty()) section.tables.push_back(std::move(table));
    section.notes = {
        "The parts are timed inside one step of 128 images on one thread: convolutions forward and backward; "
        "statistics, normalisation and gradients of the norms; and the rest (pooling, loss, optimiser, copies). Per "
        "cent over none are for the whole step. If a norm is fused with another op, these are the more accurate "
        "figures."};
    return section;
}

Section thread_section(const Measurements& all) {
    Section section{"threads", "Threads", "How many times as fast two threads are as one."};
    for (const char* network : {"cifar10", "resnet20"})
        if (const BarChart chart = thread_chart(all, network); !chart.empty()) section.narrow.push_back(draw(chart));
    if (section.narrow.empty())
        section.missing = not_measured(all, "step", "train/<network>/<norm>/batch:128/threads:<1|2>");
    section.notes = {
        "Images per second are 128 divided by the median real time of a training step of 128 images. The factor is the "
        "time of a step on one thread divided by that on two threads, both measured in turn. It is more accurate than "
        "the ratio of the bars, which may be from different minutes."};
    return section;
}

Section instruction_set_section(const Measurements& all) {
    Section section{"instruction-sets", "Instruction sets",
                    "The same source built for other instruction sets: the share of each one's own peak."};
    for (const char* network : {"cifar10", "resnet20"})
        if (const BarChart chart = instruction_set_chart(all, network); !chart.empty())
            section.narrow.push_back(draw(chart));
    std::string absent;
    for (const std::string file : step_files)
        if (!all.files.contains(file)) absent += (absent.empty() ? "" : ", ") + file + ".json";
    if (!absent.empty())
        section.missing = "Not measured: " + absent + (absent.find(',') == std::string::npos ? " is" : " are") +
                          " not in the folder.";
    else if (section.narrow.empty())
        section.missing = not_measured(all, "step", "train/… with the counters gflop and peak_gflop");
    section.notes = {
        "Share = floating-point operations of the step's convolutions and linear layers (counter gflop), divided by "
        "those that fused multiply-adds in registers would do in the same time (counter peak_gflop). The same program "
        "measures this peak between the steps, on as many threads."};
    return section;
}

Section step_section(const Measurements& all) {
    Section section{"steps", "Every step measured", "All training and inference steps of the suite."};
    Table table{{{"", "step"},
                 {"", "build"},
                 {"", "batch"},
                 {"", "threads"},
                 {"ms per step", "median"},
                 {"ms per step", "fastest–slowest"},
                 {"ms per step", "repetitions"},
                 {"", "images per s"},
                 {"", "share of peak"}},
                {}};
    for (const std::string file : step_files)
        for (const auto& [name, measured] : all.of(file))
            if (auto row = step_row(all, file, name, *measured); !row.empty()) table.rows.push_back(std::move(row));
    if (table.rows.empty())
        section.missing = not_measured(all, "step", "train/… and infer/…");
    else
        section.tables.push_back(std::move(table));
    section.notes = {
        "The median of the repetitions; the repetitions of all benchmarks of a program run in random order. In "
        "inference, batch norm is fused into the convolutions."};
    return section;
}

}  // namespace norma::bench
