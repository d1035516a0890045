#include "norma/training/trainer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "../support/gradient_check.hpp"
#include "../support/message.hpp"
#include "../support/small_network.hpp"
#include "../support/toy_data.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/none.hpp"
#include "norma/training/adamw.hpp"

namespace trainer_test {

using namespace norma;

namespace {

using Net = SmallNetwork<BatchNorm>;

ToySource<float> samples(std::vector<int> sizes, std::uint64_t seed = 1) {
    return {Net::input_extent, std::move(sizes), seed, Net::outputs};
}
TrainingOptions options(int epochs) {
    TrainingOptions o;
    o.epochs = epochs;
    o.learning_rate = StepLR(0.05, 2, 0.1);
    return o;
}
bool same_network(const Net& a, const Net& b) {
    return same_bits<float>(a.parameters(), b.parameters()) && same_bits<float>(a.running_mean(), b.running_mean()) &&
           same_bits<float>(a.running_var(), b.running_var()) && a.tracked_batches() == b.tracked_batches();
}

/// Records the reports of the trainer.
struct Diary {
    std::vector<std::string> lines;
    std::vector<BatchReport> batches;
    std::vector<EpochRecord> epochs;
    std::string stop_at;

    TrainingCallbacks callbacks() {
        const auto note = [this](const std::string& line) {
            lines.push_back(line);
            return line == stop_at ? Next::stop : Next::go_on;
        };
        return {[this, note](const BatchReport& r) {
                    batches.push_back(r);
                    return note("batch " + std::to_string(r.epoch) + "." + std::to_string(r.batch));
                },
                [this, note](const EpochRecord& r) {
                    epochs.push_back(r);
                    return note("epoch " + std::to_string(r.epoch));
                }};
    }
};

}  // namespace

TEST_CASE("trainer: it reports after every batch and epoch, and the history has all of it") {
    Net net(1);
    Threads threads(2);
    Trainer<Net> trainer(net, threads, options(3));
    ToySource<float> train = samples({8, 8, 5});
    const ToySource<float> test = samples({4}, 9);
    Diary diary;
    const History& history = trainer.fit(train, train, test, diary.callbacks());

    CHECK(diary.lines == std::vector<std::string>{"batch 0.0", "batch 0.1", "batch 0.2", "epoch 0", "batch 1.0",
                                                  "batch 1.1", "batch 1.2", "epoch 1", "batch 2.0", "batch 2.1",
                                                  "batch 2.2", "epoch 2"});
    CHECK(train.started() == std::vector<int>{0, 1, 2});
    REQUIRE(history.epochs.size() == 3);
    REQUIRE(history.batch_loss.size() == 9);
    REQUIRE(history.batch_accuracy.size() == 9);
    CHECK(net.tracked_batches() == 9);
    for (int epoch = 0; epoch < 3; ++epoch) {
        const EpochRecord& record = history.epochs[std::size_t(epoch)];
        CHECK(record.epoch == epoch);
        CHECK(record.learning_rate == doctest::Approx(epoch < 2 ? 0.05 : 0.005));
        double loss = 0;
        double correct = 0;
        for (int b = 0; b < 3; ++b) {
            const auto at = std::size_t(3 * epoch + b);
            const BatchReport& report = diary.batches[at];
            CHECK(report.batches == 3);
            CHECK(report.loss == history.batch_loss[at]);
            CHECK(report.accuracy == history.batch_accuracy[at]);
            CHECK(report.samples == (b < 2 ? 8 * (b + 1) : 21));
            loss += report.loss * train[b].size() / 21;
            correct += report.accuracy * train[b].size() / 21;
        }
        CHECK(diary.batches[std::size_t(3 * epoch + 2)].running_loss == record.train_loss);
        CHECK(record.train_loss == doctest::Approx(loss));
        CHECK(record.train_accuracy == doctest::Approx(correct));
        CHECK(record.seconds >= 0);
        CHECK(diary.epochs[std::size_t(epoch)].test_loss == record.test_loss);
    }
    const Evaluation at_last = evaluate(net, test, threads);
    CHECK(history.epochs[2].test_loss == at_last.loss);
    CHECK(history.epochs[2].test_accuracy == at_last.accuracy);
    CHECK(history.epochs[2].train_accuracy_eval == evaluate(net, train, threads).accuracy);
    CHECK_FALSE(history.recalibrated.has_value());

    // A training that was resumed after its last epoch has nothing to do, and the message says so.
    const Net before = net;
    Trainer<Net> resumed(net, threads, options(3));
    resumed.resume(trainer.progress());
    CHECK(message_of<OptionError>([&] { resumed.fit(train, train, test, diary.callbacks()); }) ==
          "epochs: all 3 were trained before the training was resumed, so fit has nothing to do; call set_epochs to "
          "train more");
    CHECK(diary.lines.size() == 12);
    CHECK(train.started().size() == 3);
    CHECK(resumed.history().epochs.size() == 3);
    CHECK(same_network(net, before));
}

TEST_CASE("trainer: with more epochs it continues, to the same bits as with so many from the beginning") {
    Threads threads(1);
    ToySource<float> train = samples({8, 5});
    Net at_once(1);
    Trainer<Net>(at_once, threads, options(3)).fit(train, train);
    Net net(1);
    Trainer<Net> trainer(net, threads, options(1));
    trainer.fit(train, train);
    CHECK_FALSE(same_network(at_once, net));
    CHECK(mentions(message_of<OptionError>([&] { trainer.set_epochs(0); }), "epochs: 0 is not at least 1"));
    CHECK(trainer.options().epochs == 1);
    trainer.set_epochs(3);
    CHECK(trainer.fit(train, train).epochs.size() == 3);
    CHECK(same_network(at_once, net));
    Net again(1);
    Trainer<Net> in_parts(again, threads, options(1));
    for (const std::size_t epochs : {1u, 2u, 3u}) CHECK(in_parts.fit(train).epochs.size() == epochs);
    CHECK(same_network(at_once, again));
}

TEST_CASE("trainer: its memory is for the largest batches of the sources that it trained on") {
    Threads threads(2);
    ToySource<float> train = samples({8, 5});
    ToySource<float> larger = samples({9});
    Net net(1);
    Trainer<Net> trainer(net, threads, options(1));
    const std::size_t before = trainer.memory();
    CHECK(before == net.parameters().size_bytes());
    CHECK(trainer.gradient().empty());
    trainer.fit(train);
    const std::size_t of_eight = trainer.memory();
    CHECK(of_eight == before + Executor<Net, training_mode>(threads, 8).memory());
    trainer.fit(larger);
    CHECK(trainer.memory() == before + Executor<Net, training_mode>(threads, 9).memory());
    trainer.fit(train);
    CHECK(trainer.history().epochs.size() == 3);
}

TEST_CASE("trainer: without a third source, the training samples are evaluated as they come, if that is asked for") {
    Threads threads(1);
    ToySource<float> train = samples({8, 8, 5});
    const ToySource<float> test = samples({7}, 9);
    Net with(1);
    Net without(1);
    Diary diary;
    Trainer<Net> first(with, threads, options(2));
    TrainingOptions twice = options(2);
    twice.evaluate_train = true;
    Trainer<Net> second(without, threads, twice);
    const History& three = first.fit(train, train, test);
    const History& two = second.fit(train, test, diary.callbacks());
    CHECK(same_network(with, without));
    CHECK(diary.epochs.size() == 2);
    for (const std::size_t e : {0u, 1u}) {
        CHECK(two.epochs[e].train_accuracy_eval == three.epochs[e].train_accuracy_eval);
        CHECK(two.epochs[e].test_loss == three.epochs[e].test_loss);
    }
    CHECK(two.epochs[1].train_accuracy_eval == evaluate(without, train, threads).accuracy);
    CHECK(two.epochs[1].test_accuracy == evaluate(without, test, threads).accuracy);

    Net alone(1);
    const History one = Trainer<Net>(alone, threads, options(2)).fit(train);
    CHECK(same_network(alone, with));
    for (const std::size_t e : {0u, 1u}) {
        CHECK(one.epochs[e].train_loss == two.epochs[e].train_loss);
        CHECK(std::isnan(one.epochs[e].train_accuracy_eval));
        CHECK(std::isnan(one.epochs[e].test_loss));
        CHECK(std::isnan(one.epochs[e].test_accuracy));
    }
}

TEST_CASE("trainer: a number is a learning rate that never changes") {
    Threads threads(1);
    ToySource<float> train = samples({4});
    Net net(1);
    Trainer<Net> trainer(net, threads, {.epochs = 9, .learning_rate = 0.02});
    for (const EpochRecord& epoch : trainer.fit(train, train).epochs) CHECK(epoch.learning_rate == 0.02);
    Net other(1);
    Trainer<Net, CrossEntropy, AdamW, ConstantLR> constant(other, threads, {.epochs = 9, .learning_rate = 0.003});
    for (const EpochRecord& epoch : constant.fit(train, train).epochs) CHECK(epoch.learning_rate == 0.003);
}

TEST_CASE("trainer: a batch larger than the batch_size of its source is refused, and nothing changes") {
    struct Liar : ToySource<float> {
        using ToySource::ToySource;
        int size_of_batches = 8;
        int batch_size() const { return size_of_batches; }
    };
    Threads threads(1);
    Liar train(Net::input_extent, {9}, 1, Net::outputs);
    Net net(1);
    Trainer<Net> trainer(net, threads, options(1));
    CHECK(message_of<DataError>([&] { trainer.fit(train); }) ==
          "batch 0 has 9 samples, but the batch_size() of its source is 8, which is to be the size of the largest "
          "batch");
    for (const int impossible : {0, -5}) {
        train.size_of_batches = impossible;
        CHECK(mentions(message_of<OptionError>([&] { Trainer<Net>(net, threads, options(1)).fit(train); }),
                       "batch size: " + std::to_string(impossible), "positive"));
        // Also by a trainer that has run batches before.
        CHECK(mentions(message_of<OptionError>([&] { trainer.fit(train); }),
                       "batch size: " + std::to_string(impossible), "positive"));
    }
    CHECK(same_network(net, Net(1)));
}

TEST_CASE("trainer: stopped after a batch, it ends the epoch, and continues with the next one") {
    Net net(1);
    Threads threads(1);
    Trainer<Net> trainer(net, threads, options(3));
    ToySource<float> train = samples({8, 8, 5});
    Diary diary;
    diary.stop_at = "batch 1.1";
    trainer.fit(train, train, train, diary.callbacks());
    CHECK(diary.lines == std::vector<std::string>{"batch 0.0", "batch 0.1", "batch 0.2", "epoch 0", "batch 1.0",
                                                  "batch 1.1", "epoch 1"});
    CHECK(trainer.history().epochs.size() == 2);
    CHECK(trainer.history().batch_loss.size() == 5);
    CHECK(trainer.history().epochs[1].train_loss == diary.batches.back().running_loss);
    CHECK(trainer.history().epochs[1].test_loss > 0);

    diary.stop_at = "epoch 2";
    trainer.fit(train, train, train, diary.callbacks());
    CHECK(diary.lines.back() == "epoch 2");
    CHECK(trainer.history().epochs.size() == 3);
}

TEST_CASE("trainer: stopped after an epoch, it starts no other epoch") {
    Net net(1);
    Threads threads(1);
    Trainer<Net> trainer(net, threads, options(3));
    ToySource<float> train = samples({8});
    Diary diary;
    diary.stop_at = "epoch 0";
    trainer.fit(train, train, train, diary.callbacks());
    CHECK(diary.lines == std::vector<std::string>{"batch 0.0", "epoch 0"});
    CHECK(train.started() == std::vector<int>{0});
}

TEST_CASE("trainer: two calls of fit give the same bits as one") {
    Threads threads(1);
    Net at_once(1);
    Net in_two(1);
    ToySource<float> train = samples({8, 5});
    Trainer<Net>(at_once, threads, options(3)).fit(train, train, train);
    Trainer<Net> trainer(in_two, threads, options(3));
    Diary diary;
    diary.stop_at = "epoch 0";
    trainer.fit(train, train, train, diary.callbacks());
    trainer.fit(train, train, train);
    CHECK(same_network(at_once, in_two));
}

TEST_CASE("trainer: it refuses to resume with other batches, within an epoch and between epochs") {
    Net net(1);
    Threads threads(1);
    Trainer<Net> trainer(net, threads, options(3));
    ToySource<float> train = samples({6, 6, 6});
    std::vector<TrainingProgress> stops;
    const auto keep = [&](const auto&) {
        stops.push_back(trainer.progress());
        return Next::go_on;
    };
    trainer.fit(train, train, train, {keep, keep});
    REQUIRE(stops.size() == 12);
    for (const std::size_t stop : {1u, 2u, 3u}) {  // before the last batch, behind it, behind the epoch
        CAPTURE(stop);
        for (const std::vector<int>& other : {std::vector<int>{6, 6}, {6, 6, 6, 6}, {8, 6, 4}, {6, 6, 5}}) {
            CAPTURE(other.size());
            Net again(1);
            Trainer<Net> resumed(again, threads, options(3));
            resumed.resume(stops[stop]);
            ToySource<float> source = samples(other);
            EpochRecord record;
            const std::string text = message_of<OptionError>([&] { resumed.train_epoch(source, record); });
            CHECK(mentions(text, "batches: an epoch here is " + std::to_string(other.size()) + " batches of",
                           std::to_string(source.size()) + " samples", "used 3 batches of 6, 18 samples"));
            CHECK(source.started().empty());
            CHECK(same_network(again, Net(1)));
            CHECK(resumed.history().batch_loss.size() == stops[stop].history.batch_loss.size());
            CHECK_NOTHROW(resumed.train_epoch(train, record));  // with the right ones it goes on
            CHECK_NOTHROW(
                resumed.train_epoch(source, record));  // then the next epoch may have others, as without a stop
        }
    }
    TrainingProgress any = stops[3];
    any.batches = any.batch_size = 0;
    any.samples = 0;
    trainer.resume(any);
    ToySource<float> other = samples({8});
    EpochRecord record;
    CHECK_NOTHROW(trainer.train_epoch(other, record));
}

TEST_CASE("trainer: an epoch that was begun continues with the same batches, also after an error") {
    Threads threads(1);
    ToySource<float> train = samples({6, 6, 6, 6});
    ToySource<float> shorter = samples({6, 6});
    EpochRecord record;

    Net net(1);
    Trainer<Net> trainer(net, threads, options(3));
    const auto fail_at_the_third = [](const BatchReport& report) {
        if (report.batch == 2) throw std::runtime_error("stop here");
        return Next::go_on;
    };
    CHECK_THROWS_AS(trainer.train_epoch(train, record, fail_at_the_third), std::runtime_error);
    const Net before = net;
    CHECK(
        mentions(message_of<OptionError>([&] { trainer.train_epoch(shorter, record); }), "2 batches of", "4 batches"));
    CHECK(same_network(net, before));
    CHECK(trainer.progress().batch == 3);
    trainer.train_epoch(train, record);
    CHECK(trainer.progress().epoch == 1);
    CHECK_NOTHROW(trainer.train_epoch(shorter, record));

    // Between two epochs: an impossible rate is refused, and the batches are still compared.
    Net again(1);
    double rate = 0.05;
    struct Given {
        const double* rate;
        double at(const TrainingTime&) const { return *rate; }
    };
    using Training = Trainer<Net, CrossEntropy, Sgd, Given>;
    typename Training::Options given;
    given.epochs = 3;
    given.learning_rate.rate = &rate;
    Training resumed(again, threads, given);
    TrainingProgress progress;
    progress.seed = given.seed;
    progress.epoch = 1;
    progress.batches = 4;
    progress.batch_size = train.batch_size();
    progress.samples = 24;
    progress.data = settings_of_source(train);
    resumed.resume(progress);
    rate = std::numeric_limits<double>::quiet_NaN();
    message_of<OptionError>([&] { resumed.train_epoch(train, record); });
    rate = 0.05;
    CHECK(
        mentions(message_of<OptionError>([&] { resumed.train_epoch(shorter, record); }), "2 batches of", "4 batches"));
    CHECK_NOTHROW(resumed.train_epoch(train, record));
}

TEST_CASE("trainer: progress with more batches than an epoch has is refused") {
    Net net(1);
    Threads threads(1);
    Trainer<Net> trainer(net, threads, options(3));
    TrainingProgress progress = trainer.progress();
    progress.batches = 3;
    progress.batch = 3;
    CHECK_NOTHROW(trainer.validate(progress));
    progress.batch = 4;
    CHECK(mentions(message_of<OptionError>([&] { trainer.validate(progress); }), "4 batches", "the epoch has 3"));
    progress.batch = -1;
    CHECK(mentions(message_of<OptionError>([&] { trainer.resume(progress); }), "-1 batches"));
}

TEST_CASE("trainer: any optimiser and any schedule, at the rate of each step") {
    using Rate = LinearWarmup<CosineAnnealingLR>;
    const Rate rate(CosineAnnealingLR(0.01, 2, 0.001), 4);
    Net net(1);
    Threads threads(2);
    Trainer<Net, CrossEntropy, AdamW, Rate> trainer(
        net, threads,
        {.epochs = 2, .optimiser = {.betas = {0.8, 0.99}, .weight_decay = 0.1}, .learning_rate = rate, .seed = 5});
    ToySource<float> train = samples({8, 8, 5});
    Diary diary;
    const History& history = trainer.fit(train, train, train, diary.callbacks());
    REQUIRE(diary.batches.size() == 6);
    CHECK(history.epochs[1].learning_rate == doctest::Approx(rate.at({1, 0, 3})).epsilon(1e-14));
    CHECK(trainer.optimiser().steps() == 6);

    // The same by hand.
    Net by_hand(1);
    AdamW<float> optimiser(net.parameters().size(), {.betas = {0.8, 0.99}, .weight_decay = 0.1});
    Executor<Net, training_mode> executor(threads, 8);
    for (std::uint32_t step = 0; step < 6; ++step) {
        const ToyBatch<float>& batch = train[int(step % 3)];
        const float scale = 1.0f / float(batch.size());
        const auto loss_of = [&](int i, const float* logits, float* gradient) {
            CrossEntropy{}(std::span(logits, Net::outputs), batch.target(i), scale, gradient);
        };
        executor.run(by_hand, batch, loss_of, {5, step});
        executor.track_statistics(by_hand);
        const double now = diary.batches[step].learning_rate;
        CHECK(now == doctest::Approx(rate.at({int(step / 3), int(step % 3), 3})).epsilon(1e-14));
        optimiser.step(by_hand.parameters(), executor.gradient(), now);
    }
    CHECK(same_network(net, by_hand));
    CHECK(trainer.memory() == executor.memory() + 2 * net.parameters().size_bytes());
}

TEST_CASE("trainer: label smoothing is in the training loss only") {
    Threads threads(1);
    ToySource<float> train = samples({8});
    TrainingOptions o = options(1);
    Net plain(1);
    const History without = Trainer<Net>(plain, threads, o).fit(train, train, train);
    o.loss.label_smoothing = 0.2;
    Net smoothed(1);
    const History with = Trainer<Net>(smoothed, threads, o).fit(train, train, train);
    CHECK_FALSE(same_network(plain, smoothed));

    double loss = 0;
    Net start(1);
    Executor<Net, training_mode> executor(threads, 8);
    executor.run(start, train[0],
                 [&](int i, const float* z, float* gradient) {
                     loss += o.loss(std::span(z, Net::outputs), train[0].target(i), 0, gradient);
                 },
                 {o.seed, 0});
    CHECK(with.batch_loss[0] == doctest::Approx(loss / 8).epsilon(1e-12));
    CHECK(with.batch_loss[0] != without.batch_loss[0]);
    CHECK(with.epochs[0].test_loss == evaluate(smoothed, train, threads).loss);
}

TEST_CASE("trainer: a gradient above the largest norm is scaled to it, with the same bits at any thread count") {
    ToySource<float> train = samples({8, 8, 5});
    TrainingOptions o = options(2);
    o.max_grad_norm = 0.1;
    std::vector<Net> nets;
    nets.reserve(3);
    for (const int count : {1, 2, 3}) {
        Threads threads(count);
        Trainer<Net> trainer(nets.emplace_back(1), threads, o);
        const TrainingCallbacks callbacks{[&](const BatchReport&) {
                                              double squares = 0;
                                              for (const float g : trainer.gradient()) squares += double(g) * double(g);
                                              CHECK(std::sqrt(squares) == doctest::Approx(0.1).epsilon(1e-4));
                                              return Next::go_on;
                                          },
                                          {}};
        trainer.fit(train, train, train, callbacks);
        CHECK(same_network(nets.front(), nets.back()));
    }
    // No gradient reaches this one: nothing changes.
    Threads threads(1);
    Net limited(1);
    Net unlimited(1);
    o.max_grad_norm = 1e6;
    Trainer<Net>(limited, threads, o).fit(train, train, train);
    Trainer<Net>(unlimited, threads, options(2)).fit(train, train, train);
    CHECK(same_network(limited, unlimited));
    CHECK_FALSE(same_network(limited, nets.front()));
}

TEST_CASE("trainer: a NaN loss ends training, and the network is as after the last good batch") {
    Net net(1);
    Threads threads(2);
    Trainer<Net> trainer(net, threads, options(1));
    ToySource<float> train = samples({8, 8, 8});
    train[1].sample(3)[7] = std::numeric_limits<float>::quiet_NaN();
    Net last_good(2);
    const TrainingCallbacks callbacks{[&](const BatchReport&) {
                                          last_good = net;
                                          return Next::go_on;
                                      },
                                      {}};
    const std::string message = message_of<TrainingError>([&] { trainer.fit(train, train, train, callbacks); });
    CHECK(mentions(message, "the input is not usable in epoch 0, batch 1 (both counted from 0): sample 3 of the batch",
                   "nan at row 0, column 2, channel 1", "not finite; correct the data"));
    CHECK(same_network(net, last_good));
    CHECK(net.tracked_batches() == 1);
    CHECK(trainer.history().batch_loss.size() == 1);
    CHECK(trainer.history().epochs.empty());
    for (const float w : net.parameters()) REQUIRE(std::isfinite(w));
}

namespace {

/// The error message of training on two good batches and then `bad`; the network must be as after the good ones.
template <class AnyNet>
std::string message_at_third(AnyNet& net, Threads& threads, const TrainingOptions& o, const ToyBatch<float>& bad,
                             const std::function<void(AnyNet&)>& spoil = {}) {
    ToySource<float> train(AnyNet::input_extent, {8, 8, 8}, 1, AnyNet::outputs);
    train[2] = bad;
    AnyNet last_good = net;
    const TrainingCallbacks callbacks{[&](const BatchReport& r) {
                                          if (r.batch == 1 && spoil) spoil(net);
                                          last_good = net;
                                          return Next::go_on;
                                      },
                                      {}};
    Trainer<AnyNet> trainer(net, threads, o);
    const std::string message = message_of<TrainingError>([&] { trainer.fit(train, train, train, callbacks); });
    CHECK(same_bits<float>(net.parameters(), last_good.parameters()));
    CHECK(same_bits<float>(net.running_mean(), last_good.running_mean()));
    CHECK(same_bits<float>(net.running_var(), last_good.running_var()));
    CHECK(net.tracked_batches() == last_good.tracked_batches());
    CHECK(trainer.history().batch_loss.size() == 2);
    CAPTURE(message);
    CHECK(mentions(message, "epoch 0, batch 2 (both counted from 0)"));
    return message;
}

/// The first weight of layer `layer`'s first node.
template <class AnyNet>
float& first_weight(AnyNet& net, int layer) {
    for (const Node& node : AnyNet::graph.nodes) {
        if (node.layer == layer) return net.parameters()[std::size_t(node.weight_offset)];
    }
    throw std::out_of_range("no such layer");
}

ToyBatch<float> good() { return {Net::input_extent, 8, 7, Net::outputs}; }

}  // namespace

TEST_CASE_TEMPLATE("trainer: the message names the layer with the first output that is not finite", Norm, BatchNorm,
                   GroupNorm<2>) {
    using Net = SmallNetwork<Norm>;
    const std::string norm(Norm::name().view());
    for (const int count : {1, 3}) {
        Threads threads(count);
        Net net(1);
        CHECK(mentions(
            message_at_third<Net>(net, threads, options(1), good(), [](Net& n) { first_weight(n, 2) = 3e38f; }),
            "the loss is not a finite number in epoch",
            "rate 0.05: the first value that is not finite is in the output of layer 2, Residual<Block<8, 1, " + norm +
                ">>, for sample 0 of the batch; lower"));
        net = Net(1);
        CHECK(mentions(
            message_at_third<Net>(net, threads, options(1), good(), [](Net& n) { first_weight(n, 5) = 3e38f; }),
            "output of layer 5, Linear<4>"));
        // Only some samples are bad, and only by what the convolution makes of them.
        net = Net(1);
        ToyBatch<float> bad = good();
        for (int i = 0; i < 8; ++i) {
            std::fill_n(bad.sample(i), Net::input_extent.size(), i == 6 || i == 4 ? 4e15f : 0.0f);
        }
        const auto enlarge = [](Net& n) {
            for (int k = 0; k < 8 * 27; ++k) n.parameters()[std::size_t(k)] = 1e23f;
        };
        CHECK(mentions(message_at_third<Net>(net, threads, options(1), bad, enlarge),
                       "output of layer 1, Block<8, 3, " + norm + ">, for sample 4 of"));
        net = Net(1);
        bad = good();
        for (const int i : {7, 5}) bad.sample(i)[11] = std::numeric_limits<float>::infinity();
        CHECK(mentions(message_at_third<Net>(net, threads, options(1), bad),
                       "sample 5 of the batch holds inf at row 0, column 3, channel 2"));
        net = Net(1);
        const auto spoil = [](Net& n) {
            first_weight(n, 5) = std::numeric_limits<float>::quiet_NaN();
            first_weight(n, 2) = std::numeric_limits<float>::infinity();
        };
        CHECK(mentions(message_at_third<Net>(net, threads, options(1), good(), spoil),
                       "a parameter of layer 2, Residual<Block<8, 1, " + norm + ">>, is not finite"));
    }
}

TEST_CASE("trainer: logits that are finite, but too far apart for a loss") {
    Threads threads(2);
    Net net(1);
    // Wrong by twice the largest float for at least one class.
    const auto spoil = [](Net& n) {
        const Node& last = Net::graph.nodes.back();
        for (int c = 0; c < Net::outputs; ++c) {
            n.parameters()[std::size_t(last.bias_offset + c)] = c == 0 ? 3e38f : -3e38f;
        }
    };
    CHECK(mentions(message_at_third<Net>(net, threads, options(1), good(), spoil), "the loss is not a finite number",
                   "the outputs of all layers are finite, but numbers of a sample"));
}

TEST_CASE(
    "trainer: a variance too large for a float does not get into the running statistics, although the loss is finite") {
    Threads threads(2);
    Net net(1);
    const auto spoil = [](Net& n) {
        for (int k = 0; k < 8 * 27; ++k) n.parameters()[std::size_t(k)] *= 1e20f;
    };
    CHECK(mentions(message_at_third<Net>(net, threads, options(1), good(), spoil),
                   "the statistics of the batch are not finite, although the loss is",
                   "those of layer 1, Block<8, 3, BatchNorm>, are the first"));
}

TEST_CASE("trainer: a gradient that is not finite does not change the weights, although the loss is finite") {
    using Plain = Network<Shape<3, 8, 8>, Conv2d<8, 3>, MaxPool2d<2>, Linear<4>>;
    Threads threads(2);
    Plain net(1);
    // The last layer's weights and so the gradient behind it are large, its input is small.
    const auto spoil = [](Plain& n) {
        for (const Node& node : Plain::graph.nodes) {
            const float factor = node.layer == 1 ? 1e-30f : node.layer == 3 ? 1e30f : 0;
            for (int k = 0; k < node.facts.weight_count; ++k)
                n.parameters()[std::size_t(node.weight_offset + k)] *= factor;
            for (int k = 0; k < node.facts.bias_count; ++k) n.parameters()[std::size_t(node.bias_offset + k)] *= 0;
        }
    };
    ToyBatch<float> bad = good();
    for (int i = 0; i < 8; ++i) {
        for (int k = 0; k < Net::input_extent.size(); ++k) bad.sample(i)[k] *= 1e12f;
    }
    CHECK(mentions(message_at_third<Plain>(net, threads, options(1), bad, spoil),
                   "the gradient is not finite, although the loss is",
                   "that of layer 1, Conv2d<8, 3>, is the first in the backward pass"));
}

TEST_CASE_TEMPLATE(
    "trainer: a number in the data that is too large is found in its batch, and the message names the data", Norm,
    BatchNorm, GroupNorm<2>, NoNorm) {
    using Net = SmallNetwork<Norm>;
    Threads threads(2);
    for (const float large : {1e20f, -1e20f, 1e38f}) {
        Net net(1);
        ToyBatch<float> bad = good();
        bad.sample(6)[(3 * 8 + 4) * 3 + 2] = large;
        const std::string text = message_at_third<Net>(net, threads, options(1), bad);
        CHECK(mentions(text, "sample 6 of the batch holds", "e+", "at row 3, column 4, channel 2", "data"));
        CHECK_FALSE(mentions(text, "learning rate"));
    }
}

TEST_CASE("trainer: numbers of the network that are not finite are refused before the first step") {
    Threads threads(1);
    ToySource<float> train = samples({8});
    Net net(1);
    net.running_var()[3] = std::numeric_limits<float>::infinity();
    const Net before = net;
    Trainer<Net> trainer(net, threads, options(1));
    CHECK(mentions(
        message_of<TrainingError>([&] { trainer.fit(train, train, train); }),
        "a running statistic of layer 1, Block<8, 3, BatchNorm>, is not finite before the first step of epoch 0"));
    CHECK(same_network(net, before));
}

namespace {
/// A user's own schedule that gives a wrong rate at one step.
struct Broken {
    double broken = 0;
    double at(const TrainingTime& time) const { return time.epoch == 1 && time.step == 1 ? broken : 0.05; }
};
struct NamedBroken : Broken {
    static std::string name() { return "MyRate"; }
};
}  // namespace

TEST_CASE_TEMPLATE("trainer: the rate of a schedule is checked before the step", Rate, Broken, NamedBroken,
                   LinearWarmup<NamedBroken>) {
    const std::string name = std::is_same_v<Rate, Broken>        ? "the schedule"
                             : std::is_same_v<Rate, NamedBroken> ? "MyRate"
                                                                 : "LinearWarmup of MyRate";
    Threads threads(1);
    ToySource<float> train = samples({8, 8, 5});
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(), infinity, -infinity, -1e-9, 1e6, 1e300}) {
        CAPTURE(bad);
        Rate rate = [&] {
            if constexpr (std::is_base_of_v<Broken, Rate>) {
                return Rate{bad};
            } else {
                return Rate(NamedBroken{bad}, 1);
            }
        }();
        Net net(1);
        Trainer<Net, CrossEntropy, Sgd, Rate> trainer(net, threads, {.epochs = 3, .learning_rate = rate});
        Net last_good(2);
        const TrainingCallbacks callbacks{[&](const BatchReport&) {
                                              last_good = net;
                                              return Next::go_on;
                                          },
                                          {}};
        CHECK(mentions(message_of<OptionError>([&] { trainer.fit(train, train, train, callbacks); }),
                       "learning rate: " + name + " gives ", " for step 1 of epoch 1 (both counted from 0)",
                       "at least 0 and below 1,000,000"));
        CHECK(trainer.history().batch_loss.size() == 4);
        CHECK(same_network(net, last_good));
    }
    if constexpr (std::is_same_v<Rate, Broken>) {
        Net net(1);  // a rate of 0 is one
        Trainer<Net, CrossEntropy, Sgd, Rate> trainer(net, threads, {.epochs = 3, .learning_rate = Rate{0}});
        CHECK(trainer.fit(train, train, train).batch_loss.size() == 9);
    }
}

namespace {
/// Labels of another integer type, some too large for `int`.
struct LongLabels : ToyBatch<float> {
    using ToyBatch::ToyBatch;
    long long far = 0;
    unsigned long long target(int i) const {
        return static_cast<unsigned long long>(ToyBatch::target(i)) + static_cast<unsigned long long>(far);
    }
};
}  // namespace

TEST_CASE("trainer: labels of any integer type are compared without conversion to int") {
    LongLabels batch(Net::input_extent, 3, 1, Net::outputs);
    const auto verify = [&](int number) {
        detail::check_targets<float, CrossEntropy>({}, batch, Net::output_extent, number);
    };
    CHECK_NOTHROW(verify(0));
    batch.far = 1ll << 32;
    CHECK(mentions(message_of<DataError>([&] { verify(2); }), "sample 0 of batch 2 has label 42949672"));
    batch.far = -1;  // of an unsigned type: the largest, where the label was 0
    CHECK(mentions(message_of<DataError>([&] { verify(2); }), "label -1"));
}

TEST_CASE("trainer: labels, shapes, classes and batches that do not fit are refused, and the network is unchanged") {
    const Net before(1);
    Net net = before;
    Threads threads(1);
    Trainer<Net> trainer(net, threads, options(1));
    const ToySource<float> good = samples({8});

    ToySource<float> labels = samples({8, 8});
    labels[0].set_label(5, 4);
    CHECK(message_of<DataError>([&] { trainer.fit(labels, good, good); }) ==
          "sample 5 of batch 0 has label 4; the network has classes 0 to 3");
    labels[0].set_label(5, -1);
    CHECK(mentions(message_of<DataError>([&] { trainer.fit(labels, good, good); }), "label -1"));

    ToySource<float> large({3, 9, 9}, {8}, 1);
    ToySource<float> train = samples({8});
    const std::string takes = " are 3x9x9, but the network takes 3x8x8";
    EpochRecord record;
    CHECK(message_of<DataError>([&] { trainer.fit(large, good, good); }) == "the training samples" + takes);
    CHECK(message_of<DataError>([&] { trainer.fit(train, large, good); }) ==
          "the training samples to evaluate" + takes);
    CHECK(message_of<DataError>([&] { trainer.fit(train, good, large); }) == "the test samples" + takes);
    CHECK(message_of<DataError>([&] { trainer.train_epoch(large, record); }) == "the training samples" + takes);
    ToySource<float> none = samples({});
    const std::string empty = ": there are none; their source has 0 batches and 0 samples, but must have at least one";
    CHECK(message_of<DataError>([&] { trainer.fit(none, good, good); }) == "the training samples" + empty);
    CHECK(message_of<DataError>([&] { trainer.fit(train, none, good); }) == "the training samples to evaluate" + empty);
    CHECK(message_of<DataError>([&] { trainer.fit(train, good, none); }) == "the test samples" + empty);
    CHECK(message_of<DataError>([&] { trainer.train_epoch(none, record); }) == "the training samples" + empty);
    CHECK(train.started().empty());
    ToySource<float> classes(Net::input_extent, {8}, 1, 5);
    CHECK(mentions(message_of<DataError>([&] { trainer.fit(classes, good, good); }), "5 classes"));
    CHECK(same_network(net, before));
    CHECK(trainer.history().batch_loss.empty());
}

TEST_CASE("trainer: impossible options are refused by name") {
    Net net(1);
    Threads threads(1);
    const auto refused = [&](const TrainingOptions& o) {
        return message_of<OptionError>([&] { Trainer<Net>(net, threads, o); });
    };
    CHECK(mentions(refused(options(0)), "epochs: 0", "at least 1"));
    TrainingOptions o = options(1);
    for (const double bad : {-0.1, 1.0, std::nan("")}) {
        o.loss.label_smoothing = bad;
        CHECK(mentions(refused(o), "label smoothing", "0 to below 1"));
    }
    o = options(1);
    for (const double bad : {0.0, -1.0, std::nan("")}) {
        o.max_grad_norm = bad;
        CHECK(mentions(refused(o), "norm of the gradient", "above 0"));
    }
}

}  // namespace trainer_test
