#include "norma/io/checkpoint.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <ratio>
#include <string>
#include <thread>
#include <vector>

#include "../support/full_disk.hpp"
#include "../support/gradient_check.hpp"
#include "../support/message.hpp"
#include "../support/peak_memory.hpp"
#include "../support/skipped.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/core/hash.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/random_flip.hpp"
#include "norma/data/synthetic.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/training/adamw.hpp"
#include "norma/training/muon.hpp"

namespace checkpoint_test {

using namespace norma;

namespace {

using Net = Network<Shape<3, 32, 32>, Block<4, 5, BatchNorm, 4>, Dropout<std::ratio<1, 5>>, MaxPool2d<2>, Linear<10>>;
constexpr int epochs = 3;
const BatchOptions options_of_batches{.batch_size = 32, .shuffle = true, .seed = 2};

const TrainTest& data() {
    static const TrainTest images = synthetic_dataset(150, 10, 1);
    return images;
}

/// A training of `epochs` epochs of five batches, the last one short, shuffled and with dropout.
template <template <class> class OptimiserOf = Sgd>
struct Training {
    using Taught = Trainer<Net, CrossEntropy, OptimiserOf>;

    explicit Training(int thread_count = 2, std::uint64_t seed = 4, typename Taught::Options options = {})
        : net(9),
          threads(thread_count),
          batches(data().train, options_of_batches, RandomFlip{}),
          trainer(net, threads, with(options, seed)) {}

    static typename Taught::Options with(typename Taught::Options options, std::uint64_t seed) {
        options.epochs = epochs;
        options.seed = seed;
        return options;
    }

    /// Trains to the end, or until `after_batch` wants to stop.
    void run(const std::function<Next(const BatchReport&)>& after_batch = {}) {
        while (trainer.progress().epoch < epochs) {
            EpochRecord record;
            const bool stopped = trainer.train_epoch(batches, record, after_batch) == Next::stop;
            records.push_back(record);
            if (stopped) return;
        }
    }

    Net net;
    Threads threads;
    Batches<float, Dataset, RandomFlip> batches;
    Taught trainer;
    std::vector<EpochRecord> records;
};

template <class A, class B>
void check_same(const A& a, const B& b) {
    CHECK(same_bits<float>(a.net.parameters(), b.net.parameters()));
    CHECK(same_bits<float>(a.net.running_mean(), b.net.running_mean()));
    CHECK(same_bits<float>(a.net.running_var(), b.net.running_var()));
    CHECK(a.net.tracked_batches() == b.net.tracked_batches());
    const auto averages = std::pair(a.trainer.averaged_network(), b.trainer.averaged_network());
    CHECK(same_bits<float>(averages.first.parameters(), averages.second.parameters()));
    CHECK(same_bits<float>(averages.first.running_var(), averages.second.running_var()));
    CHECK(a.trainer.progress().step == b.trainer.progress().step);
    CHECK(a.trainer.history().batch_loss == b.trainer.history().batch_loss);
    CHECK(a.trainer.history().batch_accuracy == b.trainer.history().batch_accuracy);
    CHECK(a.records.back().train_loss == b.records.back().train_loss);
    CHECK(a.records.back().train_accuracy == b.records.back().train_accuracy);
}

/// Resumes after every batch in turn, with another number of threads, and trains to the end.
template <template <class> class OptimiserOf>
void check_resumes_anywhere(const typename Training<OptimiserOf>::Taught::Options& options = {}) {
    Training<OptimiserOf> whole(2, 4, options);
    std::vector<std::vector<std::byte>> checkpoints;
    whole.run([&](const BatchReport&) {
        checkpoints.push_back(checkpoint_bytes(whole.trainer, "note " + std::to_string(checkpoints.size())));
        return Next::go_on;
    });
    REQUIRE(checkpoints.size() == epochs * 5);
    for (std::size_t i = 0; i < checkpoints.size(); ++i) {
        CAPTURE(i);
        Training<OptimiserOf> resumed(i % 2 == 0 ? 1 : 3, 4, options);
        CHECK(load_checkpoint(resumed.trainer, checkpoints[i]) == "note " + std::to_string(i));
        CHECK(resumed.trainer.progress().step == i + 1);
        resumed.run();
        check_same(resumed, whole);
    }
}

/// A frozen convolution, its norm trained for an epoch, and another rate and decay for the rest.
ParameterGroup groups(const ParameterInfo& p) {
    if (p.is_in("0.0")) return {.frozen = true};
    if (p.is_in("0")) return {.trained_epochs = 1};
    return {.rate = 0.5, .weight_decay = 0.01};
}

/// A checkpoint of this content, with the checksum that belongs to it.
std::vector<std::byte> with_checksum(const Safetensors& content) {
    std::vector<std::byte> file = write_safetensors(content);
    const std::size_t size = file.size() - 8;
    for (std::size_t i = 0; i < 8; ++i) {
        file[size + i] = static_cast<std::byte>(xxh64(std::span(file).first(size)) >> (8 * i));
    }
    return file;
}

/// The error message when a training loads this checkpoint.
template <class Taught>
std::string refusal(Taught& training, const std::vector<std::byte>& file) {
    return message_of<DataError>([&] { load_checkpoint(training.trainer, file, "it.checkpoint"); });
}

}  // namespace

TEST_CASE("training resumed after any batch gives the bits of the uninterrupted one") {
    check_resumes_anywhere<Sgd>();
    check_resumes_anywhere<AdamW>();
    check_resumes_anywhere<Muon>();
}

TEST_CASE("with groups, lookahead, average or steps of several batches the bits are those of the uninterrupted one") {
    check_resumes_anywhere<Sgd>({.parameters = groups});
    check_resumes_anywhere<Sgd>({.lookahead = Lookahead{.every = 2, .decay = 0.75, .power = 1, .epochs = 3}});
    check_resumes_anywhere<Sgd>({.average = WeightAverage{.decay = 0.75, .every = 2, .from_epoch = 1}});
    check_resumes_anywhere<Sgd>({.batches_per_step = 3});
    check_resumes_anywhere<AdamW>({.parameters = groups,
                                   .batches_per_step = 2,
                                   .lookahead = Lookahead{.every = 3},
                                   .average = WeightAverage{.cumulative = true}});
}

TEST_CASE("a checkpoint of other groups, lookahead or average is refused; with other options, what is new begins") {
    Training<> plain;
    Training<> with_all(
        2, 4,
        {.parameters = groups, .batches_per_step = 2, .lookahead = Lookahead{.every = 2}, .average = WeightAverage{}});
    int batches = 0;
    for (Training<>* each : {&plain, &with_all}) {
        batches = 0;
        each->run([&](const BatchReport&) { return ++batches == 3 ? Next::stop : Next::go_on; });
    }
    const std::vector<std::byte> of_plain = checkpoint_bytes(plain.trainer),
                                 of_all = checkpoint_bytes(with_all.trainer);
    const std::string message = message_of<OptionError>([&] { load_checkpoint(with_all.trainer, of_plain); });
    CHECK(mentions(message, "parameter 0.0.weight: none there, frozen here", "lookahead every: none there, 2 here",
                   "average decay", "batches per step: none there, 2 here"));
    CHECK(mentions(message_of<OptionError>([&] { load_checkpoint(plain.trainer, of_all); }), "none here"));
    load_checkpoint(plain.trainer, of_all, "it", ResumeWith::other_options);
    load_checkpoint(with_all.trainer, of_plain, "it", ResumeWith::other_options);
    with_all.trainer.weight_update().visit_state([](const std::string&, auto number) { CHECK(number == 0); },
                                                 [](const std::string&, auto) {});

    Safetensors content = read_safetensors(of_all);
    content.tensors.erase("update.average.parameters");
    CHECK(mentions(refusal(with_all, with_checksum(content)), "update.average.parameters is missing"));
}

TEST_CASE("a checkpoint of another network, optimiser or format is refused, and nothing is changed") {
    Training<> training;
    const std::vector<std::byte> good = checkpoint_bytes(training.trainer);
    const auto changed = [&](const auto& change) {
        Safetensors content = read_safetensors(good);
        change(content);
        return with_checksum(content);
    };
    Training<> other;
    other.run([](const BatchReport& batch) { return batch.batch == 1 ? Next::stop : Next::go_on; });
    const std::vector<std::byte> before = checkpoint_bytes(other.trainer);

    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.metadata.clear(); })), "it.checkpoint",
                   "is not a checkpoint of norma: it has no 'format'"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.metadata["format"] = "x"; })), "its format is 'x'",
                   "only 'norma checkpoint 5'", "start the training again"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.metadata["type"] = "F32 1x28x28"; })),
                   "of another network", "in the checkpoint: F32 1x28x28",
                   "in this program:   F32 3x32x32 -> conv 5x5 stride 4 4x"));
    using Elsewhere =
        Network<Shape<3, 32, 32>, Block<4, 5, BatchNorm, 4>, Dropout<std::ratio<1, 4>>, MaxPool2d<2>, Linear<10>>;
    const std::string type = type_signature<Elsewhere>();
    CHECK(
        mentions(refusal(other, changed([&](Safetensors& c) { c.metadata["type"] = type; })),
                 "of another network; from the first difference on:\n  in the checkpoint: dropout 16384/65536 4x7x7 ->",
                 "\n  in this program:   dropout 13107/65536 4x7x7 ->"));
    CHECK(mentions(
        refusal(other, changed([&](Safetensors& c) {
                    c.metadata["type"] = type;
                    c.metadata["version"] = "0.0.9";
                })),
        "of another network, or norma 0.0.9, which made it, describes it in other words than this version, " +
            std::string(version) + "; from the first difference on:\n  in the checkpoint: dropout 16384/65536"));
    const auto of_format = [&](const char* format) {
        return refusal(other, changed([&](Safetensors& c) { c.metadata["format"] = format; }));
    };
    CHECK(of_format("norma checkpoint 2") ==
          "it.checkpoint: was made by an older norma: its format is 'norma checkpoint 2', but this version, " +
              std::string(version) +
              ", reads only 'norma checkpoint 5'; resume with the version that made it, or start the training again");
    CHECK(mentions(of_format("norma checkpoint 3"), "was made by an older norma: its format is 'norma checkpoint 3'"));
    CHECK(mentions(of_format("norma checkpoint 10"), "was made by a newer norma: its format is 'norma checkpoint 10'"));
    for (const char* const neither : {"norma checkpoint ", "norma checkpoint x", "norma checkpoint 3 ",
                                      "norma checkpoint -1", "norma checkpoint 99999999999"}) {
        CHECK(mentions(of_format(neither), "it.checkpoint: its format is '" + std::string(neither) + "'"));
    }
    const std::vector<std::int64_t> minus{-1};
    const std::vector<std::byte> minus_bytes = to_little_endian<std::int64_t>(minus);
    for (const char* const number :
         {"epoch", "batch", "step", "batches", "batch_size", "training_samples", "samples"}) {
        const std::string name = "progress." + std::string(number);
        CAPTURE(name);
        CHECK(mentions(refusal(other, changed([&](Safetensors& c) {
                                   c.tensors.at(name) = {"I64", {}, minus_bytes};
                               })),
                       name + " is -1"));
        CHECK(mentions(refusal(other, changed([&](Safetensors& c) {
                                   c.tensors.at(name) = {"I64", {1}, minus_bytes};
                               })),
                       name + " is not one number"));
        CHECK(mentions(refusal(other, changed([&](Safetensors& c) { c.tensors.erase(name); })),
                       name + " is missing, or is not of type I64"));
    }
    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.tensors.erase("network.0.0.weight"); })),
                   "0.0.weight is missing"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.tensors.erase("optimiser.momentum_buffer"); })),
                   "does not hold the state of this optimiser"));
    Training<AdamW> adam;
    const std::vector<std::byte> adam_file = checkpoint_bytes(adam.trainer);
    CHECK(mentions(refusal(adam, good), "does not hold the state of this optimiser", "exp_avg"));
    Safetensors of_adam = read_safetensors(adam_file);
    of_adam.tensors.at("progress.optimiser_steps") = {"I64", {}, minus_bytes};
    CHECK(mentions(refusal(adam, with_checksum(of_adam)), "progress.optimiser_steps is -1"));
    CHECK(checkpoint_bytes(adam.trainer) == adam_file);
    Training<> seeded(1, 5);
    CHECK(mentions(message_of<OptionError>([&] { load_checkpoint(seeded.trainer, good, "it"); }), "it: seed: ", "5",
                   "4"));
    for (std::size_t size = 0; size < good.size(); size += 97) {
        CHECK_THROWS_AS(load_checkpoint(other.trainer, std::span(good).first(size)), DataError);
    }
    CHECK(mentions(refusal(other, adam_file), "does not hold the state of this optimiser", "momentum_buffer"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) {
                               c.tensors["stray\n"] = {"F32", {0, 4}, {}};
                           })),
                   "a tensor that does not belong in a checkpoint: stray\\x0a, 0x4"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) {
                               c.tensors["optimiser.exp_avg"] = {"F32", {0}, {}};
                           })),
                   "another optimiser, which has the array optimiser.exp_avg, 0"));
    CHECK(checkpoint_bytes(other.trainer) == before);
}

TEST_CASE("text from a checkpoint is short in a message, without control characters") {
    Training<AdamW> training;
    const std::vector<std::byte> good = checkpoint_bytes(training.trainer);
    const std::string strange = "\x1b[2J" + std::string(1, '\0') + std::string(100'000, 'x');
    for (const char* key : {"format", "type", "option first beta"}) {
        CAPTURE(key);
        Safetensors content = read_safetensors(good);
        content.metadata[key] = strange;
        REQUIRE(content.metadata.size() == read_safetensors(good).metadata.size());
        const std::string text = message_of<Error>([&] { load_checkpoint(training.trainer, with_checksum(content)); });
        CHECK_FALSE(text.empty());
        CHECK(text.size() < 1500);
        CHECK(text.find_first_of(std::string("\x1b\0", 2)) == std::string::npos);
    }
}

TEST_CASE("load_weights refuses a checkpoint, and names load_checkpoint") {
    const Training<> training;
    const std::vector<std::byte> file = checkpoint_bytes(training.trainer);
    Net net(1);
    CHECK(message_of<DataError>([&] { load_weights(net, file, {}, "it.safetensors"); }) ==
          "it.safetensors: this is a checkpoint of norma: load it with load_checkpoint");
}

TEST_CASE("a note that is not UTF-8 is refused, and the message says why") {
    const Training<> training;
    CHECK(mentions(message_of<DataError>([&] { checkpoint_bytes(training.trainer, "caf\xe9"); }),
                   "'note' is 'caf\\xe9', which is not UTF-8"));
}

TEST_CASE("training is not resumed with other batches") {
    Training<> training;
    training.run([](const BatchReport& batch) { return batch.batch == 1 ? Next::stop : Next::go_on; });
    std::vector<std::byte> middle;
    training.run([&](const BatchReport& batch) {
        if (batch.batch == 3) middle = checkpoint_bytes(training.trainer);
        return batch.batch == 3 ? Next::stop : Next::go_on;
    });
    for (const int size : {16, 31}) {
        Training<> other;
        other.batches = Batches(data().train, {.batch_size = size}, RandomFlip{});
        load_checkpoint(other.trainer, middle);
        CHECK(mentions(message_of<OptionError>([&] { other.run(); }), "batches of " + std::to_string(size),
                       "5 batches of 32, 150 samples"));
        CHECK(other.trainer.progress().step == 6);
    }
    Safetensors content = read_safetensors(middle);
    const std::vector<std::int64_t> six{6};
    const std::vector<std::byte> six_bytes = to_little_endian<std::int64_t>(six);
    content.tensors.at("progress.batch").bytes = six_bytes;
    Training<> other;
    CHECK(mentions(message_of<OptionError>([&] { load_checkpoint(other.trainer, with_checksum(content)); }),
                   "6 batches of the epoch are done, but the epoch has 5"));
}

TEST_CASE("a checkpoint is verified, and nothing is changed") {
    const TemporaryFolder folder;
    const std::filesystem::path path = folder / "training.safetensors";
    Training<> training;
    training.run([](const BatchReport& batch) { return batch.batch == 2 ? Next::stop : Next::go_on; });
    save_checkpoint(training.trainer, path, "of the program");
    Training<> other;
    const std::vector<std::byte> before = checkpoint_bytes(other.trainer);
    const CheckpointInfo info = verify_checkpoint(other.trainer, other.batches, path);
    CHECK(info.note == "of the program");
    CHECK(info.progress.epoch == 1);
    CHECK(info.progress.step == 3);
    Batches<float> fewer(data().test, {.batch_size = 32});
    CHECK(mentions(message_of<OptionError>([&] { verify_checkpoint(other.trainer, fewer, path); }),
                   "1 batches of 32, 10 samples", "5 batches of 32, 150 samples"));
    CHECK(mentions(message_of<FileError>([&] { verify_checkpoint(other.trainer, folder / "none"); }), "no such file"));
    Training<AdamW> adam;
    CHECK(mentions(message_of<DataError>([&] { verify_checkpoint(adam.trainer, path); }),
                   "does not hold the state of this optimiser"));
    CHECK(checkpoint_bytes(other.trainer) == before);
}

TEST_CASE("a change of any bit of a checkpoint is noticed") {
    using Tiny = Network<Shape<1, 2, 2>, BatchNorm, Linear<2>>;
    const auto all_of = [](const Trainer<Tiny>& trainer) { return checkpoint_bytes(trainer, "n"); };
    Threads threads(1);
    Tiny trained(1), fresh(2);
    Trainer<Tiny> first(trained, threads, {.epochs = 1});
    Trainer<Tiny> other(fresh, threads, {.epochs = 1});
    std::vector<std::byte> file = checkpoint_bytes(first, "n");
    const std::vector<std::byte> before = all_of(other);
    REQUIRE(file != before);
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
        const std::byte mask{static_cast<unsigned char>(1u << (bit % 8))};
        file[bit / 8] ^= mask;
        try {
            load_checkpoint(other, file);
        } catch (const DataError&) {
            ++refused;
        }
        file[bit / 8] ^= mask;
    }
    CHECK(refused == 8 * file.size());
    CHECK(all_of(other) == before);
    CHECK(load_checkpoint(other, file) == "n");
    CHECK(all_of(other) == file);
    file.back() ^= std::byte{1};
    CHECK(mentions(message_of<DataError>([&] { load_checkpoint(other, file, "it.checkpoint"); }),
                   "it.checkpoint: is damaged: its checksum is"));
}

TEST_CASE("training is not resumed with other options by mistake, and the message names them") {
    Training<> training;
    training.run([](const BatchReport&) { return Next::stop; });
    const std::vector<std::byte> file = checkpoint_bytes(training.trainer);
    using Options = Trainer<Net>::Options;
    const Options same{.epochs = epochs, .seed = 4};
    const auto refusal_with = [&](const auto& change, ResumeWith with = ResumeWith::same_options) {
        Options options = same;
        change(options);
        Net net(3);
        Trainer<Net> trainer(net, training.threads, options);
        const std::vector<std::byte> before = checkpoint_bytes(trainer);
        const std::string text =
            message_of<OptionError>([&] { load_checkpoint(trainer, file, "it.checkpoint", with); });
        CHECK((checkpoint_bytes(trainer) == before) == !text.empty());
        CHECK(text == message_of<OptionError>([&] { verify_checkpoint(trainer, file, "it.checkpoint", with); }));
        return text;
    };
    CHECK(refusal_with([](Options&) {}).empty());
    CHECK(refusal_with([](Options& o) { o.epochs = 7; }).empty());
    CHECK(refusal_with([](Options& o) { o.epochs = 1; }).empty());
    CHECK(refusal_with([](Options& o) { o.optimiser.momentum = 0.8; }) ==
          "it.checkpoint: was made with other options (there: the checkpoint's, here: the trainer's):\n  momentum: 0.9 "
          "there, 0.8 here\n"
          "use the same options, or pass ResumeWith::other_options to resume with other ones");
    CHECK(mentions(refusal_with([](Options& o) { o.optimiser.nesterov = true; }), "Nesterov: no there, yes here"));
    CHECK(mentions(refusal_with([](Options& o) { o.optimiser.weight_decay = 1e-4; }),
                   "weight decay: 0 there, 1e-04 here"));
    CHECK(
        mentions(refusal_with([](Options& o) { o.loss.label_smoothing = 0.1; }), "label smoothing: 0 there, 0.1 here"));
    CHECK(mentions(refusal_with([](Options& o) { o.max_grad_norm = 2; }),
                   "largest norm of the gradient: none there, 2 here"));
    CHECK(mentions(refusal_with([](Options& o) { o.learning_rate = StepLR(0.01, 2); }),
                   "learning rate in epoch 2: 0.01 there, 0.001 here"));
    CHECK(refusal_with([](Options& o) { o.learning_rate = StepLR(0.5); }, ResumeWith::other_options).empty());
    CHECK(mentions(refusal_with([](Options& o) { o.seed = 5; }, ResumeWith::other_options), "seed"));
}

TEST_CASE("training is not resumed with other images, labels or augmentation, and what differs is named") {
    Training<> training;
    training.run([](const BatchReport& batch) { return batch.batch == 1 ? Next::stop : Next::go_on; });
    const TemporaryFolder folder;
    const std::filesystem::path path = folder / "training.safetensors";
    save_checkpoint(training.trainer, path);
    const BatchOptions options = options_of_batches;
    const auto refusal_on = [&](const Dataset& images, const BatchOptions& with, double probability = 0.5) {
        Training<> other;
        other.batches = Batches(images, with, RandomFlip{probability});
        load_checkpoint(other.trainer, path);
        const std::vector<std::byte> before = checkpoint_bytes(other.trainer);
        const std::string text = message_of<OptionError>([&] { other.run(); });
        CHECK((checkpoint_bytes(other.trainer) == before) == !text.empty());
        const std::string early =
            message_of<OptionError>([&] { verify_checkpoint(other.trainer, other.batches, path); });
        if (!text.empty()) CHECK(early == path.string() + ": " + text);
        return text;
    };
    const auto with = [&](const auto& change) {
        BatchOptions changed = options;
        change(changed);
        return refusal_on(data().train, changed);
    };
    CHECK(refusal_on(data().train, options).empty());
    Dataset copy = data().train;
    CHECK(refusal_on(copy, options).empty());
    copy.pixels[77] ^= 1;
    CHECK(mentions(refusal_on(copy, options),
                   "data: the training to resume used other data:\n  images and labels: xxh64 ", "use the same data"));
    copy = data().train;
    copy.labels[3] = static_cast<std::uint8_t>((copy.labels[3] + 1) % copy.classes);
    CHECK(mentions(refusal_on(copy, options), "images and labels: xxh64 "));
    copy = data().train;
    copy.mean[0] = 0.25;
    CHECK(mentions(refusal_on(copy, options), "mean: ", " there, 0.25 "));
    CHECK(mentions(with([](BatchOptions& o) { o.shuffle = false; }), "shuffle: yes there, no here"));
    CHECK(mentions(with([](BatchOptions& o) { o.seed = 3; }), "seed of the batches: 2 there, 3 here"));
    CHECK(mentions(refusal_on(data().train, options, 0.25), "transform 1, flip probability: 0.5 there, 0.25 here"));
}

TEST_CASE("a checkpoint keeps all numbers of a history, also NaN") {
    Training<> training;
    TrainingProgress progress = training.trainer.progress();
    progress.history.epochs = {{0, 0.1, 0.2, 1.0 / 3, 5e-324, -0.0, 1e308, 7}, {1, 1, 2, 3, 4, 5, 6, 8}};
    progress.history.epochs[0].metrics = {{"test_mean_iou", 0.1 + 0.2}};
    progress.history.epochs[1].metrics = {{"test_mean_iou", 0.5}, {"train_r2", -1}};
    progress.history.batch_loss = {1, std::numeric_limits<double>::infinity(), 3};
    progress.history.recalibrated = RecalibratedRecord{1, 2, 3};
    progress.seconds = 0.1 + 0.2;
    progress.epoch_mean = {{1.5, 4}, {300, 2}, 5};
    training.trainer.resume(progress);
    Training<> other;
    const std::vector<std::byte> file = checkpoint_bytes(training.trainer);
    load_checkpoint(other.trainer, file);
    CHECK(checkpoint_bytes(other.trainer) == file);
    const TrainingProgress& taken = other.trainer.progress();
    REQUIRE(taken.history.epochs.size() == 2);
    CHECK(taken.history.epochs[1].epoch == 1);
    CHECK(taken.history.epochs[0].train_accuracy == 1.0 / 3);
    CHECK(taken.history.epochs[1].seconds == 8);
    for (const std::size_t e : {0u, 1u}) CHECK(taken.history.epochs[e].metrics == progress.history.epochs[e].metrics);
    CHECK(taken.history.batch_loss == progress.history.batch_loss);
    REQUIRE(taken.history.recalibrated);
    CHECK(taken.history.recalibrated->test_accuracy == 3);
    CHECK(taken.seconds == 0.1 + 0.2);
    CHECK(taken.epoch_mean.loss_sum().sum == 1.5);
    CHECK(taken.epoch_mean.loss_sum().weight == 4);
    CHECK(taken.epoch_mean.figure_sum().sum == 300);
    CHECK(taken.epoch_mean.figure_sum().weight == 2);
    CHECK(taken.epoch_mean.samples() == 5);
    CHECK(verify_checkpoint(other.trainer, file).version == version);
}

TEST_CASE("reading a checkpoint takes less memory than twice its size, also with a long history") {
    const TemporaryFolder folder;
    const std::filesystem::path path = folder / "long.safetensors";
    {
        Training<> training;
        TrainingProgress progress = training.trainer.progress();
        progress.history.batch_loss.assign(2'000'000, 0.5);
        progress.history.batch_accuracy.assign(2'000'000, 50);
        training.trainer.resume(progress);
        save_checkpoint(training.trainer, path);
    }
    const auto size = static_cast<double>(std::filesystem::file_size(path));
    REQUIRE(size > 32e6);
    Training<> other;
    const auto peak = peak_memory_of([&] { load_checkpoint(other.trainer, path); });
    CHECK(static_cast<double>(peak.value_or(0)) < 2 * size + (1 << 20));
    CHECK(other.trainer.history().batch_loss.size() == 2'000'000);
}

TEST_CASE("a full disk leaves the old checkpoint whole") {
    const TemporaryFolder folder;
    const std::filesystem::path path = folder / "training.safetensors";
    Training<> training;
    save_checkpoint(training.trainer, path, "old");
    training.run([](const BatchReport&) { return Next::stop; });
    {
        const FullDisk full(1000);
        CHECK(mentions(message_of<FileError>([&] { save_checkpoint(training.trainer, path, "new"); }),
                       "what was there before is unchanged"));
    }
    Training<> resumed;
    CHECK(load_checkpoint(resumed.trainer, path) == "old");
    CHECK(resumed.trainer.progress().step == 0);
}

namespace {
/// The child writes this before it saves; after saving it writes the step, which is never this.
constexpr std::uint32_t saving_begins = 0;
}  // namespace

// The next test starts this case as a program, and kills it; otherwise it is skipped.
TEST_CASE("child" * doctest::skip()) {
    const char* const folder = std::getenv("NORMA_CHECKPOINT_FOLDER");
    REQUIRE(folder != nullptr);
    const std::filesystem::path path = std::filesystem::path(folder) / "training.safetensors";
    Training<> training;
    if (std::filesystem::exists(path)) load_checkpoint(training.trainer, path);
    const int pipe = std::atoi(std::getenv("NORMA_CHECKPOINT_PIPE"));
    const auto tell = [&](std::uint32_t word) { REQUIRE(::write(pipe, &word, sizeof word) == sizeof word); };
    training.run([&](const BatchReport&) {
        tell(saving_begins);
        save_checkpoint(training.trainer, path);
        tell(training.trainer.progress().step);  // that is safe now
        return Next::go_on;
    });
}

TEST_CASE("a training killed at any moment resumes from the newest whole checkpoint, and ends with the same bits") {
    if (!std::filesystem::exists("/proc/self/exe")) {
        skip("there is no /proc here, through which this program starts itself");
        return;
    }
    const TemporaryFolder folder;
    ::setenv("NORMA_CHECKPOINT_FOLDER", folder.path().c_str(), 1);
    const std::filesystem::path path = folder / "training.safetensors";
    int kills = 0;
    int resumed = 0;
    std::uint32_t safe_step = 0;  // the last whose saving came to its end
    for (bool finished = false; !finished;) {
        REQUIRE(kills <= 100);
        if (std::filesystem::exists(path)) ++resumed;
        int pipe[2];
        REQUIRE(::pipe(pipe) == 0);
        ::setenv("NORMA_CHECKPOINT_PIPE", std::to_string(pipe[1]).c_str(), 1);
        const ::pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            ::execl("/proc/self/exe", "child", "--test-case=child", "--no-skip", "--out=/dev/null", nullptr);
            ::_exit(127);
        }
        ::close(pipe[1]);
        // It is killed during its first, second or third save, a little earlier or later, unless it has ended.
        int savings = 1 + kills % 3;
        const auto listen = [&] {  // false where the child is gone
            std::uint32_t word = 0;
            if (::read(pipe[0], &word, sizeof word) != sizeof word) return false;
            word == saving_begins ? void(--savings) : void(safe_step = word);
            return true;
        };
        while (savings > 0 && listen()) continue;
        if (savings <= 0) {
            std::this_thread::sleep_for(std::chrono::microseconds(200 * (kills % 7)));
            ::kill(child, SIGKILL);
        }
        while (listen()) continue;  // what it told before it was gone
        ::close(pipe[0]);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        if (WIFSIGNALED(status)) {
            ++kills;
        } else {
            REQUIRE(WEXITSTATUS(status) == 0);
            finished = true;
        }
        if (safe_step == 0 && !std::filesystem::exists(path)) continue;
        Training<> probe;
        CHECK_NOTHROW(load_checkpoint(probe.trainer, path));
        CHECK(probe.trainer.progress().step >= safe_step);
    }
    CHECK(kills >= 3);
    CHECK(resumed >= 2);
    CHECK(safe_step > 0);
    MESSAGE(kills << " kills; a checkpoint was taken up " << resumed << " times");
    Training<> whole;
    whole.run();
    Training<> last;
    load_checkpoint(last.trainer, path);
    last.run();  // nothing is left but to close the last epoch
    check_same(last, whole);
}

}  // namespace checkpoint_test
