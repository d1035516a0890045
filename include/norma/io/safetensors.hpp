#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "norma/core/error.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"

/// The safetensors format (https://github.com/huggingface/safetensors): eight bytes with the length of a header, the
/// header in JSON, which gives each tensor's name, type, shape and place, and the tensors' numbers, little-endian, one
/// after another without a gap. Here is the format alone; `io/state_dict.hpp` puts networks into it.
namespace norma::inline NORMA_TARGET {

/// A tensor somewhere in memory, row by row, little-endian. `type` is the format's word for it: "F32", "F64", "I64" …
struct TensorView {
    std::string type;                  ///< F32, F64 or another of the format's words
    std::vector<std::int64_t> shape;   ///< empty for a scalar
    std::span<const std::byte> bytes;  ///< of all its numbers
};

/// The format's word for numbers of type `T`.
template <class T>
inline constexpr const char* type_of = "";
template <>
inline constexpr const char* type_of<float> = "F32";
template <>
inline constexpr const char* type_of<double> = "F64";
template <>
inline constexpr const char* type_of<std::int64_t> = "I64";

/// What a safetensors file holds. The views show memory that somebody else keeps.
struct Safetensors {
    std::map<std::string, TensorView> tensors;    ///< by name
    std::map<std::string, std::string> metadata;  ///< the header's `__metadata__`
};

/// 2×3×4, or "scalar".
inline std::string shape_text(std::span<const std::int64_t> shape) {
    std::string text;
    for (const std::int64_t size : shape) text += (text.empty() ? "" : "x") + std::to_string(size);
    return text.empty() ? "scalar" : text;
}

namespace detail {

inline constexpr std::size_t header_prefix = sizeof(std::uint64_t);
/// What the format allows, so that a broken length makes nobody allocate the world.
inline constexpr std::uint64_t most_header_bytes = 100'000'000;

/// Bits of one number of a type; 0 for a type that the format does not have.
inline std::uint64_t bits_of_type(std::string_view type) {
    constexpr std::array<std::pair<std::uint64_t, std::string_view>, 6> types{
        {{4, "F4"},
         {6, "F6_E2M3 F6_E3M2"},
         {8, "BOOL U8 I8 F8_E4M3 F8_E5M2 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ"},
         {16, "I16 U16 F16 BF16"},
         {32, "I32 U32 F32"},
         {64, "I64 U64 F64 C64"}}};
    for (const auto& [bits, names] : types) {
        for (const auto name : std::views::split(names, ' ')) {
            if (std::string_view(name.begin(), name.end()) == type) return bits;
        }
    }
    return 0;
}

/// The eight bytes of a little-endian number, whatever the machine's own order.
inline std::uint64_t little_endian(std::span<const std::byte> bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
    return value;
}

/// Objects and lists within one another in a header: of tensors, of a tensor's entry, of its shape.
inline constexpr int header_levels = 3;

/// For a parser's callback: refuses what lies deeper than `levels`, because each level costs memory before anyone looks
/// at it. `refuse` gets the sentence.
template <class Event, class Refuse>
void refuse_depth(int depth, Event event, int levels, const Refuse& refuse) {
    if ((event == Event::object_start || event == Event::array_start) && depth >= levels) {
        refuse("is nested deeper than the " + std::to_string(levels) + " levels that it should have");
    }
}

/// @throws DataError that tells the text and `what` it is, unless it is UTF-8, which JSON has to be.
inline void check_utf8(const std::string& text, const std::string& what) {
    try {
        (void)nlohmann::json(text).dump();
    } catch (const nlohmann::json::type_error&) {
        raise<DataError>("safetensors: " + what + " is '" + printable(text) + "', which is no UTF-8: convert it first");
    }
}

/// Reads one file; every refusal begins with its name.
class SafetensorsReader {
public:
    SafetensorsReader(std::span<const std::byte> file, std::string_view name) : file_(file), name_(name) {}

    Safetensors read() {
        if (file_.size() < header_prefix) {
            refuse("has " + std::to_string(file_.size()) +
                   " bytes, and a safetensors file begins with 8 that give "
                   "the length of its header");
        }
        const std::uint64_t length = little_endian(file_.first(header_prefix));
        if (length > most_header_bytes || length > file_.size() - header_prefix) {
            refuse("bytes 0 to 7 announce a header of " + std::to_string(length) + " bytes, but " +
                   std::to_string(file_.size() - header_prefix) +
                   " follow and 100,000,000 are allowed; it is no safetensors file, or cut short");
        }
        const std::size_t header_bytes = static_cast<std::size_t>(length);
        data_ = file_.subspan(header_prefix + header_bytes);
        const nlohmann::json header = parse(file_.subspan(header_prefix, header_bytes));
        Safetensors result;
        for (const auto& [key, value] : header.items()) {
            if (key == "__metadata__") {
                read_metadata(value, result);
            } else {
                result.tensors.emplace(key, read_tensor(key, value));
            }
        }
        check_places();
        return result;
    }

private:
    struct Place {
        std::uint64_t begin;
        std::uint64_t end;
        std::string name;
    };

    [[noreturn]] void refuse(const std::string& what) const { raise<DataError>(name_ + ": " + what); }
    [[noreturn]] void refuse_tensor(const std::string& tensor, const std::string& what) const {
        refuse("tensor " + printable(tensor) + " " + what);
    }

    /// The header. A key that is there twice is refused: JSON parsers silently keep one of them.
    nlohmann::json parse(std::span<const std::byte> text) const {
        std::vector<std::set<std::string>> keys;  // of every object that is open
        const auto watch = [&](int depth, nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
            using Event = nlohmann::json::parse_event_t;
            refuse_depth(depth, event, header_levels, [&](const std::string& what) { refuse("its header " + what); });
            if (event == Event::object_start) keys.emplace_back();
            if (event == Event::object_end) keys.pop_back();
            if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second) {
                refuse("its header has the key \"" + printable(parsed.get<std::string>()) + "\" twice");
            }
            return true;
        };
        const char* const begin = reinterpret_cast<const char*>(text.data());
        nlohmann::json header;
        try {
            header = nlohmann::json::parse(begin, begin + text.size(), watch);
        } catch (const nlohmann::json::exception& e) {
            refuse(std::string("its header is not the JSON that it should be: ") + printable(e.what(), 300));
        }
        if (!header.is_object()) refuse("its header is not a JSON object");
        return header;
    }

    void read_metadata(const nlohmann::json& values, Safetensors& result) const {
        if (!values.is_object()) refuse("__metadata__ in its header is not an object");
        for (const auto& [key, value] : values.items()) {
            if (!value.is_string())
                refuse("__metadata__ in its header has a value for " + printable(key) + " that is no text");
            result.metadata.emplace(key, value.template get<std::string>());
        }
    }

    /// A list of numbers that are whole and not negative, under `key` of the tensor's entry.
    std::vector<std::uint64_t> numbers(const std::string& tensor, const nlohmann::json& entry, const char* key) const {
        const auto found = entry.find(key);
        if (found == entry.end() || !found->is_array()) refuse_tensor(tensor, std::string("has no list ") + key);
        std::vector<std::uint64_t> result;
        for (const nlohmann::json& number : *found) {
            if (!number.is_number_unsigned()) {
                refuse_tensor(tensor, "has " + printable(number.dump()) + " in " + key +
                                          ", expected a whole number that is not negative");
            }
            result.push_back(number.get<std::uint64_t>());
        }
        return result;
    }

    TensorView read_tensor(const std::string& name, const nlohmann::json& entry) {
        if (!entry.is_object())
            refuse_tensor(name, std::string("is described by ") + entry.type_name() + ", not an object");
        const auto type = entry.find("dtype");
        if (type == entry.end() || !type->is_string()) refuse_tensor(name, "has no dtype");
        TensorView tensor{type->get<std::string>(), {}, {}};
        const std::uint64_t bits_of_one = bits_of_type(tensor.type);
        if (bits_of_one == 0) {
            refuse_tensor(name, "has dtype " + printable(type->dump()) + ", which is none of the format's");
        }
        const std::uint64_t bits_of_file = 8 * std::uint64_t{data_.size()};
        const std::vector<std::uint64_t> sizes = numbers(name, entry, "shape");
        const bool is_empty = std::ranges::find(sizes, 0u) != sizes.end();
        std::uint64_t bits = is_empty ? 0 : bits_of_one;
        for (const std::uint64_t size : sizes) {
            if (size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
                refuse_tensor(name, "has " + std::to_string(size) + " in shape, which is too large");
            }
            // The file holds every number, so no product of sizes can be larger than it.
            if (!is_empty && bits > bits_of_file / size) {
                refuse_tensor(name, "has a shape of more numbers than the file holds");
            }
            bits *= size;
            tensor.shape.push_back(static_cast<std::int64_t>(size));
        }
        if (bits % 8 != 0) {
            refuse_tensor(name, "ends inside a byte: " + printable(shape_text(tensor.shape)) + " of " + tensor.type +
                                    " are " + std::to_string(bits) + " bits");
        }
        const std::uint64_t bytes = bits / 8;
        const std::vector<std::uint64_t> offsets = numbers(name, entry, "data_offsets");
        if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_.size()) {
            refuse_tensor(name, "lies outside the file's " + std::to_string(data_.size()) + " bytes of numbers");
        }
        if (offsets[1] - offsets[0] != bytes) {
            refuse_tensor(name, "has " + std::to_string(offsets[1] - offsets[0]) + " bytes, but " +
                                    printable(shape_text(tensor.shape)) + " of " + tensor.type + " are " +
                                    std::to_string(bytes));
        }
        places_.push_back({offsets[0], offsets[1], name});
        tensor.bytes = data_.subspan(static_cast<std::size_t>(offsets[0]), static_cast<std::size_t>(bytes));
        return tensor;
    }

    /// Tensors lie one after another, from the first byte behind the header to the last of the file.
    void check_places() {
        std::ranges::sort(places_, {}, [](const Place& p) { return std::pair(p.begin, p.end); });
        std::uint64_t end = 0;
        for (const Place& place : places_) {
            if (place.begin != end) {
                refuse_tensor(place.name, "begins at byte " + std::to_string(place.begin) + " of the numbers, " +
                                              (place.begin < end ? "inside the tensor before it" : "behind a gap") +
                                              "; expected " + std::to_string(end));
            }
            end = place.end;
        }
        if (end != data_.size()) {
            refuse("behind its last tensor are " + std::to_string(data_.size() - end) + " bytes that belong to none");
        }
    }

    std::span<const std::byte> file_;
    std::span<const std::byte> data_;
    std::string name_;
    std::vector<Place> places_;
};

}  // namespace detail

/// Takes apart the bytes of a safetensors file; the views show these bytes. `name` begins every message.
/// @throws DataError if anything is not as the format has it: a length beyond the end, a header that is no JSON or not
/// UTF-8, a key twice, an unknown type, tensors that overlap, leave gaps or lie outside.
inline Safetensors read_safetensors(std::span<const std::byte> file, std::string_view name = "safetensors") {
    return detail::SafetensorsReader(file, name).read();
}

/// The bytes of a safetensors file of `tensors`, in the order of their names, and `metadata`. The header is filled up
/// with blanks so that the numbers begin at a multiple of eight bytes.
/// @throws DataError if a name or a text of the metadata is not UTF-8, or the header longer than the format allows.
inline std::vector<std::byte> write_safetensors(const Safetensors& content) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    for (const auto& [key, value] : content.metadata) {
        detail::check_utf8(key, "a key of the metadata");
        detail::check_utf8(value, "the metadata's '" + printable(key) + "'");
    }
    if (!content.metadata.empty()) header["__metadata__"] = content.metadata;
    std::size_t size = 0;
    for (const auto& [name, tensor] : content.tensors) {
        detail::check_utf8(name, "the name of a tensor");
        header[name] = {
            {"dtype", tensor.type}, {"shape", tensor.shape}, {"data_offsets", {size, size + tensor.bytes.size()}}};
        size += tensor.bytes.size();
    }
    std::string text = header.dump();
    if (text.size() + detail::header_prefix > detail::most_header_bytes) {
        raise<DataError>("safetensors: a header of " + std::to_string(text.size()) +
                         " bytes; the format allows 100,000,000: keep less in the metadata");
    }
    text.resize((text.size() + detail::header_prefix - 1) / detail::header_prefix * detail::header_prefix, ' ');
    std::vector<std::byte> file;
    file.reserve(detail::header_prefix + text.size() + size);
    for (std::size_t i = 0; i < detail::header_prefix; ++i) {
        file.push_back(static_cast<std::byte>(std::uint64_t{text.size()} >> (8 * i)));
    }
    const std::span<const std::byte> header_bytes = std::as_bytes(std::span(text));
    file.insert(file.end(), header_bytes.begin(), header_bytes.end());
    for (const auto& [name, tensor] : content.tensors) {
        file.insert(file.end(), tensor.bytes.begin(), tensor.bytes.end());
    }
    return file;
}

/// Numbers as little-endian bytes. Writes (`=`) nothing but its result.
template <class T>
std::vector<std::byte> to_little_endian(std::span<const T> values) {
    const std::span<const std::byte> own = std::as_bytes(values);
    std::vector<std::byte> bytes(own.begin(), own.end());
    if constexpr (std::endian::native == std::endian::big) {
        for (std::size_t at = 0; at < bytes.size(); at += sizeof(T)) {
            std::reverse(bytes.begin() + std::ptrdiff_t(at), bytes.begin() + std::ptrdiff_t(at + sizeof(T)));
        }
    }
    return bytes;
}

/// The numbers of a tensor, one after another, converted from the type it has to `T`.
/// @throws DataError if it is not of type F32, F64 or I64; `name` names it in the message.
template <class T>
std::vector<T> numbers_of(const TensorView& tensor, std::string_view name) {
    const auto convert = [&]<class From, class Bits>() {
        std::vector<T> values;
        values.reserve(tensor.bytes.size() / sizeof(From));
        for (std::size_t at = 0; at < tensor.bytes.size(); at += sizeof(From)) {
            const auto bits = static_cast<Bits>(detail::little_endian(tensor.bytes.subspan(at, sizeof(From))));
            values.push_back(static_cast<T>(std::bit_cast<From>(bits)));
        }
        return values;
    };
    if (tensor.type == type_of<float>) return convert.template operator()<float, std::uint32_t>();
    if (tensor.type == type_of<double>) return convert.template operator()<double, std::uint64_t>();
    if (tensor.type == type_of<std::int64_t>) return convert.template operator()<std::int64_t, std::uint64_t>();
    raise<DataError>(printable(name) + " has dtype " + printable(tensor.type) +
                     "; F32, F64 or I64 can be read: convert it first");
}

}  // namespace norma::inline NORMA_TARGET
