#include "norma/core/class_name.hpp"

#include <doctest/doctest.h>

#include <array>
#include <utility>
#include <vector>

namespace class_name_test {

using norma::class_name;

template <class T>
struct Outer {
    struct Inner {};
};
template <int n>
struct Numbered {};
struct Plain {};
namespace {
struct Hidden {};
}  // namespace

TEST_CASE("class name: without namespaces and template arguments") {
    struct Local {};
    CHECK(class_name<Plain>() == "Plain");
    CHECK(class_name<Hidden>() == "Hidden");
    CHECK(class_name<Local>() == "Local");
    CHECK(class_name<Numbered<(3 > 2)>>() == "Numbered");
    CHECK(class_name<Outer<Plain>>() == "Outer");
    CHECK(class_name<Outer<std::array<Plain, 3>>::Inner>() == "Inner");
    CHECK(class_name<std::pair<Hidden, std::vector<Local>>>() == "pair");
}

}  // namespace class_name_test
