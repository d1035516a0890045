#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/core/version.hpp"
#include "norma/io/safetensors.hpp"
#include "norma/io/safetensors_file.hpp"
#include "norma/io/state_dict.hpp"
#include "norma/io/tensor_view.hpp"
#include "norma/training/metrics.hpp"
#include "norma/training/progress.hpp"

/// The content of a checkpoint file (docs/file-formats.md): the checksum, the texts in the metadata, and the progress.
/// Numbers of the progress are stored as tensors, which keep all bits.
namespace norma::inline NORMA_TARGET::detail {

/// Its number rises with every change after which older checkpoints cannot be resumed: of the file's content, or of the
/// words in which `type_signature` describes networks.
inline constexpr std::string_view checkpoint_format = "norma checkpoint 5";
static_assert(checkpoint_format.starts_with(checkpoint_mark));

/// Which norma made a checkpoint of this format, compared with this one: "an older", "a newer"; empty if it is neither.
inline std::string_view maker_of_format(std::string_view format) {
    const auto number = [](std::string_view text) {
        unsigned value = 0;
        if (!text.starts_with(checkpoint_mark)) return value;
        const char* const end = text.data() + text.size();
        const auto read = std::from_chars(text.data() + checkpoint_mark.size(), end, value);
        return read.ec == std::errc() && read.ptr == end ? value : 0u;
    };
    const unsigned there = number(format);
    if (there == 0 || there == number(checkpoint_format)) return {};
    return there < number(checkpoint_format) ? "an older" : "a newer";
}

inline constexpr std::string_view network_in_checkpoint = "network.";
inline constexpr std::string_view optimiser_in_checkpoint = "optimiser.";
inline constexpr std::string_view metrics_in_checkpoint = "history.metrics.";
inline constexpr std::string_view update_in_checkpoint = "update.";
inline constexpr std::string_view best_in_checkpoint = "best.";
inline constexpr std::string_view steps_in_checkpoint = "progress.optimiser_steps";
inline constexpr std::string_view rates_in_checkpoint = "options.learning_rate";
/// Last in the order of names, so that the checksum is the last eight bytes of the file.
inline constexpr std::string_view checksum_in_checkpoint = "xxh64";
/// Metadata keys of settings begin with these.
inline constexpr std::string_view option_in_checkpoint = "option ";
inline constexpr std::string_view data_in_checkpoint = "data ";

/// Can a tensor of a checkpoint have this name?
inline bool is_in_checkpoint(std::string_view tensor) {
    constexpr std::array begins{network_in_checkpoint, optimiser_in_checkpoint,       update_in_checkpoint,
                                best_in_checkpoint,    std::string_view("progress."), std::string_view("history."),
                                rates_in_checkpoint,   checksum_in_checkpoint};
    return std::ranges::any_of(begins, [&](std::string_view begin) { return tensor.starts_with(begin); });
}

/// Collects the tensors and metadata of a checkpoint, then gives its bytes.
class CheckpointWriter {
public:
    Safetensors content;
    TensorBytes kept;

    template <class T>
    void put(std::string_view name, std::vector<std::int64_t> shape, std::span<const T> numbers) {
        kept.push_back(to_little_endian<T>(numbers));  // views stay valid: moving a vector does not move its elements
        content.tensors[std::string(name)] = {type_of<T>, std::move(shape), kept.back()};
    }
    template <class T>
    void put(std::string_view name, const std::vector<T>& numbers) {
        put<T>(name, {static_cast<std::int64_t>(numbers.size())}, numbers);
    }
    template <class T>
    void put_number(std::string_view name, T value) {
        using Kept = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;
        const Kept number = static_cast<Kept>(value);
        put<Kept>(name, {}, std::span<const Kept>(&number, 1));
    }
    void put_settings(std::string_view prefix, std::span<const Setting> settings) {
        for (const Setting& s : settings) content.metadata[std::string(prefix) + s.name] = s.value;
    }
    /// The bytes of the file. The last eight are the XXH64 of all bytes before them.
    std::vector<std::byte> bytes() {
        put_number(checksum_in_checkpoint, 0);
        std::vector<std::byte> file = write_safetensors(content);
        const std::size_t size = file.size() - sizeof(std::uint64_t);
        const std::uint64_t hash = xxh64(std::span(file).first(size));
        std::ranges::copy(to_little_endian(std::span(&hash, 1)), file.begin() + static_cast<std::ptrdiff_t>(size));
        return file;
    }
};

/// Looks up what a checkpoint must hold. Every error message begins with `source`.
class CheckpointReader {
public:
    /// @throws DataError if it is not a checkpoint, has another format, or its bytes have changed since it was written.
    CheckpointReader(std::span<const std::byte> bytes, std::string_view source)
        : source_(source), file_(bytes, source) {
        const std::string format = text("format");
        if (format != checkpoint_format) {
            const std::string maker(maker_of_format(format));
            refuse((maker.empty() ? "its" : "was made by " + maker + " norma: its") + " format is '" +
                   printable(format) + "', but this version, " + version + ", reads only '" +
                   std::string(checkpoint_format) +
                   "'; resume with the version that made it, or start the training again");
        }
        const TensorView kept = tensor(checksum_in_checkpoint, "I64");
        const std::span<const std::byte> all = bytes.first(bytes.size() - sizeof(std::uint64_t));
        if (kept.bytes.data() != all.data() + all.size()) refuse("is broken: its checksum is not at its end");
        const auto there = little_endian<std::uint64_t>(kept.bytes.data());
        if (const std::uint64_t hash = xxh64(all); hash != there) {
            refuse("is damaged: its checksum is " + hexadecimal(there) + ", but that of its bytes is " +
                   hexadecimal(hash) + "; use another copy of it, or start the training again");
        }
    }

    [[noreturn]] void refuse(const std::string& what) const { raise<DataError>(source_ + ": " + what); }
    const SafetensorsFile& file() const { return file_; }

    std::string text(const char* key) const {
        const std::optional<std::string> found = file_.metadata(key);
        if (!found) refuse("is not a checkpoint of norma: it has no '" + std::string(key) + "' in its metadata");
        return *found;
    }
    /// The settings whose metadata keys begin with `prefix`.
    std::vector<Setting> settings(std::string_view prefix) const {
        std::vector<Setting> found;
        for (const auto& [key, value] : file_.metadata()) {
            if (key.starts_with(prefix)) found.push_back({key.substr(prefix.size()), value});
        }
        return found;
    }
    TensorView tensor(std::string_view name, std::string_view type) const {
        std::optional<TensorView> found = file_.find(name);
        if (!found || found->type != type) {
            refuse("is broken: " + std::string(name) + " is missing, or is not of type " + std::string(type));
        }
        return *std::move(found);
    }
    std::vector<double> figures(std::string_view name) const { return numbers_of<double>(tensor(name, "F64"), name); }
    void number(std::string_view name, double& value) const {
        value = little_endian<double>(scalar(name, "F64").bytes.data());
    }
    template <class Integer>
        requires std::is_integral_v<Integer>
    void number(std::string_view name, Integer& value) const {
        const auto number = little_endian<std::uint64_t>(scalar(name, "I64").bytes.data());
        if (number > std::uint64_t{std::numeric_limits<std::make_unsigned_t<Integer>>::max()} ||
            (std::is_signed_v<Integer> && static_cast<Integer>(number) < 0)) {
            refuse("is broken: " + std::string(name) + " is " + std::to_string(static_cast<std::int64_t>(number)) +
                   ", which is out of range");
        }
        value = static_cast<Integer>(number);
    }

private:
    TensorView scalar(std::string_view name, std::string_view type) const {
        TensorView found = tensor(name, type);
        if (!found.shape.empty()) refuse("is broken: " + std::string(name) + " is not one number");
        return found;
    }

    std::string source_;
    SafetensorsFile file_;
};

/// Calls `visit(name, number)` for each number of a progress that is a member of its own.
template <class Progress, class Visit>
void visit_progress(Progress& p, const Visit& visit) {
    visit("progress.epoch", p.epoch);
    visit("progress.batch", p.batch);
    visit("progress.step", p.step);
    visit("progress.seed", p.seed);
    visit("progress.seconds", p.seconds);
    visit("progress.batches", p.batches);
    visit("progress.batch_size", p.batch_size);
    visit("progress.training_samples", p.samples);
}

inline void put_progress(CheckpointWriter& writer, const TrainingProgress& p) {
    visit_progress(p, [&](const char* name, auto value) { writer.put_number(name, value); });
    writer.put_number("progress.loss_sum", p.epoch_mean.loss_sum().sum);
    writer.put_number("progress.loss_weight", p.epoch_mean.loss_sum().weight);
    writer.put_number("progress.figure_sum", p.epoch_mean.figure_sum().sum);
    writer.put_number("progress.figure_weight", p.epoch_mean.figure_sum().weight);
    writer.put_number("progress.samples", p.epoch_mean.samples());
    writer.put("history.batch_loss", p.history.batch_loss);
    writer.put("history.batch_accuracy", p.history.batch_accuracy);
    std::vector<double> epochs;
    for (const EpochRecord& record : p.history.epochs) {
        epochs.push_back(record.epoch);
        for (const auto& figure : epoch_figures) epochs.push_back(record.*figure.value);
    }
    writer.put<double>("history.epochs", {static_cast<std::int64_t>(p.history.epochs.size()), 1 + epoch_figures.size()},
                       epochs);
    std::map<std::string, std::vector<double>> metrics;  // for each name a number for each epoch, NaN if it has none
    for (std::size_t e = 0; e < p.history.epochs.size(); ++e) {
        for (const NamedFigure& metric : p.history.epochs[e].metrics) {
            std::vector<double>& values = metrics[metric.name];
            values.resize(p.history.epochs.size(), not_measured);
            values[e] = metric.value;
        }
    }
    for (const auto& [name, values] : metrics) writer.put(std::string(metrics_in_checkpoint) + name, values);
    std::vector<double> recalibrated;
    if (const auto& record = p.history.recalibrated) {
        for (const auto& figure : recalibrated_figures) recalibrated.push_back((*record).*figure.value);
    }
    writer.put("history.recalibrated", recalibrated);
    writer.put_settings(data_in_checkpoint, p.data);
}

inline TrainingProgress progress_of(const CheckpointReader& reader) {
    TrainingProgress p;
    visit_progress(p, [&](const char* name, auto& value) { reader.number(name, value); });
    Share loss, figure;
    std::int64_t samples = 0;
    reader.number("progress.loss_sum", loss.sum);
    reader.number("progress.loss_weight", loss.weight);
    reader.number("progress.figure_sum", figure.sum);
    reader.number("progress.figure_weight", figure.weight);
    reader.number("progress.samples", samples);
    p.epoch_mean = {loss, figure, samples};
    p.history.batch_loss = reader.figures("history.batch_loss");
    p.history.batch_accuracy = reader.figures("history.batch_accuracy");
    const std::vector<double> epochs = reader.figures("history.epochs");
    constexpr std::size_t columns = 1 + epoch_figures.size();
    if (epochs.size() % columns != 0) reader.refuse("is broken: history.epochs ends inside a row");
    for (std::size_t at = 0; at < epochs.size(); at += columns) {
        if (!(epochs[at] >= 0 && epochs[at] <= std::numeric_limits<int>::max())) {
            reader.refuse("is broken: history.epochs has an epoch " + setting_text(epochs[at]) +
                          ", which is out of range");
        }
        EpochRecord& record = p.history.epochs.emplace_back();
        record.epoch = static_cast<int>(epochs[at]);
        for (std::size_t i = 0; i < epoch_figures.size(); ++i) record.*epoch_figures[i].value = epochs[at + 1 + i];
    }
    for (std::size_t i = 0; i < reader.file().size(); ++i) {
        const std::string tensor = reader.file().name(i);
        if (!tensor.starts_with(metrics_in_checkpoint)) continue;
        const std::vector<double> values = reader.figures(tensor);
        if (values.size() != p.history.epochs.size()) {
            reader.refuse("is broken: " + printable(tensor) + " does not have a number for each epoch");
        }
        for (std::size_t e = 0; e < values.size(); ++e) {
            set_figure(p.history.epochs[e], tensor.substr(metrics_in_checkpoint.size()), values[e]);
        }
    }
    const std::vector<double> recalibrated = reader.figures("history.recalibrated");
    if (recalibrated.size() == recalibrated_figures.size()) {
        p.history.recalibrated.emplace();
        for (std::size_t i = 0; i < recalibrated.size(); ++i) {
            (*p.history.recalibrated).*recalibrated_figures[i].value = recalibrated[i];
        }
    }
    p.data = reader.settings(data_in_checkpoint);
    return p;
}

}  // namespace norma::inline NORMA_TARGET::detail
