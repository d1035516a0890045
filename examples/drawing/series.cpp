#include <algorithm>
#include <cmath>

#include "numbers.hpp"
#include "plot.hpp"

namespace norma::drawing {

void Range::include(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
}

void Range::include(const Range& other) {
    include(other.low);
    include(other.high);
}

Range Plot::values() const {
    Range range;
    for (const Series& each : series) {
        for (const Point& point : each.points) range.include(point.y);
        for (const BandPoint& point : each.band) {
            range.include(point.low);
            range.include(point.high);
        }
        std::vector<double> raw;
        for (const Point& point : each.raw)
            if (std::isfinite(point.y)) raw.push_back(point.y);
        std::sort(raw.begin(), raw.end());
        if (raw.empty()) continue;
        range.include(raw[raw.size() / 100]);
        range.include(raw[raw.size() - 1 - raw.size() / 100]);
    }
    return range;
}

std::vector<double> ticks(Range range, int wanted) {
    if (range.empty()) range = {0, 1};
    if (range.high - range.low < 1e-9 * std::max(1.0, std::abs(range.high))) {
        const double room = range.high == 0 ? 1 : std::abs(range.high) / 10;
        range = {range.low - room, range.high + room};
    }
    const double raw = (range.high - range.low) / std::max(1, wanted);
    double step = std::pow(10.0, std::floor(std::log10(raw)));
    for (const double factor : {2.0, 2.5, 2.0})
        if (step < raw * 0.999) step *= factor;
    std::vector<double> all;
    const double first = std::floor(range.low / step + 1e-6), last = std::ceil(range.high / step - 1e-6);
    for (double i = first; i <= last; ++i) all.push_back(i * step);
    return all;
}

std::vector<double> log_ticks(Range range) {
    if (range.empty()) range = {1, 10};
    const bool fine = range.high / range.low < 150;
    std::vector<double> all;
    for (double power = std::pow(10.0, std::floor(std::log10(range.low) + 1e-9)); power < range.high * 10; power *= 10)
        for (const double factor : {1.0, 2.0, 5.0})
            if (fine || factor == 1.0) all.push_back(factor * power);
    // Only one tick below the range and one above it are needed.
    const auto low = std::upper_bound(all.begin(), all.end(), range.low * (1 + 1e-9));
    if (low != all.begin()) all.erase(all.begin(), low - 1);
    const auto high = std::lower_bound(all.begin(), all.end(), range.high * (1 - 1e-9));
    if (high != all.end()) all.erase(std::max(high, all.begin() + 1) + 1, all.end());
    return all;
}

std::string tick_text(double value, double step) {
    const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-6)));
    if (decimals == 0 && std::abs(value) >= 1000) return grouped(std::llround(value));
    return fixed(value, decimals);
}

std::vector<Point> smoothed(const std::vector<double>& values, double per_unit, std::size_t count) {
    const std::size_t half = std::max(values.size() / 120, std::min<std::size_t>(8, values.size() / 20));
    const std::size_t shown = std::min(count, values.size());
    std::vector<Point> points;
    for (std::size_t i = 0; i < shown; ++i) {
        const std::size_t at = shown < 2 ? 0 : i * (values.size() - 1) / (shown - 1);
        // The window has the same number of values on both sides. So near the beginning, where values change quickly,
        // it is short, and the curve begins at the first value.
        const std::size_t begin = at - std::min(half, at), end = std::min(at + std::min(half, at) + 1, values.size());
        double sum = 0;
        for (std::size_t j = begin; j < end; ++j) sum += values[j];
        points.push_back({static_cast<double>(at + 1) / per_unit, sum / static_cast<double>(end - begin)});
    }
    return points;
}

std::vector<Point> envelope(const std::vector<double>& values, double per_unit, std::size_t count) {
    std::vector<Point> points;
    const auto add = [&](std::size_t at) { points.push_back({static_cast<double>(at + 1) / per_unit, values[at]}); };
    if (values.size() <= count) {
        for (std::size_t at = 0; at < values.size(); ++at) add(at);
        return points;
    }
    const std::size_t stretches = count / 2;
    for (std::size_t i = 0; i < stretches; ++i) {
        const std::size_t begin = i * values.size() / stretches, end = (i + 1) * values.size() / stretches;
        std::size_t least = begin, greatest = begin;
        for (std::size_t at = begin; at < end; ++at) {
            if (values[at] < values[least]) least = at;
            if (values[at] > values[greatest]) greatest = at;
        }
        add(std::min(least, greatest));
        if (least != greatest) add(std::max(least, greatest));
    }
    return points;
}

}  // namespace norma::drawing
