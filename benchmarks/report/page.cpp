#include "report/page.hpp"

#include "drawing/markup.hpp"
#include "drawing/page.hpp"
#include "norma/core/file.hpp"
#include "report/figures.hpp"

namespace norma::bench {
namespace {

using namespace drawing;

std::string missing_line(const std::string& text) {
    return text.empty() ? "" : element("p", "class=\"stopped\"", escaped(text)) + "\n";
}

/// A long table is closed at first, because the charts show its figures.
std::string render(const Table& table, const std::string& heading) {
    constexpr std::size_t long_table = 20;
    const std::string card = table_card(table, "Table: " + heading, heading + ", the figures");
    if (table.rows.size() <= long_table) return card;
    return element("details", "",
                   element("summary", "", "The figures, " + std::to_string(table.rows.size()) + " rows") + card) +
           "\n";
}

std::string render(const Section& part) {
    std::string content = paragraphs({part.answer}) + missing_line(part.missing);
    for (const Svg& drawing : part.wide) content += plots({drawing});
    if (!part.narrow.empty()) content += plots(part.narrow);
    for (const Table& table : part.tables) content += render(table, part.heading);
    if (!part.wide.empty() || !part.narrow.empty() || !part.tables.empty())
        content += element("div", "class=\"notes\"", paragraphs(part.notes)) + "\n";
    return section(part.id, part.heading, content);
}

/// The benchmarks that failed, by program; the rest of the page does not show them.
std::vector<std::string> failures(const Measurements& all) {
    std::vector<std::string> lines;
    for (const auto& [name, file] : all.files)
        for (const std::string& failure : file.failures) lines.push_back(name + ".json: " + failure);
    return lines;
}

std::string bar_section(const Measurements& all) {
    const std::vector<Bar> list = bars(all);
    std::string content =
        paragraphs({bar_summary(list)}) + table_card(bar_table(list), "Table of bars", "Bars, one a row");
    if (const auto lines = failures(all); !lines.empty())
        content += element("h3", "", "Benchmarks that failed") + paragraphs(lines);
    content += element(
        "div", "class=\"notes\"",
        paragraphs(
            {"Each figure is the median over the repetitions of its benchmark, which run in random order. Unless "
             "something else is said, steps are training steps of the experiment's CIFAR-10 network, with 128 "
             "images, on two threads. A bar is met if the figure, rounded as it is printed, reaches it."}));
    return section("bars", "The bars", content);
}

std::string contents(const std::vector<Section>& parts) {
    std::vector<Link> links{{"bars", "The bars"}};
    for (const Section& part : parts) links.push_back({part.id, part.heading});
    links.push_back({"made", "How it was measured"});
    return navigation(links);
}

/// The context of every file, as one list for each file.
std::string made(const Measurements& all) {
    std::string content;
    for (const auto& [name, file] : all.files) {
        std::string list;
        for (const auto& [key, value] : file.context)
            list += element("dt", "", escaped(key)) + element("dd", "", escaped(value)) + "\n";
        content +=
            element("details", "", element("summary", "", escaped(name) + ".json") + element("dl", "", list)) + "\n";
    }
    if (content.empty()) content = missing_line("The folder has no file of the suite; ./dev bench makes them.");
    return section(
        "made", "How it was measured",
        paragraphs({"Google Benchmark, programs of the folder benchmarks; what each reported about its machine and "
                    "its build:"}) +
            element("div", "class=\"card\"", content));
}

std::string page(const Measurements& all, const std::vector<Section>& parts) {
    std::string body =
        element("header", "",
                "\n<h1>norma, measured</h1>\n" + element("p", "class=\"lead\"", escaped(machine_line(all))) + "\n" +
                    contents(parts)) +
        "\n";
    std::string content = bar_section(all);
    for (const Section& part : parts) content += render(part);
    return whole_page(
        "norma: benchmarks",
        body + element("main", "", "\n" + content + made(all)) + "\n" +
            element("footer", "",
                    "Every chart is also a file of its own in this page's folder; <a href=\"bars.txt\">bars.txt"
                    "</a> and <a href=\"bars.md\">bars.md</a> hold the table of bars, peers.md that of norma beside "
                    "PyTorch.") +
            "\n");
}

}  // namespace

std::string bars_text(const Measurements& all) {
    const std::vector<Bar> list = bars(all);
    return machine_line(all) + "\n\n" + render_text(bar_table(list)) + "\n" + bar_summary(list) + "\n";
}

std::string bars_markdown(const Measurements& all) {
    const std::vector<Bar> list = bars(all);
    return machine_line(all) + "\n\n" + render_markdown(bar_table(list)) + "\n" + bar_summary(list) + "\n";
}

std::string peers_markdown(const Measurements& all) {
    std::string tables = machine_line(all) + ", PyTorch " + all.context("peers", "torch") + "\n\n";
    tables += render_markdown(zoo_table(all));
    for (const char* what : {"train", "infer", "single"}) tables += "\n" + render_markdown(network_table(all, what));
    return tables;
}

std::map<std::string, std::string> render_report(const Measurements& all) {
    const std::vector<Section> parts = sections(all);
    std::map<std::string, std::string> files{{"bars.txt", bars_text(all)}, {"bars.md", bars_markdown(all)}};
    if (!compared_networks(all).empty()) files["peers.md"] = peers_markdown(all);
    for (const Section& part : parts)
        for (const std::vector<Svg>* drawings : {&part.wide, &part.narrow})
            for (const Svg& drawing : *drawings) files[drawing.id + ".svg"] = drawing.standalone();
    files["index.html"] = page(all, parts);
    return files;
}

void write_report(const Measurements& all, const std::filesystem::path& folder) {
    auto files = render_report(all);
    const auto index = files.extract("index.html");
    for (const auto& [name, bytes] : files) write_file_atomically(folder / name, bytes);
    write_file_atomically(folder / index.key(), index.mapped());
}

}  // namespace norma::bench
