#include "norma/core/setting.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

namespace setting_test {

using namespace norma;

TEST_CASE("a number's text is short and reads back to the same number") {
    CHECK(setting_text(0.9) == "0.9");
    CHECK(setting_text(1e-300) == "1e-300");
    CHECK(setting_text(std::numeric_limits<double>::infinity()) == "inf");
    for (const double value : {0.1 + 0.2, 1.0 / 3, 5e-324, 1.7976931348623157e308, -2.5}) {
        CHECK(std::strtod(setting_text(value).c_str(), nullptr) == value);
    }
    CHECK(setting_text(true) == "yes");
    CHECK(setting_text(7) == "7");
    CHECK(setting_text(18446744073709551615u) == "18446744073709551615");
}

TEST_CASE("settings that differ are named with both values, in any order") {
    const std::vector<Setting> there{{"momentum", "0.8"}, {"flip", "yes"}, {"only\x1b[2J", "1"}};
    const std::vector<Setting> here{{"flip", "yes"}, {"momentum", "0.9"}, {"new", "2"}};
    CHECK(difference_of_settings(there, here) ==
          "\n  momentum: 0.8 there, 0.9 here\n  only\\x1b[2J: 1 there, none here"
          "\n  new: none there, 2 here");
    const std::vector<Setting> turned{here[2], here[1], here[0]};
    CHECK(difference_of_settings(turned, here).empty());
    CHECK(difference_of_settings({}, {}).empty());
}

}  // namespace setting_test
