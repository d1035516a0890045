#include "table.hpp"

#include <algorithm>

#include "markup.hpp"

namespace norma::drawing {
namespace {

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
    std::string text = names;
    if (const std::size_t last = head.find_last_not_of(' '); last != std::string::npos)
        text = head.substr(0, last + 1) + '\n' + names;
    text += std::string(text_width(names) - 1, '-') + '\n';
    for (const auto& row : table.rows) text += line([&](std::size_t column) { return row[column]; });
    return text;
}

std::string render_html(const Table& table, std::string_view caption) {
    const bool grouped = std::any_of(table.columns.begin(), table.columns.end(),
                                     [](const Table::Column& column) { return !column.group.empty(); });
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
                   element("caption", "class=\"away\"", escaped(caption)) + "\n" +
                       element("thead", "", (grouped ? element("tr", "", groups) : "") + element("tr", "", names)) +
                       "\n" + element("tbody", "", rows));
}

std::string render_markdown(const Table& table) {
    const auto line = [](const std::vector<std::string>& cells) {
        std::string text = "|";
        for (std::string cell : cells) {
            for (std::size_t at = 0; (at = cell.find('|', at)) != std::string::npos; at += 2) cell.insert(at, 1, '\\');
            text += " " + cell + " |";
        }
        return text + '\n';
    };
    std::vector<std::string> names;
    std::string rule = "|";
    for (const Table::Column& column : table.columns) {
        rule += names.empty() ? "---|" : "---:|";
        names.push_back(column.name);
    }
    std::string text = line(names) + rule + '\n';
    for (const auto& row : table.rows) text += line(row);
    return text;
}

}  // namespace norma::drawing
