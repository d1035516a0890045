#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/target.hpp"
#include "norma/data/file_kind.hpp"
#include "norma/data/packed_file.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// A file in the IDX format, in which MNIST and similar data sets are distributed: two bytes 0, a byte with the type of
/// the values (8: bytes), a byte with the number d of dimensions, d sizes as big-endian words of 32 bits, then the
/// values. The sizes are compared with the file before memory for the values is allocated.
class IdxFile {
public:
    /// Reads a file's bytes, packed with gzip or not. `dimensions` is 1 for labels, 3 for images. Messages call the
    /// file `name`.
    /// @throws FileError that names the byte, if the values are not bytes, if the number of dimensions is another, or
    /// if there are not as many values as the header says.
    IdxFile(std::vector<std::uint8_t> file, std::string name, std::size_t dimensions)
        : name_(std::move(name)), start_(4 * (1 + dimensions)) {
        const std::vector<std::uint8_t> beginning = unpacked_beginning(file, name_, 512);
        read_magic(beginning, dimensions);
        if (beginning.size() < start_) refuse_header(beginning.size());
        for (std::size_t d = 1; d <= dimensions; ++d) {
            sizes_.push_back(word(beginning, d));
            if (sizes_.back() == 0) {
                refuse("size " + std::to_string(d) + " at byte " + std::to_string(4 * d) +
                       " is 0; expected 1 or more; it is damaged: download it again");
            }
        }
        const std::string promise =
            "by its header it has " + product() + " values from byte " + std::to_string(start_) + " on";
        const std::size_t most = start_ + std::min(value_count(most_unpacked_bytes), most_unpacked_bytes - start_);
        bytes_ = is_gzip(file) ? unpacked(std::move(file), name_, most, promise)
                               : unpacked(std::move(file), name_, most_unpacked_bytes);
        const std::size_t found = bytes_.size() - start_;
        if (found != value_count(most_unpacked_bytes)) {
            refuse(promise + "; found " + std::to_string(found) +
                   "; it is cut short, damaged, or another file: download it again");
        }
    }

    /// Size of dimension `d`, counted from 1.
    std::size_t size(std::size_t d) const { return sizes_[d - 1]; }
    const std::string& name() const { return name_; }
    /// All values, the last dimension fastest.
    std::span<const std::uint8_t> values() const { return std::span(bytes_).subspan(start_); }
    /// The same values as a vector. It takes the memory that the file was read into: call it last.
    std::vector<std::uint8_t> take_values() {
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(start_));
        return std::move(bytes_);
    }

    [[noreturn]] void refuse(const std::string& what) const { raise<FileError>({name_, ": ", what}); }

private:
    static std::uint32_t word(std::span<const std::uint8_t> bytes, std::size_t i) {
        const auto byte = [&](std::size_t k) { return std::uint32_t{bytes[4 * i + k]}; };
        return byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
    }

    /// The product of the sizes, or one more than `most` if it is larger.
    std::size_t value_count(std::size_t most) const {
        std::size_t count = 1;
        for (const std::size_t size : sizes_) {
            if (count > most / size) return most + 1;
            count *= size;
        }
        return count;
    }

    std::string product() const {
        std::string text;
        for (const std::size_t size : sizes_) text += (text.empty() ? "" : " × ") + std::to_string(size);
        return text;
    }

    [[noreturn]] void refuse_header(std::size_t end) const {
        refuse("it ends at byte " + std::to_string(end) + ", inside the header; expected a header of " +
               std::to_string(start_) + " bytes; it is cut short: download it again");
    }

    void read_magic(std::span<const std::uint8_t> bytes, std::size_t dimensions) const {
        if (bytes.size() < 4) refuse_header(bytes.size());
        const std::uint32_t found = word(bytes, 0);
        const std::uint32_t wanted = 0x800u + static_cast<std::uint32_t>(dimensions);
        if (found == wanted) return;
        const char* const content = dimensions == 1 ? "labels" : "images";
        const std::string what = "the magic number at byte 0 is " + std::to_string(found) + "; expected " +
                                 std::to_string(wanted) + " (" + content + ": bytes in " + std::to_string(dimensions) +
                                 (dimensions == 1 ? " dimension)" : " dimensions)");
        if (found == 0x801) refuse(what + "; this is a file of labels, not of images");
        if (found == 0x803) refuse(what + "; this is a file of images, not of labels");
        if (bytes[0] == 0 && bytes[1] == 0) {
            const char* type = nullptr;
            switch (bytes[2]) {
                case 0x08:
                    type = "bytes";
                    break;
                case 0x09:
                    type = "signed bytes";
                    break;
                case 0x0b:
                    type = "integers of 16 bits";
                    break;
                case 0x0c:
                    type = "integers of 32 bits";
                    break;
                case 0x0d:
                    type = "floating-point numbers of 32 bits";
                    break;
                case 0x0e:
                    type = "floating-point numbers of 64 bits";
                    break;
                default:
                    break;
            }
            if (type != nullptr) {
                refuse(what + "; this is an IDX file of " + type + " in " + std::to_string(int{bytes[3]}) +
                       " dimensions, which norma does not read: convert the values to bytes");
            }
        }
        refuse(what + kind_or(bytes, "it is damaged or another file: download it again"));
    }

    std::string name_;
    std::size_t start_;  // byte at which the values start
    std::vector<std::size_t> sizes_;
    std::vector<std::uint8_t> bytes_;  // the whole file, unpacked
};

}  // namespace norma::inline NORMA_TARGET::detail
