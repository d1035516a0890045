#pragma once

#include <filesystem>

#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/mnist_like.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
template <class = void>
MnistLike fashion_mnist(const std::filesystem::path& folder) {
    return {"Fashion-MNIST",
            folder / "FashionMNIST" / "raw",
            "train",
            "t10k",
            {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}};
}
/// Of the 60,000 training images; the figures that programs for PyTorch use.
template <class = void>
PixelStatistics fashion_mnist_statistics() {
    return {{0.2860}, {0.3530}};
}
}  // namespace detail

/// Does `folder` hold Fashion-MNIST's training images in FashionMNIST/raw/ (torchvision's folder)?
template <class = void>
bool has_fashion_mnist(const std::filesystem::path& folder) {
    return detail::fashion_mnist(folder).is_there();
}

/// Reads the training files of Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017, arXiv 1708.07747) in
/// `folder`/FashionMNIST/raw/, which have the names of MNIST's: 60,000 images of 1 × 28 × 28 in ten classes. The test
/// files are not read.
/// @throws FileError as `read_mnist_files`, or if a label is above 9.
template <class = void>
Dataset read_fashion_mnist_train(const std::filesystem::path& folder) {
    return detail::read_mnist_like_train(detail::fashion_mnist(folder), detail::fashion_mnist_statistics());
}

/// Reads the training and the test files (10,000 images).
/// @throws FileError as `read_fashion_mnist_train`, and if the images of the two parts differ in size.
template <class = void>
TrainTest read_fashion_mnist(const std::filesystem::path& folder) {
    return detail::read_mnist_like_both(detail::fashion_mnist(folder), detail::fashion_mnist_statistics());
}

}  // namespace norma::inline NORMA_TARGET
