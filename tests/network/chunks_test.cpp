#include "norma/network/chunks.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace chunks_test {

using namespace norma;

static_assert(Chunks{1}.count() == 1 && Chunks{16}.count() == 16 && Chunks{1000}.count() == most_chunks);

TEST_CASE("chunks: every sample is in one of them, in order, and sizes differ by one at most") {
    for (const int samples : {1, 2, 5, 15, 16, 17, 37, 128, 1000, 2'000'000'000}) {
        const Chunks chunks{samples};
        CAPTURE(samples);
        CHECK(chunks.begin(0) == 0);
        CHECK(chunks.end(chunks.count() - 1) == samples);
        for (int c = 0; c < chunks.count(); ++c) {
            const int size = chunks.end(c) - chunks.begin(c);
            CHECK(size >= samples / chunks.count());
            CHECK(size <= samples / chunks.count() + 1);
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
