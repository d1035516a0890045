#include "../../examples/cifar94/train.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "../../examples/cifar94/network.hpp"
#include "../../examples/compare/kept_files_of.hpp"
#include "../../examples/compare/run.hpp"
#include "../support/message.hpp"
#include "norma/core/error.hpp"
#include "norma/data/synthetic.hpp"
#include "norma/network/executor.hpp"

namespace cifar94_test {

using namespace norma;
using namespace norma::cifar94;
using norma::compare::parse_recipe_options;

namespace {

/// The recipe's network with few channels.
using Narrow = Airbench94<Batch, 4>;

std::variant<compare::Options, std::string> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "cifar94");
    return parse_recipe_options(static_cast<int>(arguments.size()), arguments.data());
}

compare::Options options(const std::vector<const char*>& arguments) {
    return std::get<compare::Options>(parse(arguments));
}

TrainTest drawn(std::size_t images) {
    TrainTest data = synthetic_dataset(images, 10, 3);
    normalise(data.train);
    normalise(data.test);
    return data;
}

compare::ComparedNetwork narrow_network() {
    compare::ComparedNetwork network = airbench94("fp32");
    network.batch = with_norm<Narrow>;
    return network;
}

}  // namespace

TEST_CASE("A training has as many steps as the recipe says") {
    const Length published = length_of(50'000, 1024, 9.9);
    CHECK(published.steps_per_epoch == 48);
    CHECK(published.steps == 476);  // 475.2, rounded up
    CHECK(published.epochs() == 10);
    CHECK(length_of(40'000, 1024, 9.9).steps == 387);
    CHECK(length_of(32, 16, 3).steps == 6);
    CHECK(length_of(32, 16, 3).epochs() == 3);
    CHECK(mentions(message_of<OptionError>([] { length_of(15, 16, 3); }), "15", "do not fill a batch of 16"));
}

TEST_CASE("The learning rate rises until 23 % of the steps, then falls") {
    const Length length = length_of(40'000, 1024, 9.9);
    const PiecewiseLinear rate = learning_rate(length, 1.5);
    const auto at = [&](int step) { return rate.at({step / 39, step % 39, 39}); };
    CHECK(at(0) == doctest::Approx(0.3));
    CHECK(at(89) == doctest::Approx(1.5));  // ⌊0.23 · 387⌋
    CHECK(at(88) == doctest::Approx(1.5 * (0.2 + 0.8 * 88 / 89)));
    CHECK(at(386) == doctest::Approx(1.5 * (1 - 0.93 * 297 / 298)));
    CHECK(learning_rate({2, 3}, 1.5).at({0, 0, 2}) == 1.5);  // too short to rise
}

TEST_CASE("The whitening filters whiten") {
    const TrainTest data = drawn(20);
    const std::vector<double> found = patch_moments(data.train, 20);
    // The moments by plain loops, in another order of the patch: channel, row, column.
    const double mean[] = {0.4914, 0.4822, 0.4465}, deviation[] = {0.2470, 0.2435, 0.2616};
    std::vector<double> moments(144);
    for (std::size_t i = 0; i < 20; ++i) {
        const auto pixel = [&](int y, int x, int c) {
            const double value = data.train.pixels[i * 3072 + static_cast<std::size_t>((y * 32 + x) * 3 + c)];
            return (value / 255 - mean[c]) / deviation[c];
        };
        for (int y = 0; y < 31; ++y)
            for (int x = 0; x < 31; ++x)
                for (int a = 0; a < 12; ++a)
                    for (int b = 0; b < 12; ++b)
                        moments[static_cast<std::size_t>((a % 4 * 3 + a / 4) * 12 + b % 4 * 3 + b / 4)] +=
                            pixel(y + a % 4 / 2, x + a % 2, a / 4) * pixel(y + b % 4 / 2, x + b % 2, b / 4) / 20 / 961;
    }
    for (std::size_t k = 0; k < 144; ++k) CHECK(found[k] == doctest::Approx(moments[k]).epsilon(1e-5));

    // WᵀΣW is diagonal. Of a filter w with the eigenvalue λ it is λ / (λ + ε), which is 1 − ε · |w|².
    const std::vector<float> filters = whitening_filters(found);
    const auto weight = [&](int k, int o) {
        return static_cast<double>(filters[static_cast<std::size_t>(k * 24 + o)]);
    };
    double before = 1;
    for (int o = 0; o < 12; ++o) {
        for (int p = 0; p <= o; ++p) {
            double product = 0, length = 0;
            for (int a = 0; a < 12; ++a) {
                length += weight(a, o) * weight(a, o);
                for (int b = 0; b < 12; ++b)
                    product += weight(a, o) * moments[static_cast<std::size_t>(a * 12 + b)] * weight(b, p);
            }
            CAPTURE(o);
            CAPTURE(p);
            CHECK(std::abs(product - (o == p ? 1 - 5e-4 * length : 0)) < 1e-4);
            if (o == p) {
                CHECK(product <= before + 1e-6);  // the largest eigenvalue first
                before = product;
            }
        }
        for (int k = 0; k < 12; ++k) CHECK(weight(k, 12 + o) == -weight(k, o));
    }
}

TEST_CASE("The initial filters copy their input, as far as there are inputs; the others stay") {
    const TrainTest data = drawn(4);
    const Narrow before(5);
    Narrow network(5);
    initialise(network.parameters(), parameter_infos<Narrow>(), data.train);
    int convolutions = 0;
    for (const ParameterInfo& info : parameter_infos<Narrow>()) {
        const std::span<const float> old = before.parameters().subspan(info.offset, info.size);
        const std::span<const float> now = network.parameters().subspan(info.offset, info.size);
        if (info.name == "0.bias") {
            for (const float bias : now) CHECK(bias == 0);
        } else if (info.name == "0.weight" || info.kind != ParameterKind::convolution_weight) {
            CHECK((info.name == "0.weight") != std::ranges::equal(old, now));
        } else {
            ++convolutions;
            const std::size_t outputs = info.axes[0], inputs = info.axes[1];
            bool right = true;
            for (std::size_t k = 0; k < info.size; ++k) {
                const std::size_t o = k % outputs, i = k / outputs % inputs, tap = k / outputs / inputs;
                right = right && now[k] == (o < inputs ? float(tap == 4 && o == i) : old[k]);
            }
            CAPTURE(info.name);
            CHECK(right);
        }
    }
    CHECK(convolutions == 6);
}

TEST_CASE("cifar94's training is the recipe's, step by step as a loop by hand") {
    const TrainTest data = drawn(40);
    compare::Options o = options({"--epochs", "4.4", "--batch", "16", "--seed", "7"});
    const compare::ComparedNetwork network = narrow_network();
    Threads threads(2);
    compare::Progress progress(std::fopen("/dev/null", "w"), false, {1, 5, 40, 10, 0});
    compare::Unwritten unwritten;
    const compare::Job job{network, o, 7, 5, data, "drawn", threads, progress, {}, unwritten};
    compare::NetworkResult result;
    result.norm = "batch";
    train<Narrow>(job, result);
    REQUIRE(result.history.batch_loss.size() == 9);  // 2 steps an epoch, ⌈8.8⌉ in all
    CHECK(result.history.epochs.size() == 5);
    CHECK(std::isnan(result.history.epochs[3].train_accuracy_eval));
    CHECK(!std::isnan(result.history.epochs[4].train_accuracy_eval));
    REQUIRE(result.views_accuracy.has_value());

    Batches batches(data.train, {.batch_size = 16, .shuffle = true, .seed = 7, .drop_last = true},
                    RandomCrop{2, PaddingMode::reflect}, AlternatingFlip{});
    Narrow net(7);
    const std::vector<ParameterInfo> infos = parameter_infos<Narrow>();
    initialise(net.parameters(), infos, data.train);
    Executor<Narrow, training_mode> executor(threads, 16);
    const auto numbers = [&] { return std::array{net.parameters(), net.running_mean(), net.running_var()}; };
    std::vector<float> velocity(net.parameters().size());
    std::array<std::vector<float>, 3> slow;
    for (std::size_t k = 0; k < 3; ++k) slow[k].assign(numbers()[k].begin(), numbers()[k].end());
    for (int step = 0; step < 9; ++step) {
        const int epoch = step / 2;
        batches.start_epoch(epoch);
        const auto batch = batches[step % 2];
        std::vector<double> losses(16);
        executor.run(net, batch, [&](int i, const float* output, float* gradient) {
            double largest = output[0], sum = 0;
            for (int c = 1; c < 10; ++c) largest = std::max<double>(largest, output[c]);
            for (int c = 0; c < 10; ++c) sum += std::exp(output[c] - largest);
            for (int c = 0; c < 10; ++c) {
                const double wanted = 0.02 + (c == batch.target(i) ? 0.8 : 0);
                const double log_share = output[c] - largest - std::log(sum);
                losses[static_cast<std::size_t>(i)] -= wanted * log_share / 16;
                gradient[c] = static_cast<float>((std::exp(log_share) - wanted) / 16);
            }
        });
        executor.track_statistics(net);
        double loss = 0;
        for (const double each : losses) loss += each;
        CAPTURE(step);
        CHECK(result.history.batch_loss[static_cast<std::size_t>(step)] == doctest::Approx(loss).epsilon(1e-4));
        // 1.5 for 1,024 images; it rises for ⌊0.23 · 9⌋ steps.
        const double factor = step < 2 ? 0.2 + 0.4 * step : 1 - 0.93 * (step - 2) / 7;
        for (const ParameterInfo& info : infos) {
            double rate = 1.5 * 16 / 1024 * factor, decay = 0.0153 / 11.5;
            if (info.kind == ParameterKind::norm_weight || info.name == "0.weight") continue;
            if (info.name == "0.bias" && epoch >= 3) continue;
            if (info.kind == ParameterKind::norm_bias) rate *= 64, decay /= 64;
            for (std::size_t i = info.offset; i < info.offset + info.size; ++i) {
                const double w = net.parameters()[i], g = executor.gradient()[i] + decay * w;
                velocity[i] = static_cast<float>(0.85 * velocity[i] + g);
                net.parameters()[i] = static_cast<float>(w - rate * (g + 0.85 * velocity[i]));
            }
        }
        const double d = std::pow(0.95, 5) * std::pow((step + 1) / 9.0, 3);
        for (std::size_t k = 0; k < 3; ++k) {
            for (std::size_t i = 0; i < slow[k].size(); ++i) {
                if (step + 1 == 5) slow[k][i] += static_cast<float>((1 - d) * (numbers()[k][i] - slow[k][i]));
                if (step + 1 == 5 || step + 1 == 9) numbers()[k][i] = slow[k][i];
            }
        }
    }
    const double wanted = evaluate(net, Batches(data.test), threads).loss;
    CHECK(result.history.epochs.back().test_loss == doctest::Approx(wanted).epsilon(1e-3));
}

TEST_CASE("cifar94 trains on drawn images, and its report has the accuracy with six views") {
    namespace fs = std::filesystem;
    const fs::path folder = fs::path("cifar94_test");
    fs::remove_all(folder);
    const compare::Options o =
        options({"--train-images", "48", "--holdout", "16", "--batch", "16", "--epochs", "1.5", "--seeds", "2",
                 "--output", "cifar94_test", "--checkpoint", "cifar94_test/kept"});
    compare::Options with_data = o;
    with_data.dataset = "synthetic";
    CHECK(compare::run(with_data, narrow_network()) == 0);
    std::ifstream file(folder / "table.txt");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    CAPTURE(text);
    CHECK(mentions(text, "Network: airbench94\n", "six views", "± "));
    CHECK(fs::exists(folder / "weights_batch_seed2.safetensors"));
    with_data.resume = true;
    CHECK(compare::run(with_data, narrow_network()) == 0);
    std::ifstream again(folder / "results.json");
    const auto json = nlohmann::json::parse(again);
    CHECK(json["networks"][0]["epochs"].size() == 2);
    CHECK(json["networks"][0]["test_accuracy_of_views"].is_number());
    with_data.recipe_epochs = 1.6;
    CHECK(mentions(message_of<OptionError>([&] { compare::run(with_data, narrow_network()); }), "--epochs", "1.5",
                   "1.6"));
    fs::remove_all(folder);
}

TEST_CASE("The options of cifar94 are the recipe's") {
    const compare::Options o = options({});
    CHECK(o.norms == std::vector<std::string>{"batch"});
    CHECK(o.batch == 1024);
    CHECK(o.rate == 1.5);
    CHECK(compare::planned_epochs(o, "cifar10") == 10);
    CHECK(compare::epochs_of_recipe(o, "cifar10") == 9.9);
    CHECK(compare::planned_epochs(o, "synthetic") == 3);
    CHECK(options({"--batch", "512"}).rate == 0.75);
    CHECK(options({"--norm", "all"}).norms == std::vector<std::string>{"batch", "group", "layer", "none"});
    CHECK(options({"--norm", "group,batch"}).norms == std::vector<std::string>{"group", "batch"});
    CHECK(mentions(message_of<OptionError>([] { parse({"--norm", "other"}); }), "--norm: 'other'"));
    CHECK(mentions(message_of<OptionError>([] { parse({"--dataset", "mnist"}); }), "--dataset: 'mnist' is not one"));
    CHECK(mentions(message_of<OptionError>([] { parse({"--precision", "fp16"}); }), "--precision: 'fp16'"));
    CHECK(mentions(message_of<OptionError>([] { parse({"--epochs", "0"}); }), "--epochs: '0' is not a number above 0"));
}

}  // namespace cifar94_test

namespace norma::compare {
NORMA_KEPT_FILES_OF(cifar94_test::Narrow, cifar94::RecipeTrainer<cifar94_test::Narrow>, cifar94::TrainingBatches)
}
