#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/error.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/number_text.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/random.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/picture.hpp"
#include "norma/data/picture_files.hpp"
#include "norma/data/random_resized_crop.hpp"
#include "norma/data/resize.hpp"

namespace norma::inline NORMA_TARGET {

/// What an `ImageFolder` makes of its pictures.
struct ImageFolderOptions {
    int channels = 3;                               ///< 3, or 1 for grey
    int height = 224;                               ///< of a sample
    int width = 224;                                ///< of a sample
    int shorter_side = 0;                           ///< see `resize_and_crop`; 0: as small as covers a sample
    std::vector<double> mean = {};                  ///< of value / 255; none: that of ImageNet's pictures
    std::vector<double> stddev = {};                ///< of value / 255; none: that of ImageNet's pictures
    std::size_t most_pixels = most_picture_pixels;  ///< larger pictures are refused before they are decoded
};

/// A folder with one subfolder for each class, in which the class's PNG and JPEG pictures are, as torchvision's
/// ImageFolder has it: pictures/cat/1.jpg, pictures/dog/7.png, …. Classes are numbered in the order of their names.
/// Only the names are read here; a picture is decoded when it is needed, so the pictures may be larger than memory.
/// Give it to `Batches`, and these to `ReadAhead`; or decode all of them once with `decoded`. Needs the target
/// norma::images (norma/data/picture.hpp).
class ImageFolder {
public:
    using Element = std::uint8_t;  ///< of a sample's numbers

    int classes = 0;                             ///< number of classes
    std::vector<std::string> class_names;        ///< names of the subfolders
    std::string source;                          ///< where the pictures are; begins messages
    std::vector<double> mean;                    ///< of value / 255, one for each channel
    std::vector<double> stddev;                  ///< of value / 255, one for each channel
    std::optional<RandomResizedCrop> crop = {};  ///< for training: another rectangle in each epoch, not the middle

    /// Lists the pictures: all files named .png, .jpg or .jpeg in a subfolder and below it. Other files and names that
    /// begin with a point are left out; links to folders are followed only if they are classes.
    /// @throws FileError if the folder is missing or cannot be read, has no subfolders, or a class has no pictures;
    /// OptionError if an option is outside its range.
    explicit ImageFolder(const std::filesystem::path& folder, const ImageFolderOptions& options = {})
        : source(printable(folder.string(), 4096)),
          mean(options.mean),
          stddev(options.stddev),
          folder_(folder),
          options_(options) {
        const bool colour = options_.channels == 3;
        if (mean.empty()) mean = colour ? std::vector{0.485, 0.456, 0.406} : std::vector{0.449};
        if (stddev.empty()) stddev = colour ? std::vector{0.229, 0.224, 0.225} : std::vector{0.226};
        validate();
        std::error_code failed;
        if (!std::filesystem::is_directory(folder, failed)) {
            raise<FileError>(folder.string() +
                             ": there is no such folder; expected one with a subfolder for each class");
        }
        detail::for_each_entry(folder, [&](const std::filesystem::directory_entry& entry) {
            if (!entry.is_directory(failed)) return;
            const std::string name = entry.path().filename().string();
            const std::size_t before = files_.size();
            detail::add_pictures(entry.path(), name, classes++, files_);
            class_names.push_back(printable(name));
            if (files_.size() == before) {
                raise<FileError>(entry.path().string() +
                                 ": this class has no pictures (.png, .jpg, .jpeg); add some, or take the folder away");
            }
        });
        if (classes == 0) {
            raise<FileError>(folder.string() +
                             ": it has no subfolders; the pictures of each class must be in a subfolder of its own");
        }
    }

    /// Number of pictures.
    std::size_t size() const { return files_.size(); }
    /// Sizes of a sample.
    Extent extent() const { return {options_.channels, options_.height, options_.width}; }
    /// The class of picture `i`, which must be there.
    int target(std::size_t i) const { return files_[i].target; }
    /// The file of picture `i`, which must be there.
    std::filesystem::path path(std::size_t i) const { return folder_ / files_[i].name; }

    /// Decodes picture `i`, which must be there, and writes (`=`) its bytes, height × width × channels: resized and its
    /// middle cropped out, or with `crop` a random rectangle, which depends on (seed, epoch, i) alone. Many threads may
    /// call it at once.
    /// @throws FileError if the picture cannot be read (`read_picture`), or one side is 10,000 times the other.
    void read(std::size_t i, std::uint64_t seed, int epoch, std::uint8_t* out) const {
        const Picture picture = read_picture(path(i), options_.channels, options_.most_pixels);
        const Extent from = picture.extent;
        constexpr int most = 10000;
        if (from.height / from.width >= most || from.width / from.height >= most) {
            detail::refuse_picture(path(i).string(), "one side of the picture, " + std::to_string(from.width) + " × " +
                                                         std::to_string(from.height) + " pixels, is " +
                                                         std::to_string(most) + " times the other, or more");
        }
        const int height = options_.height, width = options_.width;
        if (crop) {
            resize(picture.pixels, from, crop->draw(from.height, from.width, seed, epoch, i), height, width,
                   {0, 0, height, width}, out);
        } else {
            resize_and_crop(picture.pixels, from, options_.shorter_side, height, width, out);
        }
    }

    /// Sizes, classes, mean and standard deviation of the samples, without images and labels.
    Dataset description() const {
        return {.channels = options_.channels,
                .height = options_.height,
                .width = options_.width,
                .classes = classes,
                .pixels = {},
                .labels = {},
                .class_names = class_names,
                .source = source,
                .mean = mean,
                .stddev = stddev};
    }

    /// All pictures, decoded in parallel and without a random crop, as a data set in memory.
    /// @throws FileError if one cannot be read.
    Dataset decoded(Threads& threads) const {
        Dataset set = description();
        for (const detail::PictureFile& file : files_) {
            set.labels.push_back(static_cast<std::remove_cvref_t<decltype(set.labels[0])>>(file.target));
        }
        set.pixels.resize(size() * set.image_size());
        ImageFolder centred = *this;
        centred.crop.reset();
        threads.for_each(static_cast<int>(size()), [&](int i, int) {
            const auto at = static_cast<std::size_t>(i);
            centred.read(at, 0, 0, set.pixels.data() + at * set.image_size());
        });
        return set;
    }

    struct Split;
    /// Splits the pictures into a training and a test part: of each class, round(share · its pictures), drawn at random
    /// by `seed`, are in the test part, but at least one is in the training part. So both parts have the classes in the
    /// same shares, and the same pictures in whatever order the system lists them.
    /// @throws OptionError unless 0 < share < 1; DataError if the test part would be empty.
    Split split(double share, std::uint64_t seed = 1) const;

    /// A hash of the names, sizes in bytes and classes of the files, and of how they are made into samples. The files
    /// are not read.
    std::uint64_t hash() const {
        std::string text;
        for (const detail::PictureFile& file : files_) {
            std::error_code failed;
            const auto bytes = std::filesystem::file_size(folder_ / file.name, failed);
            text +=
                file.name + '\n' + std::to_string(file.target) + ' ' + (failed ? "none" : std::to_string(bytes)) + '\n';
        }
        for (const int number : {options_.channels, options_.height, options_.width, options_.shorter_side}) {
            text += std::to_string(number) + ' ';
        }
        if (crop) {
            for (const double number : {crop->least_area, crop->most_area, crop->least_ratio, crop->most_ratio}) {
                text += number_text(number) + ' ';
            }
        }
        return xxh64(std::as_bytes(std::span(text)));
    }

    /// Verifies the members and the options. `Batches` calls it.
    /// @throws OptionError or DataError that says what is wrong.
    void validate() const {
        const auto refuse = [&](const std::string& what) { raise<OptionError>(source + ": " + what); };
        const std::string size = std::to_string(options_.channels) + " × " + std::to_string(options_.height) + " × " +
                                 std::to_string(options_.width);
        if (options_.channels != 1 && options_.channels != 3)
            refuse("samples of " + size + "; channels must be 1 or 3");
        if (options_.height < 1 || options_.width < 1 || !extent().fits()) {
            refuse("samples of " + size + "; height and width must be positive, and a sample has at most " +
                   std::to_string(most_elements) + " values");
        }
        if (options_.shorter_side != 0 && options_.shorter_side < std::max(options_.height, options_.width)) {
            refuse("shorter_side: " + std::to_string(options_.shorter_side) + " does not cover samples of " + size +
                   "; it must be 0, or " + std::to_string(std::max(options_.height, options_.width)) + " or more");
        }
        const auto channels = static_cast<std::size_t>(options_.channels);
        if (mean.size() != channels || stddev.size() != channels) {
            refuse(std::to_string(mean.size()) + " means and " + std::to_string(stddev.size()) +
                   " standard deviations; each of the " + std::to_string(channels) + " channels needs one");
        }
        for (std::size_t c = 0; c < channels; ++c) {
            const std::string problem = detail::normalisation_problem(static_cast<int>(c), mean[c], stddev[c]);
            if (!problem.empty()) raise<DataError>(source + ": " + problem);
        }
        if (crop) crop->validate();
    }

private:
    std::filesystem::path folder_;
    ImageFolderOptions options_;
    std::vector<detail::PictureFile> files_;
};

/// Two parts of a folder; see `ImageFolder::split`.
struct ImageFolder::Split {
    ImageFolder train;  ///< to train on
    ImageFolder test;   ///< to measure on
};

inline ImageFolder::Split ImageFolder::split(double share, std::uint64_t seed) const {
    if (!(share > 0 && share < 1)) {
        raise<OptionError>(source + ": the share of test pictures is " + number_text(share) +
                           "; it must be above 0 and below 1");
    }
    Split parts{*this, *this};
    parts.train.files_.clear();
    parts.test.files_.clear();
    for (auto begin = files_.begin(); begin != files_.end();) {
        const int target = begin->target;
        const auto end = std::find_if(begin, files_.end(), [&](const auto& file) { return file.target != target; });
        const auto count = static_cast<std::size_t>(end - begin);
        std::vector<std::uint32_t> order(count);
        for (std::size_t i = 0; i < count; ++i) order[i] = static_cast<std::uint32_t>(i);
        shuffle(std::span(order), {seed, Purpose::picture, 0, static_cast<std::uint32_t>(target), 1});
        const auto wanted = static_cast<std::size_t>(std::llround(share * static_cast<double>(count)));
        order.resize(std::min(wanted, count - 1));
        AlignedBuffer<bool> tested(count);
        for (const std::uint32_t i : order) tested[i] = true;
        for (std::size_t i = 0; begin != end; ++begin, ++i)
            (tested[i] ? parts.test : parts.train).files_.push_back(*begin);
    }
    if (parts.test.files_.empty()) {
        raise<DataError>(source + ": a share of " + number_text(share) +
                         " leaves no picture of any class for the test part; choose a larger share");
    }
    return parts;
}

}  // namespace norma::inline NORMA_TARGET
