#include <array>

#include "curves.hpp"
#include "drawing/markup.hpp"
#include "drawing/numbers.hpp"
#include "drawing/page.hpp"
#include "figures.hpp"
#include "mistakes.hpp"
#include "picture.hpp"
#include "reading.hpp"
#include "report.hpp"
#include "seeds.hpp"

namespace norma::compare {

using namespace drawing;

namespace {

std::string base64(std::string_view bytes) {
    static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t three = 0;
        for (std::size_t i = 0; i < 3; ++i)
            three = three << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i) out += at + i > bytes.size() ? '=' : letters[three >> (18 - 6 * i) & 63];
    }
    return out;
}

std::string images(const Results& results, const std::vector<Mistake>& shown, const std::string& style_class) {
    std::string items;
    for (const Mistake& mistake : shown) {
        const std::string truth = escaped(results.classes[mistake.truth]);
        const std::string predicted = escaped(results.classes[mistake.predicted]);
        items += element("li", "",
                         element("figure", "",
                                 "<img width=\"" + std::to_string(results.image_width) + "\" height=\"" +
                                     std::to_string(results.image_height) + "\" alt=\"Test image " +
                                     std::to_string(mistake.image) + ": " + truth + "\" src=\"data:image/png;base64," +
                                     base64(test_image(results, mistake.image).png()) + "\">" +
                                     element("figcaption", "",
                                             element("b", "", truth) + "<br>" +
                                                 element("span", "class=\"as\"", "as " + predicted) + "<br>" +
                                                 fixed(100 * mistake.confidence, 1) + " %"))) +
                 "\n";
    }
    return element("ul", "class=\"" + style_class + "\"", items) + "\n";
}

/// Text about a single training is about the one with the first seed.
std::string of_first_seed(const Results& results) {
    return results.seeds > 1 ? ", seed " + std::to_string(results.seed) : "";
}

std::string count_of(std::size_t count, const Results& results) {
    return grouped(static_cast<std::int64_t>(count)) + " of " +
           grouped(static_cast<std::int64_t>(results.test_labels.size())) + " test images";
}

std::string misclassified(const Results& results, const NetworkResult& network) {
    std::vector<Mistake> all = mistakes(results, network);
    std::string out = element("h3", "", "Misclassified" + of_first_seed(results));
    if (all.empty()) return out + paragraphs({"It classifies every test image correctly."});
    const std::string count = count_of(all.size(), results);
    if (all.size() > sheet_images) all.resize(sheet_images);
    return out +
           paragraphs({"It classifies " + count +
                       " wrongly. These are the ones with the highest confidence: the true class, the predicted class, "
                       "and the probability of that."}) +
           element("div", "class=\"card\"", images(results, all, "images"));
}

std::string about(const Results& results, const NetworkResult& network) {
    std::string out = plots(curves(results, {&network}));
    if (network.predicted.empty()) {
        out += paragraphs({"The run was stopped before the test images were classified."});
    } else {
        out += misclassified(results, network) + element("h3", "", "Confusion matrix" + of_first_seed(results));
        out += element("figure", "class=\"card matrix\"",
                       element("div", "class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Confusion matrix\"",
                               draw_confusion(results, network).inlined()) +
                           element("figcaption", "",
                                   "Correct predictions are on the diagonal. The stronger the colour, the larger the "
                                   "share of the row; for mistakes, relative to the largest share of a mistake.")) +
               "\n";
    }
    if (!network.summary.empty())
        out += element(
            "details", "",
            element("summary", "", "The network, layer by layer") + element("pre", "", escaped(network.summary)));
    return section("norm-" + slug(network.norm), norm_title(network), out);
}

std::string only_one(const Results& results) {
    if (!predictions_compare(results)) return {};
    std::string out = paragraphs({"Every other network classifies these correctly."});
    for (const NetworkResult& network : results.networks) {
        if (network.predicted.empty()) continue;
        std::vector<Mistake> all = mistakes_of_one(results, network);
        out += element("h3", "", "Only " + escaped(norm_title(network)) + ": " + count_of(all.size(), results));
        const bool more = all.size() > only_images;
        if (more) all.resize(only_images);
        if (all.empty()) continue;
        if (more) out += paragraphs({"Those with the highest confidence:"});
        out += element("div", "class=\"card\"", images(results, all, "images many"));
    }
    return section("only-one", "Images that only one norm gets wrong" + of_first_seed(results), out);
}

std::string made(const Results& results) {
    std::string list;
    const auto item = [&](const std::string& name, const std::string& text) {
        if (!text.empty()) list += element("dt", "", escaped(name)) + element("dd", "", escaped(text)) + "\n";
    };
    list += element("dt", "", "command line") +
            element("dd", "", element("pre", "class=\"wrap\"", escaped(results.command_line))) + "\n";
    item("network", results.network_title);
    item("data", results.source);
    item("test images", results.test_source);
    for (const Option& option : results.options) {
        if (option.name == "network") continue;  // by its title above
        item(option.name, option.value + (option.published.empty() || option.published == option.value
                                              ? ""
                                              : " (published: " + option.published + ")"));
    }
    item(results.seeds == 1 ? "seed" : "seeds", seed_numbers(results));
    if (results.processes > 1) item("processes", std::to_string(results.processes));
    item("threads", std::to_string(results.threads) + (results.processes > 1 ? " each" : ""));
    item("machine", results.machine);
    item("compiler", results.compiler);
    item("norma", results.version);
    item("started", results.started);
    item("took", fixed(results.seconds_total, 1) + " s in all");
    return section("made", "How the run was made", element("div", "class=\"card\"", element("dl", "", list)));
}

/// The page's table of contents.
std::string contents(const Results& results) {
    std::vector<Link> links{{"results", "Results"}};
    if (results.networks.size() > 1) links.push_back({"together", "All together"});
    for (const NetworkResult& network : results.networks)
        links.push_back({"norm-" + slug(network.norm), norm_title(network)});
    if (predictions_compare(results)) links.push_back({"only-one", "Only one is wrong"});
    links.push_back({"made", "How it was made"});
    return navigation(links);
}

}  // namespace

std::string results_page(const Results& results) {
    std::vector<const NetworkResult*> all;
    for (const NetworkResult& network : results.networks) all.push_back(&network);

    const bool experiment = of_network(results).empty();
    const std::string title =
        (experiment ? "One network" : capitalised(results.network_title)) + ", its normalisation exchanged";
    std::string body =
        element(
            "header", "",
            "\n" + element("h1", "", escaped(title)) + "\n" + element("p", "class=\"lead\"", escaped(results.source)) +
                "\n" +
                (results.stand_in.empty() ? "" : element("p", "class=\"stopped\"", escaped(results.stand_in)) + "\n") +
                (results.interrupted ? element("p", "class=\"stopped\"",
                                               "This run was stopped early. The report shows the results until then.") +
                                           "\n"
                                     : "") +
                contents(results)) +
        "\n";
    std::string content =
        section("results", "Results",
                table_card(make_table(results), "Table of results", "Results, one row for each network") +
                    element("div", "class=\"notes\"", paragraphs(table_notes(results))) + "\n" +
                    element("h3", "", "What this run shows" + of_first_seed(results)) +
                    element("div", "class=\"card reading\"", paragraphs(reading(results))));
    if (all.size() > 1) content += section("together", "All together", plots(curves(results, all)));
    for (const NetworkResult& network : results.networks) content += about(results, network);
    content += only_one(results) + made(results);
    body += element("main", "", "\n" + content) + "\n" +
            element("footer", "",
                    "Every drawing and picture is also a file of its own in this page's folder; "
                    "<a href=\"results.json\">results.json</a> has all of this as data.") +
            "\n";
    return whole_page("norma: " + title, body);
}

}  // namespace norma::compare
