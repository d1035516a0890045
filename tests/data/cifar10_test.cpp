#include "norma/data/cifar10.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <vector>

#include "../support/fnv.hpp"
#include "../support/message.hpp"
#include "../support/pickles.hpp"
#include "../support/skipped.hpp"
#include "../support/temporary_folder.hpp"

namespace cifar10_test {

using namespace norma;

namespace {

constexpr std::size_t record = Cifar10Format::record_bytes;

/// `n` records: labels 0, 1, …, and bytes that differ from place to place.
std::vector<std::uint8_t> records(std::size_t n) {
    std::vector<std::uint8_t> bytes(n * record);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
    for (std::size_t i = 0; i < n; ++i) bytes[i * record] = static_cast<std::uint8_t>(i % 10);
    return bytes;
}

/// Writes all files by their official names, with `n` records each; the first label of file k is k (5: the test file).
void put_all(const TemporaryFolder& folder, std::size_t n) {
    for (std::uint8_t k = 0; k < 6; ++k) {
        std::vector<std::uint8_t> bytes = records(n);
        bytes[0] = k;
        const std::string name = k < 5 ? Cifar10Format::train_files[k] : Cifar10Format::test_file;
        folder.put("cifar-10-batches-bin/" + name, bytes);
    }
}

std::array<int, 10> class_counts(const Dataset& set) {
    std::array<int, 10> counts{};
    for (const std::uint16_t label : set.labels) ++counts.at(label);
    return counts;
}

/// FNV-1a of the file that these images came from: labels and planes are put together again by a plain loop.
std::uint64_t file_checksum(const Dataset& set) {
    Fnv fnv;
    for (std::size_t i = 0; i < set.size(); ++i) {
        fnv.add(static_cast<std::uint8_t>(set.labels[i]));
        const auto image = set.image(i);
        for (std::size_t c = 0; c < 3; ++c) {
            for (std::size_t p = 0; p < 1024; ++p) fnv.add(image[3 * p + c]);
        }
    }
    return fnv.value();
}

}  // namespace

TEST_CASE("a record becomes a label and an image with the channels innermost") {
    const TemporaryFolder folder;
    const auto bytes = records(3);
    const Dataset set = read_cifar10_file(folder.put("a.bin", bytes));
    set.validate();
    REQUIRE(set.size() == 3);
    CHECK(set.extent() == Extent{3, 32, 32});
    CHECK(set.labels == std::vector<std::uint16_t>{0, 1, 2});
    CHECK(set.class_names[9] == "truck");
    CHECK(mentions(set.source, "CIFAR-10", (folder / "a.bin").string()));
    int wrong = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t c = 0; c < 3; ++c) {
            for (std::size_t p = 0; p < 1024; ++p) {
                wrong += set.image(i)[p * 3 + c] != bytes[i * record + 1 + c * 1024 + p];
            }
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("the five training files come in order, and are read without the test file") {
    const TemporaryFolder folder;
    CHECK(!has_cifar10(folder.path()));
    put_all(folder, 3);
    CHECK(has_cifar10(folder.path()));
    const TrainTest both = read_cifar10(folder.path());
    REQUIRE(both.train.size() == 15);
    REQUIRE(both.test.size() == 3);
    for (std::uint8_t k = 0; k < 5; ++k) CHECK(both.train.labels[3u * k] == k);
    CHECK(both.test.labels[0] == 5);

    std::filesystem::remove(folder / "cifar-10-batches-bin" / "test_batch.bin");
    const Dataset train = read_cifar10_train(folder.path());
    CHECK(train.pixels == both.train.pixels);
    CHECK(train.labels == both.train.labels);
    CHECK(mentions(message_of<FileError>([&] { read_cifar10(folder.path()); }), "test_batch.bin", "no such file"));
    std::filesystem::remove(folder / "cifar-10-batches-bin" / "data_batch_3.bin");
    CHECK(mentions(message_of<FileError>([&] { read_cifar10_train(folder.path()); }), "data_batch_3.bin"));
}

TEST_CASE("the Python version is read if only that is there") {
    const TemporaryFolder folder;
    const auto put = [&](const std::string& name, int label) {
        const auto byte = static_cast<std::uint8_t>(label);
        folder.put("cifar-10-batches-py/" + name, pickled_batch({label, 9}, std::vector<std::uint8_t>(2 * 3072, byte)));
    };
    for (int k = 1; k <= 5; ++k) put("data_batch_" + std::to_string(k), k);
    CHECK(has_cifar10(folder.path()));
    CHECK(mentions(message_of<FileError>([&] { read_cifar10(folder.path()); }),
                   (folder / "cifar-10-batches-py/test_batch").string() + ":", "no such file"));
    put("test_batch", 6);
    const TrainTest both = read_cifar10(folder.path());
    REQUIRE(both.train.size() == 10);
    CHECK(both.train.labels[6] == 4);
    CHECK(both.train.image(6)[0] == 4);
    CHECK(both.test.labels == std::vector<std::uint16_t>{6, 9});
    CHECK(both.test.class_names[9] == "truck");
    CHECK(mentions(both.test.source, "cifar-10-batches-py"));
    CHECK(read_cifar10_file(folder / "cifar-10-batches-py/test_batch").labels == both.test.labels);
    put_all(folder, 3);  // the binary version goes before it
    CHECK(read_cifar10(folder.path()).train.size() == 15);
}

TEST_CASE("a file whose last record is not whole is refused with the byte") {
    const TemporaryFolder folder;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, record - 1, record + 1, 3 * record - 5}) {
        std::vector<std::uint8_t> bytes = records(4);
        bytes.resize(size);
        const auto path = folder.put("a.bin", bytes);
        const std::string message = message_of<FileError>([&] { read_cifar10_file(path); });
        CHECK(mentions(message, path.string(), std::to_string(size) + " bytes",
                       "byte " + std::to_string(size / record * record) + " ", "3073"));
    }
}

TEST_CASE("a label above 9 is refused with its byte") {
    const TemporaryFolder folder;
    std::vector<std::uint8_t> bytes = records(4);
    bytes[2 * record] = 10;
    const auto path = folder.put("a.bin", bytes);
    CHECK(mentions(message_of<FileError>([&] { read_cifar10_file(path); }), path.string(), "label 10", "byte 6146",
                   "record 2", "0 to 9"));
}

TEST_CASE("the official files have their known content" * doctest::test_suite("if_available")) {
    const char* const data = std::getenv("NORMA_DATA");
    if (data == nullptr || !has_cifar10(data)) {
        skip("NORMA_DATA names no folder with the real CIFAR-10");
        return;
    }
    struct Known {
        std::array<int, 10> counts;
        std::uint64_t checksum;
    };
    const std::array<Known, 5> known{{{{1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981}, 0x10f4a61099617e38u},
                                      {{984, 1007, 1010, 995, 1010, 988, 1008, 1026, 987, 985}, 0x30cae754abe1e1a2u},
                                      {{994, 1042, 965, 997, 990, 1029, 978, 1015, 961, 1029}, 0xc359e8f7748b8513u},
                                      {{1003, 963, 1041, 976, 1004, 1021, 1004, 981, 1024, 983}, 0xa9f09c953a84806au},
                                      {{1014, 1014, 952, 1016, 997, 1025, 980, 977, 1003, 1022}, 0x555f7a0f0906135fu}}};
    const TrainTest both = read_cifar10(data);
    both.train.validate();
    REQUIRE(both.train.size() == 50000);
    for (const int count : class_counts(both.train)) CHECK(count == 5000);
    for (std::size_t k = 0; k < known.size(); ++k) {
        const Dataset file = both.train.slice(10000 * k, 10000 * (k + 1));
        CHECK(class_counts(file) == known[k].counts);
        CHECK(file_checksum(file) == known[k].checksum);
    }

    // Some copies hold only the beginning of the test file.
    both.test.validate();
    REQUIRE(both.test.size() >= 1017);
    const Dataset beginning = both.test.first(1017);
    CHECK(class_counts(beginning) == std::array<int, 10>{105, 93, 100, 104, 92, 87, 114, 102, 110, 110});
    CHECK(file_checksum(beginning) == 0x453b92499fce97bfu);
    if (both.test.size() == 10000) {
        for (const int count : class_counts(both.test)) CHECK(count == 1000);
    }
}

}  // namespace cifar10_test
