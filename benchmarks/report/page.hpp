#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "report/bars.hpp"
#include "report/reading.hpp"
#include "report/sections.hpp"

namespace norma::bench {

/// A line about the machine and the table of bars, as plain text.
std::string bars_text(const Measurements& all);

/// The same as Markdown.
std::string bars_markdown(const Measurements& all);

/// A line about the machine, and tables of norma beside PyTorch as Markdown; the first is that of docs/zoo.md.
std::string peers_markdown(const Measurements& all);

/// Every file of the report by its name: bars.txt, bars.md, peers.md (norma and PyTorch, if that was measured), a
/// drawing for each chart, and index.html, which shows everything and loads no other file.
std::map<std::string, std::string> render_report(const Measurements& all);

/// Writes these files into the folder, each as a whole or not at all, index.html last.
/// @throws FileError as `write_file_atomically` does.
void write_report(const Measurements& all, const std::filesystem::path& folder);

}  // namespace norma::bench
