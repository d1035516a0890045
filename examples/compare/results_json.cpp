#include "norma/io/json.hpp"

#include "figures.hpp"
#include "mistakes.hpp"
#include "reading.hpp"
#include "report.hpp"

namespace norma::compare {
namespace {

using Json = nlohmann::ordered_json;

Json mistakes_json(const std::vector<Mistake>& list) {
    Json array = Json::array();
    for (const Mistake& mistake : list)
        array.push_back({{"image", mistake.image},
                         {"true", mistake.truth},
                         {"predicted", mistake.predicted},
                         {"confidence", json_number(mistake.confidence)}});
    return array;
}

Json network_json(const Results& results, const NetworkResult& network) {
    Json json = {{"norm", network.norm},
                 {"title", norm_title(network.norm)},
                 {"parameters", network.parameters},
                 {"running_statistics", network.running_statistics}};
    json.update(Json(network.history));
    if (const auto seconds = seconds_per_epoch(network)) json["seconds_per_epoch"] = json_number(*seconds);
    const auto interval = [&](double accuracy) {
        const Interval wilson = wilson_interval(accuracy, static_cast<std::int64_t>(results.test_labels.size()));
        return json_numbers({wilson.low, wilson.high});
    };
    if (!results.test_labels.empty()) {
        if (const EpochRecord* last = last_epoch(network))
            json["test_accuracy_interval"] = interval(last->test_accuracy);
        if (network.history.recalibrated)
            json["recalibrated_test_accuracy_interval"] = interval(network.history.recalibrated->test_accuracy);
    }
    if (const auto published = published_figures(network.norm); published && on_published_data(results))
        json["published"] = {{"train_accuracy", published->train_accuracy},
                             {"test_accuracy", published->test_accuracy},
                             {"seconds_per_epoch", published->seconds_per_epoch}};
    if (!network.predicted.empty()) {
        json["confusion"] = confusion_matrix(results, network);
        json["predicted"] = network.predicted;
        json["misclassified"] = mistakes_json(mistakes(results, network));
        if (predictions_compare(results))
            json["misclassified_by_it_alone"] = mistakes_json(mistakes_of_one(results, network));
    }
    json["summary"] = network.summary;
    if (!network.failure.empty()) json["failure"] = network.failure;
    return json;
}

}  // namespace

Json results_json(const Results& results) {
    Json options = Json::object();
    for (const Option& option : results.options) {
        options[option.name] = {{"value", option.value}};
        if (!option.published.empty()) options[option.name]["published"] = option.published;
    }
    Json networks = Json::array();
    for (const NetworkResult& network : results.networks) networks.push_back(network_json(results, network));
    return {{"format", 1},
            {"networks", networks},
            {"reading", reading(results)},
            {"notes", table_notes(results)},
            {"data",
             {{"dataset", results.dataset},
              {"source", results.source},
              {"test_source", results.test_source},
              {"classes", results.classes},
              {"train_images", results.train_images},
              {"test_images", results.test_labels.size()},
              {"test_labels", results.test_labels},
              {"image_height", results.image_height},
              {"image_width", results.image_width},
              {"image_channels", results.image_channels}}},
            {"run",
             {{"command_line", results.command_line},
              {"options", options},
              {"epochs_planned", results.epochs_planned},
              {"batches_per_epoch", results.batches_per_epoch},
              {"interrupted", results.interrupted},
              {"seed", results.seed},
              {"threads", results.threads},
              {"started", results.started},
              {"seconds", json_number(results.seconds_total)},
              {"machine", results.machine},
              {"compiler", results.compiler},
              {"version", results.version}}}};
}

}  // namespace norma::compare
