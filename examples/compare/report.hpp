#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "output_files.hpp"
#include "results.hpp"
#include "table.hpp"

namespace norma::compare {

/// Everything in the report as data. docs/results.md describes it.
nlohmann::ordered_json results_json(const Results& results);

/// The page: one self-contained HTML file, which loads nothing.
std::string results_page(const Results& results);

/// The data files of the report, by their names: results.json, table.txt.
/// @throws DataError if `results` is not consistent.
std::map<std::string, std::string> render_data(const Results& results);

/// The other files, by their names: index.html, a drawing for each plot and confusion matrix, a picture for each sheet
/// of images.
/// @throws DataError as `render_data`.
std::map<std::string, std::string> render_drawings(const Results& results);

/// Writes all files into `folder` with `write_files`; the data are written before the others are drawn. Files of other
/// names in the folder stay unchanged.
/// @throws DataError as `render_data`, before anything is written.
void write_report(const Results& results, const std::filesystem::path& folder, Unwritten& unwritten);

}  // namespace norma::compare
