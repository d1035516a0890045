// Use: kill_train FOLDER PIPE THREADS [in_place]; see training.hpp.
#include <cstdio>
#include <exception>
#include <string_view>

#include "training.hpp"

int main(int count, char** arguments) {
    if (count < 4) return 2;
    try {
        norma::Reducer alone;
        train(arguments + 1, count > 4 && std::string_view(arguments[4]) == "in_place", alone);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "kill_train: %s\n", error.what());
        return 1;
    }
}
