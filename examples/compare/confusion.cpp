#include <algorithm>
#include <array>
#include <charconv>

#include "drawing/markup.hpp"
#include "figures.hpp"
#include "mistakes.hpp"

namespace norma::compare {

using namespace drawing;

namespace {

constexpr double cell_width = 35, cell_height = 27, left_margin = 84, top_margin = 46;

std::string opacity(double value) {
    std::array<char, 32> text;
    return {text.begin(), std::to_chars(text.begin(), text.end(), value, std::chars_format::fixed, 3).ptr};
}

/// Each count as a share of its row, 0 to 1.
std::vector<std::vector<double>> shares(const std::vector<std::vector<std::int64_t>>& matrix) {
    std::vector<std::vector<double>> all;
    for (const auto& row : matrix) {
        std::int64_t sum = 0;
        for (const std::int64_t count : row) sum += count;
        all.emplace_back();
        for (const std::int64_t count : row)
            all.back().push_back(sum ? static_cast<double>(count) / static_cast<double>(sum) : 0);
    }
    return all;
}

}  // namespace

Svg draw_confusion(const Results& results, const NetworkResult& network) {
    const auto matrix = confusion_matrix(results, network);
    const auto share = shares(matrix);
    const std::size_t classes = matrix.size();
    double largest_mistake = 0;
    for (std::size_t i = 0; i < classes; ++i)
        for (std::size_t j = 0; j < classes; ++j)
            if (i != j) largest_mistake = std::max(largest_mistake, share[i][j]);

    const double width = left_margin + cell_width * static_cast<double>(classes) + 8;
    const double floor = top_margin + cell_height * static_cast<double>(classes);
    std::size_t longest = 0;
    for (const std::string& name : results.classes) longest = std::max(longest, text_width(name));
    const double height = floor + 22 + 4.2 * static_cast<double>(longest);  // names are at 45°
    std::string body =
        svg_text(left_margin, 18, "Confusion matrix, " + norm_title(network) + of_network(results), "start", "title");
    body += svg_text(left_margin, 36, "images, by true class (rows) and predicted class (columns)");
    for (std::size_t i = 0; i < classes; ++i) {
        const double y = top_margin + cell_height * static_cast<double>(i);
        body += svg_text(left_margin - 7, y + cell_height / 2 + 4, results.classes[i], "end");
        const double label_x = left_margin + cell_width * (static_cast<double>(i) + .5) + 4;
        body += svg_text(label_x, floor + 12, results.classes[i], "end", "label",
                         " transform=\"rotate(-45 " + coordinate(label_x) + " " + coordinate(floor + 12) + ")\"");
        for (std::size_t j = 0; j < classes; ++j) {
            const double x = left_margin + cell_width * static_cast<double>(j);
            const double depth = i == j ? share[i][j] : largest_mistake > 0 ? share[i][j] / largest_mistake : 0;
            // Never fully opaque, so that the count is readable in light and in dark mode.
            body += "<rect class=\"" + std::string(i == j ? "right" : "wrong") + "\"" + attribute("x", x + .5) +
                    attribute("y", y + .5) + attribute("width", cell_width - 1) + attribute("height", cell_height - 1) +
                    " rx=\"2\" fill-opacity=\"" + opacity(.04 + .72 * depth) + "\"/>";
            if (matrix[i][j] > 0)
                body += svg_text(x + cell_width / 2, y + cell_height / 2 + 4, std::to_string(matrix[i][j]), "middle",
                                 "count");
        }
        body += '\n';
    }
    return {slug(network.norm) + "-confusion",
            "Confusion matrix, " + norm_title(network) + of_network(results),
            "Test images counted by true class (rows) and predicted class (columns); correct ones are on the diagonal.",
            width,
            height,
            body};
}

}  // namespace norma::compare
