#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <ratio>
#include <span>
#include <string>

#include "../support/fnv.hpp"
#include "norma/core/file.hpp"
#include "norma/core/folder_lock.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/random_crop.hpp"
#include "norma/data/random_flip.hpp"
#include "norma/data/synthetic.hpp"
#include "norma/io/checkpoint.hpp"
#include "norma/io/json.hpp"
#include "norma/io/state_dict.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/norm/batch.hpp"
#include "norma/training/adamw.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/trainer.hpp"
#include "report.hpp"
#include "training.hpp"

namespace {

using namespace norma;
namespace fs = std::filesystem;

// Has everything that has a state: running statistics, dropout, an optimiser with two arrays and a count of steps. The
// wide layer makes the checkpoint a megabyte large, so that writing it takes some time.
using Net = Network<Shape<3, 32, 32>, Block<8, 3, BatchNorm>, MaxPool2d<4>, Dropout<std::ratio<1, 5>>, Linear<192>,
                    ReLU, Linear<10>>;
using Training = Trainer<Net, CrossEntropy, AdamW, CosineAnnealingLR>;

/// Overwrites the old file in small pieces.
void write_in_place(const fs::path& path, std::span<const std::byte> bytes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t put = ::write(file, bytes.data() + done, std::min<std::size_t>(4096, bytes.size() - done));
        if (put < 0) raise<FileError>("cannot be written in place");
        done += static_cast<std::size_t>(put);
    }
    ::fsync(file);
    ::close(file);
}

template <class T>
void add_numbers(Fnv& hash, std::span<const T> numbers) {
    const auto bytes = std::as_bytes(numbers);
    hash.add_all(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

/// The history without its times.
History without_times(History history) {
    for (EpochRecord& epoch : history.epochs) epoch.seconds = 0;
    return history;
}

/// A hash of the training's state without its times.
std::uint64_t hash_of(const Training& trainer) {
    Fnv hash;
    const auto weights = save_weights(trainer.network());
    add_numbers(hash, std::span<const std::byte>(weights));
    for (const auto& array : trainer.optimiser().state()) {
        add_numbers(hash, std::span<const float>(array.values.data(), array.values.size()));
    }
    const TrainingProgress& p = trainer.progress();
    const std::int64_t counts[] = {trainer.optimiser().steps(), p.epoch, p.batch, p.step, p.epoch_mean.samples()};
    add_numbers(hash, std::span<const std::int64_t>(counts));
    const double sums[] = {p.epoch_mean.loss_sum().sum, p.epoch_mean.figure_sum().sum};
    add_numbers(hash, std::span<const double>(sums));
    const std::string history = nlohmann::json(without_times(p.history)).dump();
    add_numbers(hash, std::span<const char>(history));
    return hash.value();
}

}  // namespace

void train(const char* const* arguments, bool in_place, Reducer& reducer) {
    const fs::path folder = arguments[0], checkpoint = folder / "checkpoint.safetensors";
    const bool first = reducer.rank() == 0;
    const int pipe = ::open(arguments[1], O_WRONLY | O_NONBLOCK);  // without waiting for a campaign that is gone
    ::fcntl(pipe, F_SETFL, 0);
    const auto report = [&](const KillReport& text) { return send(pipe, text); };
    if (!report({KillReport::born, 0, std::uint64_t(::getpid())})) raise<FileError>("the campaign is gone");
    std::optional<FolderLock> lock;
    if (first) {
        lock.emplace(folder);  // free, because the process that had it is dead
        remove_leftovers(checkpoint);
    }
    const auto write = [&](const fs::path& path, std::span<const std::byte> bytes) {
        if (!report({KillReport::writing, 0, 0})) raise<FileError>("the campaign is gone");
        in_place ? write_in_place(path, bytes) : write_file_atomically(path, bytes);
    };

    const TrainTest data = synthetic_dataset(100, 30, 1);
    Batches shuffled(data.train, {.batch_size = 16, .shuffle = true, .seed = 3}, RandomCrop{2}, RandomFlip{});
    const Batches<float> in_order(data.train, {.batch_size = 16}), test(data.test, {.batch_size = 16});
    Net network(2);
    Threads threads(std::atoi(arguments[2]), reducer);
    Training trainer(network, threads, {.epochs = 8, .learning_rate = CosineAnnealingLR(0.003, 8), .seed = 4});
    if (fs::exists(checkpoint)) load_checkpoint(trainer, checkpoint);
    if (first && !report({KillReport::started, trainer.progress().step, hash_of(trainer)})) return;

    TrainingCallbacks callbacks;
    callbacks.after_batch = [&](const BatchReport&) {
        if (!first) return Next::go_on;
        const KillReport kept{KillReport::kept, trainer.progress().step, hash_of(trainer)};
        write(checkpoint, checkpoint_bytes(trainer));
        return report(kept) ? Next::go_on : Next::stop;
    };
    const History history = without_times(trainer.fit(shuffled, in_order, test, callbacks));
    if (!first) return;
    const auto weights = save_weights(network);
    write(folder / "weights.safetensors", weights);
    const std::string text = readable_json(nlohmann::ordered_json(history));
    write(folder / "history.json", std::as_bytes(std::span(text)));
}
