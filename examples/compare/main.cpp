#include "known_networks.hpp"
#include "options.hpp"
#include "program.hpp"
#include "run.hpp"
#include "train.hpp"

int main(int count, char** arguments) {
    using namespace norma::compare;
    const ComparedNetwork& own = compared_network();
    return run_program(
        "compare", [&] { return parse_options(count, arguments, own.name); },
        [&](const Options& options) {
            if (options.network == own.name) return run(options, own);
            run_program_of("compare", find_network(options.network), "--network", arguments);
        });
}
