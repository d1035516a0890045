#include "compare/known_networks.hpp"
#include "compare/options.hpp"
#include "compare/program.hpp"
#include "compare/run.hpp"
#include "networks.hpp"
#include "train.hpp"

int main(int count, char** arguments) {
    using namespace norma;
    using namespace norma::compare;
    ComparedNetwork network = cifar94::airbench94(NORMA_CIFAR94_PRECISION);
    network.batch = cifar94::with_norm<cifar94::Net<cifar94::Batch>>;
    network.group = cifar94::with_norm<cifar94::Net<cifar94::Group>>;
    network.layer = cifar94::with_norm<cifar94::Net<cifar94::Layer>>;
    network.none = cifar94::with_norm<cifar94::Net<cifar94::None>>;
    return run_program(
        recipe_network, [&] { return parse_recipe_options(count, arguments, network.precision); },
        [&](const Options& options) {
            if (options.precision == network.precision) return run(options, network);
            run_program_of(recipe_network, {default_network, network.title, ""}, options.precision, "--precision",
                           arguments);
        });
}
