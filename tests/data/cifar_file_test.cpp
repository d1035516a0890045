#include "norma/data/cifar_file.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "../support/peak_memory.hpp"
#include "../support/pickles.hpp"
#include "../support/python.hpp"
#include "../support/skipped.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/data/cifar10.hpp"
#include "norma/data/cifar100.hpp"

namespace cifar_file_test {

using namespace norma;
using norma::detail::append_cifar;
using norma::detail::cifar10;
using norma::detail::cifar100;
using norma::detail::CifarKind;

namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::size_t image_bytes = 3072;

/// Byte j of image i, in the order of the files.
std::uint8_t byte_of(std::size_t i, std::size_t j) { return static_cast<std::uint8_t>(7 * i + 13 * j + j / 251); }

Bytes images(std::size_t count) {
    Bytes bytes;
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < image_bytes; ++j) bytes.push_back(byte_of(i, j));
    }
    return bytes;
}

/// Records of the binary version, image i with these labels.
Bytes records(const std::vector<Bytes>& labels) {
    const Bytes all = images(labels.size());
    Bytes bytes;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        bytes.insert(bytes.end(), labels[i].begin(), labels[i].end());
        const auto image = all.begin() + static_cast<std::ptrdiff_t>(i * image_bytes);
        bytes.insert(bytes.end(), image, image + static_cast<std::ptrdiff_t>(image_bytes));
    }
    return bytes;
}

/// Number of bytes of the set that are not where image i of the files would put them.
int wrong_pixels(const Dataset& set) {
    int wrong = 0;
    for (std::size_t i = 0; i < set.size(); ++i) {
        for (std::size_t j = 0; j < image_bytes; ++j) wrong += set.image(i)[j % 1024 * 3 + j / 1024] != byte_of(i, j);
    }
    return wrong;
}

Dataset empty_set(const CifarKind& kind) {
    return &kind == &cifar10 ? Cifar10Format::description("a") : cifar100_description("a");
}

Dataset read(const Bytes& bytes, const CifarKind& kind) {
    Dataset set = empty_set(kind);
    append_cifar(bytes, "file", kind, set);
    return set;
}

/// The error message when these bytes are added to a set with one image; the set must not change.
std::string complaint(const Bytes& bytes, const CifarKind& kind) {
    const Dataset before = read(records({kind.classes[0] == 0 ? Bytes{1} : Bytes{1, 1}}), kind);
    Dataset set = before;
    const std::string message = message_of<FileError>([&] { append_cifar(bytes, "file", kind, set); });
    CHECK(set.labels == before.labels);
    CHECK(set.pixels == before.pixels);
    CHECK(mentions(message, "file: "));
    return message;
}

}  // namespace

TEST_CASE("the Python version gives the same as the binary version") {
    const Dataset ten = read(pickled_batch({3, 0, 9}, images(3)), cifar10);
    ten.validate();
    CHECK(ten.labels == std::vector<std::uint16_t>{3, 0, 9});
    CHECK(wrong_pixels(ten) == 0);
    const Dataset hundred = read(pickled_batch({99, 0, 10}, images(3), "fine_labels"), cifar100);
    hundred.validate();
    CHECK(hundred.labels == std::vector<std::uint16_t>{99, 0, 10});
    CHECK(wrong_pixels(hundred) == 0);
    // So many labels that their number does not fit a byte.
    std::vector<int> labels;
    for (int i = 0; i < 300; ++i) labels.push_back(i % 10);
    CHECK(read(pickled_batch(labels, images(300)), cifar10).labels[299] == 9);
}

TEST_CASE("bytes that Python 3 wrote as characters in UTF-8 are read as bytes") {
    PickleWriter to;
    to.code('}').code('(').text("labels").integers({4});
    to.text("data").function("numpy.core.multiarray", "_reconstruct").function("numpy", "ndarray");
    to.integer(0).code(0x85).text("b").code(0x87).code('R').code('(').integer(1);
    to.integer(1).integer(3072).code(0x86).function("numpy", "dtype").text("u1").code(0x85).code('R').code(0x89);
    to.function("_codecs", "encode");
    std::string utf8;
    for (const std::uint8_t byte : images(1)) {
        if (byte < 0x80) {
            utf8 += static_cast<char>(byte);
        } else {
            utf8 += static_cast<char>(0xc0 | byte >> 6);
            utf8 += static_cast<char>(0x80 | (byte & 0x3f));
        }
    }
    const auto whole = [&](const std::string& text) {
        PickleWriter with = to;
        with.code('X').number(text.size(), 4).raw(text);
        return with.text("latin1").code(0x86).code('R').code('t').code('b').code('u').code('.').bytes;
    };
    CHECK(wrong_pixels(read(whole(utf8), cifar10)) == 0);
    CHECK(mentions(complaint(whole(utf8 + "a"), cifar10), "do not fill its rows"));
    CHECK(mentions(complaint(whole(utf8.substr(0, 3100)), cifar10), "do not fill its rows"));
    std::string beyond = utf8;
    beyond[beyond.find('\xc3')] = '\xc4';  // a character above 255
    CHECK(mentions(complaint(whole(beyond), cifar10), "do not fill its rows"));
    std::string broken = utf8;
    broken[broken.find('\xc3') + 1] = '\x05';  // no second byte
    CHECK(mentions(complaint(whole(broken), cifar10), "do not fill its rows"));
}

TEST_CASE("a pickle with other content is refused, and the message says what it is") {
    CHECK(mentions(complaint(pickled_batch({1}, images(1), "fine_labels"), cifar10), "'labels'", "CIFAR-100",
                   "read it with read_cifar100"));
    CHECK(mentions(complaint(pickled_batch({1}, images(1)), cifar100), "'fine_labels'",
                   "CIFAR-10 file: read it with read_cifar10"));
    PickleWriter meta;
    meta.code('}').text("label_names").texts({"airplane"}).code('s').code('.');
    CHECK(mentions(complaint(meta.bytes, cifar10), "class names"));
    CHECK(mentions(complaint(pickled_batch({3, 10}, images(2)), cifar10), "the label of image 1 is 10", "0 to 9"));
    CHECK(mentions(complaint(pickled_batch({1, 2}, images(3)), cifar10), "2 × 3072"));
    CHECK(mentions(complaint(pickled_batch({}, {}), cifar10), "0 labels"));
    PickleWriter fewer;
    fewer.code('}')
        .code('(')
        .text("labels")
        .integers({1, 2})
        .text("data")
        .array(1, 3072, images(1))
        .code('u')
        .code('.');
    CHECK(mentions(complaint(fewer.bytes, cifar10), "2 labels", "1 × 3072"));
    PickleWriter grey;
    grey.code('}').code('(').text("labels").integers({1}).text("data").array(1, 784, Bytes(784)).code('u').code('.');
    CHECK(mentions(complaint(grey.bytes, cifar10), "1 × 784", "3072"));
}

TEST_CASE("a file of the other data set is recognised; a damaged file is not taken for one") {
    const Bytes hundred = records({{3, 7}, {19, 99}}), ten = records({{3}, {9}});
    CHECK(mentions(complaint(hundred, cifar10), "CIFAR-100", "3074", "read it with read_cifar100"));
    CHECK(mentions(complaint(ten, cifar100), "CIFAR-10 file, with records of", "3073", "read it with read_cifar10"));
    Bytes damaged = hundred;
    damaged[3074] = 20;
    CHECK_FALSE(mentions(complaint(damaged, cifar10), "read_cifar100"));
    CHECK(mentions(complaint(damaged, cifar100), "label 20 at byte 3074 (record 1)", "0 to 19"));
    damaged[3074] = 0;
    damaged[3075] = 100;
    CHECK(mentions(complaint(damaged, cifar100), "label 100 at byte 3075 (record 1)", "0 to 99"));
    damaged = ten;
    damaged[3073] = 10;
    CHECK(mentions(complaint(damaged, cifar10), "label 10 at byte 3073 (record 1)", "0 to 9"));
}

TEST_CASE("a file of another kind is refused, and the message says what it is") {
    const auto of_text = [](const std::string& text) { return complaint(Bytes(text.begin(), text.end()), cifar10); };
    CHECK(mentions(of_text("<html><head><title>404 Not Found"), "a web page"));
    CHECK(mentions(of_text("PK\x03\x04 and so on"), "a zip archive"));
    CHECK(mentions(of_text("\x89PNG\r\n\x1a\n"), "a PNG picture"));
    std::string tar(1024, '\0');
    tar.replace(257, 5, "ustar");
    CHECK(mentions(of_text(tar), "a tar archive"));
    CHECK(mentions(of_text(std::string(4000, 'x')), "cut short or another file"));
}

TEST_CASE("reading takes less memory than twice the file") {
    constexpr std::size_t count = 3000;
    const TemporaryFolder folder;
    const auto batch = folder.put("batch", pickled_batch(std::vector<int>(count, 1), images(count)));
    const auto binary = folder.put("batch.bin", records(std::vector<Bytes>(count, Bytes{1})));
    for (const auto& path : {batch, binary}) {
        Dataset set;
        const auto peak = peak_memory_of([&] { set = read_cifar10_file(path); });
        CHECK(set.size() == count);
        const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path));
        if (peak) CHECK(*peak < 2 * size + (1 << 20));
        if (peak) CHECK(*peak > size);  // the measurement sees it
    }
}

TEST_CASE("NumPy arrays that Python's pickle module writes are read, in every protocol" *
          doctest::test_suite("if_available")) {
    const TemporaryFolder folder;
    const auto status = run_python("data/make_pickles.py '" + folder.path().string() + "'");
    if (!status) {
        skip("there is no Python with numpy");
        return;
    }
    REQUIRE(*status == 0);
    for (const std::string protocol : {"2", "3", "4", "5"}) {
        CAPTURE(protocol);
        const auto data = folder / protocol;
        REQUIRE(has_cifar10(data));
        REQUIRE(has_cifar100(data));
        const TrainTest ten = read_cifar10(data), hundred = read_cifar100(data);
        REQUIRE(ten.train.size() == 35);
        CHECK(ten.train.slice(7, 14).pixels == ten.test.pixels);
        CHECK(wrong_pixels(ten.test) == 0);
        CHECK(ten.test.labels == std::vector<std::uint16_t>{0, 3, 6, 9, 2, 5, 8});
        CHECK(mentions(ten.test.source, "cifar-10-batches-py"));
        REQUIRE(hundred.train.size() == 7);
        CHECK(wrong_pixels(hundred.train) == 0);
        CHECK(hundred.test.labels == std::vector<std::uint16_t>{0, 31, 62, 93, 24, 55, 86});
        CHECK(hundred.test.class_names[86] == "class 86");
    }
}

}  // namespace cifar_file_test
