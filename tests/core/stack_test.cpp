#include "norma/core/stack.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace stack_test {

using namespace norma;

TEST_CASE("stack: it gives back what was appended, the last one first") {
    Stack<int> stack(3);
    CHECK(stack.empty());
    for (int round = 0; round < 2; ++round) {
        for (const int value : {4, 5, 6}) stack.push_back(value);
        CHECK(stack.size() == 3);
        CHECK(std::vector<int>(stack.all().begin(), stack.all().end()) == std::vector<int>{4, 5, 6});
        CHECK(stack.back() == 6);
        stack.pop_back();
        CHECK(stack.back() == 5);
        stack[0] = 7;
        CHECK(stack.all()[0] == 7);
        stack.clear();
        CHECK(stack.empty());
    }
}

}  // namespace stack_test
