#include <cstdio>
#include <exception>
#include <string>
#include <variant>

#include "norma/core/error.hpp"
#include "options.hpp"
#include "run.hpp"

int main(int count, char** arguments) {
    using namespace norma;
    try {
        const auto parsed = compare::parse_options(count, arguments);
        if (const auto* text = std::get_if<std::string>(&parsed)) {
            std::fputs(text->c_str(), stdout);
            return 0;
        }
        return compare::run(std::get<compare::Options>(parsed));
    } catch (const OptionError& e) {
        std::fprintf(stderr, "compare: %s\n", e.what());
        return 2;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "compare: %s\n", e.what());
        return 1;
    }
}
