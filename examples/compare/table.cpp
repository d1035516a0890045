#include "table.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "drawing/markup.hpp"
#include "drawing/numbers.hpp"
#include "figures.hpp"
#include "seeds.hpp"

namespace norma::compare {

using namespace drawing;

namespace {

const std::string nothing = "–";

std::string with_interval(double percent, std::size_t images) {
    std::string text = fixed(percent, 2);
    if (images == 0) return text;
    const Interval interval = wilson_interval(percent, static_cast<std::int64_t>(images));
    return text + " (" + fixed(interval.low, 1) + "–" + fixed(interval.high, 1) + ")";
}

/// The cell of the column that is there if `has_views`.
void insert_views(std::vector<std::string>& row, const Results& results, const std::string& cell) {
    if (!has_views(results)) return;
    row.resize(std::max<std::size_t>(row.size(), 5), nothing);
    row.insert(row.begin() + 5, cell);
}

void append_published(std::vector<std::string>& row, const Results& results, const NetworkResult& network) {
    if (const auto published = published_figures(network.norm); published && as_published(results)) {
        row.resize(7, nothing);
        row.insert(row.end(), {fixed(published->train_accuracy, 2), fixed(published->test_accuracy, 2),
                               fixed(published->seconds_per_epoch, 1)});
    }
}

/// Appends the row; missing cells become dashes.
void append_row(Table& table, std::vector<std::string> row) {
    row.resize(table.columns.size(), nothing);
    table.rows.push_back(std::move(row));
}

void append_rows(Table& table, const Results& results, const NetworkResult& network) {
    const EpochRecord* last = last_epoch(network);
    const std::size_t images = results.test_labels.size();
    const auto seconds = seconds_per_epoch(network);
    std::vector<std::string> row{norm_title(network), grouped(network.parameters)};
    if (last)
        row.insert(row.end(), {fixed(last->train_accuracy, 2), fixed(last->train_accuracy_eval, 2),
                               with_interval(last->test_accuracy, images), fixed(last->test_loss, 3),
                               fixed(*seconds, *seconds < 1 ? 3 : 1)});
    append_published(row, results, network);
    insert_views(row, results, network.views_accuracy ? with_interval(*network.views_accuracy, images) : nothing);
    append_row(table, row);
    if (const auto& again = network.history.recalibrated) {
        row = {norm_title(network) + ", recalibrated",
               grouped(network.parameters),
               nothing,
               fixed(again->train_accuracy_eval, 2),
               with_interval(again->test_accuracy, images),
               fixed(again->test_loss, 3)};
        insert_views(row, results, nothing);
        append_row(table, row);
    }
}

/// Over all seeds: mean ± standard deviation of the trainings that completed every epoch.
void append_spread_rows(Table& table, const Results& results, const NetworkResult& network) {
    const auto runs = whole_runs_of(results, network.norm);
    std::vector<double> seconds;
    std::vector<double> views;
    for (const NetworkResult* run : runs) seconds.push_back(*seconds_per_epoch(*run));
    for (const NetworkResult* run : runs) views.push_back(run->views_accuracy.value_or(NAN));
    const auto end = [&](double EpochRecord::*figure, int decimals) {
        return with_deviation(at_the_end(runs, figure), decimals);
    };
    std::vector<std::string> row{norm_title(network),
                                 grouped(network.parameters),
                                 end(&EpochRecord::train_accuracy, 2),
                                 end(&EpochRecord::train_accuracy_eval, 2),
                                 end(&EpochRecord::test_accuracy, 2),
                                 end(&EpochRecord::test_loss, 3),
                                 with_deviation(spread(seconds), spread(seconds).mean < 1 ? 3 : 1)};
    append_published(row, results, network);
    insert_views(row, results, with_deviation(spread(views), 2));
    append_row(table, row);
    const auto again = [&](double RecalibratedRecord::*figure, int decimals) {
        return with_deviation(*recalibrated(runs, figure), decimals);
    };
    if (recalibrated(runs, &RecalibratedRecord::test_accuracy)) {
        row = {norm_title(network) + ", recalibrated",
               grouped(network.parameters),
               nothing,
               again(&RecalibratedRecord::train_accuracy_eval, 2),
               again(&RecalibratedRecord::test_accuracy, 2),
               again(&RecalibratedRecord::test_loss, 3)};
        insert_views(row, results, nothing);
        append_row(table, row);
    }
}

}  // namespace

bool has_views(const Results& results) {
    return std::ranges::any_of(all_trainings(results),
                               [](const NetworkResult* run) { return run->views_accuracy.has_value(); });
}

Table make_table(const Results& results) {
    Table table;
    table.columns = {{"", "norm"},
                     {"", "parameters"},
                     {"train accuracy, %", "training"},
                     {"train accuracy, %", "evaluation"},
                     {"test accuracy, %", results.seeds > 1 ? "mean ± deviation" : "(95 % interval)"},
                     {"test", "loss"},
                     {"seconds", "per epoch"}};
    if (as_published(results))
        for (const char* name : {"train %", "test %", "s/epoch"}) table.columns.push_back({"published", name});
    if (has_views(results)) table.columns.insert(table.columns.begin() + 5, {"test accuracy, %", "six views"});
    for (const NetworkResult& network : results.networks) {
        results.seeds > 1 ? append_spread_rows(table, results, network) : append_rows(table, results, network);
    }
    return table;
}

std::string format_table(const Results& results) {
    std::string text = render_text(make_table(results));
    for (const std::string& note : table_notes(results)) text += '\n' + wrapped(note);
    return text;
}

}  // namespace norma::compare
