#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/file.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/core/version.hpp"
#include "norma/io/checkpoint_content.hpp"
#include "norma/io/state_dict.hpp"
#include "norma/io/type_signature.hpp"
#include "norma/training/progress.hpp"
#include "norma/training/settings.hpp"
#include "norma/training/trainer.hpp"

/// A training between two batches as one safetensors file: the network's state_dict under `network.`, the optimiser's
/// arrays under `optimiser.` in norma's own layout, where training stands and the figures of every batch, and in the
/// metadata the network's type, the options, and what the batches tell of themselves. A checksum is over all of it. A
/// training that goes on from it gives the same bits as one that was never interrupted (docs/file-formats.md).
/// `save_checkpoint` writes one, `load_checkpoint` goes on from it, and `verify_checkpoint` tells beforehand whether
/// that would work.
namespace norma::inline NORMA_TARGET {

/// Whether a training goes on with the options that it had, or with others on purpose: another learning rate, say.
enum class ResumeWith {
    same_options,  ///< others are refused, and named
    other_options  ///< the trainer's are taken as they are; the seed is the same all the same
};

/// What a checkpoint says of its training.
struct CheckpointInfo {
    std::string version;        ///< of the norma that made it
    TrainingProgress progress;  ///< where training stands
    std::string note;           ///< as it was saved
};

namespace detail {

/// Two types of networks from the first stage on in which they differ.
inline std::string difference_of_types(std::string_view there, std::string_view here) {
    const auto different = std::ranges::mismatch(there, here).in1;
    const auto same = there.substr(0, static_cast<std::size_t>(different - there.begin()));
    const std::size_t before = same.rfind(between_stages);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + std::string_view(between_stages).size();
    return "\n  there: " + printable(there.substr(begin), 300) + "\n  here:  " + printable(here.substr(begin), 300);
}

/// The steps that the optimiser had counted, if it does; else 0.
template <class Training>
std::int64_t optimiser_steps(const Training& trainer, const CheckpointReader& reader) {
    std::int64_t steps = 0;
    if constexpr (requires { trainer.optimiser().steps(); }) reader.number(steps_in_checkpoint, steps);
    return steps;
}

/// Of the optimiser's arrays, that all are in the file, and of tensors, that all are a checkpoint's.
/// @throws DataError if not.
template <class Training>
void verify_optimiser(const Training& trainer, const CheckpointReader& reader) {
    using T = typename std::remove_cvref_t<decltype(trainer.network())>::Scalar;
    for (const auto& array : trainer.optimiser().state()) {
        const std::string name = std::string(optimiser_in_checkpoint) + std::string(array.name);
        const std::optional<TensorView> found = reader.file().find(name);
        if (!found || found->type != type_of<T> || found->bytes.size() != array.values.size_bytes()) {
            reader.refuse("does not hold this optimiser: " + name + " is missing or not " +
                          std::to_string(array.values.size()) + " numbers of " + type_of<T>);
        }
    }
    for (std::size_t i = 0; i < reader.file().size(); ++i) {
        const std::string name = reader.file().name(i);
        if (!is_in_checkpoint(name)) {
            reader.refuse("has a tensor that is none of a checkpoint: " + printable(name) + ", " +
                          printable(shape_text(reader.file().tensor(i).shape)));
        }
        if (!name.starts_with(optimiser_in_checkpoint)) continue;
        const auto is_this = [&](const auto& array) {
            return name.substr(optimiser_in_checkpoint.size()) == array.name;
        };
        if (std::ranges::any_of(trainer.optimiser().state(), is_this)) continue;
        reader.refuse("is of another optimiser: it keeps " + printable(name) + ", " +
                      printable(shape_text(reader.file().tensor(i).shape)));
    }
}

/// Verifies all of a checkpoint against the trainer, and changes nothing.
template <class Training>
CheckpointInfo verify_content(const Training& trainer, const CheckpointReader& reader, std::string_view source,
                              ResumeWith options) {
    using Net = std::remove_cvref_t<decltype(trainer.network())>;
    if (const std::string there = reader.text("type"), here = type_signature<Net>(); there != here) {
        reader.refuse("is of another network" + difference_of_types(there, here));
    }
    CheckpointInfo info{reader.text("version"), progress_of(reader), reader.text("note")};
    verify_optimiser(trainer, reader);
    optimiser_steps(trainer, reader);
    trainer.validate(info.progress, std::string(source) + ": ");
    if (options == ResumeWith::same_options) {
        const std::string difference =
            difference_of_settings(reader.settings(option_in_checkpoint), settings_of(trainer)) +
            difference_of_rates(reader.figures(rates_in_checkpoint),
                                sampled_rates(trainer.options().learning_rate, trainer.options().epochs));
        if (!difference.empty()) {
            raise<OptionError>(std::string(source) + ": was made with other options:" + difference +
                               "\ngo on with the same, or say that they are meant (ResumeWith::other_options)");
        }
    }
    verify_state(trainer.network(), reader.file(), {}, std::string(network_in_checkpoint), source);
    return info;
}

}  // namespace detail

/// The training as the bytes of a checkpoint. `note` is kept as it is, for whatever the program wants to know again.
/// @throws DataError if the note is not UTF-8.
template <class Training>
std::vector<std::byte> checkpoint_bytes(const Training& trainer, const std::string& note = {}) {
    using Net = std::remove_cvref_t<decltype(trainer.network())>;
    detail::CheckpointWriter writer;
    detail::put_state(trainer.network(), {}, std::string(detail::network_in_checkpoint), writer.content, writer.kept);
    for (const auto& array : trainer.optimiser().state()) {
        writer.put<typename Net::Scalar>(std::string(detail::optimiser_in_checkpoint) + std::string(array.name),
                                         {static_cast<std::int64_t>(array.values.size())}, array.values);
    }
    if constexpr (requires { trainer.optimiser().steps(); }) {
        writer.put_number(detail::steps_in_checkpoint, trainer.optimiser().steps());
    }
    detail::put_progress(writer, trainer.progress());
    writer.put(detail::rates_in_checkpoint, sampled_rates(trainer.options().learning_rate, trainer.options().epochs));
    writer.put_settings(detail::option_in_checkpoint, settings_of(trainer));
    writer.content.metadata.insert({{"format", std::string(detail::checkpoint_format)},
                                    {"version", version},
                                    {"type", type_signature<Net>()},
                                    {"note", note}});
    return writer.bytes();
}

/// The same into a file, which is replaced as a whole or not at all: whenever the program or the machine ends, the
/// newest whole checkpoint is there.
/// @snippet examples_test.cpp save_checkpoint
/// @throws FileError if it cannot be written; the old one is whole then.
/// @throws DataError if the note is not UTF-8.
template <class Training>
void save_checkpoint(const Training& trainer, const std::filesystem::path& path, const std::string& note = {}) {
    write_file_atomically(path, checkpoint_bytes(trainer, note));
}

/// Verifies that `load_checkpoint` would take this checkpoint, and changes nothing: for programs that look at all
/// checkpoints of a long run before they begin.
/// @throws as `load_checkpoint`.
template <class Training>
CheckpointInfo verify_checkpoint(const Training& trainer, std::span<const std::byte> file,
                                 std::string_view source = "checkpoint",
                                 ResumeWith options = ResumeWith::same_options) {
    return detail::verify_content(trainer, detail::CheckpointReader(file, source), source, options);
}

/// The same from a file.
/// @throws FileError if it cannot be read; else as above.
template <class Training>
CheckpointInfo verify_checkpoint(const Training& trainer, const std::filesystem::path& path,
                                 ResumeWith options = ResumeWith::same_options) {
    const std::vector<std::uint8_t> file = read_file(path);
    return verify_checkpoint(trainer, std::as_bytes(std::span(file)), path.string(), options);
}

/// The same, and that training can go on with the batches of `train`: that `fit` would not refuse them.
/// @throws OptionError, its message beginning with `path`, if they are others than those that the checkpoint was
/// trained on; else as above.
template <class Training, class Source>
    requires requires(const Source& train) { train.batch_size(); }
CheckpointInfo verify_checkpoint(const Training& trainer, Source& train, const std::filesystem::path& path,
                                 ResumeWith options = ResumeWith::same_options) {
    CheckpointInfo info = verify_checkpoint(trainer, path, options);
    verify_source(info.progress, train, path.string() + ": ");
    return info;
}

/// Puts the trainer, its network and its optimiser where the checkpoint was made, and returns its note. Everything is
/// checked before anything is changed. With the same batches the training goes on as if it had never stopped: `fit`
/// refuses others. The numbers of epochs and of threads may be others; another schedule, options of the trainer or of
/// its optimiser only if `options` says so.
/// @throws DataError if the file is broken or damaged, no checkpoint, or one of another network or optimiser; `source`
/// begins every message.
/// @throws OptionError if the trainer has another seed or other options, or the epoch no such batch.
template <class Training>
std::string load_checkpoint(Training& trainer, std::span<const std::byte> file, std::string_view source = "checkpoint",
                            ResumeWith options = ResumeWith::same_options) {
    using T = typename std::remove_cvref_t<decltype(trainer.network())>::Scalar;
    const detail::CheckpointReader reader(file, source);
    CheckpointInfo info = detail::verify_content(trainer, reader, source, options);
    const std::int64_t steps = detail::optimiser_steps(trainer, reader);
    // All of it fits: what follows cannot fail.
    detail::take_state(trainer.network(), reader.file(), {}, std::string(detail::network_in_checkpoint));
    trainer.resume(std::move(info.progress));
    for (const auto& array : trainer.optimiser().state()) {
        const std::string name = std::string(detail::optimiser_in_checkpoint) + std::string(array.name);
        detail::take_numbers<T>(*reader.file().find(name), name, {1, 1, array.values.size()}, array.values);
    }
    if constexpr (requires { trainer.optimiser().steps(); }) trainer.optimiser().set_steps(steps);
    return std::move(info.note);
}

/// The same from a file.
/// @snippet examples_test.cpp load_checkpoint
/// @throws FileError if it cannot be read; else as above.
template <class Training>
std::string load_checkpoint(Training& trainer, const std::filesystem::path& path,
                            ResumeWith options = ResumeWith::same_options) {
    const std::vector<std::uint8_t> file = read_file(path);
    return load_checkpoint(trainer, std::as_bytes(std::span(file)), path.string(), options);
}

}  // namespace norma::inline NORMA_TARGET
