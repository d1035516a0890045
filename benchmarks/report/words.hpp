#pragma once

#include <optional>
#include <string>

#include "report/reading.hpp"

/// Texts of figures in charts and tables.
namespace norma::bench {

/// The cell of a table for a figure that was not measured.
inline const std::string nothing = "–";

/// A time with three digits or so, in ms.
std::string milliseconds(double seconds);

/// "28.1–31.0", in ms: the fastest and the slowest repetition.
std::string milliseconds_between(double least, double greatest);

/// "+12.3 %"
std::string signed_percent(double percent);

/// A number with `decimals`, or a dash if there is none.
std::string or_nothing(const std::optional<double>& value, int decimals, const std::string& unit = "");

/// `16x30x30` as "16×30×30".
std::string shape_text(std::string shape);

/// "Not measured: …" with the reason: the file is not there, or has no such benchmark.
std::string not_measured(const Measurements& all, const std::string& file, const std::string& what);

}  // namespace norma::bench
