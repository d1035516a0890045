#include "../../examples/compare/report.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "../../examples/compare/curves.hpp"
#include "../../examples/compare/figures.hpp"
#include "../../examples/compare/mistakes.hpp"
#include "../../examples/compare/options.hpp"
#include "../../examples/compare/reading.hpp"
#include "../support/full_disk.hpp"
#include "../support/markup.hpp"
#include "../support/temporary_folder.hpp"
#include "drawing/markup.hpp"
#include "drawing/numbers.hpp"
#include "drawing/plot.hpp"
#include "made_up_results.hpp"
#include "norma/core/error.hpp"
#include "norma/core/utf8.hpp"
#include "norma/io/json.hpp"

namespace report_test {

using namespace norma;
using namespace norma::compare;
using namespace norma::drawing;

namespace {

std::map<std::string, std::string> render_report(const Results& results) {
    auto files = render_drawings(results);
    files.merge(render_data(results));
    return files;
}

/// Empty where it is not there.
std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string all(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& text : texts) out += text + "\n";
    return out;
}

std::string read(const Results& results) { return all(reading(results)); }

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

/// A member that the schema requires and the value does not have, or that the value has and the schema does not.
std::string against_schema(const nlohmann::json& root, nlohmann::json schema, const nlohmann::json& value,
                           const std::string& place) {
    if (schema.contains("$ref"))
        schema = root["$defs"][std::string(schema["$ref"]).substr(std::string("#/$defs/").size())];
    std::string wrong;
    if (value.is_object()) {
        for (const auto& name : schema.value("required", nlohmann::json::array()))
            if (!value.contains(std::string(name))) wrong += place + ": no " + std::string(name) + "\n";
        for (const auto& [name, member] : value.items()) {
            const std::string there = place + "/" + name;
            const auto properties = schema.value("properties", nlohmann::json::object());
            if (properties.contains(name))
                wrong += against_schema(root, properties[name], member, there);
            else if (schema.contains("additionalProperties"))
                wrong += against_schema(root, schema["additionalProperties"], member, there);
            else
                wrong += there + ": not in the schema\n";
        }
    } else if (value.is_array()) {
        if (schema.value("type", "") != "array") return place + ": an array\n";
        for (const auto& entry : value) wrong += against_schema(root, schema["items"], entry, place + "[]");
    }
    return wrong;
}

}  // namespace

TEST_CASE("results.json and its schema in docs agree") {
    std::ifstream file(std::string(NORMA_TESTS_DIR) + "/../docs/results.schema.json");
    REQUIRE(file.good());
    const auto schema = nlohmann::json::parse(file);
    Results results = made_up(60);
    results.stand_in = "NOT ON CIFAR-10";
    results.networks[0].views_accuracy = 71.5;
    CHECK(against_schema(schema, schema, results_json(results), "") == "");
    results.networks[1].history.epochs.clear();
    results.networks[1].predicted.clear();
    results.networks[1].confidence.clear();
    CHECK(against_schema(schema, schema, results_json(results), "") == "");
    repeat(results, 3);
    CHECK(against_schema(schema, schema, results_json(results), "") == "");
}

TEST_CASE("Wilson's interval") {
    // By hand for p = 1/2, n = 100: 50 ± 9.617 / (1 + 0.038415) …
    const Interval half = wilson_interval(50, 100);
    CHECK(half.low == doctest::Approx(40.3832).epsilon(1e-5));
    CHECK(half.high == doctest::Approx(59.6168).epsilon(1e-5));
    CHECK(wilson_interval(0, 10).low == doctest::Approx(0));
    CHECK(wilson_interval(0, 10).high == doctest::Approx(27.7533).epsilon(1e-5));
    CHECK(wilson_interval(100, 10).low == doctest::Approx(72.2467).epsilon(1e-5));
    CHECK(wilson_interval(100, 10).high == doctest::Approx(100));
}

TEST_CASE("numbers as text") {
    CHECK(fixed(1.005, 1) == "1.0");
    CHECK(fixed(-2.349, 2) == "−2.35");
    CHECK(fixed(-0.001, 2) == "0.00");
    CHECK(fixed(std::nan(""), 2) == "not finite");
    CHECK(grouped(7) == "7");
    CHECK(grouped(138'324) == "138,324");
    CHECK(grouped(1'000'000) == "1,000,000");
}

TEST_CASE("the table has a column for several views, if a network was tested so") {
    Results results = made_up(60);
    CHECK(render_text(make_table(results)).find("six views") == std::string::npos);
    results.network = "cifar94";
    results.networks[0].views_accuracy = 71.5;
    const Table one = make_table(results);
    CHECK(one.columns.size() == 8);
    CHECK(one.rows[0][5] == "71.50 (59.1–81.4)");
    CHECK(one.rows[1][5] == "–");
    repeat(results, 2);
    results.repeats[0].views_accuracy = 72.5;
    CHECK(make_table(results).rows[0][5] == "72.00 ± 0.71");
}

TEST_CASE("the table of the experiment") {
    const std::string table = render_text(make_table(made_up(1017)));
    CAPTURE(table);
    std::istringstream lines(table);
    std::vector<std::string> line;
    for (std::string next; std::getline(lines, next);) {
        CHECK(text_width(next) <= 120);
        line.push_back(next);
    }
    REQUIRE(line.size() == 7);
    CHECK(has(line[0], "train accuracy, %"));
    CHECK(has(line[0], "published"));
    CHECK(line[3].starts_with("Batch "));
    for (const char* cell : {"37,108", "79.53", "69.74", "66.96 (64.0–69.8)", "0.932", "7.2", "80.03", "69.77", "18.4"})
        CHECK(has(line[3], cell));
    CHECK(line[4].starts_with("Batch, recalibrated "));
    for (const char* cell : {"81.93", "76.40 (73.7–78.9)", "0.643"}) CHECK(has(line[4], cell));
    CHECK(line[5].starts_with("Group (2) "));
    CHECK(has(line[6], "138,324"));
}

TEST_CASE("published figures are shown only for the data set that they were made with") {
    Results results = made_up();
    CHECK(
        has(all(table_notes(results)), "here minus published, in points: Batch −0.50, Group (2) −2.03, Layer −0.86."));

    Results better = results;
    better.networks[2].history.epochs.back().train_accuracy = 73.05;
    CHECK(has(all(table_notes(better)), "Layer +1.30."));

    results.options[0].value = "3";
    CHECK(has(all(table_notes(results)), "other settings, so expect a difference: epochs 3 (published: 20)."));

    results.dataset = "synthetic";
    CHECK_FALSE(has(render_text(make_table(results)), "80.03"));
    CHECK_FALSE(has(results_page(results), "80.03"));
    CHECK(has(results_page(results), "published figures are not shown"));
    CHECK_FALSE(results_json(results)["networks"][0].contains("published"));
}

TEST_CASE("the report of several processes says what a step waits for") {
    Results results = made_up();
    CHECK_FALSE(has(all(table_notes(results)), "processes"));
    results.processes = 4;
    results.networks[0].costs = {
        .steps = 100,
        .seconds = 2,
        .exchanges = {.agreement = {1900, 0, 0, 0.25}, .statistics = {900, 0, 5'000'000, 0.125}, .gradients = {}}};
    CHECK(has(all(table_notes(results)),
              "A training step in the first of 4 processes: Batch 20.00 ms, of which 16.25 ms compute, 2.50 ms wait, "
              "1.25 ms exchange, 0.050 MB received in 28 messages."));
}

TEST_CASE("the report of another network says which, and shows no published figures") {
    Results results = made_up(60);
    results.network = "resnet18";
    results.network_title = "pre-activation ResNet-18";
    for (NetworkResult& network : results.networks) network.groups = 32;
    CHECK(
        has(all(table_notes(results)), "for the experiment's network, and this run trained pre-activation ResNet-18."));
    CHECK_FALSE(has(render_text(make_table(results)), "published"));
    CHECK(has(render_text(make_table(results)), "Group (32)"));
    auto files = render_data(results);
    files.merge(render_drawings(results));
    CHECK(has(files.at("table.txt"), "Network: pre-activation ResNet-18\nCIFAR-10 from"));
    CHECK(has(files.at("index.html"), "<h1>Pre-activation ResNet-18, its normalisation exchanged</h1>"));
    CHECK(has(files.at("index.html"), "<dt>network</dt><dd>pre-activation ResNet-18</dd>"));
    CHECK(has(files.at("all-test-accuracy.svg"), "Test accuracy, pre-activation ResNet-18"));
    CHECK(has(files.at("group-confusion.svg"), "Confusion matrix, Group (32), pre-activation ResNet-18"));
    const auto json = nlohmann::json::parse(files.at("results.json"));
    CHECK(json["run"]["network"] == "resnet18");
    CHECK(json["run"]["network_title"] == "pre-activation ResNet-18");
    CHECK_FALSE(json["networks"][0].contains("published"));
}

TEST_CASE("the report of the 94 % recipe says beside its table what was published, and what is different") {
    Results results = made_up(60);
    results.network = recipe_network;
    results.network_title = "airbench94";
    results.options = {{"norms", "batch,group", "batch"}, {"train-images", "50000", "50000"}};
    const std::string published =
        "Published for this recipe with batch norm: 94.01 % of all 10,000 test images of CIFAR-10, with six views";
    CHECK(has(all(table_notes(results)), published + ", with the same settings."));
    CHECK_FALSE(has(all(table_notes(results)), "not shown"));
    CHECK_FALSE(has(all(table_notes(results)), "Six views:"));
    results.networks[0].views_accuracy = 93;
    results.options[1].value = "40000";
    CHECK(
        has(all(table_notes(results)),
            published + "; expect a difference, for here are other settings: train-images 40000 (published: 50000)."));
    CHECK(has(all(table_notes(results)), "Six views: the outputs for an image"));
    results.dataset = "synthetic";
    CHECK(has(all(table_notes(results)), published + "; this run used other data."));
}

TEST_CASE("the reading of the experiment's own figures") {
    const std::vector<std::string> sentences = reading(made_up(1017));
    CAPTURE(all(sentences));
    REQUIRE(sentences.size() == 3);
    CHECK(has(sentences[0], "The Batch network has the largest gap between training and test accuracy, 12.57 points"));
    CHECK(has(sentences[0], "9.79 points of it come from the mode"));
    CHECK(has(sentences[0], "2.78 points from the images"));
    CHECK(has(sentences[0], "this may be chance"));
    CHECK(has(sentences[0], "most of it is not overfitting"));
    CHECK(has(sentences[1], "Group (2) −0.64 and 2.13 points, Layer −0.12 and 4.15 points."));
    CHECK(has(sentences[2], "raised its test accuracy from 66.96 % to 76.40 %"));
    CHECK(has(sentences[2], "7.28 points above the best of the others, the Group (2) network (69.12 %)"));
    CHECK(has(sentences[2], "raised that on training images in evaluation mode from 69.74 % to 81.93 %"));
}

TEST_CASE("the reading if the gap comes from the images") {
    Results results = made_up(5000);
    results.networks.erase(results.networks.begin());
    results.networks[0].history.epochs.back() = record(19, 95, 94, 70, 1.2);
    const std::string text = read(results);
    CAPTURE(text);
    CHECK(has(text, "The Group (2) network has the largest gap"));
    CHECK(has(text, "1.00 point of it comes from the mode"));
    CHECK(has(text, "24.00 points from the images"));
    CHECK_FALSE(has(text, "not overfitting"));
    CHECK_FALSE(has(text, "chance"));
    CHECK(has(text, "The other network, first"));
    CHECK(has(text, "nothing to recalibrate"));
}

TEST_CASE("the reading of single networks, whatever their signs") {
    Results results = made_up();
    results.networks.resize(1);
    NetworkResult& network = results.networks[0];
    network.norm = "none";
    network.history.recalibrated.reset();
    network.running_statistics = false;
    EpochRecord& last = network.history.epochs.back();

    last = record(19, 70, 72, 69, 0.9);
    std::string text = read(results);
    CHECK(has(text, "The network without norm has a gap between training and test accuracy, 1.00 point ("));
    CHECK(has(text,
              "None of it comes from the mode: the same training images give 72.00 % in evaluation mode, 2.00 "
              "points more"));
    CHECK(has(text, "3.00 points come from the images"));

    last = record(19, 80, 70, 71, 0.9);
    text = read(results);
    CHECK(has(text, "All of it comes from the mode"));
    CHECK(has(text, "test images 1.00 point more"));

    last = record(19, 60, 65, 66, 0.9);
    text = read(results);
    CHECK(has(text, "does no worse on test images"));
    CHECK(has(text, "65.00 %"));
    CHECK_FALSE(has(text, "gap"));
    CHECK_FALSE(has(text, "other"));
}

TEST_CASE("the text says if recalibration did not help") {
    Results results = made_up();
    results.networks[0].history.recalibrated = RecalibratedRecord{69.74, 1.2, 60.00};
    const std::string text = read(results);
    CHECK(has(text, "lowered its test accuracy from 66.96 % to 60.00 %"));
    CHECK(has(text, "9.12 points below the best of the others"));
    CHECK(has(text, "left that on training images in evaluation mode at 69.74 %"));

    results.networks[0].history.recalibrated.reset();
    CHECK(has(read(results), "Running statistics were not estimated again in this run."));
}

TEST_CASE("one epoch only: no verdict, and the notes say why") {
    const Results results = made_up(100, 1);
    CHECK_FALSE(has(read(results), "not overfitting"));
    CHECK(has(all(table_notes(results)), "Still learning fast in the last epoch: Batch, Group (2), Layer."));
    CHECK(unbalanced(curves(results, {&results.networks[0]})[3].standalone()) == "");
}

TEST_CASE("a run that was stopped") {
    Results results = made_up();
    results.interrupted = true;
    results.networks.pop_back();
    results.networks[1].history.epochs.clear();
    results.networks[1].history.batch_loss.resize(30);
    results.networks[1].history.batch_accuracy.resize(30);
    results.networks[1].predicted.clear();
    results.networks[1].confidence.clear();
    CHECK(has(all(table_notes(results)), "stopped early: Batch after 20 of 20 epochs, Group (2) after 0."));
    const std::string page = render_report(results).at("index.html");
    CHECK(has(page, "This run was stopped early"));
    CHECK(has(page, "stopped before the test images were classified"));
    CHECK_FALSE(has(page, "only-one"));
    CHECK(has(read(results), "The Batch network has a gap"));

    results.networks.clear();
    CHECK(has(read(results), "No network completed an epoch"));
    CHECK(has(render_report(results).at("index.html"), "No network completed an epoch"));
}

TEST_CASE("the report says why a training ended with an error") {
    Results results = made_up();
    CHECK_FALSE(has(render_report(results).at("results.json"), "\"failure\""));
    results.networks[0].failure = "the loss is not a finite number";
    CHECK(has(all(table_notes(results)), "complete epochs: the loss is not a finite number."));
    const auto files = render_report(results);
    CHECK(has(files.at("results.json"), "\"failure\": \"the loss is not a finite number\""));
    CHECK(has(files.at("index.html"), "the loss is not a finite number."));
}

TEST_CASE("a training that diverged is not compared") {
    Results results = made_up();
    results.networks[0].history.epochs.back().test_loss = std::numeric_limits<double>::quiet_NaN();
    results.networks[0].history.batch_loss.back() = std::numeric_limits<double>::infinity();
    CHECK_FALSE(has(read(results), "Batch"));
    CHECK_FALSE(has(read(results), "has running statistics"));
    CHECK(has(all(table_notes(results)), "A loss that is not finite: Batch."));
    CHECK(has(render_text(make_table(results)), "not finite"));
    const auto files = render_report(results);
    CHECK(has(files.at("results.json"), "\"NaN\""));
    for (const auto& [name, bytes] : files)
        if (name.ends_with(".svg")) CHECK_FALSE(has(bytes, "nan"));
}

TEST_CASE("mistakes: highest confidence first, and those of one network only") {
    Results results = made_up(4);
    results.networks.resize(2);
    results.networks[0].predicted = {1, 1, 5, 3};
    results.networks[0].confidence = {0.5F, 1, 0.9F, 1};
    results.networks[1].predicted = {0, 1, 6, 2};
    const auto wrong = mistakes(results, results.networks[0]);
    REQUIRE(wrong.size() == 2);
    CHECK(wrong[0].image == 2);
    CHECK(wrong[0].predicted == 5);
    CHECK(wrong[1].image == 0);
    const auto alone = mistakes_of_one(results, results.networks[0]);
    REQUIRE(alone.size() == 1);
    CHECK(alone[0].image == 0);
    const auto matrix = confusion_matrix(results, results.networks[0]);
    CHECK(matrix[0][1] == 1);
    CHECK(matrix[0][0] == 0);
    CHECK(matrix[3][3] == 1);
}

TEST_CASE("the page has everything, escaped, and loads nothing") {
    const Results results = made_up();
    const std::string page = results_page(results);
    for (const char* part :
         {"<table", "76.40 (", "What this run shows", "all-training-loss-title", "all-test-accuracy-title",
          "batch-training-accuracy-title", "layer-test-loss-title", "group-confusion-title", "Misclassified",
          "Images that only one norm gets wrong", "How the run was made", "a machine &lt;of&gt; 2 cores &amp; more",
          "--data &quot;my data&quot;", "GCC 12.2.0", "prefers-color-scheme: dark", "conv &lt;3×3&gt;",
          "<dt>seed</dt><dd>1</dd>"})
        CHECK_MESSAGE(has(page, part), part);
    for (const char* part : {"<script", "https:", "url(", "@import", "<machine", "of <of>"})
        CHECK_FALSE(has(page, part));
    std::string without_names = page;
    const std::string name_space = "xmlns=\"http://www.w3.org/2000/svg\"";
    for (std::size_t at; (at = without_names.find(name_space)) != std::string::npos;)
        without_names.erase(at, name_space.size());
    CHECK_FALSE(has(without_names, "http:"));
    CHECK(unbalanced(page, {"meta", "link", "img", "br"}) == "");
}

TEST_CASE("the files: drawings well-formed, pictures PNG of the right size") {
    const auto files = render_report(made_up());
    std::size_t drawings = 0;
    for (const auto& [name, bytes] : files) {
        CAPTURE(name);
        if (name.ends_with(".svg")) {
            ++drawings;
            CHECK(unbalanced(bytes) == "");
            CHECK(bytes.starts_with("<svg xmlns="));
            CHECK(bytes.size() < 60'000);
        } else if (name.ends_with(".png")) {
            CHECK(bytes.starts_with("\x89PNG\r\n\x1a\n"));
            CHECK(big_endian(bytes, 16) >= 5 * 160);
            CHECK(big_endian(bytes, 20) >= 160);
        }
    }
    CHECK(drawings == 4 * 4 + 3);
    for (const char* name : {"index.html", "results.json", "table.txt", "batch-misclassified.png", "all-test-loss.svg",
                             "layer-misclassified-alone.png", "group-confusion.svg"})
        CHECK_MESSAGE(files.contains(name), name);
    CHECK(big_endian(files.at("batch-misclassified.png"), 20) > 2 * 160);
}

TEST_CASE("results.json has the exact results of the experiment") {
    const Results results = made_up(1017);
    const auto json = nlohmann::json::parse(render_report(results).at("results.json"));
    REQUIRE(json["networks"].size() == 3);
    const auto& batch = json["networks"][0];
    CHECK(batch["norm"] == "batch");
    CHECK(batch["parameters"] == 37'108);
    for (const char* key :
         {"epoch", "train_loss", "train_accuracy", "train_accuracy_eval", "test_loss", "test_accuracy", "seconds"})
        CHECK_MESSAGE(batch["epochs"][0].contains(key), key);
    CHECK(batch["recalibrated"]["test_accuracy"] == 76.40);
    CHECK_FALSE(json["networks"][1].contains("recalibrated"));
    const auto history = batch.get<History>();
    CHECK(history.batch_loss == results.networks[0].history.batch_loss);
    CHECK(history.epochs[7].test_loss == results.networks[0].history.epochs[7].test_loss);
    CHECK(batch["confusion"].size() == 10);
    CHECK(batch["predicted"].size() == 1017);
    CHECK(batch["misclassified"].size() == mistakes(results, results.networks[0]).size());
    CHECK(json["run"]["options"]["epochs"]["published"] == "20");
    CHECK(json["reading"].size() == 3);
}

TEST_CASE("a page of one network has no plots of all, and no id twice") {
    Results results = made_up(50);
    CHECK(has(results_page(results), "id=\"together\""));
    results.networks.resize(1);
    const std::string page = results_page(results);
    CHECK_FALSE(has(page, "id=\"together\""));
    CHECK_FALSE(render_report(results).contains("all-test-loss.svg"));
    CHECK(repeated_ids(page).empty());
}

TEST_CASE("ticks cover the range in round steps") {
    CHECK(ticks({0, 20}, 8) == std::vector<double>{0, 5, 10, 15, 20});
    CHECK(ticks({41, 79}, 5) == std::vector<double>{40, 50, 60, 70, 80});
    CHECK(ticks({}, 5).size() > 2);
    const auto flat = ticks({0.5, 0.5}, 5);
    CHECK(flat.front() < 0.5);
    CHECK(flat.back() > 0.5);
}

TEST_CASE("a thinned series keeps its extremes, and what is not finite breaks the line") {
    std::vector<double> values(5000, 1.0);
    values[1234] = 7;
    values[4321] = -3;
    const auto raw = envelope(values, 100);
    CHECK(raw.size() <= 500);
    CHECK(std::count_if(raw.begin(), raw.end(), [](Point p) { return p.y == 7 && p.x == 12.35; }) == 1);
    CHECK(std::count_if(raw.begin(), raw.end(), [](Point p) { return p.y == -3; }) == 1);
    CHECK(smoothed(values, 100).size() == 240);
    CHECK(smoothed({2.5}, 1).at(0).y == 2.5);
    CHECK(smoothed({}, 1).empty());

    Plot plot{"p",    "title", "text", "x", "y", {{"name", 0, {{0, 1}, {1, std::nan("")}, {2, 1}, {3, 2}}}},
              {0, 3}, {0, 2}};
    const std::string drawn = draw(plot).standalone();
    const std::string path = drawn.substr(drawn.find(" d=\"M"));
    CHECK(std::count(path.begin(), path.begin() + std::ptrdiff_t(path.find('/')), 'M') == 2);
}

TEST_CASE("a long legend is broken into lines inside the drawing") {
    Plot plot{"p", "title", "text", "x", "y", {}, {0, 1}, {0, 1}};
    for (int i = 0; i < 6; ++i) plot.series.push_back({"a rather long name", i, {{0, 0}, {1, 1}}});
    const std::string drawn = draw(plot).standalone();
    for (std::size_t at = 0; (at = drawn.find("<line ", at)) != std::string::npos; ++at) {
        const std::size_t x2 = drawn.find(" x2=\"", at);
        CHECK(std::stod(drawn.substr(x2 + 5)) <= 440);
    }
}

TEST_CASE("grey images") {
    Results results = made_up(20);
    results.image_channels = 1;
    results.test_images.resize(20 * 32 * 32);
    CHECK(render_report(results).at("batch-misclassified.png").starts_with("\x89PNG"));
}

TEST_CASE("results that are not consistent are refused") {
    Results results = made_up(20);
    results.networks[1].predicted.pop_back();
    CHECK_THROWS_WITH_AS(static_cast<void>(render_report(results)),
                         doctest::Contains("network group, predicted: found 19"), DataError);
    results = made_up(20);
    results.test_images.pop_back();
    CHECK_THROWS_AS(static_cast<void>(render_report(results)), DataError);
    results = made_up(20);
    results.test_labels[3] = 10;
    CHECK_THROWS_AS(static_cast<void>(render_report(results)), DataError);
}

TEST_CASE("the report is written completely; on a full disk the data are there, and the missing files are named") {
    const TemporaryFolder folder, small;
    const Results results = made_up(20, 1);
    const auto files = render_report(results);
    Unwritten unwritten;
    write_report(results, folder.path(), unwritten);
    CHECK(unwritten.empty());
    for (const auto& [name, bytes] : files) CHECK_MESSAGE(content_of(folder / name) == bytes, name);

    const std::size_t room = files.at("results.json").size();
    REQUIRE(files.at("index.html").size() > room);
    {
        const FullDisk full(room);
        write_report(results, small.path(), unwritten);
    }
    for (const auto& [name, bytes] : files) {
        const bool fits = bytes.size() <= room;
        CHECK_MESSAGE(content_of(small / name) == (fits ? bytes : ""), name);
        CHECK_MESSAGE(has(unwritten.sentence(), (small / name).string()) == !fits, name);
    }
    write_report(results, small.path(), unwritten);  // there is room again
    CHECK(unwritten.empty());
    CHECK(content_of(small / "index.html") == files.at("index.html"));
}

TEST_CASE("every file of the report is UTF-8, also if a text such as a folder's name is not") {
    Results results = made_up(20);
    results.command_line = "compare --output r\xff\x1b[2J";
    results.source = "CIFAR-10 from d\xc3/cifar-10-batches-bin";
    results.networks[0].failure = "d\xe2\x82/kept: broken";
    for (const auto& [name, bytes] : render_report(results)) {
        if (!name.ends_with(".png")) CHECK_MESSAGE(is_utf8(bytes), name);
    }
    CHECK(has(render_report(results).at("index.html"), "compare --output r\uFFFD [2J"));
}

TEST_CASE(
    "that drawn images stand in for CIFAR-10 is said at the page's head, before the table's other notes, and as data") {
    Results results = made_up(20);
    CHECK_FALSE(results_json(results)["data"].contains("stand_in"));
    results.dataset = "synthetic";
    results.stand_in = "NOT ON <CIFAR-10>";
    const std::string page = results_page(results);
    CHECK(page.find("NOT ON &lt;CIFAR-10&gt;") < page.find("</header>"));
    CHECK(table_notes(results).front() == results.stand_in);
    CHECK(results_json(results)["data"]["stand_in"] == results.stand_in);
}

}  // namespace report_test
