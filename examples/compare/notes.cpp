#include <cmath>

#include "drawing/numbers.hpp"
#include "figures.hpp"
#include "options.hpp"
#include "seeds.hpp"
#include "table.hpp"

namespace norma::compare {

using namespace drawing;

namespace {

std::string what_the_columns_are(const Results& results) {
    std::string note =
        "Training: accuracy on the training images in training mode, a mean over the last epoch. Evaluation: accuracy "
        "on the same images in evaluation mode, after that epoch.";
    if (has_views(results)) {
        note +=
            " Six views: the outputs for an image, for it moved by a pixel in two directions, and for the mirror "
            "images of these, averaged.";
    }
    const auto images = static_cast<std::int64_t>(results.test_labels.size());
    if (results.seeds > 1) {
        note += " Mean ± standard deviation (n − 1) over trainings with the " + seeds_in_words(results) + ":";
        std::string counts;
        for (const NetworkResult& network : results.networks)
            counts += (counts.empty() ? " " : ", ") + norm_title(network) + " " +
                      std::to_string(whole_runs_of(results, network.norm).size());
        note += counts + " that completed every epoch. Test: " + grouped(images) + " images.";
    } else if (images > 0)
        note += " Test: " + grouped(images) + (images == 1 ? " image" : " images") + ", with Wilson's 95 % interval.";
    return note;
}

std::string stopped(const Results& results) {
    std::string note = "The run was stopped early";
    const std::string of = " of " + std::to_string(results.epochs_planned) + " epochs";
    bool first = true;
    for (const NetworkResult* network : all_trainings(results)) {
        note += (first ? ": " : ", ") + training_title(results, *network) + " after " +
                std::to_string(network->history.epochs.size()) + (first ? of : "");
        first = false;
    }
    return note + ". The figures are of the last complete epoch; a network that is not listed was not started.";
}

std::string still_learning(const Results& results) {
    std::string names;
    for (const NetworkResult* network : all_trainings(results)) {
        const auto& epochs = network->history.epochs;
        const bool first = epochs.size() == 1;
        if (first || (epochs.size() > 1 && epochs.back().train_accuracy - epochs[epochs.size() - 2].train_accuracy > 1))
            names += (names.empty() ? "" : ", ") + training_title(results, *network);
    }
    if (names.empty()) return {};
    return "Still learning fast in the last epoch: " + names +
           ". Training-mode accuracy is a mean over the epoch, and so lower than at its end; this explains a part of "
           "its difference to the evaluation mode.";
}

std::string not_finite(const Results& results) {
    std::string names;
    for (const NetworkResult* network : all_trainings(results))
        if (const EpochRecord* last = last_epoch(*network);
            last && !(std::isfinite(last->train_loss) && std::isfinite(last->test_loss)))
            names += (names.empty() ? "" : ", ") + training_title(results, *network);
    if (names.empty()) return {};
    return "A loss that is not finite: " + names +
           ". This training diverged, and its accuracies mean nothing; a lower learning rate may help.";
}

std::string failed(const Results& results) {
    std::string note;
    for (const NetworkResult* network : all_trainings(results))
        if (!network->failure.empty())
            note += (note.empty() ? "A training failed. " : " ") + training_title(results, *network) + " after " +
                    std::to_string(network->history.epochs.size()) + " complete epochs: " + network->failure + ".";
    return note;
}

/// The options of this run that differ from the published ones, as "epochs 3 (published: 20)".
std::string other_settings(const Results& results) {
    std::string different;
    for (const Option& option : results.options) {
        if (option.published.empty() || option.value == option.published) continue;
        // The published figure of the recipe is that of one of its norms.
        if (results.network == recipe_network && option.name == "norms") continue;
        different += (different.empty() ? "" : ", ") + option.name + " " + option.value +
                     " (published: " + option.published + ")";
    }
    return different;
}

std::string beside_the_recipe(const Results& results) {
    const std::string published =
        "Published for this recipe with batch norm: 94.01 % of all 10,000 test images of CIFAR-10, with six views";
    if (results.dataset != "cifar10") return published + "; this run used other data.";
    const std::string different = other_settings(results);
    if (!different.empty()) return published + "; expect a difference, for here are other settings: " + different + ".";
    return published + ", " + (results.interrupted ? "after all epochs." : "with the same settings.");
}

std::string beside_the_published(const Results& results) {
    if (results.network == recipe_network) return beside_the_recipe(results);
    if (results.network != default_network)
        return "The published figures are not shown: they are for the experiment's network, and this run trained " +
               results.network_title + ".";
    if (!as_published(results))
        return "The published figures are not shown: they are for CIFAR-10, and this run used other data.";
    const std::string different = other_settings(results);
    if (!different.empty())
        return "The published figures were made with other settings, so expect a difference: " + different + ".";
    if (results.interrupted) return "The published figures are those after all epochs.";
    std::string note = "Published: the same settings, tested on all 10,000 test images, seconds on a hosted GPU.";
    std::string apart;
    for (const NetworkResult& network : results.networks) {
        const auto published = published_figures(network.norm);
        const Spread here = at_the_end(whole_runs_of(results, network.norm), &EpochRecord::train_accuracy);
        if (!published || here.count == 0) continue;
        const double points = hundredths(hundredths(here.mean) - published->train_accuracy);
        apart += (apart.empty() ? "" : ", ") + norm_title(network) + (points > 0 ? " +" : " ") + fixed(points, 2);
    }
    if (!apart.empty()) note += " Training-mode accuracy here minus published, in points: " + apart + ".";
    return note;
}

/// The parts of a training step in the first of several processes.
std::string costs_of_steps(const Results& results) {
    std::string parts;
    for (const NetworkResult& network : results.networks) {
        const StepCosts& costs = network.costs;
        if (costs.steps == 0) continue;
        const auto steps = static_cast<double>(costs.steps);
        const ExchangeCost moved = costs.exchanges.moved();
        const double waits = costs.exchanges.agreement.seconds;
        const auto milliseconds = [&](double seconds) { return fixed(1e3 * seconds / steps, 2) + " ms"; };
        parts += (parts.empty() ? "" : "; ") + norm_title(network) + " " + milliseconds(costs.seconds) + ", of which " +
                 milliseconds(costs.seconds - waits - moved.seconds) + " compute, " + milliseconds(waits) + " wait, " +
                 milliseconds(moved.seconds) + " exchange, " +
                 fixed(1e-6 * static_cast<double>(moved.received_bytes) / steps, 3) + " MB received in " +
                 fixed(static_cast<double>(moved.exchanges + costs.exchanges.agreement.exchanges) / steps, 0) +
                 " messages";
    }
    if (parts.empty()) return {};
    return "A training step in the first of " + std::to_string(results.processes) + " processes: " + parts +
           ". It waits for slower processes; a message is a call in which all take part.";
}

}  // namespace

std::vector<std::string> table_notes(const Results& results) {
    std::vector<std::string> notes;
    if (!results.stand_in.empty()) notes.push_back(results.stand_in);
    notes.push_back(what_the_columns_are(results));
    if (results.interrupted) notes.push_back(stopped(results));
    for (std::string note : {failed(results), still_learning(results), not_finite(results), costs_of_steps(results),
                             beside_the_published(results)})
        if (!note.empty()) notes.push_back(std::move(note));
    return notes;
}

}  // namespace norma::compare
