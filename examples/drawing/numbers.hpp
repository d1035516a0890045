#pragma once

#include <cstdint>
#include <string>

namespace norma::drawing {

/// `value` with that many decimals, a point whatever the locale, a true minus sign; "not finite" where it is not.
std::string fixed(double value, int decimals);

/// `value` to the nearest hundredth, as it is printed, so that differences of printed figures add up.
double hundredths(double value);

/// 37108 as "37,108".
std::string grouped(std::int64_t value);

}  // namespace norma::drawing
