#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/io/json_scanner.hpp"
#include "norma/io/json_string.hpp"
#include "norma/io/tensor_view.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {

inline constexpr std::size_t header_prefix = sizeof(std::uint64_t);
/// The longest header that the format allows. A broken length cannot make a reader allocate more.
inline constexpr std::uint64_t most_header_bytes = 100'000'000;
/// Levels of objects and arrays in a header: all tensors, one tensor, its shape.
inline constexpr int header_levels = 3;
/// The most axes of a tensor, as in PyTorch and numpy. Bounds the memory for one shape.
inline constexpr std::size_t most_axes = 64;
inline constexpr std::string_view metadata_key = "__metadata__";

}  // namespace detail

/// Looks up tensors and metadata in the bytes of a safetensors file. The constructor verifies the whole header and
/// copies nothing of it: a tensor takes 32 bytes here, less than in the header. Time is in proportion to the header,
/// except for sorting. The file's bytes must outlive this object.
class SafetensorsFile {
public:
    /// Every message begins with `name`.
    /// @throws DataError if the file is not in the format: the header is longer than the file, is not valid JSON in
    /// UTF-8 or has a key twice; a type is unknown; tensors overlap, leave gaps or are outside the file.
    explicit SafetensorsFile(std::span<const std::byte> file, std::string_view name = "safetensors") : name_(name) {
        if (file.size() < detail::header_prefix) {
            refuse("has " + std::to_string(file.size()) +
                   " bytes, but a safetensors file begins with 8 bytes for the length of its header");
        }
        const auto length = little_endian<std::uint64_t>(file.data());
        const std::span<const std::byte> rest = file.subspan(detail::header_prefix);
        if (length > detail::most_header_bytes || length > rest.size()) {
            refuse("by bytes 0 to 7 its header has " + std::to_string(length) + " bytes, but " +
                   std::to_string(rest.size()) +
                   " follow, and 100,000,000 are allowed; it is not a safetensors file, or it is cut short");
        }
        const std::span<const std::byte> header = rest.first(static_cast<std::size_t>(length));
        text_ = {reinterpret_cast<const char*>(header.data()), header.size()};
        data_ = rest.subspan(header.size());
        read_header();
        check_places();
        check_names(tensors_, "");
        check_names(metadata_, " in __metadata__");
    }

    /// Number of tensors.
    std::size_t size() const { return tensors_.size(); }
    /// The name of tensor `i`, in the order of the names' bytes.
    std::string name(std::size_t i) const { return key_of(tensors_[i]).text(); }
    /// Tensor `i` in the same order; a view of the file's bytes.
    TensorView tensor(std::size_t i) const {
        detail::JsonScanner scanner = scanner_at(tensors_[i].value);
        Entry entry = tensors_[i];
        return read_tensor(scanner, entry);
    }
    /// The tensor of this name, if there is one.
    std::optional<TensorView> find(std::string_view name) const {
        const std::optional<std::size_t> i = place_of(tensors_, name);
        return i ? std::optional(tensor(*i)) : std::nullopt;
    }
    /// Is there a tensor of this name?
    bool contains(std::string_view name) const { return place_of(tensors_, name).has_value(); }

    /// The value of this key in the header's `__metadata__`, if there is one.
    std::optional<std::string> metadata(std::string_view key) const {
        const std::optional<std::size_t> i = place_of(metadata_, key);
        return i ? std::optional(value_of(metadata_[*i])) : std::nullopt;
    }
    /// All keys and values of `__metadata__`.
    std::map<std::string, std::string> metadata() const {
        std::map<std::string, std::string> all;
        for (const Key& key : metadata_) all.emplace_hint(all.end(), key_of(key).text(), value_of(key));
        return all;
    }

private:
    // Places in the header: 32 bits are enough. They are kept in a deque, because a growing vector needs its memory
    // twice.
    struct Key {
        std::uint32_t at = 0;
        std::uint32_t size = 0;
    };
    struct Entry : Key {
        std::uint32_t value = 0;
        std::uint64_t begin = 0;  // `begin` and `end` of the tensor's bytes
        std::uint64_t end = 0;
    };

    [[noreturn]] void refuse(const std::string& what) const { raise<DataError>(name_ + ": " + what); }
    [[noreturn]] void refuse_tensor(const Key& tensor, const std::string& what) const {
        refuse("tensor " + printable(key_of(tensor).text()) + " " + what);
    }
    [[noreturn]] void refuse_twice(const detail::JsonString& key, const std::string& where = "") const {
        refuse("its header has the key \"" + printable(key.text()) + "\" twice" + where);
    }

    detail::JsonScanner scanner_at(std::size_t at) const {
        return {text_.substr(at), name_ + ": its header", detail::header_levels};
    }
    Key key_at(const detail::JsonString& text) const {
        return {static_cast<std::uint32_t>(text.raw().data() - text_.data()),
                static_cast<std::uint32_t>(text.raw().size())};
    }
    detail::JsonString key_of(const Key& key) const { return detail::JsonString(text_.substr(key.at, key.size)); }
    std::string value_of(const Key& key) const {
        return scanner_at(text_.find(':', key.at + key.size + 1) + 1).string().text();
    }

    void read_header() {
        detail::JsonScanner scanner = scanner_at(0);
        if (scanner.next() != '{') refuse(std::string("its header is ") + scanner.kind() + ", not a JSON object");
        bool has_metadata = false;
        scanner.object([&](const detail::JsonString& key) {
            if (key == detail::metadata_key) {
                if (std::exchange(has_metadata, true)) refuse_twice(key);
                return read_metadata(scanner);
            }
            Entry entry{key_at(key), static_cast<std::uint32_t>(scanner.place())};
            read_tensor(scanner, entry);
            tensors_.push_back(entry);
        });
        scanner.end();
    }

    void read_metadata(detail::JsonScanner& scanner) {
        if (scanner.next() == 'n') {  // null: some writers use it for "no metadata"
            scanner.value();
            return;
        }
        if (scanner.next() != '{') refuse("__metadata__ in its header is not a JSON object");
        scanner.object([&](const detail::JsonString& key) {
            if (scanner.next() != '"') {
                refuse("__metadata__ in its header has a value for " + printable(key.text()) + " that is not a string");
            }
            scanner.string();
            metadata_.push_back(key_at(key));
        });
    }

    /// Reads an array of whole numbers that are not negative; calls `take` for each.
    template <class Take>
    void read_numbers(detail::JsonScanner& scanner, const Entry& entry, const std::string& key,
                      const Take& take) const {
        if (scanner.next() != '[') refuse_tensor(entry, "has no array " + key);
        scanner.list([&] {
            const std::string_view json = scanner.value();
            const std::optional<std::uint64_t> number = detail::whole_number(json);
            if (!number) {
                refuse_tensor(entry,
                              "has " + printable(json) + " in " + key + ", expected a whole number that is 0 or more");
            }
            take(*number);
        });
    }

    /// Reads what the header says about a tensor; writes `begin` and `end` of `entry` (`=`).
    TensorView read_tensor(detail::JsonScanner& scanner, Entry& entry) const {
        if (scanner.next() != '{') {
            refuse_tensor(entry, std::string("is described by ") + scanner.kind() + ", expected an object");
        }
        TensorView tensor;
        std::vector<std::uint64_t> offsets;
        bool has_type = false, has_shape = false, has_offsets = false;
        scanner.object([&](const detail::JsonString& key) {
            const auto once = [&](bool& seen) {
                if (std::exchange(seen, true)) refuse_twice(key, " for tensor " + printable(key_of(entry).text()));
            };
            if (key == "dtype") {
                once(has_type);
                if (scanner.next() != '"') refuse_tensor(entry, "has no dtype");
                tensor.type = scanner.string().text();
            } else if (key == "shape") {
                once(has_shape);
                read_numbers(scanner, entry, "shape", [&](std::uint64_t size) {
                    if (tensor.shape.size() == detail::most_axes) refuse_tensor(entry, "has more than 64 axes");
                    if (size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
                        refuse_tensor(entry, "has " + std::to_string(size) + " in shape, which is too large");
                    }
                    tensor.shape.push_back(static_cast<std::int64_t>(size));
                });
            } else if (key == "data_offsets") {
                once(has_offsets);
                read_numbers(scanner, entry, "data_offsets", [&](std::uint64_t offset) {
                    if (offsets.size() < 3) offsets.push_back(offset);
                });
            } else {
                scanner.value();  // an unknown key: skipped, as other readers do
            }
        });
        if (!has_type) refuse_tensor(entry, "has no dtype");
        if (!has_shape) refuse_tensor(entry, "has no array shape");
        if (!has_offsets) refuse_tensor(entry, "has no array data_offsets");
        const std::uint64_t bytes = bytes_of(tensor, entry);
        if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_.size()) {
            refuse_tensor(entry, "has data_offsets that are not a begin and an end in the file's " +
                                     std::to_string(data_.size()) + " bytes of numbers");
        }
        if (offsets[1] - offsets[0] != bytes) {
            refuse_tensor(entry, "has " + std::to_string(offsets[1] - offsets[0]) + " bytes, but shape " +
                                     printable(shape_text(tensor.shape)) + " of dtype " + tensor.type + " needs " +
                                     std::to_string(bytes));
        }
        entry.begin = offsets[0];
        entry.end = offsets[1];
        tensor.bytes = data_.subspan(offsets[0], bytes);
        return tensor;
    }

    /// The number of bytes that a tensor of this type and shape needs.
    std::uint64_t bytes_of(const TensorView& tensor, const Entry& entry) const {
        const auto type = std::ranges::find(detail::element_types, tensor.type, &detail::ElementType::name);
        if (type == detail::element_types.end()) {
            refuse_tensor(entry, "has dtype \"" + printable(tensor.type) + "\", which the format does not have");
        }
        if (std::ranges::find(tensor.shape, 0) != tensor.shape.end()) return 0;
        std::uint64_t bits = type->bits;
        for (const std::int64_t size : tensor.shape) {
            // The file holds all numbers, so it limits the product of the sizes.
            if (bits > 8 * std::uint64_t{data_.size()} / static_cast<std::uint64_t>(size)) {
                refuse_tensor(entry, "has a shape with more numbers than the file holds");
            }
            bits *= static_cast<std::uint64_t>(size);
        }
        if (bits % 8 != 0) {
            refuse_tensor(entry, "ends inside a byte: shape " + printable(shape_text(tensor.shape)) + " of dtype " +
                                     tensor.type + " needs " + std::to_string(bits) + " bits");
        }
        return bits / 8;
    }

    /// Verifies that tensors follow one another from the first byte after the header to the last byte of the file.
    void check_places() {
        std::ranges::sort(tensors_, {}, [](const Entry& e) { return std::pair(e.begin, e.end); });
        std::uint64_t end = 0;
        for (const Entry entry : tensors_) {
            if (entry.begin != end) {
                check_names(tensors_, "");  // a better message, if the reason is a tensor that is there twice
                refuse_tensor(entry, "begins at byte " + std::to_string(entry.begin) + " of the numbers, " +
                                         (entry.begin < end ? "inside the tensor before it" : "after a gap") +
                                         "; expected byte " + std::to_string(end));
            }
            end = entry.end;
        }
        if (end != data_.size()) {
            refuse("after its last tensor come " + std::to_string(data_.size() - end) +
                   " bytes that belong to no tensor");
        }
    }

    /// Sorts by name, and refuses a name that is there twice.
    template <class Keys>
    void check_names(Keys& keys, const std::string& where) {
        std::ranges::sort(keys, [&](const Key& a, const Key& b) { return key_of(a).compare(key_of(b)) < 0; });
        const auto twice = std::ranges::adjacent_find(
            keys, [&](const Key& a, const Key& b) { return key_of(a).compare(key_of(b)) == 0; });
        if (twice != keys.end()) refuse_twice(key_of(*twice), where);
    }
    template <class Keys>
    std::optional<std::size_t> place_of(const Keys& keys, std::string_view name) const {
        const auto found =
            std::ranges::partition_point(keys, [&](const Key& key) { return key_of(key).compare_text(name) < 0; });
        if (found == keys.end() || key_of(*found).compare_text(name) != 0) return std::nullopt;
        return static_cast<std::size_t>(found - keys.begin());
    }

    std::string name_;
    std::string_view text_;            // the header
    std::span<const std::byte> data_;  // everything after the header
    std::deque<Entry> tensors_;
    std::deque<Key> metadata_;
};

}  // namespace norma::inline NORMA_TARGET
