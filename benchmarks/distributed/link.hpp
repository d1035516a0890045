#pragma once

#include <bit>
#include <cstddef>
#include <string>

namespace norma::bench {

/// A network between machines, by its two numbers: a message of n bytes takes `latency` + n / `bytes_per_second`
/// (Hockney's model), each machine sends and receives at the same time, and pairs of machines do not slow each other
/// down.
struct Link {
    std::string name;             ///< "10 Gbit/s"
    double latency = 0;           ///< seconds of a message without content
    double bytes_per_second = 0;  ///< in each direction
};

/// Assumptions, not measurements: MPI over TCP on 10-gigabit Ethernet, and over a network with remote memory access.
inline const Link ten_gigabit{"10 Gbit/s", 20e-6, 10e9 / 8};
inline const Link hundred_gigabit{"100 Gbit/s", 2e-6, 100e9 / 8};

/// ⌈log2 P⌉, the rounds in which each of P processes hears of all others.
constexpr int rounds_of(int processes) { return std::bit_width(static_cast<unsigned>(processes - 1)); }

/// What collectives take, by the algorithms of MPI libraries (Thakur, Rabenseifner and Gropp, 2005, "Optimization of
/// Collective Communication Operations in MPICH"); all processes begin at the same time.
///
/// A reduction of a few numbers doubles the distance in each round: ⌈log2 P⌉ latencies.
inline double reduction_seconds(const Link& link, int processes, std::size_t bytes) {
    const int rounds = rounds_of(processes);
    return rounds * (link.latency + static_cast<double>(bytes) / link.bytes_per_second);
}
/// A broadcast goes down a binomial tree.
inline double broadcast_seconds(const Link& link, int processes, std::size_t bytes) {
    return reduction_seconds(link, processes, bytes);
}
/// From so many bytes in all processes on, libraries gather in a ring.
inline constexpr std::size_t ring_bytes = 81'920;
/// Each process receives `received` of `total` bytes: few bytes in ⌈log2 P⌉ rounds, many in a ring of P − 1.
inline double gather_seconds(const Link& link, int processes, std::size_t total, std::size_t received) {
    const int messages = total < ring_bytes ? rounds_of(processes) : processes - 1;
    return messages * link.latency + static_cast<double>(received) / link.bytes_per_second;
}
/// Each process sends something else to each: P − 1 messages, one after another.
inline double exchange_seconds(const Link& link, int processes, std::size_t sent, std::size_t received) {
    const std::size_t more = sent > received ? sent : received;
    return (processes - 1) * link.latency + static_cast<double>(more) / link.bytes_per_second;
}

}  // namespace norma::bench
