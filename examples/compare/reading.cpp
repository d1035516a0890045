#include "reading.hpp"

#include <algorithm>
#include <cmath>

#include "drawing/numbers.hpp"
#include "figures.hpp"

namespace norma::compare {

using namespace drawing;

namespace {

/// A network's accuracies, rounded as printed, and their differences in points.
struct Gaps {
    const NetworkResult* network;
    double training, evaluation, test;  ///< training images in training and evaluation mode; test images
    double modes() const { return training - evaluation; }  ///< same images, other mode
    double data() const { return evaluation - test; }       ///< same mode, other images
    double all() const { return training - test; }
};

std::string percent(double value) { return fixed(value, 2) + " %"; }
std::string points(double value) { return fixed(value, 2) + (fixed(value, 2) == "1.00" ? " point" : " points"); }
std::string come(double value) { return fixed(value, 2) == "1.00" ? "comes " : "come "; }
std::string name_of(const NetworkResult& network) {
    return network.norm == "none" ? "the network without norm" : "the " + norm_title(network) + " network";
}
std::string sentence(const std::string& text) { return capitalised(text) + "."; }

std::vector<Gaps> all_gaps(const Results& results) {
    std::vector<Gaps> gaps;
    for (const NetworkResult& network : results.networks)
        if (const EpochRecord* last = last_epoch(network);
            last && std::isfinite(last->train_accuracy + last->train_accuracy_eval + last->test_accuracy) &&
            std::isfinite(last->train_loss) && std::isfinite(last->test_loss))
            gaps.push_back({&network, hundredths(last->train_accuracy), hundredths(last->train_accuracy_eval),
                            hundredths(last->test_accuracy)});
    return gaps;
}

bool explained_by_chance(const Gaps& gaps, const Results& results) {
    if (results.test_labels.empty()) return false;
    const Interval interval = wilson_interval(gaps.test, static_cast<std::int64_t>(results.test_labels.size()));
    return gaps.evaluation >= interval.low && gaps.evaluation <= interval.high;
}

/// How much of the gap between training-mode accuracy and test accuracy comes from the mode, and how much from the
/// images.
std::string division(const Gaps& gaps, const Results& results) {
    const std::string same_images = "the same training images give " + percent(gaps.evaluation) + " in evaluation mode";
    const std::string chance = explained_by_chance(gaps, results)
                                   ? "; with " + grouped(static_cast<std::int64_t>(results.test_labels.size())) +
                                         " test images this may be chance"
                                   : std::string();
    if (gaps.modes() < -0.005) {
        return "None of it comes from the mode: " + same_images + ", " + points(-gaps.modes()) + " more. " +
               points(gaps.data()) + " " + come(gaps.data()) +
               "from the images (training against test images in evaluation mode" + chance + ")";
    }
    if (gaps.data() < 0.005)
        return "All of it comes from the mode: " + same_images + ", and test images " +
               (gaps.data() > -0.005 ? "the same" : points(-gaps.data()) + " more");
    const std::string parts = points(gaps.modes()) + " of it " + come(gaps.modes()) + "from the mode (" + same_images +
                              "), and " + points(gaps.data()) +
                              " from the images (training against test images, both in evaluation mode" + chance + ")";
    if (gaps.network->history.epochs.size() < 2) return parts;  // the mode includes what was learnt during the epoch
    if (gaps.modes() > gaps.data() + 0.005) return parts + ", so most of it is not overfitting";
    return parts;
}

std::string largest_gap(const std::vector<Gaps>& gaps, const Gaps& lead, const Results& results) {
    const std::string figures =
        percent(lead.training) + " on training images in training mode, " + percent(lead.test) + " on test images";
    if (lead.all() < 0.005) {
        const std::string subject =
            gaps.size() == 1 ? name_of(*lead.network) + " does no worse" : std::string("no network does worse");
        return sentence(subject + " on test images than on training images in training mode (" +
                        (gaps.size() == 1 ? "" : name_of(*lead.network) + ": ") + figures + "); in evaluation mode " +
                        (gaps.size() == 1 ? "it" : name_of(*lead.network)) + " has " + percent(lead.evaluation) +
                        " of the training images right");
    }
    return sentence((gaps.size() == 1 ? name_of(*lead.network) + " has a gap"
                                      : name_of(*lead.network) + " has the largest gap") +
                    " between training and test accuracy, " + points(lead.all()) + " (" + figures + ")") +
           " " + sentence(division(lead, results));
}

std::string the_others(const std::vector<Gaps>& gaps, const Gaps& lead) {
    std::string list;
    for (const Gaps& other : gaps)
        if (other.network != lead.network)
            list += (list.empty() ? "" : ", ") + norm_title(*other.network) + " " + fixed(other.modes(), 2) + " and " +
                    points(other.data());
    return "The other " + std::string(gaps.size() == 2 ? "network" : "networks") +
           ", first from the mode, then from the images: " + list + ".";
}

std::string change(double before, double after, const std::string& what) {
    if (std::abs(after - before) < 0.005) return "left " + what + " at " + percent(after);
    return (after > before ? "raised " : "lowered ") + what + " from " + percent(before) + " to " + percent(after);
}

/// Compares the recalibrated network with the best of the others, which count as recalibrated if they were.
std::string rank(const Results& results, const NetworkResult& network, double accuracy) {
    const NetworkResult* best = nullptr;
    double best_accuracy = 0;
    for (const NetworkResult& other : results.networks) {
        const EpochRecord* last = last_epoch(other);
        if (&other == &network || !last) continue;
        const double theirs =
            hundredths(other.history.recalibrated ? other.history.recalibrated->test_accuracy : last->test_accuracy);
        if (std::isfinite(theirs) && (!best || theirs > best_accuracy)) {
            best = &other;
            best_accuracy = theirs;
        }
    }
    if (!best) return {};
    const double ahead = accuracy - best_accuracy;
    const std::string whom = name_of(*best) + " (" + percent(best_accuracy) + ")";
    if (std::abs(ahead) < 0.005) return ", level with " + whom;
    return ", " + points(std::abs(ahead)) + (ahead > 0 ? " above " : " below ") +
           (results.networks.size() > 2 ? "the best of the others, " : "") + whom;
}

std::string recalibration(const Results& results, const Gaps& gaps) {
    const RecalibratedRecord& again = *gaps.network->history.recalibrated;
    const double test = hundredths(again.test_accuracy), evaluation = hundredths(again.train_accuracy_eval);
    if (!std::isfinite(test + evaluation + again.test_loss))
        return sentence("recalibrating " + name_of(*gaps.network) + " gave figures that are not finite");
    return sentence("estimating the running statistics of " + name_of(*gaps.network) +
                    " again, with dropout off and no weight changed, " + change(gaps.test, test, "its test accuracy") +
                    rank(results, *gaps.network, test) + ", and " +
                    change(gaps.evaluation, evaluation, "that on training images in evaluation mode"));
}

}  // namespace

std::vector<std::string> reading(const Results& results) {
    const std::vector<Gaps> gaps = all_gaps(results);
    if (gaps.empty())
        return {std::any_of(results.networks.begin(), results.networks.end(),
                            [](const NetworkResult& network) { return last_epoch(network) != nullptr; })
                    ? "No network has finite accuracies and losses, so they cannot be compared."
                    : "No network completed an epoch, so there are no accuracies to compare."};
    const Gaps& lead =
        *std::max_element(gaps.begin(), gaps.end(), [](const Gaps& a, const Gaps& b) { return a.all() < b.all(); });
    std::vector<std::string> sentences{largest_gap(gaps, lead, results)};
    if (gaps.size() > 1) sentences.push_back(the_others(gaps, lead));
    bool recalibrated = false;
    for (const Gaps& each : gaps) {
        if (!each.network->history.recalibrated) continue;
        recalibrated = true;
        sentences.push_back(recalibration(results, each));
    }
    const bool keeps_statistics = std::any_of(results.networks.begin(), results.networks.end(),
                                              [](const NetworkResult& network) { return network.running_statistics; });
    if (!recalibrated)
        sentences.push_back(keeps_statistics ? "Running statistics were not estimated again in this run."
                                             : "No network here has running statistics, so there was nothing to "
                                               "recalibrate.");
    return sentences;
}

}  // namespace norma::compare
