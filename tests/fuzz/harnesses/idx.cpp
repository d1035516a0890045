// MNIST's images and labels: two files in the IDX format, packed with gzip or not. An input is the size of the first
// file in two bytes, low byte first, then both files.
#include <algorithm>
#include <array>
#include <utility>

#include "fuzz/harness.hpp"
#include "norma/data/mnist.hpp"

namespace idx_harness {

namespace {

using namespace fuzz;
using norma::detail::IdxFile;

std::pair<Bytes, Bytes> files_of(Bytes input) {
    if (input.size() < 2) return {};
    const Bytes files = input.subspan(2);
    const std::size_t first = std::min(input[0] + std::size_t{256} * input[1], files.size());
    return {files.first(first), files.subspan(first)};
}

norma::Dataset read(Bytes images, Bytes labels) {
    IdxFile image_file({images.begin(), images.end()}, "idx images", 3);
    return norma::detail::read_mnist_pair(std::move(image_file),
                                          IdxFile({labels.begin(), labels.end()}, "idx labels", 1), "MNIST");
}

void put_word(Buffer& file, std::size_t value) {
    for (const int shift : {24, 16, 8, 0}) file.push_back(static_cast<std::uint8_t>(value >> shift));
}

Buffer idx_file(std::initializer_list<std::size_t> sizes, Bytes values) {
    Buffer file;
    put_word(file, 0x800 + sizes.size());
    for (const std::size_t size : sizes) put_word(file, size);
    file.insert(file.end(), values.begin(), values.end());
    return file;
}

bool takes(Bytes input) {
    const auto [images, labels] = files_of(input);
    // A packed file takes the memory of its content, which is at most 1,032 bytes for each packed byte.
    std::size_t most = spare_bytes;
    for (const Bytes file : {images, labels}) most += file.size() * (norma::detail::is_gzip(file) ? 1100 : 3);

    norma::Dataset set;
    if (!is_taken([&] { return most; }, "idx ", [&] { set = read(images, labels); })) return false;
    set.validate();
    const auto height = static_cast<std::size_t>(set.height), width = static_cast<std::size_t>(set.width);
    const Buffer images_again = idx_file({set.size(), height, width}, set.pixels);
    const Buffer labels_again = idx_file({set.size()}, Buffer(set.labels.begin(), set.labels.end()));
    if (!norma::detail::is_gzip(images)) promise(std::ranges::equal(images_again, images), "the pixels differ");
    if (!norma::detail::is_gzip(labels)) promise(std::ranges::equal(labels_again, labels), "the labels differ");
    const norma::Dataset again = read(images_again, labels_again);
    promise(again.pixels == set.pixels && again.labels == set.labels && again.classes == set.classes &&
                again.extent() == set.extent(),
            "written and read again it differs");
    return true;
}

/// Gives both files headers with as many images as there are pixels and labels for.
void repair(Buffer& input) {
    const auto [images, labels] = files_of(input);
    if (norma::detail::is_gzip(images) || norma::detail::is_gzip(labels)) return;
    if (images.size() <= 16 || labels.size() <= 8) return;
    const std::size_t height = 1 + (images[11] - 1u) % 8, width = 1 + (images[15] - 1u) % 8;
    const std::size_t count = std::min((images.size() - 16) / (height * width), labels.size() - 8);
    if (count == 0) return;
    const Buffer first = idx_file({count, height, width}, images.subspan(16, count * height * width));
    const Buffer second = idx_file({count}, labels.subspan(8, count));
    input = {static_cast<std::uint8_t>(first.size()), static_cast<std::uint8_t>(first.size() >> 8)};
    input.insert(input.end(), first.begin(), first.end());
    input.insert(input.end(), second.begin(), second.end());
}

const Registered registered({.name = "idx", .takes = takes, .most_bytes = 512, .repair = repair});

}  // namespace

}  // namespace idx_harness
