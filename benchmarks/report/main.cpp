#include <cstdio>
#include <exception>

#include "report/page.hpp"

/// Reads the benchmarks' results from a folder, writes the report into it and prints the table of bars.
int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "use: bench_report FOLDER, the folder with step.json and the other results\n");
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
