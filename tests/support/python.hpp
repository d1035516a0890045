#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <optional>
#include <string>

#include <doctest/doctest.h>

/// Runs `script` (a path in tests/ and its arguments, as in a shell) with the Python in NORMA_PYTHON, else python3.
/// Returns the exit status; nothing if there is no Python, or if the script returns 77 because packages are missing.
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
