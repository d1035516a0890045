#include "norma/ops/staged.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include <norma/core/aligned_buffer.hpp>
#include <norma/core/precision.hpp>

namespace staged_test {

using namespace norma;

namespace {

constexpr int count = 8;
constexpr Place first{false, 0, count* int(sizeof(Bf16))};
constexpr Place second{false, 64, count* int(sizeof(Bf16))};

/// Two arrays of 0, 1, …, 7 in an arena, and scratch memory after them.
struct Memory {
    AlignedBuffer<std::byte> bytes = AlignedBuffer<std::byte>(1024);
    StepPlaces places;
    SharedState<float> shared{};
    Arguments<Bf16> arguments{
        places, shared, bytes.data(), bytes.data(), nullptr, reinterpret_cast<float*>(&bytes[256]), {}, nullptr};

    Memory() {
        for (int i = 0; i < count; ++i) {
            arguments.at(first)[i] = Bf16(float(i));
            arguments.at(second)[i] = Bf16(float(i));
        }
    }
    std::vector<float> at(const Place& place) const { return {arguments.at(place), arguments.at(place) + count}; }
};

}  // namespace

TEST_CASE("staged arrays: what is read is a copy, what is written goes back rounded, and the rest stays") {
    const Memory memory;
    StagedArrays<Bf16> staged(memory.arguments);
    const Place read = staged.read(first);
    const Place written = staged.written(second);
    const Arguments<float> wide = staged.arguments(memory.places);
    for (int i = 0; i < count; ++i) {
        CHECK(wide.at(read)[i] == float(i));
        wide.at(read)[i] = -1;
        wide.at(written)[i] = 1 + float(i) / 1024;  // 1 as bfloat16, up to i = 4
    }
    staged.finish();
    CHECK(memory.at(first) == std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(memory.at(second) == std::vector<float>{1, 1, 1, 1, 1, 1.0078125f, 1.0078125f, 1.0078125f});
    CHECK(wide.scratch == memory.arguments.scratch + 2 * count);
}

TEST_CASE("staged arrays: two uses of one place are one array") {
    const Memory memory;
    StagedArrays<Bf16> staged(memory.arguments);
    const Place read = staged.read(first);
    const Place changed = staged.changed(first);
    CHECK(read == changed);
    const Arguments<float> wide = staged.arguments(memory.places);
    wide.at(changed)[3] = 40;
    staged.finish();
    CHECK(memory.at(first) == std::vector<float>{0, 1, 2, 40, 4, 5, 6, 7});
    CHECK_FALSE(staged.read(Place{}).exists());
}

TEST_CASE("staged arrays: of a slice the whole array is staged, so that what is beside it stays") {
    const Memory memory;
    StagedArrays<Bf16> staged(memory.arguments);
    Place slice = first;
    slice.channel = 1;
    slice.pitch = 4;
    const Place written = staged.written(slice);
    CHECK(written.channel == 1);
    CHECK(written.pitch == 4);
    const Arguments<float> wide = staged.arguments(memory.places);
    for (int pixel = 0; pixel < 2; ++pixel) wide.at(written)[pixel * 4] = 50;
    staged.finish();
    CHECK(memory.at(first) == std::vector<float>{0, 50, 2, 3, 4, 50, 6, 7});
}

}  // namespace staged_test
