#include "norma/network/sum_tree.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "norma/core/chunks.hpp"
#include "norma/core/random.hpp"

namespace sum_tree_test {

using namespace norma;
using detail::SumTree;

namespace {

/// The order of additions as a text, as `merge_in_tree` gives it.
std::string expected_sum(int leaves) {
    std::vector<std::string> sums;
    for (int i = 0; i < leaves; ++i) sums.push_back(std::to_string(i));
    merge_in_tree(leaves, [&](int a, int b) {
        sums[std::size_t(a)] = "(" + sums[std::size_t(a)] + "+" + sums[std::size_t(b)] + ")";
    });
    return sums[0];
}

/// The same, in the arrays of a tree.
class Sums {
public:
    explicit Sums(const SumTree& tree) : texts_(std::size_t(tree.arrays())) {}
    std::string& operator[](int array) { return texts_[std::size_t(array)]; }
    void operator()(const SumTree::Merge& merge) {
        texts_[std::size_t(merge.to)] =
            "(" + texts_[std::size_t(merge.to)] + "+" + texts_[std::size_t(merge.from)] + ")";
    }

private:
    std::vector<std::string> texts_;
};

std::string whole_sum(SumTree& tree, Sums& sums) {
    for (const SumTree::Merge& merge : tree.rest()) sums(merge);
    return sums[tree.array_of(0)];
}

}  // namespace

static_assert(SumTree::arrays(1, 1) == 1 && SumTree::arrays(1, 16) == 5 && SumTree::arrays(2, 16) == 7);
static_assert(SumTree::arrays(64, 64) == 64 && SumTree::arrays(16, 64) == 30);

TEST_CASE("a sum tree adds in the same order whatever leaf is ready first") {
    for (const int leaves : {1, 2, 3, 7, 13, 16, 37, 64}) {
        for (const int threads : {1, 2, 3, 7, 64}) {
            for (const bool turned : {false, true}) {
                CAPTURE(leaves);
                CAPTURE(threads);
                CAPTURE(turned);
                SumTree tree(threads, 64, 64, 1);
                Sums sums(tree);
                RandomSequence random({1, Purpose::synthetic, 0, 0, 0});
                for (int round = 0; round < 3; ++round) {
                    tree.begin(leaves, {0, leaves}, turned);
                    // Several leaves are being computed, and a random one is ready next; but none falls far behind, so
                    // that there is always a free array.
                    std::vector<SumTree::Leaf> computing;
                    for (int taken = 0; taken < leaves || !computing.empty();) {
                        if (taken < leaves && int(computing.size()) < (threads + 1) / 2) {
                            const SumTree::Leaf leaf = tree.take(sums);
                            CHECK(leaf.number == (turned ? leaves - 1 - taken : taken));
                            sums[leaf.array] = std::to_string(leaf.number);
                            computing.push_back(leaf);
                            ++taken;
                        } else {
                            const std::size_t next =
                                std::size_t(random.uniform(0, 1) * float(computing.size())) % computing.size();
                            const int first = turned ? leaves - 1 - computing[0].number : computing[0].number;
                            const std::size_t ready = taken - first > 8 ? 0 : next;
                            tree.give(computing[ready]);
                            computing.erase(computing.begin() + std::ptrdiff_t(ready));
                        }
                    }
                    CHECK(whole_sum(tree, sums) == expected_sum(leaves));
                }
            }
        }
    }
}

TEST_CASE("a sum tree of one process has the sums of its run's subtrees") {
    for (const int leaves : {1, 5, 13, 64}) {
        for (const int processes : {2, 3, 7, 16}) {
            for (const bool turned : {false, true}) {
                CAPTURE(leaves);
                CAPTURE(processes);
                CAPTURE(turned);
                std::vector<std::string> all(static_cast<std::size_t>(leaves));
                for_each_run(leaves, processes, [&](int, ChunkRun run) {
                    int subtrees = 0;
                    for_each_subtree(leaves, run, [&](int) { ++subtrees; });
                    SumTree tree(1, leaves, run.count(), subtrees);
                    Sums sums(tree);
                    tree.begin(leaves, run, turned);
                    for (int k = 0; k < run.count(); ++k) {
                        const SumTree::Leaf leaf = tree.take(sums);
                        sums[leaf.array] = std::to_string(leaf.number);
                        tree.give(leaf);
                    }
                    for (const SumTree::Merge& merge : tree.rest()) sums(merge);
                    for_each_subtree(leaves, run, [&](int first) {
                        all[static_cast<std::size_t>(first)] = sums[tree.array_of(first)];
                    });
                });
                merge_across(leaves, processes, [&](int a, int b) {
                    std::string& sum = all[static_cast<std::size_t>(a)];
                    sum = "(" + sum + "+" + all[static_cast<std::size_t>(b)] + ")";
                });
                CHECK(all[0] == expected_sum(leaves));
            }
        }
    }
}

TEST_CASE("a sum tree: threads that wait for arrays go on when one is free") {
    constexpr int leaves = 200;
    for (const int threads : {1, 2, 5, 16}) {
        CAPTURE(threads);
        SumTree tree(threads, leaves, leaves, 1);
        Sums sums(tree);
        tree.begin(leaves, {0, leaves}, false);
        std::atomic<int> next = 0;
        std::vector<std::thread> all;
        for (int t = 0; t < threads; ++t) {
            all.emplace_back([&, t] {
                while (next++ < leaves) {
                    const SumTree::Leaf leaf = tree.take(sums);
                    sums[leaf.array] = std::to_string(leaf.number);
                    // The first thread is far behind.
                    for (int k = 0; k < (t == 0 ? 50 : 1); ++k) std::this_thread::yield();
                    tree.give(leaf);
                }
            });
        }
        for (std::thread& thread : all) thread.join();
        CHECK(whole_sum(tree, sums) == expected_sum(leaves));
    }
}

TEST_CASE("a sum tree that is abandoned lets no thread wait") {
    SumTree tree(1, 64, 64, 1);
    Sums sums(tree);
    tree.begin(64, {0, 64}, false);
    std::vector<SumTree::Leaf> computing;
    for (int a = 0; a < tree.arrays(); ++a) computing.push_back(tree.take(sums));
    std::thread waits([&] { CHECK(tree.take(sums).number == SumTree::none); });
    tree.abandon();
    waits.join();
    CHECK(tree.take(sums).number == SumTree::none);
    tree.begin(64, {0, 64}, false);
    CHECK(tree.take(sums).number == 0);
}

}  // namespace sum_tree_test
