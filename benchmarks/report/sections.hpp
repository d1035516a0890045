#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drawing/plot.hpp"
#include "drawing/svg.hpp"
#include "drawing/table.hpp"
#include "report/reading.hpp"

namespace norma::bench {

/// A section of the report: a question with its charts and tables.
struct Section {
    std::string id, heading, answer;      ///< the answer: what the charts show, in a sentence
    std::vector<drawing::Svg> wide = {};  ///< charts as wide as the page
    std::vector<drawing::Svg> narrow = {};
    std::vector<drawing::Table> tables = {};
    std::vector<std::string> notes = {};  ///< how the figures were made
    std::string missing = {};             ///< a line about what was not measured; empty if nothing is missing
};

/// The parts of a step's time for each norm, and the time that a norm adds.
Section cost_section(const Measurements& all);

/// norma compared with PyTorch.
Section peer_section(const Measurements& all);

/// One row for each network: milliseconds of a training step ("train"), of inference ("infer") or of a single image
/// ("single"), for norma and for PyTorch in fp32 and bf16.
drawing::Table network_table(const Measurements& all, const std::string& what);

/// One row for each network: parameters, multiply-adds, and the times of norma and of PyTorch in fp32.
drawing::Table zoo_table(const Measurements& all);

/// Memory of training against the batch size.
Section memory_section(const Measurements& all);

/// Each kernel as a share of the processor's limit.
Section kernel_section(const Measurements& all);

/// Each norm by itself, for several shapes and batch sizes.
Section norm_section(const Measurements& all);

/// One thread compared with two.
Section thread_section(const Measurements& all);

/// The same source built for different instruction sets.
Section instruction_set_section(const Measurements& all);

/// Seconds and memory of the compiler.
Section compile_section(const Measurements& all);

/// The limits of the machine.
Section limit_section(const Measurements& all);

/// Every training and inference step as a table.
Section step_section(const Measurements& all);

/// Adds the series that have points to a plot, makes the axes fit them, and sets a tick at every batch size.
void show_against_batch(drawing::Plot& plot, std::vector<drawing::Series> series);

/// All sections, in the order of the page.
std::vector<Section> sections(const Measurements& all);

}  // namespace norma::bench
