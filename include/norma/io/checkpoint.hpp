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
#include "norma/io/best_content.hpp"
#include "norma/io/checkpoint_content.hpp"
#include "norma/io/state_dict.hpp"
#include "norma/io/type_signature.hpp"
#include "norma/io/update_content.hpp"
#include "norma/training/progress.hpp"
#include "norma/training/settings.hpp"
#include "norma/training/trainer.hpp"

/// A checkpoint is the state of a training between two batches, in one safetensors file: the network's state_dict under
/// `network.`, the optimiser's arrays under `optimiser.` (in norma's own layout), lookahead's, averaged and accumulated
/// numbers under `update.` (likewise), the best network under `best.`, the progress of the training, and the loss and
/// accuracy of every batch. Its metadata holds the network's type, the options and the settings of the batches. A
/// checksum covers the whole file. A resumed training gives the same bits as one that was not interrupted
/// (docs/file-formats.md). `save_checkpoint` writes a checkpoint, `load_checkpoint` resumes from it, and
/// `verify_checkpoint` says beforehand whether that will work.
namespace norma::inline NORMA_TARGET {

/// Which options a resumed training has: the same as before, or other ones on purpose, such as another learning rate.
enum class ResumeWith {
    same_options,  ///< other options are refused, and the message names them
    other_options  ///< the trainer's options are used; only the seed must be the same
};

/// What a checkpoint says about its training.
struct CheckpointInfo {
    std::string version;        ///< of the norma that wrote it
    TrainingProgress progress;  ///< how far the training was
    std::string note;           ///< the program's own text, see `save_checkpoint`
};

namespace detail {

/// Two type signatures, from the first node on in which they differ, one a line.
inline std::string difference_of_types(std::string_view there, std::string_view here) {
    const auto different = std::ranges::mismatch(there, here).in1;
    const auto same = there.substr(0, static_cast<std::size_t>(different - there.begin()));
    const std::size_t before = same.rfind(between_nodes);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + std::string_view(between_nodes).size();
    return "\n  in the checkpoint: " + printable(there.substr(begin), 300) +
           "\n  in this program:   " + printable(here.substr(begin), 300);
}

/// The number of steps in the checkpoint if the optimiser counts its steps, else 0.
template <class Training>
std::int64_t optimiser_steps(const Training& trainer, const CheckpointReader& reader) {
    std::int64_t steps = 0;
    if constexpr (requires { trainer.optimiser().steps(); }) reader.number(steps_in_checkpoint, steps);
    return steps;
}

/// Verifies that the file has all arrays of the optimiser, and no tensor that does not belong in a checkpoint.
/// @throws DataError if not.
template <class Training>
void verify_optimiser(const Training& trainer, const CheckpointReader& reader) {
    using T = typename std::remove_cvref_t<decltype(trainer.network())>::Scalar;
    for (const auto& array : trainer.optimiser().state()) {
        const std::string name = std::string(optimiser_in_checkpoint) + std::string(array.name);
        const std::optional<TensorView> found = reader.file().find(name);
        if (!found || found->type != type_of<T> || found->bytes.size() != array.values.size_bytes()) {
            reader.refuse("does not hold the state of this optimiser: " + name + " is missing, or is not " +
                          std::to_string(array.values.size()) + " numbers of type " + type_of<T>);
        }
    }
    for (std::size_t i = 0; i < reader.file().size(); ++i) {
        const std::string name = reader.file().name(i);
        if (!is_in_checkpoint(name)) {
            reader.refuse("has a tensor that does not belong in a checkpoint: " + printable(name) + ", " +
                          printable(shape_text(reader.file().tensor(i).shape)));
        }
        if (!name.starts_with(optimiser_in_checkpoint)) continue;
        const auto is_this = [&](const auto& array) {
            return name.substr(optimiser_in_checkpoint.size()) == array.name;
        };
        if (std::ranges::any_of(trainer.optimiser().state(), is_this)) continue;
        reader.refuse("is of another optimiser, which has the array " + printable(name) + ", " +
                      printable(shape_text(reader.file().tensor(i).shape)));
    }
}

/// Verifies that the whole checkpoint fits the trainer; changes nothing.
template <class Training>
CheckpointInfo verify_content(const Training& trainer, const CheckpointReader& reader, std::string_view source,
                              ResumeWith options) {
    using Net = std::remove_cvref_t<decltype(trainer.network())>;
    if (const std::string there = reader.text("type"), here = type_signature<Net>(); there != here) {
        const std::string made_by = reader.text("version");
        std::string or_of_another_version;
        if (made_by != version) {
            or_of_another_version = ", or norma " + printable(made_by) +
                                    ", which made it, describes it in other words than this version, " + version;
        }
        reader.refuse("is of another network" + or_of_another_version +
                      "; from the first difference on:" + difference_of_types(there, here));
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
            raise<OptionError>(
                std::string(source) + ": was made with other options (there: the checkpoint's, here: the trainer's):" +
                difference + "\nuse the same options, or pass ResumeWith::other_options to resume with other ones");
        }
    }
    verify_update(trainer.weight_update(), reader, options == ResumeWith::other_options);
    verify_best(trainer.network(), reader, source);
    verify_state(trainer.network(), reader.file(), {}, std::string(network_in_checkpoint), source);
    return info;
}

}  // namespace detail

/// The state of the training as the bytes of a checkpoint. `note` is any text that the program wants to get back.
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
    detail::put_update(trainer.weight_update(), writer);
    detail::put_best(trainer.best(), writer);
    detail::put_progress(writer, trainer.progress());
    writer.put(detail::rates_in_checkpoint, sampled_rates(trainer.options().learning_rate, trainer.options().epochs));
    writer.put_settings(detail::option_in_checkpoint, settings_of(trainer));
    writer.content.metadata.insert({{"format", std::string(detail::checkpoint_format)},
                                    {"version", version},
                                    {"type", type_signature<Net>()},
                                    {"note", note}});
    return writer.bytes();
}

/// Writes a checkpoint to a file, which is replaced as a whole or not at all: if the program or the machine stops at
/// any moment, the file is a whole checkpoint, the old or the new one.
/// @snippet examples_test.cpp save_checkpoint
/// @throws FileError if it cannot be written; the old file is then unchanged.
/// @throws DataError if the note is not UTF-8.
template <class Training>
void save_checkpoint(const Training& trainer, const std::filesystem::path& path, const std::string& note = {}) {
    write_file_atomically(path, checkpoint_bytes(trainer, note));
}

/// Verifies that `load_checkpoint` would succeed, and changes nothing. A program that resumes several trainings can
/// verify all checkpoints before it begins.
/// @throws as `load_checkpoint`.
template <class Training>
CheckpointInfo verify_checkpoint(const Training& trainer, std::span<const std::byte> file,
                                 std::string_view source = "checkpoint",
                                 ResumeWith options = ResumeWith::same_options) {
    return detail::verify_content(trainer, detail::CheckpointReader(file, source), source, options);
}

/// The same for a file on disk.
/// @throws FileError if it cannot be read; else as above.
template <class Training>
CheckpointInfo verify_checkpoint(const Training& trainer, const std::filesystem::path& path,
                                 ResumeWith options = ResumeWith::same_options) {
    const std::vector<std::uint8_t> file = read_file(path);
    return verify_checkpoint(trainer, std::as_bytes(std::span(file)), path.string(), options);
}

/// The same, and verifies that `fit` would accept the batches of `train` after loading.
/// @throws OptionError that begins with `path`, if they are not the batches that the checkpoint was trained on; else as
/// above.
template <class Training, class Source>
    requires requires(const Source& train) { train.batch_size(); }
CheckpointInfo verify_checkpoint(const Training& trainer, Source& train, const std::filesystem::path& path,
                                 ResumeWith options = ResumeWith::same_options) {
    CheckpointInfo info = verify_checkpoint(trainer, path, options);
    verify_source(info.progress, train, path.string() + ": ");
    return info;
}

/// Sets the trainer, its network and its optimiser (`=`) to the state of the checkpoint, and returns its note.
/// Everything is checked before anything is changed. `fit` then continues as if the training had not stopped, and
/// refuses other batches. The number of epochs and of threads may differ from before; the schedule and the options of
/// the trainer and its optimiser may differ only with `ResumeWith::other_options`.
/// @throws DataError if the file is not a checkpoint, is damaged, or is of another network or optimiser. Every message
/// begins with `source`.
/// @throws OptionError if the trainer has another seed or other options, or an epoch does not have the batch that comes
/// next.
template <class Training>
std::string load_checkpoint(Training& trainer, std::span<const std::byte> file, std::string_view source = "checkpoint",
                            ResumeWith options = ResumeWith::same_options) {
    using T = typename std::remove_cvref_t<decltype(trainer.network())>::Scalar;
    const detail::CheckpointReader reader(file, source);
    CheckpointInfo info = detail::verify_content(trainer, reader, source, options);
    const std::int64_t steps = detail::optimiser_steps(trainer, reader);
    auto best = detail::best_of(trainer.network(), reader);
    // Everything was verified: from here on nothing can fail.
    detail::take_state(trainer.network(), reader.file(), {}, std::string(detail::network_in_checkpoint));
    trainer.resume(std::move(info.progress));
    for (const auto& array : trainer.optimiser().state()) {
        const std::string name = std::string(detail::optimiser_in_checkpoint) + std::string(array.name);
        detail::take_numbers<T>(*reader.file().find(name), name, {1, 1, array.values.size()}, array.values);
    }
    if constexpr (requires { trainer.optimiser().steps(); }) trainer.optimiser().set_steps(steps);
    detail::take_update(trainer.weight_update(), reader);
    trainer.best() = std::move(best);
    return std::move(info.note);
}

/// The same for a file on disk.
/// @snippet examples_test.cpp load_checkpoint
/// @throws FileError if it cannot be read; else as above.
template <class Training>
std::string load_checkpoint(Training& trainer, const std::filesystem::path& path,
                            ResumeWith options = ResumeWith::same_options) {
    const std::vector<std::uint8_t> file = read_file(path);
    return load_checkpoint(trainer, std::as_bytes(std::span(file)), path.string(), options);
}

}  // namespace norma::inline NORMA_TARGET
