#include "weights.hpp"

#include <nlohmann/json.hpp>

#include "data_source.hpp"
#include "norma/core/error.hpp"

namespace norma::compare {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* key = "norma compare";

}  // namespace

WeightsNote weights_note(const std::string& network, const std::string& norm, const Dataset& train,
                         const std::string& precision) {
    return {network, norm, train.source, train.class_names, train.mean, train.stddev, precision};
}

std::map<std::string, std::string> to_metadata(const WeightsNote& note) {
    const Json json = {{"network", note.network},    {"norm", note.norm}, {"trained_on", note.trained_on},
                       {"classes", note.classes},    {"mean", note.mean}, {"stddev", note.stddev},
                       {"precision", note.precision}};
    return {{key, json.dump(-1, ' ', false, Json::error_handler_t::replace)}};
}

WeightsNote find_note(const std::map<std::string, std::string>& metadata, const std::string& source,
                      const std::string& norm, const std::string& dataset, const std::string& network) {
    const auto found = metadata.find(key);
    if (found == metadata.end()) {
        if (!norm.empty() && !dataset.empty()) {
            return weights_note(network.empty() ? default_network : network, norm, description_of(dataset));
        }
        raise<DataError>(source + ": its metadata has no '" + key +
                         "', so its norm, classes and normalisation are not known; use a weights file that compare "
                         "wrote, or give both --norm and --dataset");
    }
    if (!norm.empty() || !dataset.empty() || !network.empty()) {
        raise<OptionError>(source +
                           ": its metadata has the network, the norm and the classes; leave out --network, "
                           "--norm and --dataset");
    }
    try {
        const auto json = nlohmann::json::parse(found->second);
        WeightsNote note;
        note.network = json.value("network", default_network);
        note.precision = json.value("precision", default_precision);
        json.at("norm").get_to(note.norm);
        json.at("trained_on").get_to(note.trained_on);
        json.at("classes").get_to(note.classes);
        json.at("mean").get_to(note.mean);
        json.at("stddev").get_to(note.stddev);
        return note;
    } catch (const nlohmann::json::exception& e) {
        raise<DataError>(source + ": its metadata '" + key + "' is broken: " + e.what() + "; train the network again");
    }
}

}  // namespace norma::compare
