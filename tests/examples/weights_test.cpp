#include "../../examples/compare/weights.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "../support/message.hpp"
#include "norma/core/error.hpp"
#include "norma/data/synthetic.hpp"

namespace weights_test {

using namespace norma;
using namespace norma::compare;

TEST_CASE("the note in a weights file reads back") {
    const WeightsNote note = weights_note("resnet20", "group", synthetic_dataset(1, 1, 1).train);
    const WeightsNote again = find_note(to_metadata(note), "w", "", "");
    CHECK(again.network == "resnet20");
    CHECK(again.norm == "group");
    CHECK(again.trained_on == note.trained_on);
    CHECK(again.classes == note.classes);
    CHECK(again.classes.size() == 10);
    CHECK(again.mean == note.mean);
    CHECK(again.stddev == note.stddev);
}

TEST_CASE("a norm and a data set replace missing metadata") {
    const WeightsNote drawn = find_note({}, "w", "layer", "synthetic");
    const Dataset synthetic = synthetic_dataset(1, 1, 1).train;
    CHECK(drawn.network == "cifar10");
    CHECK(find_note({}, "w", "layer", "synthetic", "vgg11").network == "vgg11");
    CHECK(drawn.norm == "layer");
    CHECK(drawn.classes == synthetic.class_names);
    CHECK(drawn.mean == synthetic.mean);
    CHECK(drawn.stddev == synthetic.stddev);
    const WeightsNote cifar10 = find_note({}, "w", "batch", "cifar10");
    CHECK(cifar10.classes.at(9) == "truck");
    CHECK(cifar10.mean == std::vector{0.4914, 0.4822, 0.4465});
    CHECK(cifar10.stddev == std::vector{0.247, 0.243, 0.261});
    const WeightsNote mnist = find_note({}, "w", "none", "mnist");
    CHECK(mnist.classes == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
    CHECK(mnist.mean == std::vector{0.1307, 0.1307, 0.1307});  // three channels, as compare repeats them
    CHECK(mnist.stddev == std::vector{0.3081, 0.3081, 0.3081});

    for (const auto& [norm, dataset] : {std::pair{"", "cifar10"}, {"batch", ""}}) {
        CHECK(mentions(message_of<DataError>([&] { find_note({}, "w", norm, dataset); }), "both --norm and --dataset"));
    }
    const auto metadata = to_metadata(drawn);
    CHECK(mentions(message_of<OptionError>([&] { find_note(metadata, "w", "batch", ""); }),
                   "leave out --network, --norm"));
    CHECK(mentions(message_of<OptionError>([&] { find_note(metadata, "w", "", "mnist"); }),
                   "leave out --network, --norm"));
    CHECK(mentions(message_of<OptionError>([&] { find_note(metadata, "w", "", "", "vgg11"); }), "leave out --network"));
}

TEST_CASE("a note without a network is of the experiment's network") {
    std::map<std::string, std::string> metadata =
        to_metadata(weights_note("resnet20", "group", synthetic_dataset(1, 1, 1).train));
    std::string& note = metadata.at("norma compare");
    const std::string network = "\"network\":\"resnet20\",";
    REQUIRE(note.find(network) != std::string::npos);
    note.erase(note.find(network), network.size());
    CHECK(find_note(metadata, "w", "", "").network == "cifar10");
}

TEST_CASE("weights without a note, and broken notes, are refused") {
    const auto refusal = [](const std::map<std::string, std::string>& metadata) {
        return message_of<DataError>([&] { find_note(metadata, "w.safetensors", "", ""); });
    };
    CHECK(mentions(refusal({}), "w.safetensors: its metadata has no 'norma compare'"));
    CHECK(mentions(refusal({{"norma compare", "no JSON"}}), "w.safetensors: its metadata 'norma compare' is broken"));
    CHECK(mentions(refusal({{"norma compare", "{\"norm\": 1}"}}), "is broken"));
}

}  // namespace weights_test
