#include <norma/core/error.hpp>
#include <norma/core/joined_text.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace joined_text_test {

using namespace norma;

TEST_CASE("joined_text: characters as they are, numbers as messages write them") {
    const std::string name = "conv";
    const std::string_view view = std::string_view("a view, cut").substr(0, 6);
    CHECK(joined_text({"layer ", name, '/', view}) == "layer conv/a view");
    CHECK(joined_text({}).empty());
    const std::uint16_t label = 65535;
    CHECK(joined_text({-3, ' ', label, ' ', std::size_t(7), ' ', std::int64_t(-9000000000)}) ==
          "-3 65535 7 -9000000000");
    CHECK(joined_text({~0ull}) == "18446744073709551615");
    CHECK(joined_text({0.1, ' ', 0.1f, ' ', 1e20f, ' ', 1e-60}) == "0.1 0.1 1e+20 1e-60");
    CHECK(joined_text({std::string("a temporary"), " lives as long"}) == "a temporary lives as long");
}

#if defined(__cpp_exceptions)
TEST_CASE("raise takes a message in parts") {
    CHECK_THROWS_WITH_AS(raise<DataError>({"sample ", 3, " of ", std::string("7")}), "sample 3 of 7", DataError);
    CHECK_THROWS_WITH_AS(raise({"two", " texts"}), "two texts", Error);  // not the iterators of one
}
#endif

}  // namespace joined_text_test
