// The history of a training in JSON, as results.json and checkpoints have it.
#include <string>
#include <string_view>

#include "fuzz/harness.hpp"
#include "fuzz/history_bits.hpp"
#include "norma/io/json.hpp"
#include "norma/io/read_history.hpp"

namespace {

using namespace fuzz;

bool takes(Bytes input) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    norma::History strict;
    // The history itself has eight bytes for each number, whose text may have two.
    const auto most = [&] { return 4 * input.size() + spare_bytes; };
    const bool taken = is_taken(most, "JSON", [&] { strict = norma::read_history(text); });
    const nlohmann::json json = nlohmann::json::parse(input.begin(), input.end(), nullptr, false);
    promise(!json.is_discarded() || !taken, "a history is read from what is no JSON");
    if (json.is_discarded()) return false;
    norma::History history;
    if (!is_taken(input, "JSON", [&] { history = json.get<norma::History>(); })) {
        promise(!taken, "a history is read from text whose values are none");
        return false;
    }
    promise(!taken || bits_of(strict) == bits_of(history), "read_history reads another history");
    const std::string written = norma::readable_json(nlohmann::json(history));
    promise(bits_of(nlohmann::json::parse(written).get<norma::History>()) == bits_of(history),
            "written and read again it differs: " + written);
    return true;
}

const Registered registered({.name = "history_json", .takes = takes, .most_bytes = 4096});

}  // namespace
