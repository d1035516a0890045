#include "norma/core/owned.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace owned_test {

using namespace norma;

namespace {
struct Counted {
    explicit Counted(int& alive) : alive_(alive) { ++alive_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    virtual ~Counted() { --alive_; }
    int number = 7;

private:
    int& alive_;
};
struct Derived final : Counted {
    using Counted::Counted;
};
}  // namespace

TEST_CASE("owned: an object lives as long as its last owner") {
    int alive = 0;
    {
        Owned<Counted> nothing;
        CHECK_FALSE(bool(nothing));
        Owned<Counted> first(new Derived(alive));
        CHECK(first->number == 7);
        CHECK((*first).number == 7);
        Owned<Counted> second(std::move(first));
        CHECK_FALSE(bool(first));
        CHECK(bool(second));
        CHECK(alive == 1);
        first = Owned<Counted>(new Derived(alive));
        CHECK(alive == 2);
        second = std::move(first);
        CHECK(alive == 1);
        nothing = std::move(second);
        Owned<Counted>& same = nothing;
        nothing = std::move(same);
        CHECK(bool(nothing));
        CHECK(alive == 1);
        nothing = {};
        CHECK(alive == 0);
        first = Owned<Counted>(new Derived(alive));
    }
    CHECK(alive == 0);
}

}  // namespace owned_test
