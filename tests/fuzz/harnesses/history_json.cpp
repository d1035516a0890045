// The history of a training as JSON, as in results.json.
#include <optional>
#include <string>
#include <string_view>

#include "fuzz/harness.hpp"
#include "fuzz/history_bits.hpp"
#include "norma/io/json.hpp"
#include "norma/io/read_history.hpp"

namespace history_json_harness {

namespace {

using namespace fuzz;

/// The history that nlohmann_json and `from_json` read; nothing if one of them refuses the text.
std::optional<norma::History> read_by_nlohmann(Bytes input) {
    const nlohmann::json json = nlohmann::json::parse(input.begin(), input.end(), nullptr, false);
    norma::History history;
    if (json.is_discarded() || !is_taken(input, "JSON", [&] { history = json.get<norma::History>(); })) return {};
    return history;
}

bool takes(Bytes input) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    norma::History history;
    const bool taken = is_taken(input, "a.json", [&] { history = norma::read_history(text, "a.json"); });
    // nlohmann_json is slow: it reads the accepted inputs, and one in four of the others.
    std::optional<norma::History> other;
    if (taken || input.size() % 4 == 0) other = read_by_nlohmann(input);
    if (!taken) return false;
    promise(!other || bits_of(*other) == bits_of(history), "another parser finds something else");
    const std::string written = norma::readable_json(nlohmann::json(history));
    promise(bits_of(norma::read_history(written)) == bits_of(history), "written and read again it differs: " + written);
    return true;
}

const Registered registered({.name = "history_json", .takes = takes, .most_bytes = 4096});

}  // namespace

}  // namespace history_json_harness
