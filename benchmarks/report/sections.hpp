#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drawing/plot.hpp"
#include "drawing/svg.hpp"
#include "drawing/table.hpp"
#include "report/reading.hpp"

namespace norma::bench {

/// One question of the report with its charts and its table.
struct Section {
    std::string id, heading, answer;      ///< the answer: what the charts show, in a sentence
    std::vector<drawing::Svg> wide = {};  ///< charts with a row of the page for themselves
    std::vector<drawing::Svg> narrow = {};
    std::vector<drawing::Table> tables = {};
    std::vector<std::string> notes = {};  ///< how the figures were made
    std::string missing = {};             ///< what was not measured, in a line; empty where all was
};

/// Where a step's time goes for each norm, and what a norm adds to it.
Section cost_section(const Measurements& all);

/// norma beside PyTorch.
Section peer_section(const Measurements& all);

/// One row a network: milliseconds of a training step and of inference, of norma and of PyTorch in fp32 and in bf16.
drawing::Table network_table(const Measurements& all);

/// Memory of training against the batch size.
Section memory_section(const Measurements& all);

/// How near each kernel comes to what the processor can do.
Section kernel_section(const Measurements& all);

/// Each norm alone, over shapes and batch sizes.
Section norm_section(const Measurements& all);

/// One thread and two.
Section thread_section(const Measurements& all);

/// The same source built for wide and narrow registers.
Section instruction_set_section(const Measurements& all);

/// Seconds and memory of the compiler.
Section compile_section(const Measurements& all);

/// What the machine can do at all.
Section limit_section(const Measurements& all);

/// Every training and inference step as a table.
Section step_section(const Measurements& all);

/// Gives a plot those series that have points, axes that hold them all, and a tick at every batch size.
void show_against_batch(drawing::Plot& plot, std::vector<drawing::Series> series);

/// All of them, in the order of the page.
std::vector<Section> sections(const Measurements& all);

}  // namespace norma::bench
