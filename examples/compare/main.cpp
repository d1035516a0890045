#include "known_networks.hpp"
#include "options.hpp"
#include "program.hpp"
#include "run.hpp"
#include "train.hpp"

int main(int count, char** arguments) {
    using namespace norma::compare;
    const ComparedNetwork& own = compared_network();
    return run_program(
        "compare", [&] { return parse_options(count, arguments, own.name, own.precision); },
        [&](const Options& options) {
            const bool own_network = options.network == own.name;
            if (own_network && options.precision == own.precision) return run(options, own);
            run_program_of("compare", find_network(options.network), options.precision,
                           own_network ? "--precision" : "--network", arguments);
        });
}
