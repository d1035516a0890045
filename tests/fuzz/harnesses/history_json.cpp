// The history of a training in JSON, as results.json and checkpoints have it.
#include <string>

#include "fuzz/harness.hpp"
#include "fuzz/history_bits.hpp"
#include "norma/io/json.hpp"

namespace {

using namespace fuzz;

bool takes(Bytes input) {
    const nlohmann::json json = nlohmann::json::parse(input.begin(), input.end(), nullptr, false);
    if (json.is_discarded()) return false;
    norma::History history;
    if (!is_taken(input, "JSON", [&] { history = json.get<norma::History>(); })) return false;
    const std::string written = norma::readable_json(nlohmann::json(history));
    promise(bits_of(nlohmann::json::parse(written).get<norma::History>()) == bits_of(history),
            "written and read again it differs: " + written);
    return true;
}

const Registered registered({.name = "history_json", .takes = takes, .most_bytes = 4096});

}  // namespace
