#include "report/bars.hpp"

#include <algorithm>
#include <cmath>

#include "drawing/numbers.hpp"
#include "report/figures.hpp"

namespace norma::bench {
namespace {

using drawing::fixed;

/// Adds the share of the FMA peak of a training step.
void add_share(std::vector<Bar>& all, const Measurements& measured, const std::string& what, const Step& step,
               double bar, std::optional<double> aim) {
    all.push_back({what, share_of_peak(measured, step), bar, aim, false, " %", 1});
}

void add_shares(std::vector<Bar>& all, const Measurements& measured) {
    for (const char* norm : {"none", "group", "layer"})
        add_share(all, measured, "share of FMA peak: training step, " + std::string(norm), {norm}, 75, 85);
    add_share(all, measured, "share of FMA peak: training step, batch", {"batch"}, 60, 72);
    Step inference{"batch"};
    inference.what = "infer";
    add_share(all, measured, "share of FMA peak: inference, batch norm folded", inference, 80, 90);
}

void add_peers(std::vector<Bar>& all, const Measurements& measured) {
    for (const std::string norm : norms) {
        const bool per_sample = norm == "group" || norm == "layer";
        const auto gain = gain_over_torch(peers(measured, "train", "cifar10/" + norm), Precision::fp32);
        all.push_back({"step against the fastest PyTorch, " + norm, gain ? std::optional(gain->median) : std::nullopt,
                       per_sample ? 4.0 : 3.0, per_sample ? 6.0 : 5.0, false, "×", 2});
    }
}

/// The networks that were measured in bf16.
void add_bf16(std::vector<Bar>& all, const Measurements& measured) {
    for (const std::string& network : compared_networks(measured)) {
        const auto found = peers(measured, "train", network);
        const std::string name = network_text(measured, network);
        const bool experiment = network.starts_with("cifar10/");
        if (const auto gain = gain_over_torch(found, Precision::bf16))
            all.push_back({"bf16: step against the fastest PyTorch, " + name, gain->median, experiment ? 2.5 : 1.2,
                           experiment ? 3 : 1.5, false, "×", 2});
        if (const auto gain = gain_of_bf16(found); gain && network.starts_with("airbench/"))
            all.push_back({"bf16: step against fp32, " + name, gain->median, 1.6, 1.8, false, "×", 2});
    }
}

/// The networks of the zoo that were measured, but for the experiment's.
void add_zoo(std::vector<Bar>& all, const Measurements& measured) {
    for (const std::string& network : compared_networks(measured)) {
        if (network.starts_with("cifar10/")) continue;
        const bool group = network.ends_with("/group");
        const auto add = [&](const std::string& title, const std::string& what, double bar, double aim) {
            const auto gain = gain_over_torch(peers(measured, what, network), Precision::fp32);
            if (!gain) return;
            all.push_back({title + " against the fastest PyTorch, " + network_text(measured, network), gain->median,
                           bar, aim, false, "×", 2});
        };
        add("step", "train", group ? 1.3 : 1.2, group ? 1.6 : 1.5);
        add("inference", "infer", group ? 1.3 : 1.2, group ? 1.6 : 1.5);
        add("single image", "single", group ? 1.3 : 1.2, group ? 1.6 : 2);
    }
}

void add_costs(std::vector<Bar>& all, const Measurements& measured) {
    const auto add = [&](const std::string& norm, double bar, double aim) {
        all.push_back({"cost over none, " + norm, cost_over_none(measured, {norm}), bar, aim, true, " %", 1});
    };
    add("group", 12, 6);
    add("layer", 12, 6);
    add("batch", 25, 15);
}

void add_threads(std::vector<Bar>& all, const Measurements& measured) {
    for (const std::string norm : norms)
        all.push_back(
            {"two threads over one, " + norm, gain_of_two_threads(measured, {norm}), 1.9, 1.97, false, "×", 2});
}

void add_memory(std::vector<Bar>& all, const Measurements& measured) {
    const auto peak = [&](const char* batch) {
        return measured.counter("step", "memory/cifar10/group/batch:" + std::string(batch), "peak_bytes");
    };
    all.push_back({"peak memory, group, batch 1,024 over 64", ratio(peak("1024"), peak("64")), 1.1, 1.0, true, "×", 2});
}

void add_instruction_sets(std::vector<Bar>& all, const Measurements& measured) {
    const auto add = [&](const std::string& title, const char* file, double bar, double aim) {
        for (const char* norm : {"none", "group", "layer"}) {
            Step step{norm};
            step.file = file;
            add_share(all, measured, title + ", share of its own peak: " + norm, step, bar, aim);
        }
    };
    add("AVX2 (x86-64-v3)", "step_x86-64-v3", 60, 75);
    add("SSE2 (x86-64)", "step_x86-64", 45, 60);
}

void add_resnet(std::vector<Bar>& all, const Measurements& measured) {
    Step step{"group"};
    step.network = "resnet20";
    add_share(all, measured, "share of FMA peak: ResNet-20, group", step, 65, std::nullopt);
}

void add_compile_time(std::vector<Bar>& all, const Measurements& measured) {
    const Measured* compare = measured.find("compile_time", "compile/compare");
    all.push_back({"compiling examples/compare", compare ? std::optional(compare->seconds) : std::nullopt, 60, 30, true,
                   " s", 1});
    const auto bytes = measured.counter("compile_time", "compile/compare", "peak_bytes");
    all.push_back({"compiling examples/compare, memory", bytes ? std::optional(*bytes / 1e9) : std::nullopt, 2,
                   std::nullopt, true, " GB", 2});
}

/// A limit of the bar with its unit, with only as many decimals as it needs.
std::string limit_text(const Bar& bar, double limit) {
    const int decimals = limit == std::round(limit) ? 0 : limit * 10 == std::round(limit * 10) ? 1 : 2;
    return (bar.at_most ? "≤ " : "≥ ") + fixed(limit, decimals) + bar.unit;
}

/// An entry of the context, from the first file that has it; all files are from one run.
std::string any_context(const Measurements& all, const std::string& key) {
    for (const auto& [name, file] : all.files)
        if (const auto found = file.context.find(key); found != file.context.end() && !found->second.empty())
            return found->second;
    return {};
}

/// `2025-01-01T12:00:00+00:00` as `2025-01-01 12:00`.
std::string to_the_minute(std::string date) {
    if (date.size() > 16 && date[10] == 'T') date.resize(16);
    if (date.size() == 16) date[10] = ' ';
    return date;
}

}  // namespace

bool Bar::reaches(double limit) const {
    if (!measured) return false;
    const double scale = std::pow(10.0, decimals), printed = std::round(*measured * scale) / scale;
    return at_most ? printed <= limit + 1e-9 : printed >= limit - 1e-9;
}

std::vector<Bar> bars(const Measurements& all) {
    std::vector<Bar> list;
    add_shares(list, all);
    add_peers(list, all);
    add_zoo(list, all);
    add_bf16(list, all);
    add_costs(list, all);
    add_threads(list, all);
    add_memory(list, all);
    add_instruction_sets(list, all);
    add_resnet(list, all);
    add_compile_time(list, all);
    return list;
}

std::string verdict(const Bar& bar) {
    if (!bar.measured) return "not measured";
    if (!bar.reaches(bar.bar)) return "✗ no";
    return bar.aim && bar.reaches(*bar.aim) ? "✓ yes, and the aim" : "✓ yes";
}

drawing::Table bar_table(const std::vector<Bar>& all) {
    drawing::Table table{{{"", "what"}, {"", "measured"}, {"", "bar"}, {"", "aim"}, {"", "met?"}}, {}};
    for (const Bar& bar : all)
        table.rows.push_back({bar.what, bar.measured ? fixed(*bar.measured, bar.decimals) + bar.unit : "–",
                              limit_text(bar, bar.bar), bar.aim ? limit_text(bar, *bar.aim) : "–", verdict(bar)});
    return table;
}

std::string bar_summary(const std::vector<Bar>& all) {
    const auto count = [&](const auto& is) { return std::to_string(std::count_if(all.begin(), all.end(), is)); };
    return count([](const Bar& bar) { return bar.measured && bar.reaches(bar.bar); }) + " of " +
           std::to_string(all.size()) + " bars met, " +
           count([](const Bar& bar) { return bar.measured && !bar.reaches(bar.bar); }) + " not met, " +
           count([](const Bar& bar) { return !bar.measured; }) + " not measured.";
}

std::string machine_line(const Measurements& all) {
    std::string line;
    const auto add = [&](const std::string& before, const std::string& value, const std::string& after) {
        if (!value.empty()) line += (line.empty() ? "" : ", ") + before + value + after;
    };
    add("", any_context(all, "machine"), "");
    add("", any_context(all, "num_cpus"), " logical processors");
    add("", all.context("step", "instruction_set"), "");
    add("", any_context(all, "compiler"), "");
    add("norma ", any_context(all, "norma"), "");
    add("", to_the_minute(any_context(all, "date")), "");
    return line.empty() ? "No file in the folder says on which machine it was measured." : line;
}

}  // namespace norma::bench
