#pragma once

#include <filesystem>
#include <string>

#include "norma/data/dataset.hpp"
#include "options.hpp"

namespace norma::compare {

/// Which images a run takes, before any is read.
struct DataChoice {
    std::string dataset;           ///< "cifar10", "mnist" or "synthetic"
    std::filesystem::path folder;  ///< where the set is, or is to be put
    bool fetch = false;            ///< before it is read: check the files that are there, download what is not official
    std::string stand_in;  ///< where synthetic images stand in for CIFAR-10, which is not there: that, and the remedy
    std::string origin;    ///< what named the folder: "--data", "$NORMA_DATA" or the default, in words
};

/// The images of "cifar10", "mnist" or "synthetic" as networks get them, without any image: classes and normalisation.
Dataset description_of(const std::string& dataset);

/// Decides by the options, the value of $NORMA_DATA (or nullptr) and what is in the folder they name. Synthetic images
/// are the choice where CIFAR-10 is missing and the user named neither a data set nor a folder.
/// @throws FileError if the set that was asked for is not there and may not be downloaded.
DataChoice choose_data(const Options& options, const char* environment);

/// Makes the chosen set whole with cmake/fetch_data.cmake: what is there is checked by hash, what is missing, cut short
/// or damaged is downloaded.
/// @throws FileError if that fails; why, the script has printed.
void download(const DataChoice& choice);

/// Images to train and to test on, and where they came from as phrases.
struct LoadedData {
    std::string dataset;  ///< "cifar10", "mnist" or "synthetic"
    TrainTest images;
    std::string source;       ///< "CIFAR-10 from data/cifar-10-batches-bin, 50,000 training images"
    std::string test_source;  ///< "the 10,000 images of test_batch.bin"
    std::string stand_in;     ///< as in `DataChoice`
};

/// Reads or draws the images, and applies --train-images and --holdout.
/// @throws FileError for a broken file, or one of more classes than the networks have outputs; it names the option that
/// the folder comes from.
/// @throws OptionError if more images were asked for than there are.
LoadedData load_data(const Options& options, const DataChoice& choice);

}  // namespace norma::compare
