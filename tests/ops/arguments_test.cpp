#include "norma/ops/arguments.hpp"

#include <doctest/doctest.h>

#include <cstddef>

namespace arguments_test {

using namespace norma;

TEST_CASE("arguments: a place is somewhere or nowhere") {
    CHECK_FALSE(Place{}.exists());
    CHECK(Place{false, 0}.exists());
    CHECK(Place{true, 16}.exists());
}

TEST_CASE(
    "arguments: a stored array is in the sample's store, any other in the arena; without a place there is no mask") {
    alignas(float) std::byte arena[256] = {};
    alignas(float) std::byte store[256] = {};
    StepPlaces places;
    places.inputs[1] = {false, 16};
    places.output = {true, 32};
    const SharedState<float> shared{};
    Arguments<float> arguments{places, shared, arena, arena, store, nullptr, {}, nullptr};
    CHECK(static_cast<const void*>(arguments.input(1)) == arena + 16);
    CHECK(static_cast<void*>(arguments.output()) == store + 32);
    CHECK(arguments.mask() == nullptr);
    places.mask = {true, 48};
    CHECK(static_cast<void*>(arguments.mask()) == store + 48);
}

TEST_CASE("arguments: an array of gradients may begin at any parameter") {
    float gradients[64] = {};
    StepPlaces places;
    places.weight_offset = 160;
    places.bias_offset = 176;
    const SharedState<float> shared{};
    const Arguments<float> arguments{places, shared, nullptr, nullptr, nullptr, nullptr, {gradients, 128}, nullptr};
    CHECK(arguments.weight_gradient() == gradients + 32);
    CHECK(arguments.bias_gradient() == gradients + 48);
}

}  // namespace arguments_test
