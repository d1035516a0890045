#include "legend.hpp"

#include "markup.hpp"
#include "svg.hpp"

namespace norma::drawing {

Legend lay_out_legend(const std::vector<LegendEntry>& entries, double left, double right) {
    constexpr double top = 36, line_height = 15, text_offset = 28, gap = 14;
    Legend made{"", top};
    double x = left;
    for (const LegendEntry& entry : entries) {
        const double width = text_offset + character_width * static_cast<double>(text_width(entry.name));
        if (x > left && x + width > right) {
            x = left;
            made.bottom += line_height;
        }
        made.markup += entry.sign(x, made.bottom) + svg_text(x + text_offset, made.bottom + 3.8, entry.name);
        x += width + gap;
    }
    return made;
}

}  // namespace norma::drawing
