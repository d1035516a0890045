#include "norma/core/chunks.hpp"

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
            bool in_order = true;
            // Of the hundred million chunks of the largest batch, only some near both ends and between.
            const auto is_seen = [&](int c) { return c < 100'000 || c >= chunks.count() - 100'000; };
            for (int c = 0; c < chunks.count(); c += is_seen(c) ? 1 : 997) {
                const int size = chunks.end(c) - chunks.begin(c);
                const bool is_last = c == chunks.count() - 1;
                in_order = in_order && size > 0 && (size == chunks.size() || (is_last && size < chunks.size()));
                in_order = in_order && (is_last || chunks.begin(c + 1) == chunks.end(c));
            }
            CHECK(in_order);
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

TEST_CASE("chunks: the runs of processes follow each other, and none has more than the mean, rounded up") {
    for (int chunks = 1; chunks <= 70; ++chunks) {
        for (int processes = 1; processes <= 20; ++processes) {
            CAPTURE(chunks);
            CAPTURE(processes);
            int end = 0, ranks = 0;
            bool fits = true;
            for_each_run(chunks, processes, [&](int rank, ChunkRun run) {
                fits = fits && rank == ranks++ && run.first == end && run.count() >= 0 &&
                       run.count() <= (chunks + processes - 1) / processes;
                end = run.last;
            });
            CHECK(fits);
            CHECK(ranks == processes);
            CHECK(end == chunks);
        }
    }
}

TEST_CASE("chunks: runs have few subtrees, one if the number of processes divides that of chunks as powers of two") {
    const auto subtrees = [](int chunks, int processes) {
        std::vector<std::vector<int>> all;
        for_each_run(chunks, processes, [&](int, ChunkRun run) {
            all.emplace_back();
            for_each_subtree(chunks, run, [&](int first) { all.back().push_back(first); });
        });
        return all;
    };
    using All = std::vector<std::vector<int>>;
    CHECK(subtrees(8, 1) == All{{0}});
    CHECK(subtrees(8, 4) == All{{0}, {2}, {4}, {6}});
    CHECK(subtrees(63, 2) == All{{0}, {32}});
    CHECK(subtrees(5, 2) == All{{0}, {2, 4}});
    CHECK(subtrees(64, 3) == All{{0, 16}, {20, 24, 32, 40}, {42, 44, 48}});
    CHECK(subtrees(2, 4) == All{{}, {}, {0}, {1}});
}

TEST_CASE("chunks: merges within runs and across them are those of the whole tree, in an order that is the same") {
    for (int parts = 1; parts <= 40; ++parts) {
        for (int processes = 1; processes <= 9; ++processes) {
            CAPTURE(parts);
            CAPTURE(processes);
            std::vector<std::string> expected, found;
            for (int i = 0; i < parts; ++i) expected.push_back(std::to_string(i));
            found = expected;
            const auto merge_in = [](std::vector<std::string>& names) {
                return [&](int a, int b) {
                    names[std::size_t(a)] = "(" + names[std::size_t(a)] + "+" + names[std::size_t(b)] + ")";
                };
            };
            merge_in_tree(parts, merge_in(expected));
            for_each_run(parts, processes, [&](int, ChunkRun run) { merge_within(parts, run, merge_in(found)); });
            merge_across(parts, processes, merge_in(found));
            CHECK(found[0] == expected[0]);
        }
    }
}

}  // namespace chunks_test
