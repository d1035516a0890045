#include <cstdio>
#include <exception>

#include "report/page.hpp"

/// Reads what the benchmarks wrote into a folder, writes the report beside it and prints the table of bars.
int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "use: bench_report FOLDER, the one that holds step.json and the like\n");
        return 2;
    }
    try {
        const norma::bench::Measurements all = norma::bench::read_measurements(arguments[1]);
        norma::bench::write_report(all, arguments[1]);
        std::printf("%s", norma::bench::bars_text(all).c_str());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_report: %s\n", error.what());
        return 1;
    }
}
