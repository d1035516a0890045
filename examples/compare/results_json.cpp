#include "norma/io/json.hpp"

#include "figures.hpp"
#include "mistakes.hpp"
#include "reading.hpp"
#include "report.hpp"
#include "seeds.hpp"

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
                 {"title", norm_title(network)},
                 {"seed", network.seed},
                 {"parameters", network.parameters},
                 {"running_statistics", network.running_statistics}};
    json.update(Json(network.history));
    if (const auto seconds = seconds_per_epoch(network)) json["seconds_per_epoch"] = json_number(*seconds);
    const auto interval = [&](double accuracy) {
        const Interval wilson = wilson_interval(accuracy, static_cast<std::int64_t>(results.test_labels.size()));
        return json_numbers({wilson.low, wilson.high});
    };
    if (network.views_accuracy) {
        json["test_accuracy_of_views"] = json_number(*network.views_accuracy);
        if (!results.test_labels.empty()) json["test_accuracy_of_views_interval"] = interval(*network.views_accuracy);
    }
    if (!results.test_labels.empty()) {
        if (const EpochRecord* last = last_epoch(network))
            json["test_accuracy_interval"] = interval(last->test_accuracy);
        if (network.history.recalibrated)
            json["recalibrated_test_accuracy_interval"] = interval(network.history.recalibrated->test_accuracy);
    }
    if (const auto published = published_figures(network.norm); published && as_published(results))
        json["published"] = {{"train_accuracy", published->train_accuracy},
                             {"test_accuracy", published->test_accuracy},
                             {"seconds_per_epoch", published->seconds_per_epoch}};
    if (!network.predicted.empty()) {
        json["confusion"] = confusion_matrix(results, network);
        json["predicted"] = network.predicted;
        json["misclassified"] = mistakes_json(mistakes(results, network));
        if (predictions_compare(results) && network.seed == results.seed)
            json["misclassified_by_it_alone"] = mistakes_json(mistakes_of_one(results, network));
    }
    json["summary"] = network.summary;
    if (!network.failure.empty()) json["failure"] = network.failure;
    return json;
}

Json spread_json(const Spread& spread) {
    Json json = {{"mean", json_number(spread.mean)}, {"count", spread.count}};
    if (spread.count > 1) json["standard_deviation"] = json_number(spread.deviation);
    return json;
}

/// Of one norm over its whole runs.
Json over_seeds_json(const Results& results, const NetworkResult& network) {
    const auto runs = whole_runs_of(results, network.norm);
    Json json = {{"norm", network.norm}, {"title", norm_title(network)}, {"runs", runs.size()}};
    if (runs.empty()) return json;
    const auto add = [&](const char* name, double EpochRecord::*figure) {
        json[name] = spread_json(at_the_end(runs, figure));
    };
    add("train_loss", &EpochRecord::train_loss);
    add("train_accuracy", &EpochRecord::train_accuracy);
    add("train_accuracy_eval", &EpochRecord::train_accuracy_eval);
    add("test_loss", &EpochRecord::test_loss);
    add("test_accuracy", &EpochRecord::test_accuracy);
    const auto add_recalibrated = [&](const char* name, double RecalibratedRecord::*figure) {
        if (const auto found = recalibrated(runs, figure)) json["recalibrated"][name] = spread_json(*found);
    };
    std::vector<double> views;
    for (const NetworkResult* run : runs) {
        if (run->views_accuracy) views.push_back(*run->views_accuracy);
    }
    if (!views.empty()) json["test_accuracy_of_views"] = spread_json(spread(views));
    add_recalibrated("train_accuracy_eval", &RecalibratedRecord::train_accuracy_eval);
    add_recalibrated("test_loss", &RecalibratedRecord::test_loss);
    add_recalibrated("test_accuracy", &RecalibratedRecord::test_accuracy);
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
    for (const NetworkResult* network : all_trainings(results)) networks.push_back(network_json(results, *network));
    Json over_seeds = Json::array();
    if (results.seeds > 1)
        for (const NetworkResult& network : results.networks) over_seeds.push_back(over_seeds_json(results, network));
    Json json = {{"format", 1},
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
                   {"network", results.network},
                   {"precision", results.precision},
                   {"network_title", results.network_title},
                   {"options", options},
                   {"epochs_planned", results.epochs_planned},
                   {"batches_per_epoch", results.batches_per_epoch},
                   {"interrupted", results.interrupted},
                   {"seed", results.seed},
                   {"seeds", results.seeds},
                   {"processes", results.processes},
                   {"threads", results.threads},
                   {"started", results.started},
                   {"seconds", json_number(results.seconds_total)},
                   {"machine", results.machine},
                   {"compiler", results.compiler},
                   {"version", results.version}}}};
    if (!results.stand_in.empty()) json["data"]["stand_in"] = results.stand_in;
    if (results.seeds > 1) json["over_seeds"] = over_seeds;
    return json;
}

}  // namespace norma::compare
