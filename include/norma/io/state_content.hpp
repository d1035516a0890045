#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/io/safetensors.hpp"
#include "norma/io/safetensors_file.hpp"
#include "norma/io/state_entries.hpp"
#include "norma/io/tensor_view.hpp"
#include "norma/io/weights_part.hpp"

/// What a file of weights and a checkpoint share: a network's state as tensors of a safetensors file.
namespace norma::inline NORMA_TARGET::detail {

/// In a checkpoint of any version the metadata's `format` begins with this.
inline constexpr std::string_view checkpoint_mark = "norma checkpoint ";

/// Owns the bytes of tensors that a `Safetensors` has views of.
using TensorBytes = std::vector<std::vector<std::byte>>;

/// The largest count of tracked batches: more than any training has, and counting on from it does not overflow.
inline constexpr std::int64_t most_tracked_batches = std::int64_t{1} << 62;

/// Adds the network's state to `content`, with `prefix` before each name. `kept` gets the bytes for the views.
template <class Net>
void put_state(const Net& network, std::span<const std::string> names, const std::string& prefix, Safetensors& content,
               TensorBytes& kept) {
    using T = typename Net::Scalar;
    std::vector<StateCount> counts;
    // const_cast: loading writes through entries, so they are not const; here they are only read.
    const auto entries = state_entries(const_cast<Net&>(network), checked_names<Net>(names), counts);
    const auto put = [&](const std::string& name, const char* type, const std::vector<std::int64_t>& shape,
                         std::vector<std::byte> bytes) {
        kept.push_back(std::move(bytes));  // views stay valid: moving a vector does not move its elements
        content.tensors[prefix + name] = {type, shape, kept.back()};
    };
    for (const auto& entry : entries) {
        entry.for_each_name([&](const std::string& name) {
            put(name, type_of<T>, entry.shape, to_little_endian<T>(std::span<const T>(in_pytorch_layout(entry))));
        });
    }
    for (const StateCount& count : counts) {
        const std::int64_t batches =
            std::min<std::int64_t>(network.tracked_batches(), most_tracked_batches / count.uses) * count.uses;
        count.for_each_name([&](const std::string& name) {
            put(name, type_of<std::int64_t>, {}, to_little_endian(std::span<const std::int64_t>(&batches, 1)));
        });
    }
}

/// The tensor under the first of its names that the file has.
inline std::optional<TensorView> find_any(const SafetensorsFile& file, const std::string& prefix,
                                          const TensorNames& names) {
    std::optional<TensorView> found;
    names.for_each_name([&](const std::string& name) {
        if (!found) found = file.find(prefix + name);
    });
    return found;
}

/// How many tensors that the network does not have a message names.
inline constexpr int most_strangers = 20;
/// Is a tensor with these names in `part`? One of them is enough.
inline bool is_in_part(const WeightsPart& part, const TensorNames& names) {
    bool found = false;
    names.for_each_name([&](const std::string& name) { found = found || part.has(name); });
    return found;
}

/// Verifies that the file's tensors whose names begin with `prefix` are the part `part` of the network's state; changes
/// nothing. Counts of batches may be missing, as in PyTorch. A shared tensor needs one of its names, and the same
/// numbers under all. If the part is not all, the file may have other tensors.
/// @throws DataError that names every tensor that is missing, has another shape or type, or is not in this network.
template <class Net>
void verify_state(const Net& network, const SafetensorsFile& file, std::span<const std::string> names,
                  const std::string& prefix, std::string_view source, const WeightsPart& part = {}) {
    std::vector<StateCount> counts;
    // const_cast: loading writes through entries, so they are not const; here they are only read.
    const auto entries = state_entries(const_cast<Net&>(network), checked_names<Net>(names), counts);
    struct Wanted {
        std::vector<std::int64_t> shape;
        const TensorNames* names;
    };
    std::map<std::string, Wanted> wanted;
    const auto add = [&](const TensorNames& tensor, const std::vector<std::int64_t>& shape) {
        if (!is_in_part(part, tensor)) return;
        tensor.for_each_name([&](const std::string& name) { wanted.emplace(name, Wanted{shape, &tensor}); });
    };
    for (const auto& entry : entries) add(entry, entry.shape);
    for (const StateCount& count : counts) add(count, {});

    std::string problems;
    for (const auto& [name, tensor] : wanted) {
        const auto& shape = tensor.shape;
        const std::optional<TensorView> found = file.find(prefix + name);
        const std::optional<TensorView> first = find_any(file, prefix, *tensor.names);
        const bool is_count = shape.empty();
        if (!found) {
            if (!is_count && !first) problems += "\n  " + name + " is missing; the network needs " + shape_text(shape);
        } else if (found->shape != shape) {
            problems += "\n  " + name + " has shape " + printable(shape_text(found->shape)) + ", the network needs " +
                        shape_text(shape);
        } else if (is_count ? found->type != type_of<std::int64_t> : !is_floating(found->type)) {
            problems += "\n  " + name + " has dtype " + printable(found->type) + ", expected " +
                        (is_count ? "I64" : "F32, F64, F16 or BF16; convert it first");
        } else if (is_count) {
            const auto count = little_endian<std::int64_t>(found->bytes.data());
            if (count < 0 || count > most_tracked_batches) {
                problems += "\n  " + name + " is " + std::to_string(count) + ", which is not a number of batches";
            }
        } else if (const std::string number = number_beyond<typename Net::Scalar>(*found, name); !number.empty()) {
            problems += "\n  " + name + " has the number " + number + ", which is too large for " +
                        type_of<typename Net::Scalar>;
        } else if (first->type != found->type || !std::ranges::equal(first->bytes, found->bytes)) {
            problems +=
                "\n  " + name + " has other numbers than another name of the same tensor; this network shares it";
        }
    }
    int strangers = 0;
    for (std::size_t i = 0; part.is_all() && i < file.size(); ++i) {
        const std::string name = file.name(i);
        if (!name.starts_with(prefix) || wanted.contains(name.substr(prefix.size()))) continue;
        if (++strangers > most_strangers) continue;
        problems += "\n  " + printable(name.substr(prefix.size())) + ", " +
                    printable(shape_text(file.tensor(i).shape)) + ", is not in this network";
    }
    if (strangers > most_strangers) {
        problems += "\n  and " + std::to_string(strangers - most_strangers) + " more are not in this network";
    }
    if (!problems.empty()) raise<DataError>(std::string(source) + ": does not fit this network:" + problems);
}

/// Sets the part `part` of the network's state (`=`) from tensors that `verify_state` has verified.
template <class Net>
void take_state(Net& network, const SafetensorsFile& file, std::span<const std::string> names,
                const std::string& prefix, const WeightsPart& part = {}) {
    using T = typename Net::Scalar;
    std::vector<StateCount> counts;
    for (const auto& entry : state_entries(network, checked_names<Net>(names), counts)) {
        if (!is_in_part(part, entry)) continue;
        take_numbers<T>(*find_any(file, prefix, entry), entry.name, entry.axes, entry.numbers);
    }
    std::int64_t batches = 0;
    bool has_counts = part.is_all();
    for (const StateCount& count : counts) {
        if (!is_in_part(part, count)) continue;
        has_counts = true;
        const std::optional<TensorView> found = find_any(file, prefix, count);
        if (found) batches = std::max(batches, little_endian<std::int64_t>(found->bytes.data()) / count.uses);
    }
    if (has_counts) network.set_tracked_batches(batches);
}

/// The prefix that DataParallel and torch.compile put before every name; empty if the name `wanted` is there without
/// it.
inline std::string prefix_of_names(const SafetensorsFile& file, const std::string& wanted) {
    std::string prefix;
    if (file.size() == 0) return prefix;
    const std::string first = file.name(0);  // names are sorted: a prefix of the first and the last is one of all
    const std::string last = file.name(file.size() - 1);
    for (bool found = true; found && !file.contains(prefix + wanted);) {
        found = false;
        for (const char* const word : {"module.", "_orig_mod."}) {
            if (!first.starts_with(prefix + word) || !last.starts_with(prefix + word)) continue;
            prefix += word;
            found = true;
        }
    }
    return prefix;
}

}  // namespace norma::inline NORMA_TARGET::detail
