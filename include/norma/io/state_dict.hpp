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
#include "norma/core/layout.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/io/safetensors.hpp"
#include "norma/io/state_names.hpp"
#include "norma/network/network.hpp"

/// A network's parameters and running statistics in PyTorch's names, shapes and layouts, so that weights go either way
/// through a safetensors file (docs/file-formats.md).
namespace norma::inline NORMA_TARGET {

namespace detail {

/// One tensor of a state_dict and where its numbers live in the network.
template <class Net>
struct StateEntry {
    /// What the numbers are, for the layout that they have in PyTorch.
    enum class Kind { weight_of_convolution, per_element, vector };

    std::string name;
    std::vector<std::int64_t> shape;
    std::span<typename Net::Scalar> numbers;
    Kind kind = Kind::vector;
    int outputs = 0;  ///< of a convolution
    Extent extent;    ///< of a convolution, input channels and kernel; per element, that of the activations
};

/// All tensors of a network's state_dict but the counts of tracked batches, whose names go to `counts`.
template <class Net>
std::vector<StateEntry<Net>> state_entries(Net& network, std::span<const std::string> modules,
                                           std::vector<std::string>& counts) {
    using Entry = StateEntry<Net>;
    constexpr auto& plan = Net::template plan<evaluation_mode>;
    std::vector<Entry> entries;
    std::vector<Extent> extents{Net::input_extent};  // of each value of the plan
    std::size_t module = 0;
    for (const PlannedStage& s : plan.stages) {
        extents.resize(std::max(extents.size(), std::size_t(s.stage.output) + 1));
        extents[std::size_t(s.stage.output)] = s.stage.output_extent();
        const bool tracks = s.is_pointwise() && s.stage.pointwise.normalises && s.stage.pointwise.couples_samples;
        if (s.stage.weight_count() + s.stage.bias_count() == 0 && !tracks) continue;
        if (module == modules.size()) break;
        const std::string& path = modules[module++];
        const std::string prefix = path.empty() ? "" : path + ".";  // PyTorch's root has no name
        const auto add = [&](const char* what, std::span<typename Net::Scalar> all, int offset, int count,
                             Entry entry) {
            if (count == 0) return;
            entry.name = prefix + what;
            entry.numbers = all.subspan(std::size_t(offset), std::size_t(count));
            if (entry.shape.empty()) entry.shape = {count};
            entries.push_back(std::move(entry));
        };
        Entry weight;
        Entry bias;
        if (s.stage.kind == Stage::Kind::convolution) {
            const kernels::Convolution& c = s.stage.convolution;
            weight.kind = Entry::Kind::weight_of_convolution;
            weight.outputs = c.output.channels;
            weight.extent = {c.input.channels, c.kernel_height, c.kernel_width};
            weight.shape = {c.output.channels, c.input.channels, c.kernel_height, c.kernel_width};
            if (s.stage.is_linear) {  // takes a sample's numbers as they lie, and PyTorch's lie in another order
                weight.extent = extents[std::size_t(s.stage.input)];
                weight.shape = {c.output.channels, c.input.channels};
            }
        } else if (s.stage.pointwise.affine == kernels::Affine::per_element) {
            const Extent e = s.stage.pointwise.extent;
            weight.kind = Entry::Kind::per_element;
            weight.extent = e;
            weight.shape = {e.channels, e.height, e.width};
            bias = weight;
        }
        add("weight", network.parameters(), s.weight_offset, s.stage.weight_count(), weight);
        add("bias", network.parameters(), s.bias_offset, s.stage.bias_count(), bias);
        if (tracks) {
            const int channels = s.stage.pointwise.extent.channels;
            add("running_mean", network.running_mean(), s.statistics_offset, channels, {});
            add("running_var", network.running_variance(), s.statistics_offset, channels, {});
            counts.push_back(prefix + "num_batches_tracked");
        }
    }
    return entries;
}

/// Numbers of an entry in PyTorch's layout (`to_pytorch`) or back from it.
template <class Net>
std::vector<typename Net::Scalar> relaid(const StateEntry<Net>& entry, std::span<const typename Net::Scalar> from,
                                         bool to_pytorch) {
    using T = typename Net::Scalar;
    using Kind = typename StateEntry<Net>::Kind;
    std::vector<T> to(from.begin(), from.end());
    if (entry.kind == Kind::weight_of_convolution) {
        to_pytorch ? to_outputs_first<T>(from, to, entry.outputs, entry.extent)
                   : to_outputs_last<T>(from, to, entry.outputs, entry.extent);
    } else if (entry.kind == Kind::per_element) {
        to_pytorch ? to_channels_first<T>(from, to, entry.extent) : to_channels_last<T>(from, to, entry.extent);
    }
    return to;
}

/// The names given by the caller, or those that follow from the layers.
/// @throws OptionError if there are not as many as learned parts, or one is there twice.
template <class Net>
std::vector<std::string> checked_names(std::span<const std::string> names) {
    std::vector<std::string> result(names.begin(), names.end());
    if (result.empty()) result = state_names<Net>();
    const std::size_t parts = learned_parts<Net>();
    std::set<std::string_view> seen;
    for (const std::string& name : result) {
        if (!seen.insert(name).second) {
            raise<OptionError>("names of learned parts: '" + name + "' is there twice; each part needs its own");
        }
    }
    if (result.size() == parts) return result;
    raise<OptionError>("names of learned parts: " + std::to_string(result.size()) + " for a network of " +
                       std::to_string(parts) +
                       "; give one for each convolution, linear layer and norm, in the order of summary(), or "
                       "specialise StateNames for your own layer");
}

/// What the metadata's `format` begins with in a checkpoint, of whatever version.
inline constexpr std::string_view checkpoint_mark = "norma checkpoint ";

/// Bytes of tensors, kept for as long as a file is put together of views of them.
using TensorBytes = std::vector<std::vector<std::byte>>;

/// Adds the network's state to `content`, each name behind `prefix`; `kept` gets the bytes that are shown.
template <class Net>
void put_state(const Net& network, std::span<const std::string> names, const std::string& prefix, Safetensors& content,
               TensorBytes& kept) {
    using T = typename Net::Scalar;
    std::vector<std::string> counts;
    // Entries serve loading too, so they show what can be written to; here they are read alone.
    const auto entries = state_entries(const_cast<Net&>(network), checked_names<Net>(names), counts);
    const auto put = [&](const std::string& name, const char* type, const std::vector<std::int64_t>& shape,
                         std::vector<std::byte> bytes) {
        kept.push_back(std::move(bytes));  // the buffer of a vector stays where it is when the vector moves
        content.tensors[prefix + name] = {type, shape, kept.back()};
    };
    for (const auto& entry : entries) {
        put(entry.name, type_of<T>, entry.shape,
            to_little_endian<T>(relaid(entry, std::span<const T>(entry.numbers), true)));
    }
    const std::int64_t batches = network.tracked_batches();
    for (const std::string& name : counts) {
        put(name, type_of<std::int64_t>, {}, to_little_endian(std::span<const std::int64_t>(&batches, 1)));
    }
}

/// Tensors of a file that a message names though the network does not have them.
inline constexpr int most_strangers = 20;

/// Verifies that tensors are the network's state, and changes nothing.
/// @throws DataError that names what is missing, of another shape or type, or not of this network.
template <class Net>
void verify_state(const Net& network, const std::map<std::string, TensorView>& tensors,
                  std::span<const std::string> names, std::string_view source) {
    std::vector<std::string> counts;
    // Entries serve loading too, so they show what can be written to; here they are read alone.
    const auto entries = state_entries(const_cast<Net&>(network), checked_names<Net>(names), counts);
    std::map<std::string, std::vector<std::int64_t>> wanted;
    for (const auto& entry : entries) wanted.emplace(entry.name, entry.shape);
    for (const std::string& name : counts) wanted.emplace(name, std::vector<std::int64_t>{});

    std::string problems;
    for (const auto& [name, shape] : wanted) {
        const auto found = tensors.find(name);
        if (found == tensors.end()) {
            problems += "\n  " + name + " is missing; the network needs " + shape_text(shape);
            continue;
        }
        const std::string& type = found->second.type;
        const bool is_count = shape.empty();
        if (found->second.shape != shape) {
            problems += "\n  " + name + " is " + printable(shape_text(found->second.shape)) +
                        ", but the network needs " + shape_text(shape);
        } else if (is_count ? type != type_of<std::int64_t> : type != type_of<float> && type != type_of<double>) {
            problems += "\n  " + name + " has dtype " + printable(type) + ", expected " +
                        (is_count ? "I64" : "F32 or F64; convert it first");
        }
    }
    int strangers = 0;
    for (const auto& [name, tensor] : tensors) {
        if (wanted.contains(name) || ++strangers > most_strangers) continue;
        problems += "\n  " + printable(name) + ", " + printable(shape_text(tensor.shape)) + ", is not of this network";
    }
    if (strangers > most_strangers) {
        problems += "\n  and " + std::to_string(strangers - most_strangers) + " more are not of this network";
    }
    if (!problems.empty()) raise<DataError>(std::string(source) + " does not hold this network:" + problems);
}

/// Takes the network's state from tensors. Everything is checked before anything is changed.
template <class Net>
void take_state(Net& network, const std::map<std::string, TensorView>& tensors, std::span<const std::string> names,
                std::string_view source) {
    using T = typename Net::Scalar;
    verify_state(network, tensors, names, source);
    std::vector<std::string> counts;
    const auto entries = state_entries(network, checked_names<Net>(names), counts);
    std::int64_t batches = 0;
    for (const std::string& name : counts) {
        batches = std::max(batches, numbers_of<std::int64_t>(tensors.at(name), name).front());
    }
    for (const auto& entry : entries) {
        const std::vector<T> numbers = numbers_of<T>(tensors.at(entry.name), entry.name);
        std::ranges::copy(relaid(entry, std::span<const T>(numbers), false), entry.numbers.begin());
    }
    network.set_tracked_batches(batches);
}

}  // namespace detail

/// The network's state as the bytes of a safetensors file: what `safetensors.torch.load` and `load_state_dict` take.
/// `names` has the module's name of each learned part, in order of execution; empty takes `state_names<Net>()`. A
/// module of the name "" has its tensors called `weight` and `bias` alone. `metadata` is kept in the file's header for
/// the program's own use (`read_safetensors(…).metadata`); what loads weights passes over it.
/// @throws OptionError if there are not as many names as learned parts.
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

/// The same into a file, which is replaced as a whole or not at all.
/// @throws FileError if it cannot be written; else as above.
template <class Net>
void save_weights(const Net& network, const std::filesystem::path& path, std::span<const std::string> names = {},
                  const std::map<std::string, std::string>& metadata = {}) {
    write_file_atomically(path, save_weights(network, names, metadata));
}

/// Takes the network's state from the bytes of a safetensors file, of floats or doubles. Everything is checked before
/// anything is changed. Of counts of tracked batches that differ the largest is taken. `source` begins every message.
/// @throws DataError that names every tensor that is missing or has another shape, with both shapes, and the first of
/// those that the network does not have; or if the file is broken, or a checkpoint.
/// @throws OptionError if there are not as many names as learned parts.
template <class Net>
void load_weights(Net& network, std::span<const std::byte> file, std::span<const std::string> names = {},
                  std::string_view source = "safetensors") {
    const Safetensors content = read_safetensors(file, source);
    if (const auto format = content.metadata.find("format");
        format != content.metadata.end() && format->second.starts_with(detail::checkpoint_mark)) {
        raise<DataError>(std::string(source) + ": this is a checkpoint of norma: load it with load_checkpoint");
    }
    detail::take_state(network, content.tensors, names, source);
}

/// The same from a file.
/// @throws FileError if it cannot be read; else as above.
template <class Net>
void load_weights(Net& network, const std::filesystem::path& path, std::span<const std::string> names = {}) {
    const std::vector<std::uint8_t> file = read_file(path);
    load_weights(network, std::as_bytes(std::span(file)), names, path.string());
}

}  // namespace norma::inline NORMA_TARGET
