// The history of a training in JSON, as results.json and checkpoints have it.
#include <cmath>
#include <string>

#include "fuzz/harness.hpp"
#include "norma/io/json.hpp"

namespace {

using namespace fuzz;

/// A NaN is one NaN, whatever its bits: JSON does not keep them.
double comparable(double number) { return std::isnan(number) ? std::nan("") : number; }

Bits bits_of(const norma::History& history) {
    Bits bits;
    bits << history.epochs.size();
    for (const norma::EpochRecord& e : history.epochs) {
        bits << e.epoch;
        for (const double x : {e.learning_rate, e.train_loss, e.train_accuracy, e.train_accuracy_eval, e.test_loss,
                               e.test_accuracy, e.seconds}) {
            bits << comparable(x);
        }
    }
    for (const auto* figures : {&history.batch_loss, &history.batch_accuracy}) {
        bits << figures->size();
        for (const double x : *figures) bits << comparable(x);
    }
    bits << history.recalibrated.has_value();
    if (const auto& r = history.recalibrated) {
        for (const double x : {r->train_accuracy_eval, r->test_loss, r->test_accuracy}) bits << comparable(x);
    }
    return bits;
}

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
