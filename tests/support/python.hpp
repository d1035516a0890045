#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <optional>
#include <string>

#include <doctest/doctest.h>

/// Runs `script`, a path below tests/ and its arguments as a shell reads them, with the Python named by NORMA_PYTHON,
/// else python3. Gives the exit status; nothing where there is no Python or the script says by 77 that it lacks
/// packages.
inline std::optional<int> run_python(const std::string& script) {
    const char* const named = std::getenv("NORMA_PYTHON");
    const std::string command = std::string(named != nullptr ? named : "python3") + " '" NORMA_TESTS_DIR "'/" + script;
    const int status = std::system(command.c_str());
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 127) {
        REQUIRE_MESSAGE(named == nullptr, "NORMA_PYTHON names what does not run: " << named);
        return std::nullopt;
    }
    if (WEXITSTATUS(status) == 77) return std::nullopt;
    return WEXITSTATUS(status);
}
