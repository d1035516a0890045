#include "data_source.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "drawing/numbers.hpp"
#include "figures.hpp"
#include "norma/core/error.hpp"
#include "norma/data/cifar10.hpp"
#include "norma/data/mnist.hpp"
#include "norma/data/synthetic.hpp"

namespace norma::compare {

using namespace drawing;

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t synthetic_seed = 1;  // the images are the same whatever --seed says, as files would be
constexpr int side = 32;
constexpr int colours = 3;

bool is_there(const std::string& dataset, const fs::path& folder) {
    return dataset == "mnist" ? has_mnist(folder) : has_cifar10(folder);
}

std::string title(const std::string& dataset) { return dataset == "mnist" ? "MNIST" : "CIFAR-10"; }

fs::path place(const std::string& dataset, const fs::path& folder) {
    return dataset == "mnist" ? folder / "MNIST" / "raw" : folder / Cifar10Format::folder;
}

/// Is every file there, of training and of test?
bool is_complete(const std::string& dataset, const fs::path& folder) {
    std::vector<std::string> files{Cifar10Format::train_files.begin(), Cifar10Format::train_files.end()};
    files.push_back(Cifar10Format::test_file);
    if (dataset == "mnist") {
        files = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                 "t10k-labels-idx1-ubyte"};
    }
    return std::ranges::all_of(
        files, [&](const std::string& file) { return packed_file_exists(place(dataset, folder) / file); });
}

std::string images(std::size_t count) {
    return grouped(static_cast<std::int64_t>(count)) + (count == 1 ? " image" : " images");
}

/// MNIST as networks for colour images of 32 × 32 take it.
Dataset fitted(const Dataset& mnist) { return mnist.padded(side, side).repeated(colours); }

/// The whole sets, before --train-images.
TrainTest read(const Options& options, const DataChoice& choice) {
    if (choice.dataset == "synthetic") {
        const std::size_t train =
            options.train_images ? *options.train_images + options.holdout.value_or(0) : synthetic_train_images;
        return synthetic_dataset(train, options.holdout ? 1 : synthetic_test_images, synthetic_seed);
    }
    if (choice.dataset == "mnist") {
        TrainTest sets = options.holdout ? TrainTest{read_mnist_train(choice.folder), {}} : read_mnist(choice.folder);
        sets.train = fitted(sets.train);
        if (!options.holdout) sets.test = fitted(sets.test);
        return sets;
    }
    return options.holdout ? TrainTest{read_cifar10_train(choice.folder), {}} : read_cifar10(choice.folder);
}

}  // namespace

Dataset description_of(const std::string& dataset) {
    if (dataset == "mnist") return fitted(mnist_description("MNIST"));
    if (dataset == "synthetic") return synthetic_dataset(1, 1, synthetic_seed).train.described();
    return Cifar10Format::description("CIFAR-10");
}

DataChoice choose_data(const Options& options, const char* environment) {
    const bool environment_given = environment != nullptr && *environment != '\0';
    DataChoice choice{options.dataset, options.data.value_or(environment_given ? environment : "data"), false, {}};
    if (choice.dataset == "synthetic") return choice;
    const bool set_given = !choice.dataset.empty();
    if (!set_given) choice.dataset = "cifar10";
    if (options.download) {
        choice.missing = !is_complete(choice.dataset, choice.folder);
        return choice;
    }
    if (is_there(choice.dataset, choice.folder)) return choice;
    const std::string found_nothing = "no " + title(choice.dataset) + " in " + place(choice.dataset, choice.folder).string();
    if (set_given || options.data) {
        const std::string other = choice.dataset == "mnist" ? "cifar10" : "mnist";
        raise<FileError>(found_nothing + " (the folder comes from " +
                         (options.data         ? "--data"
                          : environment_given ? "$NORMA_DATA"
                                              : "the default, data/ in the working directory") +
                         "); name the folder above it with --data, or let --download fetch it there" +
                         (is_there(other, choice.folder) ? "; " + title(other) + " is there: --dataset " + other : ""));
    }
    choice.dataset = "synthetic";
    choice.hint = "There is " + found_nothing + ". For the real images: --download fetches them there, " +
                  "--data DIR or $NORMA_DATA names a folder that has them.";
    return choice;
}

void download(const DataChoice& choice) {
    const std::string output = "-DOUTPUT=" + choice.folder.string(), sets = "-DSETS=" + choice.dataset;
    std::array<const char*, 6> arguments{NORMA_CMAKE, output.c_str(), sets.c_str(), "-P", NORMA_FETCH_DATA, nullptr};
    const std::string failed = "--download: " + title(choice.dataset) + " could not be fetched into " + choice.folder.string();
    const std::string remedy = "; try again later, or leave --download out and put the files there by hand";
    if (!fs::exists(NORMA_FETCH_DATA)) {
        raise<FileError>(failed + ": " NORMA_FETCH_DATA " is gone; run compare from where it was built" + remedy);
    }
    pid_t child = 0;
    const int error = posix_spawnp(&child, arguments[0], nullptr, nullptr, const_cast<char* const*>(arguments.data()), environ);
    if (error != 0) {
        raise<FileError>(failed + ": " NORMA_CMAKE " cannot be run: " + std::system_category().message(error) + remedy);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0 || !is_complete(choice.dataset, choice.folder)) {
        raise<FileError>(failed + " (the reason stands above)" + remedy);
    }
}

LoadedData load_data(const Options& options, const DataChoice& choice) {
    LoadedData loaded{choice.dataset, read(options, choice), {}, {}};
    TrainTest& sets = loaded.images;
    const bool synthetic = choice.dataset == "synthetic";
    if (options.holdout) {
        const std::size_t all = sets.train.size();
        if (*options.holdout >= all) {
            raise<OptionError>("--holdout: '" + std::to_string(*options.holdout) + "' is not a whole number from 1 to " +
                               std::to_string(all - 1) + ", one less than there are training images");
        }
        sets = sets.train.hold_out(*options.holdout);
        loaded.test_source = "the last " + images(*options.holdout) + " of the " +
                             grouped(static_cast<std::int64_t>(all)) + " training images, held out";
    } else if (synthetic) {
        loaded.test_source = images(sets.test.size()) + " drawn in the same way, none of them trained on";
    } else {
        loaded.test_source = "the " + images(sets.test.size()) + " of " +
                             (choice.dataset == "mnist" ? "t10k-images-idx3-ubyte" : Cifar10Format::test_file);
    }
    const std::size_t available = sets.train.size();
    if (options.train_images && *options.train_images < available) {
        sets.train = sets.train.first(*options.train_images);
    } else if (options.train_images && *options.train_images > available) {
        raise<OptionError>("--train-images: '" + std::to_string(*options.train_images) +
                           "' is not a whole number from 1 to " + std::to_string(available) +
                           ", as many as there are to train on");
    }
    const std::size_t train = sets.train.size();
    std::string what = synthetic ? "Images " + sets.train.source : sets.train.source;
    if (choice.dataset == "mnist") what += ", padded to 32 × 32 and repeated in three channels";
    loaded.source = what + ", " + (train < available ? "the first " : "") + grouped(static_cast<std::int64_t>(train)) +
                    " training images";
    return loaded;
}

}  // namespace norma::compare
