// Runs the fuzz harnesses on their corpora, and on small changes of these files, with every compiler: what was found
// and fixed stays fixed. ./dev fuzz makes other inputs.
#include <doctest/doctest.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness.hpp"
#include "norma/core/file.hpp"

namespace corpus_test {

using namespace fuzz;

namespace {

const std::filesystem::path corpora = std::filesystem::path(NORMA_TESTS_DIR) / "fuzz" / "corpus";

/// The inputs of a harness with their names: the files of its corpus, and its seeds.
std::vector<std::pair<std::string, Buffer>> inputs_of(const Harness& harness) {
    std::vector<std::pair<std::string, Buffer>> inputs;
    for (const auto& file : std::filesystem::directory_iterator(corpora / harness.name)) {
        inputs.emplace_back(file.path().string(), norma::read_file(file.path()));
    }
    std::ranges::sort(inputs);
    if (harness.seeds != nullptr) {
        for (Buffer& seed : harness.seeds()) inputs.emplace_back("a seed of its own", std::move(seed));
    }
    return inputs;
}

/// The harness's finding, or an empty text. Adds 1 to `taken` if the reader accepted the input.
std::string finding(const Harness& harness, const Buffer& input, int& taken) {
    // A block of exactly this size, so that a sanitizer notices reading beyond the end.
    const Buffer exact(input);
    try {
        taken += harness.takes(exact);
    } catch (const std::exception& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("every harness has a corpus, and every corpus a harness") {
    std::set<std::string> names, folders;
    for (const Harness& harness : harnesses()) names.emplace(harness.name);
    for (const auto& folder : std::filesystem::directory_iterator(corpora)) {
        const std::string name = folder.path().filename().string();
        // These harnesses are not built without zlib, or without the examples.
        if (std::string_view(NORMA_FUZZ_WITHOUT).find(name) == std::string_view::npos) folders.insert(name);
    }
    CHECK(names == folders);
}

TEST_CASE("no harness has a finding in its corpus, and each accepts some of it") {
    for (const Harness& harness : harnesses()) {
        CAPTURE(harness.name);
        int taken = 0;
        for (const auto& [name, input] : inputs_of(harness)) {
            CAPTURE(name);
            CHECK(finding(harness, input, taken) == "");
            CHECK(input.size() <= harness.most_bytes);
        }
        CHECK(taken > 0);
    }
}

TEST_CASE("no harness has a finding in an input that is cut short, or in which a byte is changed") {
    for (const Harness& harness : harnesses()) {
        CAPTURE(harness.name);
        int ignored = 0;
        for (const auto& [name, input] : inputs_of(harness)) {
            CAPTURE(name);
            // A hundred places in each input: more would take too long.
            const std::size_t step = std::max<std::size_t>(1, input.size() / 100);
            for (std::size_t at = 0; at < input.size(); at += step) {
                CAPTURE(at);
                CHECK(finding(harness, Buffer(input.begin(), input.begin() + std::ptrdiff_t(at)), ignored) == "");
                for (const int change : {0x01, 0x80, 0xff}) {
                    Buffer changed = input;
                    changed[at] = static_cast<std::uint8_t>(changed[at] ^ change);
                    CHECK(finding(harness, changed, ignored) == "");
                    if (harness.repair == nullptr) continue;
                    harness.repair(changed);
                    CHECK(finding(harness, changed, ignored) == "");
                }
            }
        }
    }
}

TEST_CASE("repair does not change an input that the reader accepts") {
    for (const Harness& harness : harnesses()) {
        if (harness.repair == nullptr) continue;
        CAPTURE(harness.name);
        int repaired = 0;
        for (const auto& [name, input] : inputs_of(harness)) {
            CAPTURE(name);
            int taken = 0;
            finding(harness, input, taken);
            if (taken == 0) continue;
            Buffer again = input;
            harness.repair(again);
            CHECK(again == input);
            ++repaired;
        }
        CHECK(repaired > 0);
    }
}

}  // namespace corpus_test
