#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/mnist_like.hpp"

namespace norma::inline NORMA_TARGET {

/// The six parts of EMNIST (Cohen, Afshar, Tapson and van Schaik, 2017, arXiv 1702.05373), by the names of their files.
enum class Emnist {
    balanced,  ///< 47 classes as in `bymerge`, each with as many images
    byclass,   ///< 62 classes: digits, capital letters, small letters
    bymerge,   ///< 47 classes: of 15 letters the small one is in the class of the capital
    digits,    ///< 10 classes, each with as many images
    letters,   ///< 26 classes: small and capital letters together
    mnist      ///< 10 classes: MNIST's digits, made from the same forms as the other parts
};

namespace detail {

template <class = void>
MnistLike emnist(const std::filesystem::path& folder, Emnist part) {
    const auto names = [](const std::string& characters) {
        std::vector<std::string> all;
        for (const char character : characters) all.emplace_back(1, character);
        return all;
    };
    const std::string digits = "0123456789", capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                      letters = "abcdefghijklmnopqrstuvwxyz", unmerged = "abdefghnqrt";
    const auto [name, characters] = [&]() -> std::pair<std::string, std::string> {
        switch (part) {
            case Emnist::balanced:
                return {"balanced", digits + capitals + unmerged};
            case Emnist::byclass:
                return {"byclass", digits + capitals + letters};
            case Emnist::bymerge:
                return {"bymerge", digits + capitals + unmerged};
            case Emnist::digits:
                return {"digits", digits};
            case Emnist::letters:
                return {"letters", letters};
            default:
                return {"mnist", digits};
        }
    }();
    MnistLike kind{"EMNIST " + name,
                   folder / "EMNIST" / "raw",
                   "emnist-" + name + "-train",
                   "emnist-" + name + "-test",
                   names(characters),
                   part == Emnist::letters ? 1 : 0,
                   true};
    // The official archive has the folder gzip/.
    if (MnistLike in_archive = kind; !kind.is_there()) {
        in_archive.raw = folder / "gzip";
        if (in_archive.is_there()) return in_archive;
    }
    return kind;
}

}  // namespace detail

/// Does `folder` hold the training images of this part of EMNIST in EMNIST/raw/ (torchvision's folder) or in gzip/
/// (that of the official archive)?
template <class = void>
bool has_emnist(const std::filesystem::path& folder, Emnist part) {
    return detail::emnist(folder, part).is_there();
}

/// Reads the training files of a part of EMNIST: emnist-balanced-train-images-idx3-ubyte and so on, in
/// `folder`/EMNIST/raw/ or `folder`/gzip/; images of 1 × 28 × 28. In the files rows and columns are exchanged; here the
/// images are upright as MNIST's. The letters' labels, 1 to 26 in the files, are 0 to 25. Mean and standard deviation
/// are computed from the images. The test files are not read.
/// @throws FileError as `read_mnist_files`, or if a label is none of this part.
template <class = void>
Dataset read_emnist_train(const std::filesystem::path& folder, Emnist part) {
    return detail::read_mnist_like_train(detail::emnist(folder, part));
}

/// Reads the training and the test files of a part. The test images have the training images' mean and standard
/// deviation.
/// @throws FileError as `read_emnist_train`, and if the images of the two parts differ in size.
template <class = void>
TrainTest read_emnist(const std::filesystem::path& folder, Emnist part) {
    return detail::read_mnist_like_both(detail::emnist(folder, part));
}

}  // namespace norma::inline NORMA_TARGET
