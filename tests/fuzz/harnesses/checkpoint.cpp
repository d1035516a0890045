// Checkpoints: the state of a training with its network and optimiser.
#include "norma/io/checkpoint.hpp"

#include <string>
#include <string_view>

#include "fuzz/harness.hpp"
#include "fuzz/history_bits.hpp"
#include "fuzz/safetensors_bytes.hpp"
#include "fuzz/tiny_network.hpp"
#include "norma/core/hash.hpp"
#include "norma/training/adamw.hpp"

namespace checkpoint_harness {

namespace {

using namespace fuzz;

constexpr std::size_t most_bytes = 8192;
constexpr std::string_view name = "a.checkpoint";

struct Training {
    TinyNetwork network{1};
    norma::Threads threads{1};
    using Trainer = norma::Trainer<TinyNetwork, norma::CrossEntropy, norma::AdamW>;
    Trainer trainer{network, threads, options()};

    static Trainer::Options options() {
        Trainer::Options options{.epochs = 3, .seed = 5};
        options.batches_per_step = 2;
        options.lookahead = norma::Lookahead{};
        options.average = norma::WeightAverage{};
        return options;
    }

    /// Everything that a later step depends on.
    Bits bits() const {
        Bits bits = bits_of(network);
        for (const auto& array : trainer.optimiser().state()) bits << array.values;
        trainer.weight_update().visit_state([&](const std::string&, auto number) { bits << number; },
                                            [&](const std::string&, auto values) { bits << values; });
        const norma::TrainingProgress& p = trainer.progress();
        bits << trainer.optimiser().steps() << p.epoch << p.batch << p.step << p.seed << without_payload(p.seconds)
             << without_payload(p.epoch_mean.loss_sum().sum) << without_payload(p.epoch_mean.loss_sum().weight)
             << without_payload(p.epoch_mean.figure_sum().sum) << without_payload(p.epoch_mean.figure_sum().weight)
             << p.epoch_mean.samples() << p.batches << p.batch_size << p.samples << bits_of(p.history);
        if (const auto& best = trainer.best()) bits << bits_of(best->network) << best->epoch << best->value;
        for (const norma::Setting& s : p.data) {
            for (const std::string& text : {s.name, s.value}) bits << text.size() << std::span(text);
        }
        return bits;
    }
};

/// A training before its first step, and one in its second epoch, in which some numbers are not finite.
std::vector<Buffer> seeds() {
    Training training;
    const auto checkpoint = [&] {
        const std::vector<std::byte> bytes = norma::checkpoint_bytes(training.trainer, "note \u00e9");
        const auto* const begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
        return Buffer(begin, begin + bytes.size());
    };
    const Buffer fresh = checkpoint();
    norma::TrainingProgress progress;
    progress.epoch = 1;
    progress.batch = 2;
    progress.step = 5;
    progress.seed = 5;
    progress.seconds = 0.25;
    progress.epoch_mean = {{3.5, 4}, {200, 4}, 4};
    progress.batches = 3;
    progress.batch_size = 2;
    progress.samples = 6;
    progress.data = {{"seed", "3"}, {"shuffled", "true"}};
    progress.history.epochs.push_back({.epoch = 0, .learning_rate = 0.1, .train_loss = 0.7, .test_loss = std::nan("")});
    progress.history.epochs.back().metrics = {{"test_mean_iou", 0.5}};
    progress.history.batch_loss = {0.7, 0.6, 0.5, 0.4, std::nan("")};
    progress.history.batch_accuracy = {50, 50, 100, 0, 100};
    training.trainer.resume(progress);
    training.trainer.optimiser().set_steps(5);
    training.trainer.weight_update().visit_state([](const std::string&, auto& number) { number = 1; },
                                                 [](const std::string&, auto values) { values[0] = 0.5f; });
    training.network.set_tracked_batches(5);
    training.trainer.best() = {training.network, 0, 0.25};
    return {fresh, checkpoint()};
}

bool takes(Bytes input) {
    static Training training, other;
    static const std::vector<std::byte> initial = norma::checkpoint_bytes(training.trainer);
    static const Bits initial_bits = training.bits();
    const auto file = std::as_bytes(input);
    std::string note;
    const bool taken = is_taken(input, name, [&] { note = norma::load_checkpoint(training.trainer, file, name); });
    // verify_checkpoint must give the same answer; one input in four is enough to check this.
    if (taken || input.size() % 4 == 0) {
        promise(is_taken(input, name, [&] { norma::verify_checkpoint(other.trainer, file, name); }) == taken,
                "verify_checkpoint and load_checkpoint disagree");
        promise(other.bits() == initial_bits, "verify_checkpoint changed the training");
    }
    if (!taken) {
        promise(training.bits() == initial_bits, "a refused checkpoint changed the training");
        return false;
    }
    const std::vector<std::byte> saved = norma::checkpoint_bytes(training.trainer, note);
    promise(norma::load_checkpoint(other.trainer, saved) == note, "the note differs");
    promise(other.bits() == training.bits(), "saved and loaded again it differs");
    for (Training* each : {&training, &other}) norma::load_checkpoint(each->trainer, initial);
    promise(training.bits() == initial_bits, "the first checkpoint does not restore the first state");
    return true;
}

/// Corrects the lengths of the safetensors file, then the checksum.
void repair(Buffer& file) {
    repair_safetensors(file, most_bytes);
    constexpr std::size_t checksum = 8;
    if (file.size() < checksum) return;
    const std::size_t size = file.size() - checksum;
    const std::uint64_t hash = norma::xxh64(std::as_bytes(std::span(file)).first(size));
    for (std::size_t i = 0; i < checksum; ++i) file[size + i] = static_cast<std::uint8_t>(hash >> (8 * i));
}

const Registered registered(
    {.name = "checkpoint", .takes = takes, .most_bytes = most_bytes, .repair = repair, .seeds = seeds});

}  // namespace

}  // namespace checkpoint_harness
