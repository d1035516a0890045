#include "norma/data/image_folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "../support/png.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/read_ahead.hpp"

namespace image_folder_test {

using namespace norma;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// 4 × 4 pixels, all of this value.
Bytes picture(int value) { return made_png::png(4, 4, 1, Bytes(16, static_cast<std::uint8_t>(value))); }

/// Classes ant (12 pictures), bee (7) and cow (1); the value of picture k of class c is 20 c + k.
void put_classes(const TemporaryFolder& folder) {
    for (const int k : {5, 11, 0, 3, 8, 1, 10, 2, 9, 4, 7, 6}) {
        folder.put("ant/" + std::string(1, char('a' + k)) + ".png", picture(k));
        if (k < 7) folder.put("bee/" + std::string(1, char('a' + k)) + ".PNG", picture(20 + k));
    }
    folder.put("cow/only.png", picture(40));
}

const ImageFolderOptions four_by_four{.channels = 1, .height = 4, .width = 4};

std::string refusal(const std::filesystem::path& folder, const ImageFolderOptions& options = four_by_four) {
    return message_of<Error>([&] { ImageFolder(folder, options); });
}

/// The values of all pictures.
std::vector<int> values_of(const ImageFolder& folder) {
    std::vector<int> values;
    Bytes out(16);
    for (std::size_t i = 0; i < folder.size(); ++i) {
        folder.read(i, 0, 0, out.data());
        values.push_back(out[5]);
    }
    return values;
}

}  // namespace

TEST_CASE("classes and pictures are in the order of their names; other files are left out") {
    const TemporaryFolder folder;
    put_classes(folder);
    folder.put("notes.txt", {1});
    folder.put("ant/notes.txt", {1});
    folder.put("ant/.hidden.png", {1});
    folder.put(".git/a.png", {1});
    folder.put("bee/more/z.png", picture(99));
    const ImageFolder set(folder.path(), four_by_four);
    set.validate();
    CHECK(set.size() == 21);
    CHECK(set.classes == 3);
    CHECK(set.class_names == std::vector<std::string>{"ant", "bee", "cow"});
    CHECK(set.extent() == Extent{1, 4, 4});
    CHECK(set.source == folder.path().string());
    CHECK(values_of(set) == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 20, 21, 22, 23, 24, 25, 26, 99, 40});
    CHECK(set.target(11) == 0);
    CHECK(set.target(12) == 1);
    CHECK(set.target(20) == 2);
    CHECK(set.path(20) == folder.path() / "cow/only.png");
}

TEST_CASE("pictures become samples of one size, in the channels that are asked for") {
    const TemporaryFolder folder;
    Bytes pixels;  // 6 × 3; its middle 3 × 3 is the sample
    for (int i = 0; i < 18; ++i) pixels.insert(pixels.end(), {static_cast<std::uint8_t>(i), 100, 200});
    folder.put("a/a.png", made_png::png(6, 3, 3, pixels));
    const ImageFolder colour(folder.path(), {.height = 3, .width = 3});
    CHECK(colour.mean == std::vector{0.485, 0.456, 0.406});
    Bytes out(27);
    colour.read(0, 0, 0, out.data());
    // The border of 3 columns is divided as Python rounds 1.5: 2 on the left.
    CHECK(Bytes{out[0], out[3], out[6], out[9], out[26]} == Bytes{2, 3, 4, 8, 200});
    const ImageFolder grey(folder.path(), {.channels = 1, .height = 3, .width = 3, .mean = {0.25}, .stddev = {0.5}});
    CHECK(grey.mean == std::vector{0.25});
    grey.read(0, 0, 0, out.data());
    CHECK(int{out[0]} == 82);  // 0.299 · 2 + 0.587 · 100 + 0.114 · 200
    Threads threads(2);
    const Dataset set = colour.decoded(threads);
    set.validate();
    CHECK(set.size() == 1);
    CHECK(set.pixels[3] == 3);
}

TEST_CASE("a random crop differs in each epoch and is the same again; decoded takes the middle") {
    const TemporaryFolder folder;
    Bytes pixels(32 * 32);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i / 32 * 4 + i % 32 * 3);
    folder.put("a/a.png", made_png::png(32, 32, 1, pixels));
    ImageFolder set(folder.path(), {.channels = 1, .height = 8, .width = 8});
    const auto read = [&](std::uint64_t seed, int epoch) {
        Bytes out(64);
        set.read(0, seed, epoch, out.data());
        return out;
    };
    const Bytes middle = read(1, 0);
    CHECK(middle == read(1, 1));
    set.crop = RandomResizedCrop{};
    std::set<Bytes> different;
    for (int epoch = 0; epoch < 8; ++epoch) different.insert(read(1, epoch));
    different.insert(read(2, 0));
    CHECK(different.size() == 9);
    CHECK(read(1, 3) == read(1, 3));
    Threads threads(1);
    CHECK(set.decoded(threads).pixels == middle);
    set.crop->least_area = 2;
    CHECK(mentions(message_of<OptionError>([&] { set.validate(); }), "least_area"));
}

TEST_CASE("a split takes the same share of each class, by the seed, in whatever order the files are listed") {
    const TemporaryFolder folder, again;
    put_classes(folder);
    put_classes(again);
    const ImageFolder set(folder.path(), four_by_four);
    const auto [train, test] = set.split(0.25, 1);
    const auto counts = [](const ImageFolder& part) {
        std::array<int, 3> count{};
        for (std::size_t i = 0; i < part.size(); ++i) ++count.at(static_cast<std::size_t>(part.target(i)));
        return count;
    };
    CHECK(counts(test) == std::array{3, 2, 0});
    CHECK(counts(train) == std::array{9, 5, 1});
    CHECK(test.classes == 3);
    std::vector<int> both = values_of(train), of_test = values_of(test), of_all = values_of(set);
    CHECK(std::ranges::is_sorted(of_test));
    both.insert(both.end(), of_test.begin(), of_test.end());
    std::ranges::sort(both);
    std::ranges::sort(of_all);
    CHECK(both == of_all);
    CHECK(values_of(ImageFolder(again.path(), four_by_four).split(0.25, 1).test) == of_test);
    CHECK(values_of(set.split(0.25, 2).test) != of_test);
    CHECK(counts(set.split(0.999, 1).train) == std::array{1, 1, 1});

    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double share : {0.0, 1.0, -1.0, nan}) {
        CHECK(mentions(message_of<OptionError>([&] { set.split(share); }), "share of test pictures", "below 1"));
    }
    CHECK(mentions(message_of<DataError>([&] { set.split(0.01); }), "a share of 0.01", "a larger share"));
}

TEST_CASE("the hash tells other files, sizes, splits and options apart, and not the folder's name") {
    const TemporaryFolder folder, again;
    put_classes(folder);
    put_classes(again);
    ImageFolder set(folder.path(), four_by_four);
    std::set<std::uint64_t> hashes{set.hash(), set.split(0.25).test.hash(), set.split(0.25, 2).test.hash(),
                                   ImageFolder(folder.path(), {.channels = 1, .height = 4, .width = 5}).hash()};
    CHECK(ImageFolder(again.path(), four_by_four).hash() == set.hash());
    set.crop = RandomResizedCrop{};
    hashes.insert(set.hash());
    again.put("ant/a.png", made_png::png(4, 5, 1, Bytes(20)));
    hashes.insert(ImageFolder(again.path(), four_by_four).hash());
    CHECK(hashes.size() == 6);
}

TEST_CASE("a folder that is missing, or without classes or pictures, is refused") {
    const TemporaryFolder folder;
    CHECK(mentions(refusal(folder / "none"), "none: there is no such folder", "a subfolder for each class"));
    CHECK(mentions(refusal(folder.path()), folder.path().string(), "no subfolders"));
    folder.put("a.png", picture(1));
    CHECK(mentions(refusal(folder.path()), "no subfolders", "in a subfolder of its own"));
    put_classes(folder);
    CHECK(refusal(folder.path()) == "");
    folder.put("bat/readme.txt", {1});
    CHECK(mentions(refusal(folder.path()), (folder / "bat").string(), "no pictures (.png, .jpg, .jpeg)"));
    CHECK(mentions(refusal(folder / "a.png"), "no such folder"));
}

TEST_CASE("links: a class may be one, and a circle is harmless; a link to nothing is refused") {
    const TemporaryFolder folder, elsewhere;
    put_classes(folder);
    elsewhere.put("a.png", picture(77));
    std::filesystem::create_directory_symlink(elsewhere.path(), folder / "dog");
    std::filesystem::create_directory_symlink(folder.path(), folder / "ant/circle");
    const ImageFolder set(folder.path(), four_by_four);
    CHECK(set.size() == 21);
    CHECK(values_of(set).back() == 77);
    std::filesystem::create_symlink(folder / "nothing", folder / "ant/link.jpg");
    CHECK(mentions(refusal(folder.path()), (folder / "ant/link.jpg").string(), "a link to nothing"));
}

TEST_CASE("a picture that cannot be read names its file when it is read") {
    const TemporaryFolder folder;
    put_classes(folder);
    Bytes cut = picture(1);
    cut.resize(60);
    folder.put("ant/b.png", cut);
    folder.put("bee/a.PNG", {});
    folder.put("cow/only.png", made_png::png(9000, 9000, 1, Bytes(100)));
    folder.put("ant/c.png", made_png::png(20000, 2, 1, Bytes(40000)));
    const ImageFolder set(folder.path(), four_by_four);
    Bytes out(16);
    const auto complaint = [&](std::size_t i) { return message_of<FileError>([&] { set.read(i, 0, 0, out.data()); }); };
    CHECK(complaint(0) == "");
    CHECK(mentions(complaint(1), (folder / "ant/b.png").string(), "cut short", "take it out of the folder"));
    CHECK(mentions(complaint(2), (folder / "ant/c.png").string(), "20000 × 2 pixels, is 10000 times the other"));
    CHECK(mentions(complaint(12), (folder / "bee/a.PNG").string(), "is empty"));
    CHECK(mentions(complaint(19), (folder / "cow/only.png").string(), "9000 × 9000 pixels"));
    Threads threads(2);
    CHECK(message_of<FileError>([&] { set.decoded(threads); }) != "");
    std::filesystem::remove(set.path(3));
    CHECK(mentions(complaint(3), set.path(3).string(), "no such file"));
}

TEST_CASE("batches of a folder have the samples of the decoded folder, also if they are read ahead") {
    const TemporaryFolder folder;
    put_classes(folder);
    ImageFolder set(folder.path(), four_by_four);
    Threads threads(1);
    const Dataset decoded = set.decoded(threads);
    const BatchOptions options{.batch_size = 5, .shuffle = true, .seed = 3};
    const auto all_of = [](auto&& source, int epoch) {
        std::vector<float> all;
        source.start_epoch(epoch);
        for (int b = 0; b < source.count(); ++b) {
            const auto batch = source[b];
            for (int i = 0; i < batch.size(); ++i) {
                all.push_back(static_cast<float>(batch.target(i)));
                all.push_back(static_cast<float>(batch.index_of(i)));
                all.resize(all.size() + 16);
                batch.load(i, all.data() + all.size() - 16);
            }
        }
        return all;
    };
    const std::vector<float> expected = all_of(Batches(decoded, options), 2);
    CHECK(expected.size() == 20 * 18);
    CHECK(all_of(Batches(set, options), 2) == expected);
    CHECK(all_of(ReadAhead(Batches(set, options), {.threads = 3}), 2) == expected);
    set.crop = RandomResizedCrop{};
    CHECK(all_of(ReadAhead(Batches(set, options), {.threads = 3}), 2) == all_of(Batches(set, options), 2));
    Batches batches(set, options);
    const std::vector<Setting> settings = batches.settings();
    CHECK(settings == ReadAhead(Batches(set, options)).settings());
    CHECK(settings != Batches(decoded, options).settings());
}

TEST_CASE("options outside their range are refused") {
    const TemporaryFolder folder;
    put_classes(folder);
    CHECK(mentions(refusal(folder.path(), {.channels = 2}), "2 × 224 × 224", "channels must be 1 or 3"));
    CHECK(mentions(refusal(folder.path(), {.height = 0}), "3 × 0 × 224", "must be positive"));
    CHECK(mentions(refusal(folder.path(), {.height = 1 << 20, .width = 1 << 20}), "at most 1073741824"));
    CHECK(mentions(refusal(folder.path(), {.shorter_side = 223}), "shorter_side: 223", "224 or more"));
    CHECK(refusal(folder.path(), {.shorter_side = 224}) == "");
    CHECK(mentions(refusal(folder.path(), {.mean = {1, 2}}), "2 means and 3 standard deviations"));
    CHECK(mentions(refusal(folder.path(), {.stddev = {1, 0, 1}}), "standard deviation of channel 1 is 0"));
}

}  // namespace image_folder_test
