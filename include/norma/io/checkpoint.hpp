#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "norma/core/error.hpp"
#include "norma/core/file.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/io/json.hpp"
#include "norma/io/safetensors.hpp"
#include "norma/io/state_dict.hpp"
#include "norma/io/type_signature.hpp"
#include "norma/training/trainer.hpp"

/// A training between two batches as one safetensors file: the network's state_dict under `network.`, the optimiser's
/// arrays under `optimiser.` in norma's own layout, the figures of every batch under `history.`, and in the metadata
/// the network's type and where training stands. A training that goes on from it gives the same bits as one that was
/// never interrupted (docs/file-formats.md). `save_checkpoint` writes one, `load_checkpoint` goes on from it, and
/// `verify_checkpoint` tells beforehand whether that would work.
namespace norma::inline NORMA_TARGET {

namespace detail {

inline constexpr std::string_view checkpoint_format = "norma checkpoint 2";
static_assert(checkpoint_format.starts_with(checkpoint_mark));

inline std::string progress_text(const TrainingProgress& p) {
    nlohmann::ordered_json json;
    json["epoch"] = p.epoch;
    json["batch"] = p.batch;
    json["step"] = p.step;
    json["seed"] = p.seed;
    json["seconds"] = json_number(p.seconds);
    json["loss_sum"] = json_number(p.epoch_mean.loss_sum());
    json["correct"] = p.epoch_mean.correct();
    json["samples"] = p.epoch_mean.samples();
    json["batches"] = p.batches;
    json["batch_size"] = p.batch_size;
    json["training_samples"] = p.samples;
    History epochs = p.history;  // what grows with the batches is kept as arrays
    epochs.batch_loss.clear();
    epochs.batch_accuracy.clear();
    json["history"] = epochs;
    return json.dump();
}

/// The name of an optimiser's array in the file.
inline std::string name_in_checkpoint(std::string_view optimiser_array) {
    return "optimiser." + std::string(optimiser_array);
}

inline constexpr const char* batch_loss_in_checkpoint = "history.batch_loss";
inline constexpr const char* batch_accuracy_in_checkpoint = "history.batch_accuracy";

/// A whole number from 0 to the largest of type `Integer`.
template <class Integer>
Integer whole_number(const nlohmann::json& json, const char* name) {
    const nlohmann::json& value = member_of(json, name);
    if (!value.is_number_unsigned() ||
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<Integer>::max())) {
        raise<DataError>("JSON: \"" + std::string(name) + "\" is " + value.dump() + ", expected a whole number from 0");
    }
    return value.get<Integer>();
}

/// Objects and lists within one another in the progress: itself, its history, that of epochs, an epoch.
inline constexpr int progress_levels = 4;

inline TrainingProgress progress_from(const std::string& text) {
    using Json = nlohmann::json;  // as everywhere where JSON is read: a parser takes the compiler long
    const auto watch = [](int depth, Json::parse_event_t event, const Json&) {
        refuse_depth(depth, event, progress_levels, [](const std::string& what) { raise<DataError>("JSON: " + what); });
        return true;
    };
    const Json json = Json::parse(text, watch);
    TrainingProgress p;
    p.epoch = whole_number<int>(json, "epoch");
    p.batch = whole_number<int>(json, "batch");
    p.step = whole_number<std::uint32_t>(json, "step");
    p.seed = whole_number<std::uint64_t>(json, "seed");
    read_number(json, "seconds", p.seconds);
    double loss_sum = 0;
    read_number(json, "loss_sum", loss_sum);
    p.epoch_mean = {loss_sum, whole_number<std::int64_t>(json, "correct"), whole_number<std::int64_t>(json, "samples")};
    p.batches = whole_number<int>(json, "batches");
    p.batch_size = whole_number<int>(json, "batch_size");
    p.samples = whole_number<std::int64_t>(json, "training_samples");
    p.history = member_of(json, "history").template get<History>();
    return p;
}

/// Two types of networks from the first stage on in which they differ.
inline std::string difference_of_types(std::string_view there, std::string_view here) {
    const auto different = std::ranges::mismatch(there, here).in1;
    const auto same = there.substr(0, static_cast<std::size_t>(different - there.begin()));
    const std::size_t before = same.rfind(between_stages);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + std::string_view(between_stages).size();
    return "\n  there: " + printable(there.substr(begin), 300) + "\n  here:  " + printable(here.substr(begin), 300);
}

}  // namespace detail

/// The training as the bytes of a checkpoint. `note` is kept as it is, for whatever the program wants to know again.
/// @throws DataError if the note is not UTF-8.
template <class Training>
std::vector<std::byte> checkpoint_bytes(const Training& trainer, const std::string& note = {}) {
    using Net = std::remove_cvref_t<decltype(trainer.network())>;
    using T = typename Net::Scalar;
    Safetensors content;
    detail::TensorBytes kept;
    detail::put_state(trainer.network(), {}, "network.", content, kept);
    for (const auto& array : trainer.optimiser().state()) {
        kept.push_back(to_little_endian<T>(array.values));
        content.tensors[detail::name_in_checkpoint(array.name)] = {
            type_of<T>, {static_cast<std::int64_t>(array.values.size())}, kept.back()};
    }
    const History& history = trainer.progress().history;
    for (const auto& [name, figures] : {std::pair{detail::batch_loss_in_checkpoint, &history.batch_loss},
                                        std::pair{detail::batch_accuracy_in_checkpoint, &history.batch_accuracy}}) {
        kept.push_back(to_little_endian(std::span<const double>(*figures)));
        content.tensors[name] = {type_of<double>, {static_cast<std::int64_t>(figures->size())}, kept.back()};
    }
    content.metadata = {{"format", std::string(detail::checkpoint_format)},
                        {"type", type_signature<Net>()},
                        {"progress", detail::progress_text(trainer.progress())},
                        {"note", note}};
    if constexpr (requires { trainer.optimiser().steps(); }) {
        content.metadata["optimiser_steps"] = std::to_string(trainer.optimiser().steps());
    }
    return write_safetensors(content);
}

/// The same into a file, which is replaced as a whole or not at all: whenever the program or the machine ends, the
/// newest whole checkpoint is there.
/// @throws FileError if it cannot be written; the old one is whole then.
/// @throws DataError if the note is not UTF-8.
template <class Training>
void save_checkpoint(const Training& trainer, const std::filesystem::path& path, const std::string& note = {}) {
    write_file_atomically(path, checkpoint_bytes(trainer, note));
}

/// What a checkpoint says of its training.
struct CheckpointInfo {
    TrainingProgress progress;  ///< where training stands
    std::string note;           ///< as it was saved
};

namespace detail {

/// A checkpoint that fits a trainer, ready to be taken. The views show the file's bytes.
struct CheckpointContent {
    CheckpointInfo info;
    std::map<std::string, TensorView> state;   // of the network
    std::map<std::string, TensorView> arrays;  // of the optimiser
    std::int64_t steps = 0;                    // that the optimiser has counted
};

/// Verifies all of a checkpoint against the trainer, and changes nothing.
template <class Training>
CheckpointContent read_checkpoint(const Training& trainer, std::span<const std::byte> file, std::string_view source) {
    using Net = std::remove_cvref_t<decltype(trainer.network())>;
    using T = typename Net::Scalar;
    CheckpointContent result;
    const Safetensors content = read_safetensors(file, source);
    const auto refuse = [&](const std::string& what) { raise<DataError>(std::string(source) + ": " + what); };
    const auto value = [&](const char* key) {
        const auto found = content.metadata.find(key);
        if (found == content.metadata.end())
            refuse("is no checkpoint of norma: its metadata lacks " + std::string(key));
        return found->second;
    };
    if (value("format") != detail::checkpoint_format) {
        refuse("is in the format '" + printable(value("format")) + "', and this version of norma goes on from '" +
               std::string(detail::checkpoint_format) + "' alone: go on with the version that made it, or train anew");
    }
    if (const std::string there = value("type"), here = type_signature<Net>(); there != here) {
        refuse("is of another network" + detail::difference_of_types(there, here));
    }
    TrainingProgress& progress = result.info.progress;
    try {
        progress = detail::progress_from(value("progress"));
    } catch (const nlohmann::json::exception& e) {
        refuse(std::string("its progress is no JSON: ") + printable(e.what(), 300));
    } catch (const DataError& e) {
        refuse(std::string("its progress is broken: ") + printable(e.what(), 300));
    }

    const auto figures = [&](const char* name) {
        const auto found = content.tensors.find(name);
        if (found == content.tensors.end() || found->second.type != type_of<double>) {
            refuse(std::string("is broken: ") + name + " is missing or not of doubles");
        }
        return numbers_of<double>(found->second, name);
    };
    progress.history.batch_loss = figures(detail::batch_loss_in_checkpoint);
    progress.history.batch_accuracy = figures(detail::batch_accuracy_in_checkpoint);

    constexpr std::string_view of_network = "network.";
    for (const auto& [name, tensor] : content.tensors) {
        if (name.starts_with(of_network)) {
            result.state.emplace(name.substr(of_network.size()), tensor);
        } else if (name != detail::batch_loss_in_checkpoint && name != detail::batch_accuracy_in_checkpoint) {
            result.arrays.emplace(name, tensor);
        }
    }
    for (const auto& array : trainer.optimiser().state()) {
        const auto found = result.arrays.find(detail::name_in_checkpoint(array.name));
        if (found == result.arrays.end() || found->second.type != type_of<T> ||
            found->second.bytes.size() != array.values.size_bytes()) {
            refuse("does not hold this optimiser: " + detail::name_in_checkpoint(array.name) + " is missing or not " +
                   std::to_string(array.values.size()) + " numbers of " + type_of<T>);
        }
    }
    for (const auto& [name, tensor] : result.arrays) {
        const auto is_this = [&](const auto& array) { return detail::name_in_checkpoint(array.name) == name; };
        if (std::ranges::any_of(trainer.optimiser().state(), is_this)) continue;
        refuse((name.starts_with("optimiser.") ? "is of another optimiser: it keeps "
                                               : "has a tensor that is none of a checkpoint: ") +
               printable(name) + ", " + printable(shape_text(tensor.shape)));
    }
    if constexpr (requires { trainer.optimiser().steps(); }) {
        const std::string text = value("optimiser_steps");
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result.steps);
        if (error != std::errc{} || end != text.data() + text.size() || result.steps < 0) {
            refuse("has the number of steps '" + printable(text) + "', expected a whole number from 0");
        }
    }
    result.info.note = value("note");
    trainer.validate(progress);
    verify_state(trainer.network(), result.state, {}, source);
    return result;
}

}  // namespace detail

/// Verifies that `load_checkpoint` would take this checkpoint, and changes nothing: for programs that look at all
/// checkpoints of a long run before they begin.
/// @throws as `load_checkpoint`.
template <class Training>
CheckpointInfo verify_checkpoint(const Training& trainer, std::span<const std::byte> file,
                                 std::string_view source = "checkpoint") {
    return detail::read_checkpoint(trainer, file, source).info;
}

/// The same from a file.
/// @throws FileError if it cannot be read; else as above.
template <class Training>
CheckpointInfo verify_checkpoint(const Training& trainer, const std::filesystem::path& path) {
    const std::vector<std::uint8_t> file = read_file(path);
    return verify_checkpoint(trainer, std::as_bytes(std::span(file)), path.string());
}

/// The same, and that training can go on with the batches of `train`: that `fit` would not refuse them.
/// @throws OptionError if they are others than those that the checkpoint was trained on; else as above.
template <class Training, class Source>
CheckpointInfo verify_checkpoint(const Training& trainer, Source& train, const std::filesystem::path& path) {
    CheckpointInfo info = verify_checkpoint(trainer, path);
    verify_source(info.progress, train);
    return info;
}

/// Puts the trainer, its network and its optimiser where the checkpoint was made, and returns its note. Everything is
/// checked before anything is changed. The learning rate, the optimiser's options, the batches and the data are the
/// caller's: with the same ones the training goes on as if it had never stopped. Batches of another number or size, or
/// of another number of samples, are refused when training goes on (`Trainer::fit`); the rest may differ on purpose.
/// @throws DataError if the file is broken, no checkpoint, or one of another network or optimiser; `source` begins
/// every message.
/// @throws OptionError if the trainer has another seed, or the epoch no such batch.
template <class Training>
std::string load_checkpoint(Training& trainer, std::span<const std::byte> file,
                            std::string_view source = "checkpoint") {
    using T = typename std::remove_cvref_t<decltype(trainer.network())>::Scalar;
    const detail::CheckpointContent content = detail::read_checkpoint(trainer, file, source);
    // All of it fits: what follows cannot fail.
    detail::take_state(trainer.network(), content.state, {}, source);
    trainer.resume(content.info.progress);
    for (const auto& array : trainer.optimiser().state()) {
        const std::string name = detail::name_in_checkpoint(array.name);
        const std::vector<T> numbers = numbers_of<T>(content.arrays.at(name), name);
        std::ranges::copy(numbers, array.values.begin());
    }
    if constexpr (requires { trainer.optimiser().steps(); }) trainer.optimiser().set_steps(content.steps);
    return content.info.note;
}

/// The same from a file.
/// @throws FileError if it cannot be read; else as above.
template <class Training>
std::string load_checkpoint(Training& trainer, const std::filesystem::path& path) {
    const std::vector<std::uint8_t> file = read_file(path);
    return load_checkpoint(trainer, std::as_bytes(std::span(file)), path.string());
}

}  // namespace norma::inline NORMA_TARGET
