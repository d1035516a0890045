#include <cstdio>
#include <exception>
#include <string_view>

#include "report/page.hpp"

/// Reads the benchmarks' results from a folder, writes the report into it and prints the table of bars, or with --peers
/// the tables of norma beside PyTorch.
int main(int count, char** arguments) {
    const bool peers = count == 3 && std::string_view(arguments[1]) == "--peers";
    if (count != 2 && !peers) {
        std::fprintf(stderr, "use: bench_report [--peers] FOLDER, the folder with step.json and the other results\n");
        return 2;
    }
    try {
        const char* const folder = arguments[count - 1];
        const norma::bench::Measurements all = norma::bench::read_measurements(folder);
        norma::bench::write_report(all, folder);
        std::printf("%s", (peers ? norma::bench::peers_markdown(all) : norma::bench::bars_text(all)).c_str());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_report: %s\n", error.what());
        return 1;
    }
}
