#include "norma/data/mnist.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "../support/fnv.hpp"
#if defined(NORMA_HAS_ZLIB)
#include "../support/gzip.hpp"
#endif
#include "../support/idx_bytes.hpp"
#include "../support/message.hpp"
#include "../support/peak_memory.hpp"
#include "../support/skipped.hpp"
#include "../support/temporary_folder.hpp"

namespace mnist_test {

using namespace norma;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// A folder with one pair of files; `complaint` is the error message of reading them.
struct Pair {
    TemporaryFolder folder;
    std::filesystem::path images, labels;

    Pair(const Bytes& image_bytes, const Bytes& label_bytes)
        : images(folder.put("images", image_bytes)), labels(folder.put("labels", label_bytes)) {}
    std::string complaint() const {
        return message_of<FileError>([&] { read_mnist_files(images, labels); });
    }
};

std::array<int, 10> class_counts(const Dataset& set) {
    std::array<int, 10> counts{};
    for (const std::uint16_t label : set.labels) ++counts.at(label);
    return counts;
}

std::uint64_t checksum(const Bytes& bytes) {
    Fnv fnv;
    fnv.add_all(bytes);
    return fnv.value();
}

}  // namespace

TEST_CASE("a pair of files becomes a data set of one channel") {
    const Pair pair(idx({0x803, 3, 4, 5}, 60), idx({0x801, 3}, 3));
    const Dataset set = read_mnist_files(pair.images, pair.labels);
    set.validate();
    CHECK(set.size() == 3);
    CHECK(set.extent() == Extent{1, 4, 5});
    CHECK(set.labels == std::vector<std::uint16_t>{0, 1, 2});
    CHECK(set.image(1)[3] == 3);
    CHECK(set.class_names[7] == "7");
    CHECK(mentions(set.source, "MNIST", pair.folder.path().string()));
}

TEST_CASE("a folder is read by its official file names; the training files can be read alone") {
    const TemporaryFolder folder;
    CHECK(!has_mnist(folder.path()));
    folder.put("MNIST/raw/train-images-idx3-ubyte", idx({0x803, 2, 28, 28}, 2 * 784));
    folder.put("MNIST/raw/train-labels-idx1-ubyte", idx({0x801, 2}, 2));
    CHECK(has_mnist(folder.path()));
    CHECK(read_mnist_train(folder.path()).size() == 2);
    CHECK(
        mentions(message_of<FileError>([&] { read_mnist(folder.path()); }), "t10k-images-idx3-ubyte", "no such file"));
    folder.put("MNIST/raw/t10k-images-idx3-ubyte", idx({0x803, 1, 28, 28}, 784));
    folder.put("MNIST/raw/t10k-labels-idx1-ubyte", idx({0x801, 1}, 1));
    const TrainTest both = read_mnist(folder.path());
    CHECK(both.train.size() == 2);
    CHECK(both.test.size() == 1);
    CHECK(both.test.padded(32, 32).extent() == Extent{1, 32, 32});
}

TEST_CASE("a wrong magic number is refused; the message has the found and the expected number") {
    const Bytes labels = idx({0x801, 3}, 3);
    CHECK(mentions(Pair(idx({0x801, 3, 4, 5}, 60), labels).complaint(), "images", "byte 0", "2049", "2051"));
    CHECK(
        mentions(Pair(idx({0x803, 3, 4, 5}, 60), idx({0x803, 3}, 3)).complaint(), "labels", "byte 0", "2051", "2049"));
    CHECK(mentions(Pair(idx({0x03080000, 3, 4, 5}, 60), labels).complaint(), "magic"));  // the other byte order
}

TEST_CASE("a file whose length is not that of its header is refused") {
    const Bytes labels = idx({0x801, 3}, 3);
    for (const std::size_t values : {0u, 20u, 59u, 61u, 120u}) {
        CHECK(mentions(Pair(idx({0x803, 3, 4, 5}, values), labels).complaint(), "images", "3 × 4 × 5", "byte 16",
                       "found " + std::to_string(values)));
    }
    CHECK(mentions(Pair(idx({0x803, 3, 4, 5}, 60), idx({0x801, 3}, 2)).complaint(), "labels", "found 2"));
    for (const std::size_t size : {0u, 3u, 15u}) {
        Bytes cut = idx({0x803, 3, 4, 5}, 60);
        cut.resize(size);
        CHECK(mentions(Pair(cut, labels).complaint(), "images", "ends at byte " + std::to_string(size), "header"));
    }
}

TEST_CASE("sizes that would overflow or take much memory are refused") {
    const Bytes labels = idx({0x801, 3}, 3);
    const std::uint32_t huge = ~0u;
    CHECK(mentions(Pair(idx({0x803, huge, huge, huge}, 60), labels).complaint(), "4294967295"));
    // 2^22 · 2^21 · 2^21 = 2^64, which is 0 in 64 bits: as many values as follow.
    CHECK(mentions(Pair(idx({0x803, 1u << 22, 1u << 21, 1u << 21}, 0), labels).complaint(), "found 0"));
    CHECK(mentions(Pair(idx({0x803, 0, 28, 28}, 0), labels).complaint(), "byte 4", "is 0"));
    CHECK(mentions(Pair(idx({0x803, 3, 0, huge}, 0), labels).complaint(), "byte 8", "is 0"));
    CHECK(mentions(Pair(idx({0x803, 1, 1, 5000}, 5000), idx({0x801, 1}, 1)).complaint(), "byte 12", "5000", "4096"));
}

TEST_CASE("different numbers of labels and images are refused") {
    CHECK(mentions(Pair(idx({0x803, 3, 4, 5}, 60), idx({0x801, 4}, 4)).complaint(), "4 labels", "3 images"));
}

TEST_CASE("the number of classes follows from the labels: EMNIST's letters are 1 to 26") {
    Bytes labels = idx({0x801, 3}, 3);
    labels.back() = 26;
    const Pair pair(idx({0x803, 3, 4, 5}, 60), labels);
    const Dataset set = read_mnist_files(pair.images, pair.labels);
    set.validate();
    CHECK(set.classes == 27);
    CHECK(set.class_names[26] == "26");
    CHECK(set.labels == std::vector<std::uint16_t>{0, 1, 26});
    labels.back() = 255;
    const Pair largest(idx({0x803, 3, 4, 5}, 60), labels);
    CHECK(read_mnist_files(largest.images, largest.labels).classes == 256);
}

TEST_CASE("both parts of a set get the larger number of classes, and need images of one size") {
    const TemporaryFolder folder;
    Bytes letters = idx({0x801, 2}, 2);
    letters.back() = 26;
    folder.put("MNIST/raw/train-images-idx3-ubyte", idx({0x803, 2, 4, 4}, 32));
    folder.put("MNIST/raw/train-labels-idx1-ubyte", idx({0x801, 2}, 2));
    folder.put("MNIST/raw/t10k-images-idx3-ubyte", idx({0x803, 2, 4, 4}, 32));
    folder.put("MNIST/raw/t10k-labels-idx1-ubyte", letters);
    const TrainTest sets = read_mnist(folder.path());
    sets.train.validate();
    sets.test.validate();
    CHECK(sets.train.classes == 27);
    CHECK(sets.test.classes == 27);
    folder.put("MNIST/raw/t10k-images-idx3-ubyte", idx({0x803, 2, 4, 5}, 40));
    CHECK(mentions(message_of<FileError>([&] { read_mnist(folder.path()); }), "t10k-images-idx3-ubyte", "4 × 5",
                   "4 × 4"));
}

TEST_CASE("files are found by either name, also if a folder has the other name") {
    const TemporaryFolder folder;
    folder.put("MNIST/raw/train-images.idx3-ubyte", idx({0x803, 2, 4, 4}, 32));
    CHECK(has_mnist(folder.path()));
    folder.put("MNIST/raw/train-labels.idx1-ubyte", idx({0x801, 2}, 2));
    folder.put("MNIST/raw/t10k-images-idx3-ubyte", idx({0x803, 1, 4, 4}, 16));
    folder.put("MNIST/raw/t10k-labels.idx1-ubyte", idx({0x801, 1}, 1));
    std::filesystem::create_directories(folder / "MNIST/raw/train-images-idx3-ubyte");
    CHECK(read_mnist(folder.path()).train.size() == 2);
    CHECK(read_mnist(folder.path()).test.size() == 1);
    folder.put("MNIST/raw/train-labels-idx1-ubyte", idx({0x801, 3}, 3));  // the official name goes before the other
    CHECK(mentions(message_of<FileError>([&] { read_mnist_train(folder.path()); }), "3 labels", "2 images"));
}

TEST_CASE("a file of another kind is refused, and the message says what it is") {
    const Bytes images = idx({0x803, 3, 4, 5}, 60), labels = idx({0x801, 3}, 3);
    CHECK(mentions(Pair(labels, labels).complaint(), "a file of labels, not of images"));
    CHECK(mentions(Pair(images, images).complaint(), "a file of images, not of labels"));
    CHECK(mentions(Pair(idx({0xd03, 3, 4, 5}, 240), labels).complaint(), "IDX", "floating-point numbers of 32 bits",
                   "3 dimensions", "convert the values to bytes"));
    CHECK(mentions(Pair(idx({0x804, 3, 4, 5, 3}, 180), labels).complaint(), "IDX", "bytes in 4 dimensions"));
    const auto of_text = [&](const std::string& text) {
        return Pair(Bytes(text.begin(), text.end()), labels).complaint();
    };
    CHECK(mentions(of_text("<!DOCTYPE html>\n<title>404"), "images", "a web page"));
    CHECK(mentions(of_text("\x89PNG\r\n\x1a\n...."), "a PNG picture"));
}

#if defined(NORMA_HAS_ZLIB)

TEST_CASE("a packed file whose content is longer or shorter than its header says is refused") {
    const Bytes labels = idx({0x801, 3}, 3);
    const Pair pair(gzip(idx({0x803, 3, 4, 5}, 60)), gzip(labels));
    CHECK(read_mnist_files(pair.images, pair.labels).pixels.size() == 60);
    CHECK(mentions(Pair(gzip(idx({0x803, 3, 4, 5}, 61)), labels).complaint(), "unpacked it has more than 76 bytes",
                   "3 × 4 × 5"));
    CHECK(mentions(Pair(gzip(idx({0x803, 3, 4, 5}, 59)), labels).complaint(), "found 59"));
    Bytes cut = gzip(idx({0x803, 3, 4, 5}, 60));
    cut.resize(cut.size() - 1);
    CHECK(mentions(Pair(cut, labels).complaint(), "it is cut short"));
    CHECK(mentions(Pair(gzip(idx({0x803, ~0u, ~0u, ~0u}, 60)), labels).complaint(), "4294967295", "found 60"));
}

TEST_CASE("memory depends on what a file holds, not on the sizes in its header") {
    const Bytes labels = idx({0x801, 3}, 3);
    const Pair promise(idx({0x803, 60000, 28, 28}, 60), labels), packed(gzip(idx({0x803, 60000, 28, 28}, 60)), labels);
    Bytes bomb = idx({0x803, 3, 4, 5}, 60);
    bomb.resize(std::size_t{100} << 20);
    const Pair exploding(gzip(bomb), labels);
    for (const Pair* const pair : {&promise, &packed, &exploding}) {
        std::string complaint;
        const auto peak = peak_memory_of([&] { complaint = pair->complaint(); });
        CHECK(mentions(complaint, "by its header it has"));
        if (peak) CHECK(*peak < 10 << 20);
    }
    constexpr std::int64_t size = 1000 * 200 * 200;
    const Bytes large = idx({0x803, 1000, 200, 200}, size), many = idx({0x801, 1000}, 1000);
    const Pair plain(large, many), compressed(gzip(large), many);
    for (const Pair* const pair : {&plain, &compressed}) {
        Dataset set;
        const auto peak = peak_memory_of([&] { set = read_mnist_files(pair->images, pair->labels); });
        CHECK(set.size() == 1000);
        if (peak) CHECK(*peak < 2 * size);
        if (peak) CHECK(*peak > size / 2);  // the measurement sees it
    }
}

#endif

TEST_CASE("the official files have their known content" * doctest::test_suite("if_available")) {
    const char* const data = std::getenv("NORMA_DATA");
    if (data == nullptr || !has_mnist(data)) {
        skip("NORMA_DATA names no folder with the real MNIST");
        return;
    }
    const TrainTest both = read_mnist(data);
    both.train.validate();
    both.test.validate();
    CHECK(both.train.extent() == Extent{1, 28, 28});
    CHECK(both.test.extent() == Extent{1, 28, 28});
    CHECK(class_counts(both.train) == std::array<int, 10>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949});
    CHECK(class_counts(both.test) == std::array<int, 10>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
    CHECK(checksum(both.train.pixels) == 0xb6e6196608671562u);
    CHECK(checksum({both.train.labels.begin(), both.train.labels.end()}) == 0xe3a35dee662474a5u);
    CHECK(checksum(both.test.pixels) == 0x8614c3e55764d65fu);
    CHECK(checksum({both.test.labels.begin(), both.test.labels.end()}) == 0xfca1a11d31bd96bbu);
}

}  // namespace mnist_test
