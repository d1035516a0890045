#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drawing/table.hpp"
#include "report/reading.hpp"

namespace norma::bench {

/// A bar, the limit that a figure must reach, and the measured figure.
struct Bar {
    std::string what;
    std::optional<double> measured;
    double bar = 0;
    std::optional<double> aim;
    bool at_most = false;  ///< lower is better
    std::string unit;      ///< the text after the number: " %", "×"
    int decimals = 1;

    /// Does the measured figure, rounded as it is printed, reach `limit`?
    bool reaches(double limit) const;
};

/// All bars of the suite in order, measured or not.
std::vector<Bar> bars(const Measurements& all);

/// "✓ yes", "✓ yes, and the aim", "✗ no" or "not measured".
std::string verdict(const Bar& bar);

/// One row for each bar: what, measured, bar, aim, met?
drawing::Table bar_table(const std::vector<Bar>& all);

/// A sentence: how many bars are met, not met and not measured.
std::string bar_summary(const std::vector<Bar>& all);

/// A line with the machine, the instruction set, the compiler, norma's version and the date.
std::string machine_line(const Measurements& all);

}  // namespace norma::bench
