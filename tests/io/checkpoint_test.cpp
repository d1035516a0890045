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
#include "../support/temporary_folder.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/synthetic.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/training/adamw.hpp"

using namespace norma;

namespace {

using Net = Network<Shape<3, 32, 32>, Block<4, 5, BatchNorm, 4>, Dropout<std::ratio<1, 5>>, MaxPool2d<2>, Linear<10>>;
constexpr int epochs = 3;

const TrainTest& data() {
    static const TrainTest images = synthetic_dataset(150, 10, 1);
    return images;
}

/// A training of `epochs` epochs of five batches, the last one short, shuffled and with dropout.
template <template <class> class OptimiserOf = Sgd>
struct Training {
    using Taught = Trainer<Net, OptimiserOf>;

    explicit Training(int thread_count = 2, std::uint64_t seed = 4)
        : net(9),
          threads(thread_count),
          batches(data().train, {.batch_size = 32, .shuffle = true, .seed = 2, .flip = true}),
          trainer(net, threads, {.epochs = epochs, .batch_size = 32, .seed = seed}) {}

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
    Batches<float> batches;
    Taught trainer;
    std::vector<EpochRecord> records;
};

template <class A, class B>
void check_same(const A& a, const B& b) {
    CHECK(same_bits<float>(a.net.parameters(), b.net.parameters()));
    CHECK(same_bits<float>(a.net.running_mean(), b.net.running_mean()));
    CHECK(same_bits<float>(a.net.running_variance(), b.net.running_variance()));
    CHECK(a.net.tracked_batches() == b.net.tracked_batches());
    CHECK(a.trainer.progress().step == b.trainer.progress().step);
    CHECK(a.trainer.history().batch_loss == b.trainer.history().batch_loss);
    CHECK(a.trainer.history().batch_accuracy == b.trainer.history().batch_accuracy);
    CHECK(a.records.back().train_loss == b.records.back().train_loss);
    CHECK(a.records.back().train_accuracy == b.records.back().train_accuracy);
}

/// Resumes after every batch in turn, with another number of threads, and trains to the end.
template <template <class> class OptimiserOf>
void check_resumes_anywhere() {
    Training<OptimiserOf> whole;
    std::vector<std::vector<std::byte>> checkpoints;
    whole.run([&](const BatchReport&) {
        checkpoints.push_back(checkpoint_bytes(whole.trainer, "note " + std::to_string(checkpoints.size())));
        return Next::go_on;
    });
    REQUIRE(checkpoints.size() == epochs * 5);
    for (std::size_t i = 0; i < checkpoints.size(); ++i) {
        CAPTURE(i);
        Training<OptimiserOf> resumed(i % 2 == 0 ? 1 : 3);
        CHECK(load_checkpoint(resumed.trainer, checkpoints[i]) == "note " + std::to_string(i));
        CHECK(resumed.trainer.progress().step == i + 1);
        resumed.run();
        check_same(resumed, whole);
    }
}

/// What goes wrong when a training takes this checkpoint.
template <class Taught>
std::string refusal(Taught& training, const std::vector<std::byte>& file) {
    return message_of<DataError>([&] { load_checkpoint(training.trainer, file, "it.checkpoint"); });
}

}  // namespace

TEST_CASE("training resumed after any batch gives the bits of the uninterrupted one") {
    check_resumes_anywhere<Sgd>();
    check_resumes_anywhere<AdamW>();
}

TEST_CASE("a checkpoint of another network, optimiser or format is refused, and nothing is changed") {
    Training<> training;
    const std::vector<std::byte> good = checkpoint_bytes(training.trainer);
    const auto changed = [&](const auto& change) {
        Safetensors content = read_safetensors(good);
        change(content);
        return write_safetensors(content);
    };
    Training<> other;
    other.run([](const BatchReport& batch) { return batch.batch == 1 ? Next::stop : Next::go_on; });
    const std::vector<std::byte> before = checkpoint_bytes(other.trainer);

    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.metadata.clear(); })), "it.checkpoint", "no checkpoint"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.metadata["format"] = "x"; })), "the format 'x'", "'norma checkpoint 2' alone", "train anew"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.metadata["type"] = "F32 1x28x28"; })),
                   "of another network", "there: F32 1x28x28", "here:  F32 3x32x32 -> conv 5x5 stride 4 4x"));
    using Elsewhere = Network<Shape<3, 32, 32>, Block<4, 5, BatchNorm, 4>, Dropout<std::ratio<1, 4>>, MaxPool2d<2>, Linear<10>>;
    const std::string type = type_signature<Elsewhere>();
    CHECK(mentions(refusal(other, changed([&](Safetensors& c) { c.metadata["type"] = type; })),
                   "of another network\n  there: norm(batch,", "relu dropout 16384/65536 4x7x7", "relu dropout 13107/65536"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.metadata["progress"] = "{"; })), "no JSON"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.metadata["progress"] = "[[[[["; })),
                   "nested deeper than the 4 levels"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.metadata["progress"] = R"({"epoch":-1})"; })),
                   "\"epoch\" is -1"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.tensors.erase("network.0.0.weight"); })),
                   "0.0.weight is missing"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.tensors.erase("optimiser.momentum_buffer"); })),
                   "does not hold this optimiser"));
    Training<AdamW> adam;
    const std::vector<std::byte> adam_file = checkpoint_bytes(adam.trainer);
    CHECK(mentions(refusal(adam, good), "does not hold this optimiser", "exp_avg"));
    const Safetensors of_adam = read_safetensors(adam_file);
    for (const char* steps : {"-1 and more", "-1", "7 ", " 7", "+7", "", "7.5", "99999999999999999999"}) {
        CAPTURE(steps);
        Safetensors content = of_adam;
        content.metadata["optimiser_steps"] = steps;
        CHECK(mentions(refusal(adam, write_safetensors(content)),
                       "the number of steps '" + std::string(steps) + "', expected a whole number from 0"));
    }
    CHECK(checkpoint_bytes(adam.trainer) == adam_file);
    Training<> seeded(1, 5);
    CHECK(mentions(message_of<OptionError>([&] { load_checkpoint(seeded.trainer, good); }), "seed", "5", "4"));
    for (std::size_t size = 0; size < good.size(); size += 97) {
        CHECK_THROWS_AS(load_checkpoint(other.trainer, std::span(good).first(size)), DataError);
    }
    CHECK(mentions(refusal(other, adam_file), "does not hold this optimiser", "momentum_buffer"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.tensors["stray\n"] = {"F32", {0, 4}, {}}; })),
                   "a tensor that is none of a checkpoint: stray\\x0a, 0x4"));
    CHECK(mentions(refusal(other, changed([](Safetensors& c) { c.tensors["optimiser.exp_avg"] = {"F32", {0}, {}}; })),
                   "another optimiser: it keeps optimiser.exp_avg, 0"));
    CHECK(checkpoint_bytes(other.trainer) == before);
}

TEST_CASE("what a message tells of a checkpoint is short, and steers no terminal") {
    Training<AdamW> training;
    const std::vector<std::byte> good = checkpoint_bytes(training.trainer);
    const std::string strange = "\x1b[2J" + std::string(1, '\0') + std::string(100'000, 'x');
    for (const char* key : {"format", "type", "progress", "optimiser_steps"}) {
        CAPTURE(key);
        Safetensors content = read_safetensors(good);
        content.metadata[key] = strange;
        REQUIRE(content.metadata.size() == read_safetensors(good).metadata.size());
        const std::string text = refusal(training, write_safetensors(content));
        CHECK_FALSE(text.empty());
        CHECK(text.size() < 1500);
        CHECK(text.find_first_of(std::string("\x1b\0", 2)) == std::string::npos);
    }
    Safetensors content = read_safetensors(good);
    content.metadata["progress"] = nlohmann::json{{"epoch", strange}}.dump();
    CHECK(refusal(training, write_safetensors(content)).size() < 500);
}

TEST_CASE("weights are not taken from a checkpoint, and its reader is told how it is loaded") {
    const Training<> training;
    const std::vector<std::byte> file = checkpoint_bytes(training.trainer);
    Net net(1);
    CHECK(message_of<DataError>([&] { load_weights(net, file, {}, "it.safetensors"); }) ==
          "it.safetensors: this is a checkpoint of norma: load it with load_checkpoint");
}

TEST_CASE("a note that is no UTF-8 is refused in words") {
    const Training<> training;
    CHECK(mentions(message_of<DataError>([&] { checkpoint_bytes(training.trainer, "caf\xe9"); }),
                   "'note' is 'caf\\xe9', which is no UTF-8"));
}

TEST_CASE("a checkpoint made on other batches is not gone on with") {
    Training<> training;
    training.run([](const BatchReport& batch) { return batch.batch == 1 ? Next::stop : Next::go_on; });
    std::vector<std::byte> middle;
    training.run([&](const BatchReport& batch) {
        if (batch.batch == 3) middle = checkpoint_bytes(training.trainer);
        return batch.batch == 3 ? Next::stop : Next::go_on;
    });
    for (const int size : {16, 31}) {
        Training<> other;
        other.batches = Batches<float>(data().train, {.batch_size = size});
        load_checkpoint(other.trainer, middle);
        CHECK(mentions(message_of<OptionError>([&] { other.run(); }), "batches of " + std::to_string(size),
                       "5 batches of 32, 150 samples"));
        CHECK(other.trainer.progress().step == 6);
    }
    Safetensors content = read_safetensors(middle);
    std::string& progress = content.metadata["progress"];
    REQUIRE(progress.find("\"batch\":4") != std::string::npos);
    progress.replace(progress.find("\"batch\":4"), 9, "\"batch\":6");
    Training<> other;
    CHECK(mentions(message_of<OptionError>([&] { load_checkpoint(other.trainer, write_safetensors(content)); }),
                   "6 batches of the epoch are done, but the epoch has 5"));
}

TEST_CASE("a checkpoint is verified without being taken") {
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
    CHECK(mentions(message_of<DataError>([&] { verify_checkpoint(adam.trainer, path); }), "does not hold this optimiser"));
    CHECK(checkpoint_bytes(other.trainer) == before);
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
/// What the child tells before it saves; afterwards it tells the step, which is never this.
constexpr std::uint32_t saving_begins = 0;
}  // namespace

// The program that the next test starts and kills; by itself it is skipped.
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

TEST_CASE("killed at any moment, training goes on from the newest whole checkpoint to the same bits") {
    if (!std::filesystem::exists("/proc/self/exe")) {
        MESSAGE("skipped: there is no /proc here, through which this program starts itself");
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
        // It is killed in its first, second or third saving, a little sooner or later, unless it has come to its end.
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
