#include <cstdio>
#include <string>
#include <variant>

#include "options.hpp"
#include "program.hpp"
#include "run.hpp"

int main(int count, char** arguments) {
    using namespace norma::compare;
    return run_program("compare", [&] {
        const auto parsed = parse_options(count, arguments);
        if (const auto* text = std::get_if<std::string>(&parsed)) {
            std::fputs(text->c_str(), stdout);
            return 0;
        }
        return run(std::get<Options>(parsed));
    });
}
