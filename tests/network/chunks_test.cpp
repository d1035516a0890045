#include "norma/network/chunks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace chunks_test {

using namespace norma;

static_assert(Chunks{1}.count() == 1 && Chunks{16}.count() == 16 && Chunks{128}.count() == 16);
static_assert(Chunks{17}.size() == 2 && Chunks{17}.count() == 9);
static_assert(Chunks{256}.size() == 8 && Chunks{256}.count() == 32);
static_assert(Chunks{1024}.size() == 16 && Chunks{1024}.count() == 64);
static_assert(Chunks{128, 16}.size() == 16 && Chunks{128, 16}.count() == 8);
static_assert(Chunks{16, 16}.size() == 4 && Chunks{7, 16}.size() == 1);  // at least four chunks
static_assert(Chunks{1024, 4}.size() == 16);

TEST_CASE("chunks: every sample is in one of them, in order, and all but the last are of one size") {
    for (const int samples : {1, 2, 5, 15, 16, 17, 37, 127, 128, 129, 511, 512, 513, 1000, 2'000'000'000}) {
        for (const int block : {1, 2, 16}) {
            const Chunks chunks{samples, block};
            CAPTURE(samples);
            CAPTURE(block);
            CHECK(chunks.begin(0) == 0);
            CHECK(chunks.end(chunks.count() - 1) == samples);
            bool of_one_size = true;
            for (int c = 0; c < chunks.count(); ++c) {
                const int size = chunks.end(c) - chunks.begin(c);
                of_one_size =
                    of_one_size && (size == chunks.size() || (c == chunks.count() - 1 && size < chunks.size()));
                of_one_size = of_one_size && size > 0;
            }
            CHECK(of_one_size);
        }
    }
}

TEST_CASE("chunks: no smaller batch has more than `most`") {
    for (const int block : {1, 2, 4, 8, 16}) {
        int most = 0;
        for (int samples = 1; samples < 2000; ++samples) {
            CAPTURE(samples);
            CAPTURE(block);
            most = std::max(most, Chunks{samples, block}.count());
            CHECK(Chunks::most(samples, block) == most);
        }
    }
}

TEST_CASE("chunks: parts are merged as a tree, neighbours first") {
    const auto merged = [](int parts) {
        std::vector<std::string> names;
        for (int i = 0; i < parts; ++i) names.push_back(std::to_string(i));
        merge_in_tree(parts, [&](int a, int b) {
            names[std::size_t(a)] = "(" + names[std::size_t(a)] + "+" + names[std::size_t(b)] + ")";
        });
        return names[0];
    };
    CHECK(merged(1) == "0");
    CHECK(merged(2) == "(0+1)");
    CHECK(merged(5) == "(((0+1)+(2+3))+4)");
    CHECK(merged(7) == "(((0+1)+(2+3))+((4+5)+6))");
}

}  // namespace chunks_test
