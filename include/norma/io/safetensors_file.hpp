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
/// What the format allows, so that a broken length makes nobody allocate the world.
inline constexpr std::uint64_t most_header_bytes = 100'000'000;
/// Objects and lists within one another in a header: of tensors, of a tensor's entry, of its shape.
inline constexpr int header_levels = 3;
/// More than any program takes (PyTorch and numpy: 64); a list of them without end would need memory without end.
inline constexpr std::size_t most_axes = 64;
inline constexpr std::string_view metadata_key = "__metadata__";

}  // namespace detail

/// The bytes of a safetensors file, taken apart: which tensors there are, and where. All of the header is verified, and
/// nothing of it copied: a tensor takes 32 bytes here, less than it has there, and the time is in proportion to the
/// header but for sorting. The file's bytes must outlive this.
class SafetensorsFile {
public:
    /// `name` begins every message.
    /// @throws DataError if anything is not as the format has it: a length beyond the end, a header that is no JSON or
    /// not UTF-8, a key twice, an unknown type, tensors that overlap, leave gaps or lie outside.
    explicit SafetensorsFile(std::span<const std::byte> file, std::string_view name = "safetensors") : name_(name) {
        if (file.size() < detail::header_prefix) {
            refuse("has " + std::to_string(file.size()) +
                   " bytes, and a safetensors file begins with 8 that give the length of its header");
        }
        const auto length = little_endian<std::uint64_t>(file.data());
        const std::span<const std::byte> rest = file.subspan(detail::header_prefix);
        if (length > detail::most_header_bytes || length > rest.size()) {
            refuse("bytes 0 to 7 announce a header of " + std::to_string(length) + " bytes, but " +
                   std::to_string(rest.size()) +
                   " follow and 100,000,000 are allowed; it is no safetensors file, or cut short");
        }
        const std::span<const std::byte> header = rest.first(static_cast<std::size_t>(length));
        text_ = {reinterpret_cast<const char*>(header.data()), header.size()};
        data_ = rest.subspan(header.size());
        read_header();
        check_places();
        check_names(tensors_, "");
        check_names(metadata_, " in __metadata__");
    }

    /// How many tensors there are.
    std::size_t size() const { return tensors_.size(); }
    /// The name of tensor `i`, in the order of the names' bytes.
    std::string name(std::size_t i) const { return key_of(tensors_[i]).text(); }
    /// Tensor `i`, in the same order. It shows the file's bytes.
    TensorView tensor(std::size_t i) const {
        detail::JsonScanner scanner = scanner_at(tensors_[i].value);
        Entry entry = tensors_[i];
        return read_tensor(scanner, entry);
    }
    /// The tensor of this name.
    std::optional<TensorView> find(std::string_view name) const {
        const std::optional<std::size_t> i = place_of(tensors_, name);
        return i ? std::optional(tensor(*i)) : std::nullopt;
    }
    /// Is there a tensor of this name?
    bool contains(std::string_view name) const { return place_of(tensors_, name).has_value(); }

    /// The text of the header's `__metadata__` under this key.
    std::optional<std::string> metadata(std::string_view key) const {
        const std::optional<std::size_t> i = place_of(metadata_, key);
        return i ? std::optional(value_of(metadata_[*i])) : std::nullopt;
    }
    /// All of them.
    std::map<std::string, std::string> metadata() const {
        std::map<std::string, std::string> all;
        for (const Key& key : metadata_) all.emplace_hint(all.end(), key_of(key).text(), value_of(key));
        return all;
    }

private:
    // Places in the header, which is short enough for 32 bits. A deque, for a vector that grows is there twice.
    struct Key {
        std::uint32_t at = 0;
        std::uint32_t size = 0;
    };
    struct Entry : Key {
        std::uint32_t value = 0;
        std::uint64_t begin = 0;  // of the tensor's bytes, as `end`
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
        if (scanner.next() == 'n') {  // written for "none" by some, and read by all
            scanner.value();
            return;
        }
        if (scanner.next() != '{') refuse("__metadata__ in its header is not an object");
        scanner.object([&](const detail::JsonString& key) {
            if (scanner.next() != '"') {
                refuse("__metadata__ in its header has a value for " + printable(key.text()) + " that is no text");
            }
            scanner.string();
            metadata_.push_back(key_at(key));
        });
    }

    /// A list of numbers that are whole and not negative.
    template <class Take>
    void read_numbers(detail::JsonScanner& scanner, const Entry& entry, const std::string& key,
                      const Take& take) const {
        if (scanner.next() != '[') refuse_tensor(entry, "has no list " + key);
        scanner.list([&] {
            const std::string_view json = scanner.value();
            const std::optional<std::uint64_t> number = detail::whole_number(json);
            if (!number) {
                refuse_tensor(
                    entry, "has " + printable(json) + " in " + key + ", expected a whole number that is not negative");
            }
            take(*number);
        });
    }

    /// What the header says of a tensor; `begin` and `end` of `entry` are set (`=`).
    TensorView read_tensor(detail::JsonScanner& scanner, Entry& entry) const {
        if (scanner.next() != '{') {
            refuse_tensor(entry, std::string("is described by ") + scanner.kind() + ", not an object");
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
                scanner.value();  // other readers pass over what they do not know
            }
        });
        if (!has_type) refuse_tensor(entry, "has no dtype");
        if (!has_shape) refuse_tensor(entry, "has no list shape");
        if (!has_offsets) refuse_tensor(entry, "has no list data_offsets");
        const std::uint64_t bytes = bytes_of(tensor, entry);
        if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_.size()) {
            refuse_tensor(entry, "is outside the file's " + std::to_string(data_.size()) + " bytes of numbers");
        }
        if (offsets[1] - offsets[0] != bytes) {
            refuse_tensor(entry, "has " + std::to_string(offsets[1] - offsets[0]) + " bytes, but " +
                                     printable(shape_text(tensor.shape)) + " of " + tensor.type + " are " +
                                     std::to_string(bytes));
        }
        entry.begin = offsets[0];
        entry.end = offsets[1];
        tensor.bytes = data_.subspan(offsets[0], bytes);
        return tensor;
    }

    /// Bytes of the tensor's numbers, by its type and shape.
    std::uint64_t bytes_of(const TensorView& tensor, const Entry& entry) const {
        const auto type = std::ranges::find(detail::element_types, tensor.type, &detail::ElementType::name);
        if (type == detail::element_types.end()) {
            refuse_tensor(entry, "has dtype \"" + printable(tensor.type) + "\", which is none of the format's");
        }
        if (std::ranges::find(tensor.shape, 0) != tensor.shape.end()) return 0;
        std::uint64_t bits = type->bits;
        for (const std::int64_t size : tensor.shape) {
            // The file holds every number, so no product of sizes can be larger than it.
            if (bits > 8 * std::uint64_t{data_.size()} / static_cast<std::uint64_t>(size)) {
                refuse_tensor(entry, "has a shape of more numbers than the file holds");
            }
            bits *= static_cast<std::uint64_t>(size);
        }
        if (bits % 8 != 0) {
            refuse_tensor(entry, "ends inside a byte: " + printable(shape_text(tensor.shape)) + " of " + tensor.type +
                                     " are " + std::to_string(bits) + " bits");
        }
        return bits / 8;
    }

    /// Tensors lie one after another, from the first byte behind the header to the last of the file.
    void check_places() {
        std::ranges::sort(tensors_, {}, [](const Entry& e) { return std::pair(e.begin, e.end); });
        std::uint64_t end = 0;
        for (const Entry entry : tensors_) {
            if (entry.begin != end) {
                check_names(tensors_, "");  // a tensor that is there twice is the likelier reason
                refuse_tensor(entry, "begins at byte " + std::to_string(entry.begin) + " of the numbers, " +
                                         (entry.begin < end ? "inside the tensor before it" : "after a gap") +
                                         "; expected " + std::to_string(end));
            }
            end = entry.end;
        }
        if (end != data_.size()) {
            refuse("after its last tensor are " + std::to_string(data_.size() - end) + " bytes that belong to none");
        }
    }

    /// Sorts by name, and refuses one that is there twice.
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
    std::span<const std::byte> data_;  // what is behind it
    std::deque<Entry> tensors_;
    std::deque<Key> metadata_;
};

}  // namespace norma::inline NORMA_TARGET
