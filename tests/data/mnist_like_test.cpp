// Fashion-MNIST, KMNIST and EMNIST: their files are made here, with few and small images.
#include "norma/data/mnist_like.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "../support/idx_bytes.hpp"
#include "../support/message.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/data/emnist.hpp"
#include "norma/data/fashion_mnist.hpp"
#include "norma/data/kmnist.hpp"

namespace mnist_like_test {

using namespace norma;

namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<int> labels_of(const Dataset& set) { return {set.labels.begin(), set.labels.end()}; }

/// The images of a file, of 2 × 2 pixels, one for each label: 0, 1, 2, 3, 4, ….
void put_images(const TemporaryFolder& folder, const std::string& begin, const Bytes& labels) {
    const auto count = static_cast<std::uint32_t>(labels.size());
    folder.put(begin + "-images-idx3-ubyte", idx({0x803, count, 2, 2}, 4 * labels.size()));
    Bytes of_labels = idx({0x801, count}, 0);
    of_labels.insert(of_labels.end(), labels.begin(), labels.end());
    folder.put(begin + "-labels-idx1-ubyte", of_labels);
}

}  // namespace

TEST_CASE("Fashion-MNIST and KMNIST are read from torchvision's folders, and their classes have names") {
    const TemporaryFolder folder;
    CHECK(!has_fashion_mnist(folder.path()));
    CHECK(!has_kmnist(folder.path()));
    for (const std::string name : {"FashionMNIST", "KMNIST"}) {
        put_images(folder, name + "/raw/train", {0, 9});
        put_images(folder, name + "/raw/t10k", {3});
    }
    CHECK(has_fashion_mnist(folder.path()));
    CHECK(has_kmnist(folder.path()));

    const TrainTest fashion = read_fashion_mnist(folder.path());
    fashion.train.validate();
    fashion.test.validate();
    CHECK(fashion.train.pixels == Bytes{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(fashion.train.class_names[9] == "Ankle boot");
    CHECK(fashion.test.mean == std::vector{0.2860});
    CHECK(mentions(fashion.test.source, "Fashion-MNIST from ", "FashionMNIST"));

    const TrainTest kuzushiji = read_kmnist(folder.path());
    kuzushiji.train.validate();
    kuzushiji.test.validate();
    CHECK(kuzushiji.test.class_names[3] == "tsu");
    // Of 0, 1, …, 7, not of the test image.
    CHECK(kuzushiji.test.mean.at(0) == doctest::Approx(3.5 / 255));
    CHECK(kuzushiji.test.stddev.at(0) == doctest::Approx(std::sqrt(5.25) / 255));
    CHECK(read_kmnist_train(folder.path()).mean == kuzushiji.train.mean);
}

TEST_CASE("a part of EMNIST has its classes; its images are turned upright") {
    const TemporaryFolder folder;
    CHECK(!has_emnist(folder.path(), Emnist::byclass));
    const auto read = [&](Emnist part, const std::string& name, const Bytes& labels) {
        put_images(folder, "EMNIST/raw/emnist-" + name + "-train", labels);
        put_images(folder, "EMNIST/raw/emnist-" + name + "-test", {labels.back()});
        CHECK(has_emnist(folder.path(), part));
        TrainTest sets = read_emnist(folder.path(), part);
        sets.train.validate();
        sets.test.validate();
        CHECK(sets.train.pixels[1] == 2);
        CHECK(sets.train.pixels[2] == 1);
        return sets.train;
    };
    const Dataset balanced = read(Emnist::balanced, "balanced", {0, 46});
    CHECK(balanced.classes == 47);
    CHECK(balanced.class_names[46] == "t");
    const Dataset by_class = read(Emnist::byclass, "byclass", {10, 36, 61});
    CHECK(by_class.classes == 62);
    CHECK(by_class.class_names[10] == "A");
    CHECK(by_class.class_names[36] == "a");
    CHECK(by_class.class_names[61] == "z");
    CHECK(read(Emnist::bymerge, "bymerge", {38}).class_names[38] == "d");
    CHECK(read(Emnist::digits, "digits", {9}).classes == 10);
    CHECK(read(Emnist::mnist, "mnist", {9}).classes == 10);
    const Dataset letters = read(Emnist::letters, "letters", {1, 26});
    CHECK(letters.classes == 26);
    CHECK(labels_of(letters) == std::vector<int>{0, 25});
    CHECK(letters.class_names[25] == "z");
}

TEST_CASE("the folder of EMNIST's official archive is found too") {
    const TemporaryFolder folder;
    put_images(folder, "gzip/emnist-digits-train", {4, 5});
    CHECK(has_emnist(folder.path(), Emnist::digits));
    CHECK(read_emnist_train(folder.path(), Emnist::digits).size() == 2);
    CHECK(mentions(message_of<FileError>([&] { read_emnist(folder.path(), Emnist::digits); }), "emnist-digits-test",
                   "no such file"));
}

TEST_CASE("a label that the data set does not have is refused") {
    const TemporaryFolder folder;
    put_images(folder, "EMNIST/raw/emnist-letters-train", {1, 0});
    CHECK(mentions(message_of<FileError>([&] { read_emnist_train(folder.path(), Emnist::letters); }),
                   "emnist-letters-train-labels", "image 1 is 0", "1 to 26"));
    put_images(folder, "KMNIST/raw/train", {10});
    CHECK(mentions(message_of<FileError>([&] { read_kmnist_train(folder.path()); }), "train-labels", "image 0 is 10",
                   "KMNIST has labels 0 to 9"));
}

TEST_CASE("both parts need images of one size") {
    const TemporaryFolder folder;
    put_images(folder, "KMNIST/raw/train", {1, 2});
    put_images(folder, "KMNIST/raw/t10k", {1});
    folder.put("KMNIST/raw/t10k-images-idx3-ubyte", idx({0x803, 1, 2, 3}, 6));
    CHECK(mentions(message_of<FileError>([&] { read_kmnist(folder.path()); }), "t10k-images", "2 × 3", "2 × 2"));
}

}  // namespace mnist_like_test
