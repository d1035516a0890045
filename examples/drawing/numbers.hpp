#pragma once

#include <cstdint>
#include <string>

namespace norma::drawing {

/// `value` with so many decimals, a decimal point in every locale, and the minus sign "−"; "not finite" if it is not.
std::string fixed(double value, int decimals);

/// `value` rounded to hundredths, as it is printed, so that differences agree with the printed values.
double hundredths(double value);

/// 37108 as "37,108".
std::string grouped(std::int64_t value);

}  // namespace norma::drawing
