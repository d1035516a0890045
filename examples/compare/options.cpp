#include "options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "norma/core/error.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/version.hpp"
#include "train.hpp"

namespace norma::compare {
namespace {

template <class T>
std::string text_of(T value) {
    std::array<char, 400> text;
    char* const end = text.data() + text.size();
    if constexpr (std::is_floating_point_v<T>) {
        return {text.data(), std::to_chars(text.data(), end, value, std::chars_format::fixed).ptr};
    } else {
        return {text.data(), std::to_chars(text.data(), end, value).ptr};
    }
}

/// The possible values of an option, from `low` to `high`; either end may be excluded.
template <class T>
struct Bounds {
    T low, high;
    bool without_low = false, without_high = false;

    bool hold(T value) const {
        return (without_low ? value > low : value >= low) && (without_high ? value < high : value <= high);
    }
    std::string text() const {
        const std::string kind = std::is_integral_v<T> ? "a whole number" : "a number";
        const std::string to =
            without_low ? (without_high ? " and below " : ", at most ") : (without_high ? " to below " : " to ");
        return kind + (without_low ? " above " : " from ") + text_of(low) + to + text_of(high);
    }
};

/// @throws OptionError that says what is possible.
template <class T>
T number_from(const std::string& text, const std::string& name, Bounds<T> bounds) {
    T value{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || !bounds.hold(value)) {
        raise<OptionError>(name + ": '" + text + "' is not " + bounds.text());
    }
    return value;
}

/// Adds an option that takes a number; for anything else the message says what is possible.
template <class T, class Target>
void add_number(CLI::App& app, const std::string& name, Target& target, Bounds<T> bounds, const std::string& help,
                const std::string& otherwise) {
    app.add_option_function<std::string>(
           name, [&target, bounds, name](const std::string& text) { target = number_from(text, name, bounds); },
           help + "; " + bounds.text())
        ->option_text(otherwise.empty() ? "N" : "N [" + otherwise + "]");
}

/// The parts of a list that is separated by commas.
std::vector<std::string> parts_of(const std::string& list) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        parts.push_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

void set_norms(Options& options, const std::string& list, const std::string& option = "--norms") {
    options.norms.clear();
    for (const std::string& part : parts_of(list)) {
        const std::string name = find_norm(part, option).name;
        if (std::ranges::count(options.norms, name) != 0) {
            raise<OptionError>(option + ": '" + name + "' is given twice; each network is trained once");
        }
        options.norms.push_back(name);
    }
}

void set_dataset(Options& options, const std::string& name) {
    if (std::ranges::find(dataset_names, name) == dataset_names.end()) {
        raise<OptionError>("--dataset: '" + name + "' is not one of cifar10, mnist, synthetic");
    }
    options.dataset = name;
}

void set_precision(Options& options, const std::string& name) {
    if (std::ranges::find(precision_names, name) == precision_names.end()) {
        raise<OptionError>("--precision: '" + name + "' is not one of fp32, bf16");
    }
    options.precision = name;
}

constexpr int many = 1'000'000;

/// The options of all programs: where the images are, how many, seed, threads and the report's folder.
void describe_run(CLI::App& app, Options& o) {
    constexpr std::size_t most_images = std::numeric_limits<int>::max();
    app.add_option("--data", o.data, "folder with cifar-10-batches-bin/ or MNIST/raw/ in it")
        ->option_text("DIR [$NORMA_DATA, else data]");
    app.add_flag("--download", o.download,
                 "check the official files in that folder, download those that are missing or damaged");
    add_number<std::uint64_t>(app, "--seed", o.seed, {0, std::numeric_limits<std::uint64_t>::max()},
                              "seed of weights, order, dropout and augmentation", text_of(o.seed));
    add_number<int>(app, "--threads", o.threads, {0, Threads::most},
                    "0: as many as the machine has; the result does not depend on it", text_of(o.threads));
    add_number<std::size_t>(app, "--train-images", o.train_images, {1, most_images}, "train on the first N images only",
                            "all; synthetic: " + text_of(synthetic_train_images));
    add_number<std::size_t>(app, "--holdout", o.holdout, {1, most_images},
                            "test on the last N training images; the test file is not read", "");
    app.add_option("--output", o.output, "folder of the report")->option_text("DIR [" + o.output.string() + "]");
    app.set_version_flag("--version", std::string("norma ") + version);
}

/// The options of a training that compare has.
void describe_training(CLI::App& app, Options& o) {
    const auto sets = [&](auto set) { return [&o, set](const std::string& text) { set(o, text); }; };
    app.add_option_function<std::string>(
           "--dataset", sets(set_dataset),
           "cifar10, mnist (padded to 32 × 32, in three channels) or synthetic (drawn by norma)")
        ->option_text("NAME [cifar10 if it is found, else synthetic]");
    app.add_option_function<std::string>(
           "--norms", [&o](const std::string& list) { set_norms(o, list); }, "any of batch, group, layer, none")
        ->option_text("LIST [batch,group,layer]");
    add_number<int>(app, "--epochs", o.epochs, {1, many}, "passes over the training images",
                    text_of(published_epochs) + "; synthetic: " + text_of(synthetic_epochs));
    add_number<double>(app, "--lr", o.rate, {0, 1e6, true, true}, "learning rate", text_of(o.rate));
    add_number<double>(app, "--momentum", o.momentum, {0, 1, false, true}, "momentum of SGD", text_of(o.momentum));
    add_number<int>(app, "--step", o.step, {1, many}, "epochs between changes of the learning rate", text_of(o.step));
    add_number<double>(app, "--gamma", o.gamma, {0, 1, true, false}, "factor of the learning rate at each change",
                       text_of(o.gamma));
    add_number<int>(app, "--crop", o.crop, {0, 32}, "random crop after padding with so many pixels", text_of(o.crop));
    app.add_flag("--flip", o.flip, "mirror training images at random");
    describe_run(app, o);
}

/// The options of programs that train with several seeds, and can resume.
void describe_seeds(CLI::App& app, Options& o) {
    add_number<int>(app, "--seeds", o.seeds, {1, 1000},
                    "train each network N times, with --seed and the numbers after it: mean ± standard deviation",
                    text_of(o.seeds));
    app.add_option("--checkpoint", o.checkpoint, "folder for a checkpoint of each network after every epoch")
        ->option_text("DIR [no checkpoints]");
    app.add_flag("--resume", o.resume,
                 "resume from the checkpoints in --checkpoint; the results are as without a stop");
}

/// @throws OptionError if options of `describe_seeds` do not fit.
void verify_seeds(const Options& options) {
    if (options.checkpoint && options.checkpoint->empty()) {
        raise<OptionError>("--checkpoint: the name of a folder was expected");
    }
    if (options.seed > std::numeric_limits<std::uint64_t>::max() - static_cast<std::uint64_t>(options.seeds - 1)) {
        raise<OptionError>("--seeds: from --seed " + text_of(options.seed) + " on there are fewer than " +
                           text_of(options.seeds) + " seeds; choose a smaller --seed");
    }
    if (options.resume && !options.checkpoint) {
        raise<OptionError>("--resume needs --checkpoint: the folder of the checkpoints to resume from");
    }
}

void describe_precision(CLI::App& app, Options& o) {
    app.add_option_function<std::string>(
           "--precision", [&o](const std::string& name) { set_precision(o, name); },
           "fp32, or bf16: convolutions multiply in bfloat16; a program of its own too")
        ->option_text("NAME [" + o.precision + "]");
}

void describe_compare(CLI::App& app, Options& o) {
    describe_training(app, o);
    app.add_option_function<std::string>(
           "--network", [&o](const std::string& name) { o.network = find_network(name).name; },
           "a classifier of the zoo (docs/zoo.md), such as resnet20; each is a program of its own, which ./dev compare "
           "builds")
        ->option_text("NAME [" + o.network + "]");
    describe_precision(app, o);
    add_number<int>(app, "--batch", o.batch, {1, many}, "batch size", text_of(o.batch));
    describe_seeds(app, o);
}

/// Parses the command line by the options of `app`. Returns the text to print for --help or --version, else nothing.
std::string read(CLI::App& app, int count, const char* const* arguments, Options& options) {
    app.get_formatter()->column_width(40);
    app.footer(
        "Defaults are in brackets; they are those of the published experiment. Ctrl-C stops after the batch and still "
        "writes the report.\nSynthetic images are easier to learn, so their default is fewer epochs.");
    for (int i = 0; i < count; ++i) options.command_line += (i == 0 ? "" : " ") + std::string(arguments[i]);
    try {
        app.parse(count, arguments);
    } catch (const CLI::CallForHelp&) {
        return app.help();
    } catch (const CLI::CallForVersion& e) {
        return std::string(e.what()) + '\n';
    } catch (const CLI::ParseError& e) {
        raise<OptionError>(std::string(e.what()) + "; " + app.get_name() + " --help lists the options");
    }
    if (options.data && options.data->empty()) raise<OptionError>("--data: the name of a folder was expected");
    if (options.output.empty()) raise<OptionError>("--output: the name of a folder was expected");
    if (options.download && options.dataset == "synthetic") {
        raise<OptionError>(
            "--download and --dataset synthetic do not go together: synthetic images are drawn; leave "
            "out one of them");
    }
    return {};
}

}  // namespace

std::variant<Options, std::string> parse_options(int count, const char* const* arguments, const std::string& network,
                                                 const std::string& precision) {
    Options options;
    options.network = network;
    options.precision = precision;
    CLI::App app("Trains one network with each norm, and writes a report that compares them.", "compare");
    describe_compare(app, options);
    if (const std::string text = read(app, count, arguments, options); !text.empty()) return text;
    verify_seeds(options);
    return options;
}

std::variant<SweepOptions, std::string> parse_sweep_options(int count, const char* const* arguments) {
    SweepOptions sweep;
    sweep.training.output = "sweep";
    CLI::App app("Trains one network with each norm and batch size, and draws the test error against the batch size.",
                 "batch_size_sweep");
    describe_training(app, sweep.training);
    app.add_option_function<std::string>(
           "--batch-sizes",
           [&](const std::string& list) {
               sweep.batch_sizes.clear();
               for (const std::string& part : parts_of(list)) {
                   const int size = number_from(part, "--batch-sizes", Bounds<int>{1, many});
                   if (std::ranges::count(sweep.batch_sizes, size) != 0) {
                       raise<OptionError>("--batch-sizes: " + part + " is given twice; each is used once");
                   }
                   sweep.batch_sizes.push_back(size);
               }
           },
           "batch sizes, one training each; the learning rate is --lr · size / " + text_of(published_batch))
        ->option_text("LIST [2,4,8,16,32,64,128]");
    if (const std::string text = read(app, count, arguments, sweep.training); !text.empty()) return text;
    return sweep;
}

std::variant<Options, std::string> parse_recipe_options(int count, const char* const* arguments,
                                                        const std::string& precision) {
    Options o;
    o.of_recipe = true;
    o.network = recipe_network;
    o.precision = precision;
    o.norms = {"batch"};
    o.batch = recipe_batch;
    o.momentum = recipe_momentum;
    CLI::App app(
        "Trains airbench94 on CIFAR-10 by the recipe of arXiv 2404.00498 (94 % in 9.9 epochs), with each norm, and "
        "writes a report.",
        recipe_network);
    app.add_option_function<std::string>(
           "--norm,--norms",
           [&o](const std::string& list) { set_norms(o, list == "all" ? "batch,group,layer,none" : list, "--norm"); },
           "any of batch, group, layer, none; or all")
        ->option_text("LIST [batch]");
    describe_precision(app, o);
    app.add_option_function<std::string>(
           "--dataset",
           [&o](const std::string& name) {
               if (name != "cifar10" && name != "synthetic") {
                   raise<OptionError>("--dataset: '" + name + "' is not one of cifar10, synthetic");
               }
               o.dataset = name;
           },
           "cifar10 or synthetic (drawn by norma)")
        ->option_text("NAME [cifar10 if it is found, else synthetic]");
    add_number<double>(app, "--epochs", o.recipe_epochs, {0, many, true, false},
                       "passes over the training images; the last may end early",
                       text_of(recipe_epochs) + "; without CIFAR-10: " + text_of(recipe_synthetic_epochs));
    add_number<int>(app, "--batch", o.batch, {2, many}, "batch size; the rate is in proportion to it",
                    text_of(o.batch));
    describe_seeds(app, o);
    describe_run(app, o);
    if (const std::string text = read(app, count, arguments, o); !text.empty()) return text;
    verify_seeds(o);
    o.rate = recipe_rate * o.batch / recipe_batch;
    return o;
}

double epochs_of_recipe(const Options& options, const std::string& dataset) {
    return options.recipe_epochs.value_or(dataset == "synthetic" ? recipe_synthetic_epochs : recipe_epochs);
}

int planned_epochs(const Options& options, const std::string& dataset) {
    if (options.of_recipe) return static_cast<int>(std::ceil(epochs_of_recipe(options, dataset)));
    return options.epochs.value_or(dataset == "synthetic" ? synthetic_epochs : published_epochs);
}

std::vector<Option> report_options(const Options& o, const std::string& dataset, std::size_t train_images) {
    std::string norms;
    for (const std::string& name : o.norms) norms += (norms.empty() ? "" : ",") + name;
    if (o.of_recipe) {
        return {{"network", o.network, recipe_network},
                {"precision", o.precision, ""},
                {"dataset", dataset, "cifar10"},
                {"norms", norms, "batch"},
                {"epochs", text_of(epochs_of_recipe(o, dataset)), text_of(recipe_epochs)},
                {"batch", text_of(o.batch), text_of(recipe_batch)},
                {"lr", text_of(o.rate), text_of(recipe_rate)},
                {"momentum", text_of(o.momentum), text_of(recipe_momentum)},
                {"train-images", text_of(train_images), "50000"},
                {"seeds", text_of(o.seeds), ""}};
    }
    std::vector<Option> list{{"network", o.network, default_network},
                             {"precision", o.precision, default_precision},
                             {"dataset", dataset, "cifar10"},
                             {"norms", norms, ""},
                             {"epochs", text_of(planned_epochs(o, dataset)), text_of(published_epochs)},
                             {"batch", text_of(o.batch), "128"},
                             {"lr", text_of(o.rate), "0.01"},
                             {"momentum", text_of(o.momentum), "0.9"},
                             {"step", text_of(o.step), "6"},
                             {"gamma", text_of(o.gamma), "0.1"},
                             {"crop", text_of(o.crop), "0"},
                             {"flip", o.flip ? "yes" : "no", "no"},
                             {"train-images", text_of(train_images), "50000"}};
    if (o.seeds > 1) list.push_back({"seeds", text_of(o.seeds), ""});
    if (o.holdout) list.push_back({"holdout", text_of(*o.holdout), ""});
    return list;
}

}  // namespace norma::compare
