#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "compare/curves.hpp"
#include "compare/figures.hpp"
#include "compare/options.hpp"
#include "drawing/markup.hpp"
#include "drawing/numbers.hpp"
#include "drawing/page.hpp"
#include "drawing/plot.hpp"
#include "norma/io/json.hpp"
#include "support/run_or_say_why.hpp"
#include "sweep.hpp"

namespace norma::compare {

using namespace drawing;

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t epochs_of_median = 5;

bool is_whole(const Sweep& sweep, const SweepPoint& point) {
    return point.network.history.epochs.size() == static_cast<std::size_t>(sweep.epochs_planned);
}

/// A column of the table, and a line of the chart.
struct Line {
    std::string title;
    std::string norm;
    bool recalibrated;
    std::optional<double> at(const Sweep& sweep, int batch_size) const {
        for (const SweepPoint& point : sweep.points) {
            if (point.batch_size != batch_size || point.network.norm != norm) continue;
            return recalibrated ? recalibrated_test_error(sweep, point) : test_error(sweep, point);
        }
        return std::nullopt;
    }
};

std::vector<Line> lines_of(const Sweep& sweep) {
    std::vector<Line> lines;
    for (const SweepPoint& point : sweep.points) {
        const std::string& norm = point.network.norm;
        if (std::ranges::find(lines, norm, &Line::norm) != lines.end()) continue;
        lines.push_back({norm_title(norm, point.network.groups), norm, false});
        if (point.network.running_statistics)
            lines.push_back({norm_title(norm, point.network.groups) + ", recalibrated", norm, true});
    }
    return lines;
}

std::vector<int> sizes_of(const Sweep& sweep) {
    std::vector<int> sizes;
    for (const SweepPoint& point : sweep.points) sizes.push_back(point.batch_size);
    std::ranges::sort(sizes);
    sizes.erase(std::ranges::unique(sizes).begin(), sizes.end());
    return sizes;
}

Svg chart(const Sweep& sweep) {
    Plot plot;
    plot.id = "test-error";
    plot.title = "Test error by batch size";
    plot.description = "Test error of each norm against the batch size.";
    plot.x_label = "batch size";
    plot.y_label = "test error, %";
    plot.log_x = true;
    for (const int size : sizes_of(sweep)) {
        plot.x.include(size);
        plot.x_ticks.push_back(size);
    }
    for (const Line& line : lines_of(sweep)) {
        Series series{line.title, norm_colour(line.norm), {}};
        series.dots = true;
        series.dashed = line.recalibrated;
        for (const int size : sizes_of(sweep)) {
            if (const auto error = line.at(sweep, size)) series.points.push_back({static_cast<double>(size), *error});
        }
        if (!series.points.empty()) plot.series.push_back(series);
    }
    plot.y = plot.values();
    return draw(plot);
}

Table table(const Sweep& sweep) {
    Table table;
    table.columns = {{"", "batch size"}, {"", "learning rate"}};
    const std::vector<Line> lines = lines_of(sweep);
    for (const Line& line : lines) table.columns.push_back({"test error, %", line.title});
    for (const int size : sizes_of(sweep)) {
        const auto point = std::ranges::find(sweep.points, size, &SweepPoint::batch_size);
        std::vector<std::string> row{std::to_string(size), fixed(point->learning_rate, 6)};
        for (const Line& line : lines) {
            const auto error = line.at(sweep, size);
            row.push_back(error ? fixed(*error, 2) : "–");
        }
        table.rows.push_back(row);
    }
    return table;
}

std::vector<std::string> notes(const Sweep& sweep) {
    std::vector<std::string> notes;
    if (!sweep.stand_in.empty()) notes.push_back(sweep.stand_in);
    notes.push_back(
        "Test error: the median over the last five epochs, or over all epochs if there are fewer. Each network is "
        "trained once, so a difference of a point may be chance. The learning rate is proportional to the batch size "
        "(Wu and He, Group Normalization, 2018, section 4.1; after Goyal et al., 2017).");
    if (std::ranges::any_of(sweep.points, [](const SweepPoint& point) { return point.network.running_statistics; })) {
        notes.push_back(
            "Recalibrated: after the last epoch the running statistics were estimated again with dropout off, and no "
            "weight was changed. This is one value, not a median.");
    }
    if (sweep.interrupted) notes.push_back("The sweep was stopped early; these are its results until then.");
    for (const SweepPoint& point : sweep.points) {
        if (point.network.failure.empty()) continue;
        notes.push_back(norm_title(point.network) + " with batch size " + std::to_string(point.batch_size) +
                        " ended with an error: " + point.network.failure + ".");
    }
    return notes;
}

std::string page(const Sweep& sweep) {
    std::string made;
    for (const auto& [name, text] : {std::pair{"command line", sweep.command_line},
                                     {"data", sweep.source},
                                     {"test images", sweep.test_source},
                                     {"machine", sweep.machine},
                                     {"compiler", sweep.compiler},
                                     {"norma", sweep.version},
                                     {"started", sweep.started}}) {
        made += element("dt", "", name) + element("dd", "", escaped(text)) + "\n";
    }
    const std::string title = "Test error of each norm with small batches";
    const std::string header =
        element("header", "",
                "\n<h1>" + title + "</h1>\n" + element("p", "class=\"lead\"", escaped(sweep.source)) + "\n" +
                    (sweep.stand_in.empty() ? "" : element("p", "class=\"stopped\"", escaped(sweep.stand_in)) + "\n"));
    const std::string content =
        section("results", "Results",
                plots({chart(sweep)}) +
                    table_card(table(sweep), "Table of results", "Test errors, one row for each batch size") +
                    element("div", "class=\"notes\"", paragraphs(notes(sweep)))) +
        section("made", "How the sweep was made", element("div", "class=\"card\"", element("dl", "", made)));
    return whole_page("norma: " + title, header + "\n" + element("main", "", "\n" + content) + "\n" +
                                             element("footer", "",
                                                     "<a href=\"results.json\">results.json</a> has "
                                                     "all of this as data."));
}

Json json(const Sweep& sweep) {
    Json points = Json::array();
    for (const SweepPoint& point : sweep.points) {
        Json entry = {{"norm", point.network.norm},
                      {"batch_size", point.batch_size},
                      {"learning_rate", json_number(point.learning_rate)},
                      {"parameters", point.network.parameters}};
        if (const auto error = test_error(sweep, point)) entry["test_error"] = json_number(*error);
        if (const auto error = recalibrated_test_error(sweep, point))
            entry["recalibrated_test_error"] = json_number(*error);
        entry["epochs"] = point.network.history.epochs;
        if (!point.network.failure.empty()) entry["failure"] = point.network.failure;
        points.push_back(entry);
    }
    return {{"format", 1},
            {"points", points},
            {"notes", notes(sweep)},
            {"run",
             {{"command_line", sweep.command_line},
              {"source", sweep.source},
              {"test_source", sweep.test_source},
              {"epochs_planned", sweep.epochs_planned},
              {"interrupted", sweep.interrupted},
              {"machine", sweep.machine},
              {"compiler", sweep.compiler},
              {"version", sweep.version},
              {"started", sweep.started}}}};
}

}  // namespace

double scaled_rate(double rate, int batch_size) { return rate * batch_size / published_batch; }

std::optional<double> test_error(const Sweep& sweep, const SweepPoint& point) {
    if (!is_whole(sweep, point)) return std::nullopt;
    std::vector<double> errors;
    const auto& epochs = point.network.history.epochs;
    for (std::size_t i = epochs.size() - std::min(epochs.size(), epochs_of_median); i < epochs.size(); ++i) {
        errors.push_back(100 - epochs[i].test_accuracy);
    }
    std::ranges::sort(errors);
    const std::size_t middle = errors.size() / 2;
    return errors.size() % 2 == 1 ? errors[middle] : (errors[middle - 1] + errors[middle]) / 2;
}

std::optional<double> recalibrated_test_error(const Sweep& sweep, const SweepPoint& point) {
    if (!is_whole(sweep, point) || !point.network.history.recalibrated) return std::nullopt;
    return 100 - point.network.history.recalibrated->test_accuracy;
}

std::map<std::string, std::string> render_sweep(const Sweep& sweep) {
    std::string text = sweep.source + "\n\n" + render_text(table(sweep));
    for (const std::string& note : notes(sweep)) text += '\n' + wrapped(note);
    return {{"index.html", page(sweep)},
            {"test-error.svg", chart(sweep).standalone()},
            {"table.txt", examples::printable_lines(text)},
            {"results.json", readable_json(json(sweep))}};
}

}  // namespace norma::compare
