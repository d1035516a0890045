#include "curves.hpp"

#include <algorithm>
#include <cmath>

#include "drawing/markup.hpp"
#include "figures.hpp"
#include "seeds.hpp"

namespace norma::compare {

using namespace drawing;

namespace {

double batches_per_epoch(const Results& results) {
    return static_cast<double>(std::max<std::int64_t>(1, results.batches_per_epoch));
}

/// The trainings drawn for a network: all trainings of its norm that completed every epoch, or its own if none did.
std::vector<const NetworkResult*> runs_to_draw(const Results& results, const NetworkResult& network) {
    std::vector<const NetworkResult*> runs = whole_runs_of(results, network.norm);
    if (runs.empty()) runs = {&network};
    return runs;
}

/// Joins the curves of several trainings to one: their mean, with a band of one standard deviation on both sides.
void join(const std::vector<std::vector<Point>>& curves, Series& series) {
    series.points = curves[0];
    if (curves.size() == 1) return;
    for (std::size_t i = 0; i < series.points.size(); ++i) {
        std::vector<double> values;
        for (const std::vector<Point>& curve : curves) values.push_back(i < curve.size() ? curve[i].y : NAN);
        const Spread here = spread(values);
        series.points[i].y = here.mean;
        series.band.push_back({series.points[i].x, here.mean - here.deviation, here.mean + here.deviation});
    }
}

Series by_epoch(const Results& results, const NetworkResult& network, double EpochRecord::*figure) {
    std::vector<std::vector<Point>> curves;
    for (const NetworkResult* run : runs_to_draw(results, network)) {
        std::vector<Point>& points = curves.emplace_back();
        for (const EpochRecord& epoch : run->history.epochs)
            points.push_back({static_cast<double>(epoch.epoch + 1), epoch.*figure});
    }
    Series series{norm_title(network), norm_colour(network.norm), {}};
    join(curves, series);
    return series;
}

Series by_batch(const Results& results, const NetworkResult& network, std::vector<double> History::*figure) {
    const double per_epoch = batches_per_epoch(results);
    const auto runs = runs_to_draw(results, network);
    std::vector<std::vector<Point>> curves;
    for (const NetworkResult* run : runs) curves.push_back(smoothed(run->history.*figure, per_epoch));
    Series series{norm_title(network), norm_colour(network.norm), {}};
    if (runs.size() == 1) series.raw = envelope(runs[0]->history.*figure, per_epoch);
    join(curves, series);
    return series;
}

/// Adds one dot at the end of training: the value after recalibration.
void add_recalibrated(Plot& plot, const Results& results, const NetworkResult& network,
                      double RecalibratedRecord::*figure) {
    std::vector<std::vector<Point>> dots;
    for (const NetworkResult* run : runs_to_draw(results, network)) {
        if (run->history.recalibrated && last_epoch(*run))
            dots.push_back({{static_cast<double>(last_epoch(*run)->epoch + 1), *run->history.recalibrated.*figure}});
    }
    if (dots.empty()) return;
    Series series{norm_title(network) + ", recalibrated", norm_colour(network.norm), {}};
    join(dots, series);
    series.dots = series.dashed = true;
    plot.series.push_back(series);
}

Plot training_loss(const Results& results, const std::vector<const NetworkResult*>& networks) {
    Plot plot{"training-loss",
              "Training loss",
              "mean loss of each training batch, smoothed, with the raw values in a lighter colour",
              "epoch",
              "loss, nats per image",
              {},
              {},
              {}};
    for (const NetworkResult* network : networks)
        plot.series.push_back(by_batch(results, *network, &History::batch_loss));
    return plot;
}

Plot training_accuracy(const Results& results, const std::vector<const NetworkResult*>& networks) {
    Plot plot{"training-accuracy",
              "Training accuracy",
              "accuracy on each training batch in training mode, smoothed, with the raw values in a lighter colour",
              "epoch",
              "accuracy, %",
              {},
              {},
              {}};
    for (const NetworkResult* network : networks)
        plot.series.push_back(by_batch(results, *network, &History::batch_accuracy));
    if (networks.size() == 1) {
        plot.description += "; also that on all training images after each epoch, in evaluation mode";
        plot.series[0].name = "training mode";
        Series evaluation = by_epoch(results, *networks[0], &EpochRecord::train_accuracy_eval);
        evaluation.name = "evaluation mode";
        evaluation.colour = svg_colours - 2;
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
        plot.series.push_back(by_epoch(results, *network, figure));
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

int norm_colour(std::string_view norm) {
    constexpr std::string_view known[] = {"batch", "group", "layer", "none"};
    return static_cast<int>(std::find(std::begin(known), std::end(known), norm) - std::begin(known));
}

std::vector<Svg> curves(const Results& results, const std::vector<const NetworkResult*>& networks) {
    std::vector<const NetworkResult*> all;
    double epochs = 0;
    for (const NetworkResult& network : results.networks) all.push_back(&network);
    for (const NetworkResult* network : all_trainings(results)) {
        epochs = std::max({epochs, static_cast<double>(network->history.epochs.size()),
                           static_cast<double>(network->history.batch_loss.size()) / batches_per_epoch(results)});
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
        for (const NetworkResult* network : networks) names += (names.empty() ? "" : ", ") + norm_title(*network);
        plot.description = names + of_network(results) + ": " + plot.description + ".";
        if (results.seeds > 1)
            plot.description += " Mean ± one standard deviation over the trainings with the " +
                                seeds_in_words(results) +
                                " that completed every epoch; if none did, the training with the first seed.";
        plot.title += (single ? ", " + names : "") + of_network(results);
        drawings.push_back(draw(plot));
    }
    return drawings;
}

}  // namespace norma::compare
