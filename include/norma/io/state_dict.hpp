#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/file.hpp"
#include "norma/core/target.hpp"
#include "norma/io/safetensors.hpp"
#include "norma/io/safetensors_file.hpp"
#include "norma/io/state_content.hpp"
#include "norma/io/state_entries.hpp"
#include "norma/io/weights_part.hpp"

/// Saves and loads a network's parameters and running statistics as a safetensors file with PyTorch's names, shapes and
/// layouts, so that PyTorch can load and save the same file (docs/file-formats.md).
namespace norma::inline NORMA_TARGET {

/// The network's state as the bytes of a safetensors file, for PyTorch's `safetensors.torch.load` and
/// `load_state_dict`. `names` has PyTorch's module name for each learned part, in order of execution; if it is empty,
/// `state_names<Net>()` is used. A shared tensor is written under each of its names, as PyTorch's state_dict has it.
/// The tensors of a module named "" are called just `weight` and `bias`. `metadata` is for the program's own use
/// (`read_safetensors(…).metadata`); loading weights ignores it.
/// @throws OptionError if there are not as many names as learned parts, or a name is given twice.
/// @throws DataError if a name or a text of the metadata is not UTF-8.
template <class Net>
std::vector<std::byte> save_weights(const Net& network, std::span<const std::string> names = {},
                                    const std::map<std::string, std::string>& metadata = {}) {
    Safetensors content;
    content.metadata = metadata;
    detail::TensorBytes kept;
    detail::put_state(network, names, "", content, kept);
    return write_safetensors(content);
}

/// The same, written to a file, which is replaced as a whole or not at all.
/// @snippet examples_test.cpp weights
/// @throws FileError if it cannot be written; else as above.
template <class Net>
void save_weights(const Net& network, const std::filesystem::path& path, std::span<const std::string> names = {},
                  const std::map<std::string, std::string>& metadata = {}) {
    write_file_atomically(path, save_weights(network, names, metadata));
}

/// What `load_weights` did.
struct LoadedWeights {
    /// What it accepted although `save_weights` does not write it so: one sentence each, for the program to print.
    std::vector<std::string> notes;
    std::vector<std::string> loaded;      ///< tensors of the network that have the file's numbers now
    std::vector<std::string> left_alone;  ///< tensors of the network that are as before, outside of the part
    std::vector<std::string> not_used;    ///< tensors of the file that were not loaded
};

/// Sets a part of the network's state (`=`) from the bytes of a safetensors file, for fine-tuning: `{.only = "layer1"}`
/// loads the tensors of one module, `{.except = "fc"}` all but those of the head. The file must have all tensors of the
/// part; it may have others, also with the names of tensors that are not in the part. The number of tracked batches,
/// one for the whole network, is set if a norm over the batch is in the part. All else is as for the whole state. The
/// result names what was loaded and what was not.
/// @throws OptionError if a name of the part is that of no module or tensor of the network, or the part is empty.
/// @throws DataError if the file is broken, is a checkpoint, lacks a tensor of the part or has it with another shape.
template <class Net>
LoadedWeights load_weights(Net& network, std::span<const std::byte> file, const WeightsPart& part,
                           std::span<const std::string> names = {}, std::string_view source = "safetensors") {
    const SafetensorsFile content(file, source);
    const std::string name(source);
    if (content.metadata("format").value_or("").starts_with(detail::checkpoint_mark)) {
        raise<DataError>(name + ": this is a checkpoint of norma: load it with load_checkpoint");
    }
    std::vector<detail::StateCount> counts;
    const auto entries = detail::state_entries(network, detail::checked_names<Net>(names), counts);
    LoadedWeights result;
    for (const auto& entry : entries) {
        entry.for_each_name([&](const std::string& tensor) { result.left_alone.push_back(tensor); });
    }
    if (!part.is_all()) detail::verify_part(part, result.left_alone);
    const auto is_loaded = [&](const auto& tensor) { return detail::is_in_part(part, tensor); };
    const auto first = std::ranges::find_if(entries, is_loaded);
    const std::string prefix = first == entries.end() ? "" : detail::prefix_of_names(content, first->name);
    detail::verify_state(network, content, names, prefix, source, part);
    detail::take_state(network, content, names, prefix, part);

    if (!prefix.empty()) result.notes.push_back(name + ": every name begins with '" + prefix + "', which was removed");
    const auto is_missing = [&](const detail::StateCount& count) {
        return is_loaded(count) && !detail::find_any(content, prefix, count);
    };
    if (std::ranges::any_of(counts, is_missing)) {
        result.notes.push_back(name + ": num_batches_tracked is missing; 0 is used");
    }
    result.left_alone.clear();
    const auto sort = [&](const detail::TensorNames& tensor) {
        auto& names_there = is_loaded(tensor) ? result.loaded : result.left_alone;
        tensor.for_each_name([&](const std::string& one) { names_there.push_back(one); });
    };
    for (const auto& entry : entries) sort(entry);
    for (const auto& count : counts) {
        if (!is_missing(count)) sort(count);
    }
    const std::set<std::string_view> used(result.loaded.begin(), result.loaded.end());
    for (std::size_t i = 0; i < content.size(); ++i) {
        const std::string there = content.name(i);
        if (there.starts_with(prefix) && used.contains(std::string_view(there).substr(prefix.size()))) continue;
        result.not_used.push_back(there);
    }
    return result;
}

/// Sets the network's whole state (`=`) from the bytes of a safetensors file. Tensors may be F32, F64, F16 or BF16; the
/// last two are converted to float exactly. Everything is checked before anything is changed. If counts of tracked
/// batches differ, the largest is used; a missing count is 0, as in PyTorch. If all names begin with `module.`
/// (PyTorch's DataParallel) or `_orig_mod.` (torch.compile), this prefix is removed. The result has a note for a
/// missing count and for a removed prefix. Every message begins with `source`.
/// @throws DataError that names every tensor that is missing or has another shape, with both shapes, and the first 20
/// that the network does not have; or if the file is broken, or is a checkpoint.
/// @throws OptionError if there are not as many names as learned parts, or a name is given twice.
template <class Net>
LoadedWeights load_weights(Net& network, std::span<const std::byte> file, std::span<const std::string> names = {},
                           std::string_view source = "safetensors") {
    return load_weights(network, file, WeightsPart{}, names, source);
}

/// The same for a file on disk.
/// @snippet examples_test.cpp weights
/// @throws FileError if it cannot be read; else as above.
template <class Net>
LoadedWeights load_weights(Net& network, const std::filesystem::path& path, std::span<const std::string> names = {}) {
    const std::vector<std::uint8_t> file = read_file(path);
    return load_weights(network, std::as_bytes(std::span(file)), names, path.string());
}

/// A part of the state of a file on disk.
/// @snippet examples_test.cpp fine_tuning
/// @throws FileError if it cannot be read; else as for bytes.
template <class Net>
LoadedWeights load_weights(Net& network, const std::filesystem::path& path, const WeightsPart& part,
                           std::span<const std::string> names = {}) {
    const std::vector<std::uint8_t> file = read_file(path);
    return load_weights(network, std::as_bytes(std::span(file)), part, names, path.string());
}

}  // namespace norma::inline NORMA_TARGET
