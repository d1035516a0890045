#include "norma/kernels/packet_loops.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace packet_loops_test {

using namespace norma;

namespace {

/// A run of packets: its first number, its packets' lanes, and their number.
struct Run {
    int first, lanes, packets;
};

/// What is wrong with runs over `count` numbers of at most `most` packets each: as text.
std::string faults(const std::vector<Run>& runs, int count, int most) {
    std::ostringstream out;
    int next = 0;
    int lanes_before = std::numeric_limits<int>::max();
    for (const Run& run : runs) {
        if (run.first != next || run.packets < 1 || run.packets > most || run.lanes > lanes_before) {
            out << "of " << count << " numbers, at most " << most << " packets: a run of " << run.packets << " times "
                << run.lanes << " at " << run.first << " after one that ends at " << next << '\n';
        }
        lanes_before = run.lanes;
        next = run.first + run.packets * run.lanes;
    }
    if (next != count) out << "of " << count << " numbers " << next << " are visited\n";
    return out.str();
}

template <class T, int Count, int Most>
std::string faults_of_runs() {
    std::vector<Run> runs;
    simd::for_each_run<T, Count, Most>([&]<class P, int Packets>(int first) {
        runs.push_back({first, P::lanes, Packets});
    });
    return faults(runs, Count, Most);
}

}  // namespace

TEST_CASE_TEMPLATE("runs cover each number once, in order, widest packets first", T, float, double) {
    std::string wrong;
    simd::unroll<40>([&](auto i) { wrong += faults_of_runs<T, int(i) + 1, 2>(); });
    simd::unroll<12>([&](auto i) { wrong += faults_of_runs<T, 8 * int(i) + 3, 1>(); });
    simd::unroll<12>([&](auto i) { wrong += faults_of_runs<T, 8 * int(i) + 7, 8>(); });
    CHECK(wrong == "");
}

TEST_CASE_TEMPLATE("a run-time count is covered once, in order, the last numbers by scalars", T, float, double) {
    for (std::size_t count = 0; count < 3 * simd::Widest<T>::lanes; ++count) {
        CAPTURE(count);
        std::size_t next = 0;
        int packets = 0;
        simd::for_each_packet<T>(count, [&]<class P>(std::size_t first) {
            CHECK(first == next);
            next = first + P::lanes;
            ++packets;
        });
        CHECK(next == count);
        constexpr std::size_t lanes = simd::Widest<T>::lanes;
        CHECK(packets == int(count / lanes + count % lanes));
    }
}

}  // namespace packet_loops_test
