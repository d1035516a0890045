#include "../../examples/compare/data_source.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "../support/message.hpp"
#include "../support/pickles.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/core/error.hpp"

namespace data_source_test {

using namespace norma;
using namespace norma::compare;

namespace {

/// `count` records of CIFAR-10's binary version, label i mod 10, all pixels `value`.
std::vector<std::uint8_t> records(std::size_t count, std::uint8_t value) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < count; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(i % 10));
        bytes.insert(bytes.end(), 3072, value);
    }
    return bytes;
}

void put_cifar10(const TemporaryFolder& folder, bool with_test) {
    for (int i = 1; i <= 5; ++i) {
        folder.put("cifar-10-batches-bin/data_batch_" + std::to_string(i) + ".bin",
                   records(4, static_cast<std::uint8_t>(i)));
    }
    if (with_test) folder.put("cifar-10-batches-bin/test_batch.bin", records(3, 9));
}

/// Two grey images of 28 × 28 in each part.
void put_mnist(const TemporaryFolder& folder) {
    for (const std::string part : {"train", "t10k"}) {
        std::vector<std::uint8_t> images{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28};
        images.resize(images.size() + 2 * 28 * 28, 255);
        folder.put("MNIST/raw/" + part + "-images-idx3-ubyte", images);
        folder.put("MNIST/raw/" + part + "-labels-idx1-ubyte", {0, 0, 8, 1, 0, 0, 0, 2, 7, 3});
    }
}

}  // namespace

TEST_CASE("The folder is --data, else $NORMA_DATA, else data") {
    const TemporaryFolder folder;
    put_cifar10(folder, true);
    Options o;
    o.data = folder.path();
    CHECK(choose_data(o, "/nowhere").folder == folder.path());
    CHECK(choose_data(o, "/nowhere").dataset == "cifar10");
    o.data.reset();
    const DataChoice by_environment = choose_data(o, folder.path().c_str());
    CHECK(by_environment.folder == folder.path());
    CHECK(by_environment.dataset == "cifar10");
    CHECK(by_environment.stand_in.empty());
    o.dataset = "synthetic";
    CHECK(choose_data(o, nullptr).folder == "data");
    CHECK(choose_data(o, "").folder == "data");
}

TEST_CASE("Synthetic images are used if CIFAR-10 is missing and was not named, and the user is told") {
    const TemporaryFolder empty;
    const DataChoice choice = choose_data({}, empty.path().c_str());
    CHECK(choice.dataset == "synthetic");
    CHECK(mentions(choice.stand_in, "NOT ON CIFAR-10", empty.path().string(), "--download", "--data", "NORMA_DATA"));
    Options asked;
    asked.train_images = 10;
    CHECK(load_data(asked, choice).stand_in == choice.stand_in);
    asked.dataset = "synthetic";
    CHECK(choose_data(asked, empty.path().c_str()).stand_in.empty());
}

TEST_CASE("A missing data set that the user named is an error with the place and the remedy") {
    const TemporaryFolder folder;
    Options o;
    o.dataset = "cifar10";
    const auto refusal = [&](const char* environment) {
        return message_of<FileError>([&] { choose_data(o, environment); });
    };
    CHECK(mentions(refusal(folder.path().c_str()), "CIFAR-10 is not in", (folder / "cifar-10-batches-bin").string(),
                   "$NORMA_DATA", "--download"));
    o.data = folder.path();
    CHECK(mentions(refusal(nullptr), "--data", "--download"));
    o.dataset.clear();
    put_mnist(folder);
    CHECK(mentions(refusal(nullptr), "CIFAR-10 is not in", "MNIST is there: --dataset mnist"));
    o.dataset = "mnist";
    CHECK(choose_data(o, nullptr).dataset == "mnist");
}

TEST_CASE("Files are checked and downloaded only with --download") {
    const TemporaryFolder folder;
    Options o;
    o.data = folder.path();
    o.download = true;
    CHECK(choose_data(o, nullptr).fetch);
    CHECK(choose_data(o, nullptr).dataset == "cifar10");
    put_cifar10(folder, true);
    CHECK(choose_data(o, nullptr).fetch);  // files of the right names may be cut short
    o.download = false;
    CHECK_FALSE(choose_data(o, nullptr).fetch);
}

TEST_CASE("A file that is cut short is refused; the message has the option of the folder and the remedy") {
    const TemporaryFolder folder;
    put_cifar10(folder, true);
    folder.put("cifar-10-batches-bin/data_batch_3.bin", std::vector<std::uint8_t>(5000));
    Options o;
    o.data = folder.path();
    const auto refusal = [&](const char* environment) {
        return message_of<FileError>([&] { load_data(o, choose_data(o, environment)); });
    };
    CHECK(mentions(refusal(nullptr), "data_batch_3.bin", "5000 bytes", "--data", "--download"));
    o.data.reset();
    CHECK(mentions(refusal(folder.path().c_str()), "data_batch_3.bin", "$NORMA_DATA", "--download"));
}

TEST_CASE("A folder that is a link to itself, or has too long a name, is refused with its option") {
    const TemporaryFolder folder;
    std::filesystem::create_symlink("loop", folder / "loop");
    Options o;
    for (const char* const dataset : {"", "cifar10", "mnist"}) {
        o.dataset = dataset;
        const auto refusal = [&] { return message_of<FileError>([&] { load_data(o, choose_data(o, nullptr)); }); };
        o.data = folder / "loop";
        CHECK(mentions(refusal(), (folder / "loop").string(), "--data", "levels of symbolic links"));
        o.data = std::string(5000, 'n');
        CHECK(mentions(refusal(), "--data", "File name too long"));
    }
}

TEST_CASE("The message says what is there instead of the data set") {
    const TemporaryFolder folder;
    Options o;
    o.dataset = "cifar10";
    const auto refusal = [&](const std::filesystem::path& data) {
        o.data = data;
        return message_of<FileError>([&] { choose_data(o, nullptr); });
    };
    folder.put("cifar-10-python.tar.gz", {0x1f, 0x8b, 8, 0});
    CHECK(mentions(refusal(folder.path()), "cifar-10-python.tar.gz is there", "tar xf"));
    CHECK(mentions(refusal(folder / "cifar-10-python.tar.gz"), "a file, not a folder", "gzip"));
    folder.put("cifar-10/data_batch_1.bin", records(1, 0));
    CHECK(mentions(refusal(folder / "cifar-10"), "the folder above"));
    folder.put("100/cifar-100-binary/train.bin", {0});
    CHECK(mentions(refusal(folder / "100"), "CIFAR-100 is there"));
    o.dataset = "mnist";
    folder.put("digits/train-images.idx3-ubyte.gz", {0});
    CHECK(mentions(refusal(folder / "digits"), "MNIST/raw/"));
}

TEST_CASE("The Python version's folder is read, and its file of test images named") {
    const TemporaryFolder folder;
    for (const std::string name :
         {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"}) {
        folder.put("cifar-10-batches-py/" + name, pickled_batch({1, 2}, std::vector<std::uint8_t>(2 * 3072, 7)));
    }
    Options o;
    o.data = folder.path();
    const LoadedData data = load_data(o, choose_data(o, nullptr));
    CHECK(data.dataset == "cifar10");
    CHECK(data.images.train.size() == 10);
    CHECK(mentions(data.source, "cifar-10-batches-py"));
    CHECK(data.test_source == "the 2 images of test_batch");
}

TEST_CASE("A data set with more classes than outputs is refused") {
    const TemporaryFolder folder;
    put_mnist(folder);
    folder.put("MNIST/raw/train-labels-idx1-ubyte", {0, 0, 8, 1, 0, 0, 0, 2, 1, 26});
    Options o;
    o.dataset = "mnist";
    o.data = folder.path();
    CHECK(mentions(message_of<FileError>([&] { load_data(o, choose_data(o, nullptr)); }), "27 classes", "10 outputs",
                   "EMNIST", "--data"));
}

TEST_CASE("CIFAR-10: all of it, the first images, the last ones held out") {
    const TemporaryFolder folder;
    put_cifar10(folder, true);
    Options o;
    o.data = folder.path();
    const DataChoice choice = choose_data(o, nullptr);
    LoadedData data = load_data(o, choice);
    CHECK(data.images.train.size() == 20);
    CHECK(data.images.test.size() == 3);
    CHECK(mentions(data.source, "CIFAR-10 from " + (folder / "cifar-10-batches-bin").string(), "20 training images"));
    CHECK(data.test_source == "the 3 images of test_batch.bin");

    o.train_images = 6;
    data = load_data(o, choice);
    CHECK(data.images.train.size() == 6);
    CHECK(mentions(data.source, "the first 6 training images"));

    std::filesystem::remove(folder / "cifar-10-batches-bin/test_batch.bin");  // is not needed for this
    o.holdout = 5;
    data = load_data(o, choice);
    CHECK(data.images.train.size() == 6);
    CHECK(data.images.test.size() == 5);
    CHECK(data.images.test.image(0)[0] == 4);  // the last of file 4, then all of file 5
    CHECK(data.images.test.image(1)[0] == 5);
    CHECK(data.test_source == "the last 5 images of the 20 training images, held out");

    const auto refusal = [&] { return message_of<OptionError>([&] { load_data(o, choice); }); };
    o.train_images = 16;
    CHECK(mentions(refusal(), "--train-images: '16'", "1 to 15"));
    o.holdout = 20;
    CHECK(mentions(refusal(), "--holdout: '20'", "1 to 19"));
}

TEST_CASE("MNIST is padded to 32 × 32 and repeated in three channels") {
    const TemporaryFolder folder;
    put_mnist(folder);
    Options o;
    o.dataset = "mnist";
    o.data = folder.path();
    const LoadedData data = load_data(o, choose_data(o, nullptr));
    CHECK(data.images.train.extent() == Extent{3, 32, 32});
    CHECK(data.images.test.extent() == Extent{3, 32, 32});
    CHECK(data.images.test.image(0)[0] == 0);
    for (const std::size_t c : {0u, 1u, 2u}) CHECK(data.images.test.image(0)[(2 * 32 + 2) * 3 + c] == 255);
    CHECK(mentions(data.source, "MNIST", "padded to 32 × 32 and repeated", "2 training images"));
}

TEST_CASE("Synthetic images do not depend on --seed or on their number") {
    Options o;
    o.dataset = "synthetic";
    o.train_images = 30;
    const LoadedData few = load_data(o, choose_data(o, nullptr));
    CHECK(few.images.train.size() == 30);
    CHECK(few.images.test.size() == synthetic_test_images);
    CHECK(mentions(few.source, "ynthetic", "30 training images"));

    o.seed = 2;
    o.holdout = 10;
    const LoadedData held = load_data(o, choose_data(o, nullptr));
    CHECK(held.images.train.pixels == few.images.train.pixels);
    CHECK(held.images.test.size() == 10);
    CHECK(mentions(held.test_source, "the last 10 images of the 40 training images"));
}

}  // namespace data_source_test
