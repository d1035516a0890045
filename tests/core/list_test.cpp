#include "norma/core/list.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace list_test {

using namespace norma;

namespace {

/// Do a list and a vector stay equal when both grow in the same way up to size `count`?
constexpr bool grows_as_a_vector(int count) {
    List<int> list;
    std::vector<int> vector;
    for (int i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i * i) % (list.size() + 1);
        list.insert(at, i);
        vector.insert(vector.begin() + static_cast<std::ptrdiff_t>(at), i);
        list.push_back(-i);
        vector.push_back(-i);
        if (!std::equal(list.begin(), list.end(), vector.begin(), vector.end())) return false;
        if (list.back() != -i || list[at] != vector[at]) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("a list grows at its end and within") { CHECK(grows_as_a_vector(100)); }

#if !defined(_GLIBCXX_DEBUG)
static_assert(grows_as_a_vector(20));
#endif

TEST_CASE("an element of a list can be added to the same list") {
    List<int> list{7};
    for (int i = 0; i < 100; ++i) list.push_back(list[0]);
    CHECK(list.size() == 101);
    CHECK(std::all_of(list.begin(), list.end(), [](int i) { return i == 7; }));
}

TEST_CASE("lists are copied, moved, compared and filled") {
    List<int> list{1, 2, 3};
    List<int> copy = list;
    copy[1] = 5;
    CHECK(list == List<int>{1, 2, 3});
    CHECK(copy == List<int>{1, 5, 3});
    CHECK_FALSE(list == copy);
    CHECK_FALSE(list == List<int>{1, 2});
    List<int> moved = std::move(copy);
    CHECK(moved == List<int>{1, 5, 3});
    list = moved;
    CHECK(list == moved);
    const List<int>& itself = list;
    list = itself;
    CHECK(list == moved);
    list.assign(2, 9);
    CHECK(list == List<int>{9, 9});
    CHECK(List<int>{}.empty());
    CHECK_FALSE(list.empty());
}

}  // namespace list_test
