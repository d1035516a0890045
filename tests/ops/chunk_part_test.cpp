#include "norma/ops/chunk_part.hpp"

#include <doctest/doctest.h>

namespace chunk_part_test {

using namespace norma;

TEST_CASE("the moments of a chunk and its sums are side by side, and end where the size says") {
    using Part = ops::ChunkPart<float>;
    static_assert(Part::stride(17) == 32 && Part::header == 16 && Part::size(17) == 16 + 3 * 32);
    float numbers[16 + 3 * 32] = {};
    const Part part{numbers, 17};
    const kernels::SampleSet<float> samples = part.samples();
    CHECK(samples.count == numbers);
    CHECK(samples.mean == numbers + 16);
    CHECK(part.sum() == numbers + 16);
    CHECK(part.product() == numbers + 48);
}

}  // namespace chunk_part_test
