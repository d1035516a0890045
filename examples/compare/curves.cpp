#include "curves.hpp"

#include <algorithm>
#include <cmath>

#include "figures.hpp"
#include "drawing/markup.hpp"

namespace norma::compare {

using namespace drawing;

namespace {

double batches_per_epoch(const Results& results) {
    return static_cast<double>(std::max<std::int64_t>(1, results.batches_per_epoch));
}

std::vector<Point> by_epoch(const NetworkResult& network, double EpochRecord::*figure) {
    std::vector<Point> points;
    for (const EpochRecord& epoch : network.history.epochs)
        points.push_back({static_cast<double>(epoch.epoch + 1), epoch.*figure});
    return points;
}

Series by_batch(const Results& results, const NetworkResult& network, const std::vector<double>& values) {
    const double per_epoch = batches_per_epoch(results);
    return {norm_title(network.norm), norm_colour(results, network), smoothed(values, per_epoch),
            envelope(values, per_epoch)};
}

/// One dot at the end of training, for what recalibration gave.
void add_recalibrated(Plot& plot, const Results& results, const NetworkResult& network,
                      double RecalibratedRecord::*figure) {
    if (!network.history.recalibrated || !last_epoch(network)) return;
    Series series{norm_title(network.norm) + ", recalibrated",
                  norm_colour(results, network),
                  {{static_cast<double>(last_epoch(network)->epoch + 1), *network.history.recalibrated.*figure}}};
    series.dots = series.dashed = true;
    plot.series.push_back(series);
}

Plot training_loss(const Results& results, const std::vector<const NetworkResult*>& networks) {
    Plot plot{"training-loss",
              "Training loss",
              "mean loss of each training batch, smoothed, raw values faint behind",
              "epoch",
              "loss, nats per image",
              {},
              {},
              {}};
    for (const NetworkResult* network : networks)
        plot.series.push_back(by_batch(results, *network, network->history.batch_loss));
    return plot;
}

Plot training_accuracy(const Results& results, const std::vector<const NetworkResult*>& networks) {
    Plot plot{"training-accuracy",
              "Training accuracy",
              "share of each training batch classified rightly, in training mode, smoothed, raw values faint behind",
              "epoch",
              "accuracy, %",
              {},
              {},
              {}};
    for (const NetworkResult* network : networks)
        plot.series.push_back(by_batch(results, *network, network->history.batch_accuracy));
    if (networks.size() == 1) {
        plot.description += "; beside it all training images after each epoch in evaluation mode";
        plot.series[0].name = "training mode";
        Series evaluation{"evaluation mode", svg_colours - 2,
                          by_epoch(*networks[0], &EpochRecord::train_accuracy_eval)};
        evaluation.dots = evaluation.dashed = true;
        plot.series.push_back(evaluation);
        add_recalibrated(plot, results, *networks[0], &RecalibratedRecord::train_accuracy_eval);
        if (plot.series.size() > 2) plot.series[2].name = "recalibrated";
    }
    return plot;
}

Plot on_test_images(const Results& results, const std::vector<const NetworkResult*>& networks, Plot plot,
                    double EpochRecord::*figure, double RecalibratedRecord::*recalibrated) {
    plot.description += " on the test images after each epoch, in evaluation mode";
    for (const NetworkResult* network : networks) {
        plot.series.push_back({norm_title(network->norm), norm_colour(results, *network), by_epoch(*network, figure)});
        plot.series.back().dots = true;
    }
    for (const NetworkResult* network : networks) add_recalibrated(plot, results, *network, recalibrated);
    return plot;
}

std::vector<Plot> four_plots(const Results& results, const std::vector<const NetworkResult*>& networks) {
    return {training_loss(results, networks), training_accuracy(results, networks),
            on_test_images(results, networks,
                           {"test-loss", "Test loss", "mean loss", "epoch", "loss, nats per image", {}, {}, {}},
                           &EpochRecord::test_loss, &RecalibratedRecord::test_loss),
            on_test_images(results, networks,
                           {"test-accuracy", "Test accuracy", "accuracy", "epoch", "accuracy, %", {}, {}, {}},
                           &EpochRecord::test_accuracy, &RecalibratedRecord::test_accuracy)};
}

}  // namespace

int norm_colour(const Results& results, const NetworkResult& network) {
    constexpr const char* known[] = {"batch", "group", "layer", "none"};
    const auto found = std::find(std::begin(known), std::end(known), network.norm);
    if (found != std::end(known)) return static_cast<int>(found - std::begin(known));
    return 4 + static_cast<int>(&network - results.networks.data()) % 2;
}

std::vector<Svg> curves(const Results& results, const std::vector<const NetworkResult*>& networks) {
    std::vector<const NetworkResult*> all;
    double epochs = 0;
    for (const NetworkResult& network : results.networks) {
        all.push_back(&network);
        epochs = std::max({epochs, static_cast<double>(network.history.epochs.size()),
                           static_cast<double>(network.history.batch_loss.size()) / batches_per_epoch(results)});
    }
    std::vector<Plot> plots = four_plots(results, networks), everything = four_plots(results, all);
    std::vector<Svg> drawings;
    for (std::size_t i = 0; i < plots.size(); ++i) {
        Plot& plot = plots[i];
        plot.x = {0, epochs > 0 ? epochs : 1};
        plot.y = everything[i].values();
        if (i == 1) {  // the single plots show the evaluation mode too
            for (const NetworkResult* network : all) plot.y.include(four_plots(results, {network})[1].values());
        }
        const bool single = networks.size() == 1;
        plot.id = (single ? slug(networks[0]->norm) : "all") + "-" + plot.id;
        std::string names;
        for (const NetworkResult* network : networks) names += (names.empty() ? "" : ", ") + norm_title(network->norm);
        plot.description = names + ": " + plot.description + ".";
        plot.title += single ? ", " + names : "";
        drawings.push_back(draw(plot));
    }
    return drawings;
}

}  // namespace norma::compare
