#include "report/words.hpp"

#include <cmath>

#include "drawing/numbers.hpp"

namespace norma::bench {
namespace {

/// Decimals that leave about three digits.
int decimals_for(double value) { return value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3; }

}  // namespace

std::string milliseconds(double seconds) {
    const double value = 1e3 * seconds;
    if (value >= 999.5 && value < 1e15) return drawing::grouped(std::llround(value));
    return drawing::fixed(value, decimals_for(value));
}

std::string milliseconds_between(double least, double greatest) {
    return milliseconds(least) + "–" + milliseconds(greatest);
}

std::string signed_percent(double percent) {
    const std::string text = drawing::fixed(percent, 1);
    return (percent >= 0.05 ? "+" : "") + text + " %";
}

std::string or_nothing(const std::optional<double>& value, int decimals, const std::string& unit) {
    return value ? drawing::fixed(*value, decimals) + unit : nothing;
}

std::string shape_text(std::string shape) {
    static const std::string times = "×";
    for (std::size_t at = 0; (at = shape.find('x', at)) != std::string::npos; at += times.size())
        shape.replace(at, 1, times);
    return shape;
}

std::string not_measured(const Measurements& all, const std::string& file, const std::string& what) {
    const std::string name = file + (file == "peers" ? "_<network>.json" : ".json");
    if (!all.files.contains(file)) return "Not measured: " + name + " is not in the folder (" + what + ").";
    return "Not measured: " + name + " holds nothing of this (" + what + ").";
}

}  // namespace norma::bench
