#include "../../examples/compare/options.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <vector>

#include "../../examples/compare/train.hpp"
#include "../support/message.hpp"
#include "norma/core/error.hpp"

namespace options_test {

using namespace norma;
using namespace norma::compare;

namespace {

std::variant<Options, std::string> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "compare");
    return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

Options options(const std::vector<const char*>& arguments) { return std::get<Options>(parse(arguments)); }

std::string refusal(const std::vector<const char*>& arguments) {
    return message_of<OptionError>([&] { parse(arguments); });
}

}  // namespace

TEST_CASE("The defaults are the published experiment") {
    const Options o = options({});
    CHECK(o.network == "cifar10");
    CHECK(o.dataset.empty());
    CHECK_FALSE(o.data);
    CHECK(o.norms == std::vector<std::string>{"batch", "group", "layer"});
    CHECK(o.output == "report");
    CHECK(planned_epochs(o, "cifar10") == 20);
    for (const Option& option : report_options(o, "cifar10", 50'000)) {
        CAPTURE(option.name);
        if (!option.published.empty()) CHECK(option.value == option.published);
    }
}

TEST_CASE("Synthetic images are trained on for fewer epochs, unless a number is given") {
    CHECK(planned_epochs(options({}), "synthetic") == synthetic_epochs);
    CHECK(planned_epochs(options({"--epochs", "7"}), "synthetic") == 7);
    CHECK(planned_epochs(options({"--epochs", "7"}), "cifar10") == 7);
}

TEST_CASE("Every option is read") {
    const Options o = options({"--dataset",
                               "mnist",
                               "--data",
                               "some where",
                               "--download",
                               "--norms",
                               "none,batch",
                               "--epochs=3",
                               "--batch",
                               "64",
                               "--lr",
                               "2.5e-3",
                               "--momentum",
                               "0",
                               "--step",
                               "2",
                               "--gamma",
                               "1",
                               "--crop",
                               "4",
                               "--flip",
                               "--seed",
                               "18446744073709551615",
                               "--threads",
                               "2",
                               "--train-images",
                               "500",
                               "--holdout",
                               "100",
                               "--output",
                               "elsewhere"});
    CHECK(o.dataset == "mnist");
    CHECK(o.data.value() == "some where");
    CHECK(o.download);
    CHECK(o.norms == std::vector<std::string>{"none", "batch"});
    CHECK(o.epochs == 3);
    CHECK(o.batch == 64);
    CHECK(o.rate == 2.5e-3);
    CHECK(o.momentum == 0);
    CHECK(o.step == 2);
    CHECK(o.gamma == 1);
    CHECK(o.crop == 4);
    CHECK(o.flip);
    CHECK(o.seed == 18446744073709551615u);
    CHECK(o.threads == 2);
    CHECK(o.train_images == 500u);
    CHECK(o.holdout == 100u);
    CHECK(o.output == "elsewhere");
    CHECK(mentions(o.command_line, "compare --dataset mnist", "--output elsewhere"));

    bool listed = false;
    for (const Option& option : report_options(o, "mnist", 500))
        listed |= option.name == "lr" && option.value == "0.0025";
    CHECK(listed);
}

TEST_CASE("A program for another network trains that one without --network") {
    std::vector<const char*> arguments{"compare_resnet20"};
    CHECK(std::get<Options>(parse_options(1, arguments.data(), "resnet20")).network == "resnet20");
    arguments.insert(arguments.end(), {"--network", "vgg11"});
    const Options o = std::get<Options>(parse_options(3, arguments.data(), "resnet20"));
    CHECK(o.network == "vgg11");
    const Option first = report_options(o, "cifar10", 50'000).front();
    CHECK(first.name == "network");
    CHECK(first.value == "vgg11");
    CHECK(first.published == "cifar10");
}

TEST_CASE("A program for another precision trains in that one without --precision") {
    std::vector<const char*> arguments{"compare_bf16"};
    CHECK(options({}).precision == "fp32");
    CHECK(std::get<Options>(parse_options(1, arguments.data(), "cifar10", "bf16")).precision == "bf16");
    arguments.insert(arguments.end(), {"--precision", "fp32"});
    CHECK(std::get<Options>(parse_options(3, arguments.data(), "cifar10", "bf16")).precision == "fp32");
    const Option second = report_options(options({"--precision", "bf16"}), "cifar10", 50'000)[1];
    CHECK(second.name == "precision");
    CHECK(second.value == "bf16");
    CHECK(second.published == "fp32");
}

TEST_CASE("A precision that no convolution of the network uses is refused") {
    const ComparedNetwork network{
        .name = "n", .title = "N", .precision = "bf16", .as_in_fp32 = true, .groups = 2, .one_pixel = false};
    CHECK(message_of<OptionError>([&] { check_precision(network); }) ==
          "--precision: no convolution of N multiplies in bf16, so the results would be those of fp32; leave it out");
}

TEST_CASE("An impossible value is refused with the range") {
    CHECK(refusal({"--epochs", "0"}) == "--epochs: '0' is not a whole number from 1 to 1000000");
    CHECK(refusal({"--epochs", "2.5"}) == "--epochs: '2.5' is not a whole number from 1 to 1000000");
    CHECK(refusal({"--epochs", "99999999999999999999"}).find("from 1 to 1000000") != std::string::npos);
    CHECK(refusal({"--batch", "-1"}) == "--batch: '-1' is not a whole number from 1 to 1000000");
    CHECK(refusal({"--lr", "0"}) == "--lr: '0' is not a number above 0 and below 1000000");
    CHECK(mentions(refusal({"--lr", "nan"}), "--lr", "'nan'"));
    CHECK(refusal({"--momentum", "1"}) == "--momentum: '1' is not a number from 0 to below 1");
    CHECK(refusal({"--gamma", "1.5"}) == "--gamma: '1.5' is not a number above 0, at most 1");
    CHECK(refusal({"--step", "x"}) == "--step: 'x' is not a whole number from 1 to 1000000");
    CHECK(refusal({"--seed", "-1"}) == "--seed: '-1' is not a whole number from 0 to 18446744073709551615");
    CHECK(refusal({"--threads", "1025"}) == "--threads: '1025' is not a whole number from 0 to 1024");
    CHECK(refusal({"--crop", "33"}) == "--crop: '33' is not a whole number from 0 to 32");
    CHECK(mentions(refusal({"--train-images", "0"}), "--train-images: '0'", "from 1 to"));
    CHECK(mentions(refusal({"--holdout", "0"}), "--holdout: '0'", "from 1 to"));
    CHECK(refusal({"--dataset", "cifar100"}) == "--dataset: 'cifar100' is not one of cifar10, mnist, synthetic");
    CHECK(refusal({"--norms", "batch,instance"}) == "--norms: 'instance' is not one of batch, group, layer, none");
    CHECK(mentions(refusal({"--norms", "batch,"}), "'' is not one of"));
    CHECK(mentions(refusal({"--network", "resnet"}), "--network: 'resnet' is not one of cifar10, ", ", resnet20, "));
    CHECK(refusal({"--network", "resnet"}).find("lenet5") == std::string::npos);
    CHECK(mentions(refusal({"--network", "lenet5"}),
                   "--network: the norms of LeNet-5 cannot be compared: it has no norm", "choose one of cifar10, "));
    CHECK(mentions(refusal({"--network", "small_unet"}), "it classifies pixels"));
    CHECK(refusal({"--precision", "fp16"}) == "--precision: 'fp16' is not one of fp32, bf16");
    CHECK(mentions(refusal({"--norms", "group,group"}), "'group' is given twice"));
    CHECK(mentions(refusal({"--output", ""}), "--output"));
    CHECK(mentions(refusal({"--data", ""}), "--data"));
    CHECK(mentions(refusal({"--download", "--dataset", "synthetic"}), "--download", "synthetic"));
    CHECK(mentions(refusal({"--checkpoint", ""}), "--checkpoint"));
    CHECK(mentions(refusal({"--resume"}), "--resume", "--checkpoint"));
    CHECK(mentions(refusal({"--epoch", "3"}), "--epoch", "--help"));
    CHECK(mentions(refusal({"--epochs"}), "--epochs", "--help"));
}

TEST_CASE("--help names every option, and is not an error") {
    const auto help = std::get<std::string>(parse({"--help"}));
    CHECK(mentions(help, "--network", "--precision", "--dataset", "--data", "--download", "--norms", "--epochs",
                   "--batch", "--lr", "--momentum", "--step", "--gamma", "--crop", "--flip", "--seed", "--threads",
                   "--train-images", "--holdout", "--output", "--checkpoint", "--resume", "20; synthetic: 8"));
    CHECK(mentions(std::get<std::string>(parse({"--version"})), "norma "));
}

TEST_CASE("A last batch of one image is refused with a norm over the batch") {
    ComparedNetwork network{.name = "n", .title = "N", .groups = 2, .one_pixel = true};
    const auto refused = [&](const std::vector<const char*>& arguments, std::size_t images) {
        return message_of<OptionError>([&] { check_last_batch(network, options(arguments), images); });
    };
    CHECK(mentions(refused({}, 129), "129 training images in batches of 128", "--train-images 128"));
    CHECK(mentions(refused({"--batch", "1"}, 10), "a batch size of 1 gives batches of one image"));
    CHECK(mentions(refused({}, 1), "--train-images 2 or more"));
    CHECK(refused({}, 128).empty());
    CHECK(refused({}, 130).empty());
    CHECK(refused({"--norms", "group,layer,none"}, 129).empty());
    CHECK(refused({"--norms", "group", "--batch", "1"}, 10).empty());
    network.one_pixel = false;
    CHECK(refused({}, 129).empty());
}

}  // namespace options_test
