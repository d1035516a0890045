#pragma once

#include <filesystem>

#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/mnist_like.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
template <class = void>
MnistLike kmnist(const std::filesystem::path& folder) {
    return {"KMNIST",
            folder / "KMNIST" / "raw",
            "train",
            "t10k",
            {"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"}};
}
}  // namespace detail

/// Does `folder` hold KMNIST's training images in KMNIST/raw/ (torchvision's folder)?
template <class = void>
bool has_kmnist(const std::filesystem::path& folder) {
    return detail::kmnist(folder).is_there();
}

/// Reads the training files of Kuzushiji-MNIST (Clanuwat et al., 2018, arXiv 1812.01718) in `folder`/KMNIST/raw/, which
/// have the names of MNIST's: 60,000 images of 1 × 28 × 28 in ten classes. Mean and standard deviation are computed
/// from them. The test files are not read.
/// @throws FileError as `read_mnist_files`, or if a label is above 9.
template <class = void>
Dataset read_kmnist_train(const std::filesystem::path& folder) {
    return detail::read_mnist_like_train(detail::kmnist(folder));
}

/// Reads the training and the test files (10,000 images). The test images have the training images' mean and standard
/// deviation.
/// @throws FileError as `read_kmnist_train`, and if the images of the two parts differ in size.
template <class = void>
TrainTest read_kmnist(const std::filesystem::path& folder) {
    return detail::read_mnist_like_both(detail::kmnist(folder));
}

}  // namespace norma::inline NORMA_TARGET
