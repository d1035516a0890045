#include "../../examples/compare/weights.hpp"

#include <doctest/doctest.h>

#include "../support/message.hpp"
#include "norma/core/error.hpp"
#include "norma/data/synthetic.hpp"

using namespace norma;
using namespace norma::compare;

TEST_CASE("what a weights file tells of its training reads back") {
    const WeightsNote note = weights_note("group", synthetic_dataset(1, 1, 1).train);
    const WeightsNote again = from_metadata(to_metadata(note), "w");
    CHECK(again.norm == "group");
    CHECK(again.trained_on == note.trained_on);
    CHECK(again.classes == note.classes);
    CHECK(again.classes.size() == 10);
    CHECK(again.mean == note.mean);
    CHECK(again.stddev == note.stddev);
}

TEST_CASE("weights of others, and what is broken, are refused") {
    const auto refusal = [](const std::map<std::string, std::string>& metadata) {
        return message_of<DataError>([&] { from_metadata(metadata, "w.safetensors"); });
    };
    CHECK(mentions(refusal({}), "w.safetensors: its metadata has no 'norma compare'"));
    CHECK(mentions(refusal({{"norma compare", "no JSON"}}), "w.safetensors: its metadata 'norma compare' is broken"));
    CHECK(mentions(refusal({{"norma compare", "{\"norm\": 1}"}}), "is broken"));
}
