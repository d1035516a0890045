#include "data_source.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "drawing/numbers.hpp"
#include "figures.hpp"
#include "norma/core/error.hpp"
#include "norma/data/cifar10.hpp"
#include "norma/data/cifar100.hpp"
#include "norma/data/file_kind.hpp"
#include "norma/data/mnist.hpp"
#include "norma/data/synthetic.hpp"

namespace norma::compare {

using namespace drawing;

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t synthetic_seed = 1;  // like images from files, they do not depend on --seed
constexpr int side = 32;
constexpr int colours = 3;
constexpr int networks_classes = 10;

bool is_there(const std::string& dataset, const fs::path& folder) {
    return dataset == "mnist" ? has_mnist(folder) : has_cifar10(folder);
}

std::string title(const std::string& dataset) { return dataset == "mnist" ? "MNIST" : "CIFAR-10"; }

fs::path place(const std::string& dataset, const fs::path& folder) {
    return dataset == "mnist" ? folder / "MNIST" / "raw" : folder / Cifar10Format::folder;
}

/// Why the data set may not be there, and what to do: "; …", or nothing.
std::string advice(const std::string& dataset, const fs::path& folder) {
    std::error_code ignored;
    if (fs::is_regular_file(folder, ignored)) {
        std::vector<std::uint8_t> beginning(512);
        std::ifstream file(folder, std::ios::binary);
        file.read(reinterpret_cast<char*>(beginning.data()), std::ssize(beginning));
        beginning.resize(static_cast<std::size_t>(file.gcount()));
        const std::string kind = file_kind(beginning);
        return "; this is a file, not a folder" + (kind.empty() ? "" : ": " + kind);
    }
    const std::string other = dataset == "mnist" ? "cifar10" : "mnist";
    if (is_there(other, folder)) return "; " + title(other) + " is there: --dataset " + other;
    if (dataset == "mnist") {
        for (const char* const name : {"train-images-idx3-ubyte", "train-images.idx3-ubyte"}) {
            if (packed_file_exists(folder / name))
                return "; its files are in that folder: move them into MNIST/raw/ in it";
        }
        return {};
    }
    for (const char* const archive : {"cifar-10-binary.tar.gz", "cifar-10-python.tar.gz"}) {
        if (fs::exists(folder / archive, ignored))
            return "; " + std::string(archive) + " is there: unpack it there (tar xf)";
    }
    for (const char* const name : {"data_batch_1.bin", "data_batch_1"}) {
        if (packed_file_exists(folder / name)) return "; its files are in that folder: name the folder above it";
    }
    return has_cifar100(folder) ? "; CIFAR-100 is there, but these networks have too few outputs for it" : "";
}

/// Refuses a path that is not a folder, or that the system cannot look at. A missing folder is accepted: it may be
/// downloaded to.
void check_data_folder(const DataChoice& choice) {
    std::error_code error;
    const fs::file_status found = fs::status(choice.folder, error);
    if (fs::is_directory(found) || found.type() == fs::file_type::not_found) return;
    if (!error) error = std::make_error_code(std::errc::not_a_directory);
    raise<FileError>(choice.origin + ": " + choice.folder.string() + " is not a folder that can be read (" +
                     error.message() + "); name another folder" + advice(choice.dataset, choice.folder));
}

std::string images(std::size_t count) {
    return grouped(static_cast<std::int64_t>(count)) + (count == 1 ? " image" : " images");
}

/// MNIST's images as the networks take them: 32 × 32 pixels, three channels.
Dataset fitted(const Dataset& mnist) { return mnist.padded(side, side).repeated(colours); }

/// The complete data set from files, before --train-images and --holdout.
TrainTest read_files(const Options& options, const DataChoice& choice) {
    if (choice.dataset == "mnist") {
        TrainTest sets = options.holdout ? TrainTest{read_mnist_train(choice.folder), {}} : read_mnist(choice.folder);
        sets.train = fitted(sets.train);
        if (!options.holdout) sets.test = fitted(sets.test);
        return sets;
    }
    return options.holdout ? TrainTest{read_cifar10_train(choice.folder), {}} : read_cifar10(choice.folder);
}

/// The complete data set, before --train-images and --holdout.
TrainTest read(const Options& options, const DataChoice& choice) {
    if (choice.dataset == "synthetic") {
        const std::size_t train =
            options.train_images ? *options.train_images + options.holdout.value_or(0) : synthetic_train_images;
        return synthetic_dataset(train, options.holdout ? 1 : synthetic_test_images, synthetic_seed);
    }
    try {
        TrainTest sets = read_files(options, choice);
        if (sets.train.classes > networks_classes) {
            raise<FileError>(place(choice.dataset, choice.folder).string() + ": labels of " +
                             std::to_string(sets.train.classes) + " classes, but these networks have " +
                             std::to_string(networks_classes) +
                             " outputs; it is another data set in MNIST's format, such as EMNIST's letters");
        }
        return sets;
    } catch (const FileError& error) {
        raise<FileError>(error.what() + (" (the folder comes from " + choice.origin) +
                         (options.download
                              ? ")"
                              : "; --download checks the files in it, and replaces those that are not official)"));
    }
}

/// The name of the file of test images.
std::string test_file(const DataChoice& choice) {
    const fs::path path = choice.dataset == "mnist" ? detail::mnist_file(choice.folder, "t10k", true)
                                                    : detail::cifar10_files(choice.folder).test;
    return path.filename().string();
}

}  // namespace

Dataset description_of(const std::string& dataset) {
    if (dataset == "mnist") return fitted(mnist_description("MNIST"));
    if (dataset == "synthetic") return synthetic_dataset(1, 1, synthetic_seed).train.described();
    return Cifar10Format::description("CIFAR-10");
}

DataChoice choose_data(const Options& options, const char* environment) {
    const bool environment_given = environment != nullptr && *environment != '\0';
    DataChoice choice{options.dataset,
                      options.data.value_or(environment_given ? environment : "data"),
                      false,
                      {},
                      options.data        ? "--data"
                      : environment_given ? "$NORMA_DATA"
                                          : "the default, data/ in the working directory; --data names another"};
    if (choice.dataset == "synthetic") return choice;
    if (options.data || environment_given) check_data_folder(choice);
    const bool set_given = !choice.dataset.empty();
    if (!set_given) choice.dataset = "cifar10";
    choice.fetch = options.download;
    if (choice.fetch || is_there(choice.dataset, choice.folder)) return choice;
    const std::string found_nothing =
        title(choice.dataset) + " is not in " + place(choice.dataset, choice.folder).string();
    if (set_given || options.data) {
        raise<FileError>(found_nothing + " (the folder comes from " + choice.origin +
                         "); name its parent folder with --data, or add --download" +
                         advice(choice.dataset, choice.folder));
    }
    choice.dataset = "synthetic";
    choice.stand_in = "NOT ON CIFAR-10: " + found_nothing +
                      ". The networks train on synthetic images, and the results say nothing about photographs. For " +
                      "the real images add --download, or name a folder that has them with --data DIR or $NORMA_DATA.";
    return choice;
}

void download(const DataChoice& choice) {
    const std::string output = "-DOUTPUT=" + choice.folder.string(), sets = "-DSETS=" + choice.dataset;
    std::array<const char*, 6> arguments{NORMA_CMAKE, output.c_str(), sets.c_str(), "-P", NORMA_FETCH_DATA, nullptr};
    const std::string failed =
        "--download: " + title(choice.dataset) + " could not be downloaded into " + choice.folder.string();
    const std::string remedy = "; try again later, or put the files there yourself and leave out --download";
    if (!fs::exists(NORMA_FETCH_DATA)) {
        raise<FileError>(failed + ": the script " NORMA_FETCH_DATA " is not there any more" + remedy);
    }
    pid_t child = 0;
    const int error =
        posix_spawnp(&child, arguments[0], nullptr, nullptr, const_cast<char* const*>(arguments.data()), environ);
    if (error != 0) {
        raise<FileError>(failed + ": " NORMA_CMAKE " cannot be run: " + std::system_category().message(error) + remedy);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0) {
        raise<FileError>(failed + " (the reason is printed above)" + remedy);
    }
}

LoadedData load_data(const Options& options, const DataChoice& choice) {
    LoadedData loaded{choice.dataset, read(options, choice), {}, {}, choice.stand_in};
    TrainTest& sets = loaded.images;
    const bool synthetic = choice.dataset == "synthetic";
    if (options.holdout) {
        const std::size_t all = sets.train.size();
        if (*options.holdout >= all) {
            raise<OptionError>("--holdout: '" + std::to_string(*options.holdout) +
                               "' is not a whole number from 1 to " + std::to_string(all - 1) +
                               ", the number of training images less one");
        }
        sets = sets.train.hold_out(*options.holdout);
        loaded.test_source = "the last " + images(*options.holdout) + " of the " +
                             grouped(static_cast<std::int64_t>(all)) + " training images, held out";
    } else if (synthetic) {
        loaded.test_source = images(sets.test.size()) + " drawn in the same way, not used in training";
    } else {
        loaded.test_source = "the " + images(sets.test.size()) + " of " + test_file(choice);
    }
    const std::size_t available = sets.train.size();
    if (options.train_images && *options.train_images < available) {
        sets.train = sets.train.first(*options.train_images);
    } else if (options.train_images && *options.train_images > available) {
        raise<OptionError>("--train-images: '" + std::to_string(*options.train_images) +
                           "' is not a whole number from 1 to " + std::to_string(available) +
                           ", the number of training images");
    }
    const std::size_t train = sets.train.size();
    std::string what = synthetic ? "Images " + sets.train.source : sets.train.source;
    if (choice.dataset == "mnist") what += ", padded to 32 × 32 and repeated in three channels";
    loaded.source = what + ", " + (train < available ? "the first " : "") + grouped(static_cast<std::int64_t>(train)) +
                    " training images";
    return loaded;
}

}  // namespace norma::compare
