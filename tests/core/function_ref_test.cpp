#include "norma/core/function_ref.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <type_traits>

namespace function_ref_test {

using namespace norma;

namespace {
int twice(int x) { return 2 * x; }
int apply(FunctionRef<int(int)> f, int x) { return f(x); }
static_assert(!std::is_constructible_v<FunctionRef<int(int)>, std::string>);
static_assert(!std::is_constructible_v<FunctionRef<int(int)>, int (*)(int*)>);
static_assert(!std::is_constructible_v<FunctionRef<int(int)>, int(int)>);
}  // namespace

TEST_CASE("function ref: calls what it refers to, which keeps its state") {
    int calls = 0;
    const auto add = [&](int x) { return x + ++calls; };
    CHECK(apply(add, 10) == 11);
    CHECK(apply(add, 10) == 12);
    CHECK(calls == 2);
    int (*const pointer)(int) = twice;
    CHECK(apply(pointer, 4) == 8);
    const FunctionRef<int(int)> ref = add;
    const FunctionRef<int(int)> copy = ref;
    CHECK(copy(0) == 3);
}

TEST_CASE("function ref: arguments are handed on as they are, and a result may be dropped") {
    std::string text;
    const auto append = [](std::string& to, std::unique_ptr<int> number) { return to += std::to_string(*number); };
    const FunctionRef<void(std::string&, std::unique_ptr<int>)> ref = append;
    ref(text, std::make_unique<int>(3));
    CHECK(text == "3");
}

}  // namespace function_ref_test
