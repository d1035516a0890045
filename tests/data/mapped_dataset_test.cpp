#include "norma/data/mapped_dataset.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../support/full_disk.hpp"
#include "../support/message.hpp"
#include "../support/peak_memory.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/core/file.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/mapped_dataset_writer.hpp"

namespace mapped_dataset_test {

using namespace norma;

namespace {

using Bytes = std::vector<std::uint8_t>;

Dataset description() {
    return {.channels = 2,
            .height = 3,
            .width = 5,
            .classes = 3,
            .pixels = {},
            .labels = {},
            .class_names = {"cat", "", "a\nb"},
            .source = "drawn",
            .mean = {0.25, 0.5},
            .stddev = {1, 0.125}};
}

Bytes image(int number) {
    Bytes bytes(30);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(100 * number + int(i));
    return bytes;
}

/// The file with three images, of classes 2, 0 and 1.
Bytes written(const TemporaryFolder& folder) {
    MappedDatasetWriter writer(folder / "set", description());
    for (const int i : {0, 1, 2}) writer.add(image(i), (i + 2) % 3);
    CHECK(writer.size() == 3);
    writer.commit();
    return read_file(folder / "set");
}

/// The error of opening a file of these bytes.
std::string refusal(const TemporaryFolder& folder, const Bytes& bytes) {
    folder.put("set", bytes);
    return message_of<FileError>([&] { MappedDataset(folder / "set").verify_images(); });
}

}  // namespace

TEST_CASE("what is written sample by sample is read from the mapped file") {
    const TemporaryFolder folder;
    written(folder);
    const MappedDataset set(folder / "set");
    set.validate();
    set.verify_images();
    CHECK(set.size() == 3);
    CHECK(set.extent() == Extent{2, 3, 5});
    CHECK(set.classes == 3);
    CHECK(set.class_names == std::vector<std::string>{"cat", "", "a\\x0ab"});  // nothing that steers a terminal
    CHECK(set.source == "drawn");
    CHECK(set.mean == description().mean);
    CHECK(set.stddev == description().stddev);
    for (const int i : {0, 1, 2}) {
        const auto at = static_cast<std::size_t>(i);
        const auto found = set.image(at);
        CHECK(Bytes(found.begin(), found.end()) == image(i));
        CHECK(set.values(at) == found.data());
        CHECK(set.target(at) == (i + 2) % 3);
    }
    CHECK(mentions(message_of<DataError>([&] { set.image(3); }), "set", "no image 3", "has 3"));
}

TEST_CASE("the file has the bytes that docs/file-formats.md says") {
    const TemporaryFolder folder;
    const Bytes file = written(folder);
    const auto number = [&](std::size_t at, int bytes) {
        std::uint64_t value = 0;
        for (int i = 0; i < bytes; ++i) value |= std::uint64_t{file[at + std::size_t(i)]} << (8 * i);
        return value;
    };
    CHECK(std::string(file.begin(), file.begin() + 16) == "norma images v1\n");
    CHECK(Bytes(file.begin() + 64 + 30, file.begin() + 64 + 60) == image(1));
    const std::size_t labels = 160, names = 172;  // 64 + 3 · 30 = 154, and the next multiple of 8
    CHECK(number(labels, 4) == 2);
    CHECK(number(labels + 8, 4) == 1);
    CHECK(number(names, 4) == 5);
    CHECK(std::string(file.begin() + 176, file.begin() + 181) == "drawn");
    // Four texts of 5, 3, 0 and 3 bytes, four doubles.
    const std::size_t end = names + 4 * 4 + 11 + 4 * 8;
    REQUIRE(file.size() == end + 72);
    CHECK(number(end - 8, 8) == 0x3fc0000000000000u);  // 0.125
    CHECK(number(end, 8) == 3);
    CHECK(number(end + 8, 4) == 2);
    CHECK(number(end + 12, 4) == 3);
    CHECK(number(end + 16, 4) == 5);
    CHECK(number(end + 20, 4) == 3);
    CHECK(number(end + 24, 8) == labels);
    CHECK(number(end + 32, 8) == names);
    CHECK(std::string(file.end() - 16, file.end()) == "end of images 1\n");
}

TEST_CASE("a set in memory is written as it is") {
    const TemporaryFolder folder;
    Dataset set = description();
    set.class_names[2] = "c";
    for (const int i : {0, 1}) {
        const Bytes bytes = image(i);
        set.pixels.insert(set.pixels.end(), bytes.begin(), bytes.end());
        set.labels.push_back(static_cast<std::uint16_t>(i));
    }
    write_mapped(set, folder / "set");
    const MappedDataset mapped(folder / "set");
    CHECK(mapped.size() == 2);
    CHECK(Bytes(mapped.values(0), mapped.values(2)) == set.pixels);
    CHECK(mapped.class_names == set.class_names);
    std::array<float, 30> image_of_set{}, image_of_mapped{};
    const Batches of_set(set);
    const Batches of_mapped(mapped);
    of_set[0].load(1, image_of_set.data());
    of_mapped[0].load(1, image_of_mapped.data());
    CHECK(image_of_mapped == image_of_set);
    CHECK(of_mapped[0].target(1) == 1);
    CHECK(of_mapped.classes() == 3);
}

TEST_CASE("a file that is cut short anywhere is refused") {
    const TemporaryFolder folder;
    const Bytes file = written(folder);
    for (std::size_t size = 0; size < file.size(); ++size) {
        CAPTURE(size);
        const std::string message = refusal(folder, Bytes(file.begin(), file.begin() + std::ptrdiff_t(size)));
        CHECK(mentions(message, (folder / "set").string()));
        if (size >= 16) CHECK(mentions(message, "cut short", "write it again"));
    }
}

TEST_CASE("a changed bit is noticed wherever it is") {
    const TemporaryFolder folder;
    const Bytes file = written(folder);
    for (std::size_t at = 0; at < file.size(); ++at) {
        if (at >= 16 && at < 64) continue;    // zeros that nothing depends on
        if (at >= 154 && at < 160) continue;  // likewise
        CAPTURE(at);
        Bytes changed = file;
        changed[at] ^= 4;
        CHECK(refusal(folder, changed) != "");
    }
    Bytes changed = file;
    changed[100] ^= 1;
    CHECK(mentions(refusal(folder, changed), "its images are not those that were written"));
    changed = file;
    changed[162] ^= 1;
    CHECK(mentions(refusal(folder, changed), "its labels or names are not those"));
    changed = file;
    changed[file.size() - 72] = 4;
    CHECK(mentions(refusal(folder, changed), "4 images of 2 × 3 × 5", "do not fit"));
}

TEST_CASE("a file of another kind is refused, and the message says what it is") {
    const TemporaryFolder folder;
    CHECK(mentions(refusal(folder, {}), "does not begin like a file of MappedDatasetWriter"));
    CHECK(mentions(refusal(folder, {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}), "this is a PNG picture"));
}

TEST_CASE("the writer refuses what is not of the data set, and then leaves no file") {
    const TemporaryFolder folder;
    {
        MappedDatasetWriter writer(folder / "set", description());
        CHECK(mentions(message_of<DataError>([&] { writer.add(Bytes(29), 0); }), "image 0", "29 bytes", "expected 30"));
        CHECK(mentions(message_of<DataError>([&] { writer.add(Bytes(30), 3); }), "label 3", "0 to 2"));
        CHECK(mentions(message_of<DataError>([&] { writer.add(Bytes(30), -1); }), "label -1"));
        CHECK(mentions(message_of<DataError>([&] { writer.commit(); }), "at least one image"));
    }
    CHECK(folder.count() == 0);
    Dataset wrong = description();
    wrong.class_names.pop_back();
    CHECK(mentions(message_of<DataError>([&] { MappedDatasetWriter(folder / "set", wrong); }), "2 class names"));
    wrong = description();
    wrong.stddev[1] = 0;
    CHECK(mentions(message_of<DataError>([&] { MappedDatasetWriter(folder / "set", wrong); }), "channel 1 is 0"));
    CHECK(mentions(message_of<FileError>([&] { MappedDatasetWriter(folder / "no/set", description()); }), "no folder"));
    CHECK(folder.count() == 0);
}

TEST_CASE("on a full disk the writer says so, and what was there before is unchanged") {
    const TemporaryFolder folder;
    const Bytes before = written(folder);
    std::string message;
    {
        const FullDisk full(5000);
        MappedDatasetWriter writer(folder / "set", description());
        message = message_of<FileError>([&] {
            for (int i = 0; i < 1000; ++i) writer.add(image(i), 0);
        });
    }
    CHECK(mentions(message, (folder / "set").string(), "cannot be written: only 5000 of", "unchanged"));
    CHECK(folder.count() == 1);
    CHECK(read_file(folder / "set") == before);
}

TEST_CASE("images take no memory of the program, neither to write nor to open") {
    const TemporaryFolder folder;
    Dataset large = description();
    large.height = 1000;
    large.width = 1000;
    const Bytes pixels(2'000'000, 7);
    const auto peak = peak_memory_of([&] {
        MappedDatasetWriter writer(folder / "set", large);
        for (int i = 0; i < 20; ++i) writer.add(pixels, i % 3);
        writer.commit();
        CHECK(MappedDataset(folder / "set").size() == 20);
    });
    if (peak) CHECK(*peak < 4 << 20);
}

}  // namespace mapped_dataset_test
