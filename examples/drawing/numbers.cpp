#include "numbers.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace norma::drawing {

std::string fixed(double value, int decimals) {
    if (!std::isfinite(value)) return "not finite";
    std::array<char, 400> text;
    const auto end = std::to_chars(text.begin(), text.end(), std::abs(value), std::chars_format::fixed, decimals).ptr;
    const std::string digits(text.begin(), end);
    const bool zero = digits.find_first_not_of("0.") == std::string::npos;
    return (value < 0 && !zero ? "−" : "") + digits;
}

double hundredths(double value) { return std::round(value * 100) / 100; }

std::string grouped(std::int64_t value) {
    std::string digits = std::to_string(value);
    const std::size_t first = value < 0 ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
    return digits;
}

}  // namespace norma::drawing
