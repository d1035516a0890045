#include "norma/core/fixed_string.hpp"

#include <doctest/doctest.h>

#include <string>
#include <type_traits>

namespace fixed_string_test {

using namespace norma;

namespace {

constexpr FixedString made_of_values() {
    return FixedString("layer ") << 12 << ", " << FixedString("Pool") << ", gets " << Extent{32, 2, 2} << ", at "
                                 << -7LL;
}

template <auto... lines>
struct Lines {};

constexpr FixedString long_one() { return "a sentence that is longer than the thirty-one characters of a line"; }

}  // namespace

TEST_CASE("sentence: the compiler joins texts, numbers and shapes") {
    static_assert(made_of_values().view() == "layer 12, Pool, gets 32x2x2, at -7");
    static_assert(FixedString().empty());
    CHECK(made_of_values().size() == 34);
    FixedString least;
    least << static_cast<long long>(-9223372036854775807LL - 1) << " " << 0;
    CHECK(least.view() == "-9223372036854775808 0");
    CHECK(shape_text({3, 32, 31}) == "3x32x31");
}

TEST_CASE("sentence: text that does not fit is left out") {
    FixedString text(std::string(FixedString::capacity - 2, 'x').c_str());
    text << "abc" << 7;
    CHECK(text.size() == FixedString::capacity);
    CHECK(text.view().ends_with("xxab"));
}

TEST_CASE("sentence: lines are cut between words, and together are the text") {
    static constexpr FixedString text = long_one();
    std::string again;
    for (std::size_t i = 0; i < norma::detail::line_count(text.view()); ++i) {
        const std::string_view line = norma::detail::line(text.view(), i);
        CHECK(line.size() <= norma::detail::line_width);
        again += (again.empty() ? "" : " ") + std::string(line);
    }
    CHECK(again == text.view());
    CHECK(norma::detail::line(text.view(), 99).empty());
    static_assert(!std::is_same_v<MessageOf<Lines, long_one>, Lines<>>);
}

}  // namespace fixed_string_test
