// Files of CIFAR-10 and CIFAR-100, of the binary and of the Python version. An input is a byte whose last bit chooses
// the data set, then the file.
#include <algorithm>
#include <vector>

#include "fuzz/harness.hpp"
#include "norma/data/cifar10.hpp"
#include "norma/data/cifar100.hpp"
#include "support/pickles.hpp"

namespace cifar_harness {

namespace {

using namespace fuzz;
using norma::Dataset;
using norma::detail::CifarKind;

constexpr std::size_t image_bytes = norma::detail::cifar_image_bytes;

const CifarKind& kind_of(std::uint8_t byte) { return byte % 2 == 0 ? norma::detail::cifar10 : norma::detail::cifar100; }

/// A data set with one image.
Dataset begun(const CifarKind& kind) {
    Dataset set = &kind == &norma::detail::cifar10 ? norma::Cifar10Format::description("CIFAR-10")
                                                   : norma::cifar100_description("CIFAR-100");
    set.labels = {7};
    for (std::size_t i = 0; i < image_bytes; ++i) set.pixels.push_back(static_cast<std::uint8_t>(i * 7 + i / 256));
    return set;
}

bool same(const Dataset& a, const Dataset& b) { return a.pixels == b.pixels && a.labels == b.labels; }

/// All images of a set except the first, as records of the binary version; CIFAR-100's coarse label is 0.
Buffer records_of(const Dataset& set, const CifarKind& kind) {
    Buffer file;
    for (std::size_t i = 1; i < set.size(); ++i) {
        if (kind.label_bytes() == 2) file.push_back(0);
        file.push_back(static_cast<std::uint8_t>(set.labels[i]));
        const Bytes image = set.image(i);
        for (std::size_t k = 0; k < image_bytes; ++k) file.push_back(image[k % 1024 * 3 + k / 1024]);
    }
    return file;
}

bool takes(Bytes input) {
    if (input.empty()) return false;
    const CifarKind& kind = kind_of(input[0]);
    const Bytes file = input.subspan(1);
    static const Dataset beginnings[] = {begun(norma::detail::cifar10), begun(norma::detail::cifar100)};
    const Dataset& before = beginnings[&kind == &norma::detail::cifar10 ? 0 : 1];
    Dataset set = before;
    if (!is_taken(file, "a batch", [&] { norma::detail::append_cifar(file, "a batch", kind, set); })) {
        promise(same(set, before), "a refused file changed the set");
        return false;
    }
    set.validate();
    promise(set.size() > before.size() && std::equal(before.pixels.begin(), before.pixels.end(), set.pixels.begin()),
            "the images from before are not there any more");

    const Buffer records = records_of(set, kind);
    if (!norma::detail::is_pickle(file)) {
        promise(file.size() == records.size(), "the file has another number of images");
        const std::size_t size = kind.record_bytes(), first = kind.label_bytes() - 1;  // the coarse label is not kept
        for (std::size_t at = 0; at < records.size(); at += size) {
            promise(std::equal(records.begin() + std::ptrdiff_t(at + first),
                               records.begin() + std::ptrdiff_t(at + size), file.begin() + std::ptrdiff_t(at + first)),
                    "an image or a label differs");
        }
    }
    Dataset again = before;
    norma::detail::append_cifar(records, "again", kind, again);
    promise(same(again, set), "written and read again it differs");
    return true;
}

/// One image for each data set, in both versions.
std::vector<Buffer> seeds() {
    std::vector<Buffer> all;
    for (const std::uint8_t selector : {std::uint8_t{0}, std::uint8_t{1}}) {
        const CifarKind& kind = kind_of(selector);
        Dataset set = begun(kind);
        set.labels.push_back(5);
        Buffer image(image_bytes);
        for (std::size_t i = 0; i < image_bytes; ++i) image[i] = static_cast<std::uint8_t>(i / 16);
        set.pixels.insert(set.pixels.end(), image.begin(), image.end());
        for (const Buffer& file : {records_of(set, kind), pickled_batch({5}, image, kind.python_labels)}) {
            all.push_back({selector});
            all.back().insert(all.back().end(), file.begin(), file.end());
        }
    }
    return all;
}

/// Makes an input that is not a pickle a whole number of records with possible labels.
void repair(Buffer& input) {
    if (input.empty() || norma::detail::is_pickle(Bytes(input).subspan(1))) return;
    const CifarKind& kind = kind_of(input[0]);
    const std::size_t size = kind.record_bytes(), records = (input.size() - 1 + size / 2) / size;
    if (records == 0) return;
    input.resize(1 + records * size);
    for (std::size_t i = 0; i < records; ++i) {
        for (std::size_t k = 0; k < kind.label_bytes(); ++k) {
            std::uint8_t& label = input[1 + i * size + k];
            label = static_cast<std::uint8_t>(label % kind.classes[2 + k - kind.label_bytes()]);
        }
    }
}

const Registered registered({.name = "cifar", .takes = takes, .most_bytes = 8192, .repair = repair, .seeds = seeds});

}  // namespace

}  // namespace cifar_harness
