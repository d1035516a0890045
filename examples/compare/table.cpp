#include "table.hpp"

#include <algorithm>

#include "figures.hpp"
#include "markup.hpp"

namespace norma::compare {
namespace {

const std::string nothing = "–";

std::string with_interval(double percent, std::size_t images) {
    std::string text = fixed(percent, 2);
    if (images == 0) return text;
    const Interval interval = wilson_interval(percent, static_cast<std::int64_t>(images));
    return text + " (" + fixed(interval.low, 1) + "–" + fixed(interval.high, 1) + ")";
}

void append_rows(Table& table, const Results& results, const NetworkResult& network) {
    const EpochRecord* last = last_epoch(network);
    const std::size_t images = results.test_labels.size();
    const auto seconds = seconds_per_epoch(network);
    std::vector<std::string> row{norm_title(network.norm), grouped(network.parameters)};
    if (last)
        row.insert(row.end(), {fixed(last->train_accuracy, 2), fixed(last->train_accuracy_eval, 2),
                               with_interval(last->test_accuracy, images), fixed(last->test_loss, 3),
                               fixed(*seconds, *seconds < 1 ? 3 : 1)});
    if (const auto published = published_figures(network.norm); published && on_published_data(results)) {
        row.resize(7, nothing);
        row.insert(row.end(), {fixed(published->train_accuracy, 2), fixed(published->test_accuracy, 2),
                               fixed(published->seconds_per_epoch, 1)});
    }
    row.resize(table.columns.size(), nothing);
    table.rows.push_back(row);
    if (const auto& again = network.history.recalibrated) {
        row = {norm_title(network.norm) + ", recalibrated",
               grouped(network.parameters),
               nothing,
               fixed(again->train_accuracy_eval, 2),
               with_interval(again->test_accuracy, images),
               fixed(again->test_loss, 3)};
        row.resize(table.columns.size(), nothing);
        table.rows.push_back(row);
    }
}

std::string padded(const std::string& text, std::size_t width, bool to_the_right) {
    const std::string space(width - std::min(width, text_width(text)), ' ');
    return to_the_right ? space + text : text + space;
}

/// Calls `each(first, last, group)` for every run of neighbouring columns with one group.
template <class Each>
void for_each_group(const Table& table, Each each) {
    for (std::size_t first = 0, last = 0; first < table.columns.size(); first = last) {
        while (last < table.columns.size() && table.columns[last].group == table.columns[first].group) ++last;
        each(first, last, table.columns[first].group);
    }
}

}  // namespace

Table make_table(const Results& results) {
    Table table;
    table.columns = {{"", "norm"},
                     {"", "parameters"},
                     {"train accuracy, %", "training"},
                     {"train accuracy, %", "evaluation"},
                     {"test accuracy, %", "(95 % interval)"},
                     {"test", "loss"},
                     {"seconds", "per epoch"}};
    if (on_published_data(results))
        for (const char* name : {"train %", "test %", "s/epoch"}) table.columns.push_back({"published", name});
    for (const NetworkResult& network : results.networks) append_rows(table, results, network);
    return table;
}

std::string render_text(const Table& table) {
    constexpr std::size_t gap = 2;
    std::vector<std::size_t> width;
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
        width.push_back(text_width(table.columns[column].name));
        for (const auto& row : table.rows) width[column] = std::max(width[column], text_width(row[column]));
    }
    std::string head;
    for_each_group(table, [&](std::size_t first, std::size_t last, const std::string& group) {
        std::size_t span = (last - first - 1) * gap;
        for (std::size_t column = first; column < last; ++column) span += width[column];
        if (text_width(group) > span) {
            width[first] += text_width(group) - span;
            span = text_width(group);
        }
        const std::size_t before = last - first > 1 ? (span - text_width(group)) / 2 : span - text_width(group);
        head += padded(std::string(before, ' ') + group, span, false) + std::string(gap, ' ');
    });
    const auto line = [&](const auto& cell) {
        std::string text;
        for (std::size_t column = 0; column < width.size(); ++column)
            text += (column ? std::string(gap, ' ') : "") + padded(cell(column), width[column], column > 0);
        return text.substr(0, text.find_last_not_of(' ') + 1) + '\n';
    };
    const std::string names = line([&](std::size_t column) { return table.columns[column].name; });
    std::string text = head.substr(0, head.find_last_not_of(' ') + 1) + '\n' + names;
    text += std::string(text_width(names) - 1, '-') + '\n';
    for (const auto& row : table.rows) text += line([&](std::size_t column) { return row[column]; });
    return text;
}

std::string render_html(const Table& table) {
    std::string groups, names, rows;
    for_each_group(table, [&](std::size_t first, std::size_t last, const std::string& group) {
        groups +=
            element(group.empty() ? "td" : "th",
                    "colspan=\"" + std::to_string(last - first) + "\"" + (group.empty() ? "" : " scope=\"colgroup\""),
                    escaped(group));
    });
    for (const auto& column : table.columns) names += element("th", "scope=\"col\"", escaped(column.name));
    for (const auto& row : table.rows) {
        std::string cells = element("th", "scope=\"row\"", escaped(row[0]));
        for (std::size_t column = 1; column < row.size(); ++column) cells += element("td", "", escaped(row[column]));
        rows += element("tr", "", cells) + "\n";
    }
    return element("table", "class=\"figures\"",
                   "<caption class=\"away\">Results, one row a network</caption>\n" +
                       element("thead", "", element("tr", "", groups) + element("tr", "", names)) + "\n" +
                       element("tbody", "", rows));
}

std::string format_table(const Results& results) {
    std::string text = render_text(make_table(results));
    for (const std::string& note : table_notes(results)) text += '\n' + wrapped(note);
    return text;
}

}  // namespace norma::compare
