#include "options.hpp"
#include "program.hpp"
#include "run.hpp"

int main(int count, char** arguments) {
    using namespace norma::compare;
    return run_program(
        "compare", [&] { return parse_options(count, arguments); }, run);
}
