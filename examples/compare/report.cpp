#include "report.hpp"

#include <algorithm>

#include "curves.hpp"
#include "drawing/markup.hpp"
#include "figures.hpp"
#include "mistakes.hpp"
#include "norma/core/error.hpp"
#include "norma/io/json.hpp"
#include "picture.hpp"
#include "reading.hpp"
#include "seeds.hpp"
#include "support/run_or_say_why.hpp"

namespace norma::compare {

using namespace drawing;

namespace {

void require(bool holds, const std::string& place, std::size_t found, const std::string& expected) {
    if (!holds)
        raise<DataError>("the report's " + place + ": found " + std::to_string(found) + ", expected " + expected +
                         "; the results are not consistent");
}

void check(const Results& results) {
    const std::size_t images = results.test_labels.size(), classes = results.classes.size();
    const auto pixels = results.image_height * results.image_width * results.image_channels;
    require(results.image_channels == 1 || results.image_channels == 3, "image channels",
            static_cast<std::size_t>(results.image_channels), "1 or 3");
    require(results.test_images.size() == images * static_cast<std::size_t>(pixels), "test image bytes",
            results.test_images.size(), std::to_string(images) + " images of " + std::to_string(pixels) + " bytes");
    const auto check_classes = [&](const std::string& place, const std::vector<std::uint8_t>& all) {
        for (const std::uint8_t each : all)
            require(each < classes, place, each, "a class below " + std::to_string(classes));
    };
    check_classes("test labels", results.test_labels);
    for (const NetworkResult* network : all_trainings(results)) {
        const std::string place = "network " + network->norm + ", ";
        check_classes(place + "predicted", network->predicted);
        require(network->predicted.empty() || network->predicted.size() == images, place + "predicted",
                network->predicted.size(), std::to_string(images) + " or none");
        require(network->confidence.size() == network->predicted.size(), place + "confidence",
                network->confidence.size(), std::to_string(network->predicted.size()));
    }
}

std::string plain_text(const Results& results) {
    std::string text =
        "Network: " + results.network_title + "\n" + results.source + "\n\n" + format_table(results) + '\n';
    if (results.seeds > 1) text += "Seed " + std::to_string(results.seed) + ":\n";
    for (const std::string& sentence : reading(results)) text += wrapped(sentence) + '\n';
    return examples::printable_lines(text);
}

}  // namespace

std::map<std::string, std::string> render_data(const Results& results) {
    check(results);
    return {{"results.json", readable_json(results_json(results))}, {"table.txt", plain_text(results)}};
}

std::map<std::string, std::string> render_drawings(const Results& results) {
    check(results);
    std::map<std::string, std::string> files;
    const auto add_drawing = [&](const Svg& drawing) { files[drawing.id + ".svg"] = drawing.standalone(); };
    const auto add_sheet = [&](const NetworkResult& network, const char* name, std::vector<Mistake> shown,
                               std::size_t limit) {
        if (shown.empty()) return;
        shown.resize(std::min(shown.size(), limit));
        files[slug(network.norm) + name] = sheet(results, shown).png();
    };
    std::vector<const NetworkResult*> all;
    for (const NetworkResult& network : results.networks) {
        all.push_back(&network);
        for (const Svg& drawing : curves(results, {&network})) add_drawing(drawing);
        if (network.predicted.empty()) continue;
        add_drawing(draw_confusion(results, network));
        add_sheet(network, "-misclassified.png", mistakes(results, network), sheet_images);
        add_sheet(network, "-misclassified-alone.png", mistakes_of_one(results, network), only_images);
    }
    if (all.size() > 1)
        for (const Svg& drawing : curves(results, all)) add_drawing(drawing);
    files["index.html"] = results_page(results);
    return files;
}

void write_report(const Results& results, const std::filesystem::path& folder, Unwritten& unwritten) {
    write_files(render_data(results), folder, unwritten);
    write_files(render_drawings(results), folder, unwritten);
}

}  // namespace norma::compare
