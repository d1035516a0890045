#include "norma/data/cifar100.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "../support/pickles.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/data/cifar10.hpp"

namespace cifar100_test {

using namespace norma;

namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<int> labels_of(const Dataset& set) { return {set.labels.begin(), set.labels.end()}; }

/// Record i has coarse label i, fine label 10 i, and 3,072 bytes i.
Bytes records(std::uint8_t count) {
    Bytes bytes;
    for (std::uint8_t i = 0; i < count; ++i) {
        bytes.insert(bytes.end(), {i, static_cast<std::uint8_t>(10 * i)});
        bytes.insert(bytes.end(), 3072, i);
    }
    return bytes;
}

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

/// 100 lines, the first two as given.
std::string names(const std::string& first, const std::string& second) {
    std::string text = first + "\n" + second + "\n";
    for (int i = 2; i < 100; ++i) text += "class " + std::to_string(i) + "\n";
    return text;
}

}  // namespace

TEST_CASE("a record is a coarse label, a fine label, and an image; either label may be the class") {
    const TemporaryFolder folder;
    const Dataset set = read_cifar100_file(folder.put("a.bin", records(5)));
    set.validate();
    CHECK(set.extent() == Extent{3, 32, 32});
    CHECK(labels_of(set) == std::vector<int>{0, 10, 20, 30, 40});
    CHECK(set.image(3)[100] == 3);
    CHECK(set.classes == 100);
    CHECK(set.class_names[42] == "42");
    const Dataset coarse = read_cifar100_file(folder / "a.bin", Cifar100Labels::coarse);
    coarse.validate();
    CHECK(labels_of(coarse) == std::vector<int>{0, 1, 2, 3, 4});
    CHECK(coarse.pixels == set.pixels);
    CHECK(coarse.classes == 20);
    CHECK(coarse.class_names[19] == "19");
}

TEST_CASE("a folder is read by its official file names; the training file can be read alone") {
    const TemporaryFolder folder;
    CHECK(!has_cifar100(folder.path()));
    folder.put("cifar-100-binary/train.bin", records(5));
    CHECK(has_cifar100(folder.path()));
    CHECK(read_cifar100_train(folder.path()).size() == 5);
    CHECK(mentions(message_of<FileError>([&] { read_cifar100(folder.path()); }), "test.bin", "no such file"));
    folder.put("cifar-100-binary/test.bin", records(2));
    const TrainTest sets = read_cifar100(folder.path());
    CHECK(sets.train.size() == 5);
    CHECK(sets.test.size() == 2);
    CHECK(mentions(sets.test.source, "CIFAR-100", "cifar-100-binary"));
    const TrainTest coarse = read_cifar100(folder.path(), Cifar100Labels::coarse);
    CHECK(labels_of(coarse.train) == std::vector<int>{0, 1, 2, 3, 4});
    CHECK(coarse.test.classes == 20);
}

TEST_CASE("class names come from the folder, with control characters escaped") {
    const TemporaryFolder folder;
    folder.put("cifar-100-binary/train.bin", records(5));
    const auto class_names = [&](const std::string& text) {
        folder.put("cifar-100-binary/fine_label_names.txt", bytes_of(text));
        return read_cifar100_train(folder.path()).class_names;
    };
    CHECK(class_names(names("apple", "aquarium_fish"))[1] == "aquarium_fish");
    CHECK(class_names(names("apple\r", "\n\naquarium_fish"))[1] == "aquarium_fish");
    CHECK(class_names(names("\x1b[31mapple", "caf\xe9"))[0] == "\\x1b[31mapple");
    CHECK(class_names(names("\x1b[31mapple", "caf\xe9"))[1] == "caf\\xe9");
    CHECK(read_cifar100_train(folder.path(), Cifar100Labels::coarse).class_names[1] == "1");
    folder.put("cifar-100-binary/coarse_label_names.txt", bytes_of("fish\n"));
    CHECK(mentions(message_of<FileError>([&] { read_cifar100_train(folder.path(), Cifar100Labels::coarse); }),
                   "coarse_label_names.txt", "1 class names", "20"));
    const std::string refusal = message_of<FileError>([&] { class_names("apple\nbear\n"); });
    CHECK(mentions(refusal, "fine_label_names.txt", "2 class names", "100"));
    folder.put("cifar-100-binary/fine_label_names.txt", Bytes(100000, 'a'));
    CHECK(mentions(message_of<FileError>([&] { read_cifar100_train(folder.path()); }), "fine_label_names.txt",
                   "more than"));
}

TEST_CASE("the Python version is read if only that is there") {
    const TemporaryFolder folder;
    folder.put("cifar-100-python/train", pickled_batch({7, 99}, Bytes(2 * 3072, 9), "fine_labels"));
    folder.put("cifar-100-python/test", pickled_batch({8}, Bytes(3072, 8), "fine_labels"));
    CHECK(has_cifar100(folder.path()));
    const TrainTest sets = read_cifar100(folder.path());
    CHECK(labels_of(sets.train) == std::vector<int>{7, 99});
    CHECK(labels_of(sets.test) == std::vector<int>{8});
    CHECK(sets.test.class_names[8] == "8");
    PickleWriter meta;
    std::vector<std::string> labels(100, "name");
    labels[8] = "bicycle\x07";
    folder.put("cifar-100-python/meta",
               meta.code('}').text("fine_label_names").texts(labels).code('s').code('.').bytes);
    CHECK(read_cifar100(folder.path()).test.class_names[8] == "bicycle\\x07");
    folder.put("cifar-100-binary/train.bin", records(5));
    CHECK(read_cifar100_train(folder.path()).size() == 5);
}

TEST_CASE("the Python version has coarse labels too; they are below 20") {
    const TemporaryFolder folder;
    const auto read = [&](int label) {
        folder.put("cifar-100-python/train", pickled_batch({7, label}, Bytes(2 * 3072, 9), "coarse_labels"));
        return read_cifar100_train(folder.path(), Cifar100Labels::coarse);
    };
    CHECK(labels_of(read(19)) == std::vector<int>{7, 19});
    CHECK(mentions(message_of<FileError>([&] { read(20); }), "label of image 1 is 20", "0 to 19"));
}

}  // namespace cifar100_test
