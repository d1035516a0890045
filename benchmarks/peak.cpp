#include "support/main.hpp"

/// Measures the limits of the processor and its memory: multiply-adds at every packet width that the program is
/// compiled for, and the bandwidth of each level of memory.
namespace {

using namespace norma;

/// Registers the multiply-adds of `P` and of all narrower packets.
template <class P>
void register_lanes(int threads) {
    if constexpr (P::lanes >= 4) {
        bench::register_fma<P>("fma/lanes:" + std::to_string(P::lanes) + "/threads:" + std::to_string(threads),
                               threads);
        register_lanes<simd::Narrower<P>>(threads);
    }
}

void register_all_traffic(int threads) {
    for (const auto traffic : {bench::Traffic::read, bench::Traffic::copy, bench::Traffic::add}) {
        for (const int kilobytes : bench::bandwidth_sizes()) {
            bench::register_bandwidth(std::string("bandwidth/") + bench::name_of(traffic) +
                                          "/kB:" + std::to_string(kilobytes) + "/threads:" + std::to_string(threads),
                                      traffic, kilobytes, threads);
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    bench::Program program(count, arguments);
    for (const int threads : {1, 2}) {
        register_lanes<simd::Widest<float>>(threads);
        register_all_traffic(threads);
    }
    return program.run();
}
