#include "page.hpp"

#include "markup.hpp"
#include "page_style.hpp"

namespace norma::drawing {

std::string paragraphs(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += element("p", "", escaped(text)) + "\n";
    for (std::size_t at = 0; (at = out.find(" %", at)) != std::string::npos;) out.replace(at, 1, "&nbsp;");
    return out;
}

std::string section(const std::string& id, const std::string& heading, const std::string& content) {
    return element("section", "id=\"" + id + "\" aria-labelledby=\"" + id + "-heading\"",
                   "\n" + element("h2", "id=\"" + id + "-heading\"", escaped(heading)) + "\n" + content) +
           "\n";
}

std::string plots(const std::vector<Svg>& drawings) {
    std::string out;
    for (const Svg& drawing : drawings) out += element("figure", "class=\"card\"", "\n" + drawing.inlined());
    return element("div", "class=\"plots\"", out) + "\n";
}

std::string table_card(const Table& table, std::string_view label, std::string_view caption) {
    return element("div", "class=\"card scroll\" tabindex=\"0\" role=\"group\" aria-label=\"" + escaped(label) + "\"",
                   render_html(table, caption)) +
           "\n";
}

std::string navigation(const std::vector<Link>& links) {
    std::string out;
    for (const Link& link : links) out += element("a", "href=\"#" + link.id + "\"", escaped(link.name)) + "\n";
    return element("nav", "aria-label=\"Contents\"", out);
}

std::string whole_page(std::string_view title, std::string_view body) {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n"
           "<link rel=\"icon\" href=\"data:,\">\n" +
           element("title", "", escaped(title)) + "\n" +
           element("style", "", std::string(page_style) + std::string(svg_style())) + "\n</head>\n<body>\n" +
           std::string(body) + "</body>\n</html>\n";
}

}  // namespace norma::drawing
