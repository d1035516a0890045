#pragma once

#include <filesystem>
#include <string>

#include "norma/data/dataset.hpp"
#include "options.hpp"

namespace norma::compare {

/// Which images a run will use; nothing has been read yet.
struct DataChoice {
    std::string dataset;           ///< "cifar10", "mnist" or "synthetic"
    std::filesystem::path folder;  ///< where the data set is, or where to download it
    bool fetch = false;            ///< before reading: check the files that are there, download those not official
    std::string stand_in;  ///< if CIFAR-10 is not there and synthetic images are used instead: a sentence that says so
    std::string origin;    ///< where the folder's name comes from: "--data", "$NORMA_DATA", or the default in words
};

/// Sizes, classes and normalisation of "cifar10", "mnist" or "synthetic" as the networks take them, without images.
Dataset description_of(const std::string& dataset);

/// Chooses the data set by the options, the value of $NORMA_DATA (or nullptr) and the files in the folder. If CIFAR-10
/// is missing and the user named neither a data set nor a folder, synthetic images are chosen.
/// @throws FileError if the data set that the user named is not there, and --download is not given.
DataChoice choose_data(const Options& options, const char* environment);

/// Runs cmake/fetch_data.cmake: files that are there are checked by hash; those that are missing, cut short or damaged
/// are downloaded.
/// @throws FileError if that fails; the script has printed the reason.
void download(const DataChoice& choice);

/// Training and test images, and where they came from.
struct LoadedData {
    std::string dataset;  ///< "cifar10", "mnist" or "synthetic"
    TrainTest images;
    std::string source;       ///< "CIFAR-10 from data/cifar-10-batches-bin, 50,000 training images"
    std::string test_source;  ///< "the 10,000 images of test_batch.bin"
    std::string stand_in;     ///< as in `DataChoice`
};

/// Reads or draws the images, and applies --train-images and --holdout.
/// @throws FileError if a file is broken, or has more classes than the networks have outputs; it names the option that
/// the folder comes from.
/// @throws OptionError if --train-images or --holdout is larger than possible.
LoadedData load_data(const Options& options, const DataChoice& choice);

}  // namespace norma::compare
