#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drawing/table.hpp"
#include "report/reading.hpp"

namespace norma::bench {

/// A bar that a figure has to reach, and what was measured.
struct Bar {
    std::string what;
    std::optional<double> measured;
    double bar = 0;
    std::optional<double> aim;
    bool at_most = false;  ///< lower is better
    std::string unit;      ///< as it follows the number: " %", "×"
    int decimals = 1;

    /// Whether the measured figure reaches `limit`, as it is printed: 75.04 % reaches 75 %.
    bool reaches(double limit) const;
};

/// Every bar of the suite, in its order, measured or not.
std::vector<Bar> bars(const Measurements& all);

/// "✓ yes", "✓ yes, and the aim", "✗ no" or "not measured".
std::string verdict(const Bar& bar);

/// One row a bar: what, measured, bar, aim, met?
drawing::Table bar_table(const std::vector<Bar>& all);

/// How many are met, not met and not measured, in a sentence.
std::string bar_summary(const std::vector<Bar>& all);

/// The machine, what was built for it and when, in a line.
std::string machine_line(const Measurements& all);

}  // namespace norma::bench
