#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "norma/core/error.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/core/utf8.hpp"
#include "norma/io/safetensors_file.hpp"
#include "norma/io/tensor_view.hpp"

/// The safetensors format (https://github.com/huggingface/safetensors): eight bytes with the length of a header, the
/// header in JSON, which gives each tensor's name, type, shape and place, and the tensors' numbers, little-endian, one
/// after another without a gap. Here is the format alone; `io/state_dict.hpp` puts networks into it.
namespace norma::inline NORMA_TARGET {

/// What a safetensors file holds, as maps that a program may change. The views show memory that somebody else keeps.
struct Safetensors {
    std::map<std::string, TensorView> tensors;    ///< by name
    std::map<std::string, std::string> metadata;  ///< the header's `__metadata__`
};

/// Takes apart the bytes of a safetensors file; the views show these bytes. `name` begins every message. The maps take
/// about twice the header's memory: a program that only looks things up takes `SafetensorsFile` itself.
/// @throws DataError as `SafetensorsFile`.
inline Safetensors read_safetensors(std::span<const std::byte> file, std::string_view name = "safetensors") {
    const SafetensorsFile content(file, name);
    Safetensors maps{{}, content.metadata()};
    for (std::size_t i = 0; i < content.size(); ++i) {
        maps.tensors.emplace_hint(maps.tensors.end(), content.name(i), content.tensor(i));
    }
    return maps;
}

namespace detail {

/// The text in JSON.
/// @throws DataError that tells the text and `what` it is, unless it is UTF-8, which JSON has to be.
inline std::string json_text(const std::string& text, const std::string& what) {
    if (!is_utf8(text)) {
        raise<DataError>("safetensors: " + what + " is '" + printable(text) + "', which is no UTF-8: convert it first");
    }
    return nlohmann::json(text).dump();
}

/// The header of a file of these tensors, filled up with blanks to a multiple of eight bytes.
inline std::string header_text(const Safetensors& content) {
    std::string text = "{";
    const auto separate = [&] { text += text.ends_with('{') ? "" : ","; };
    if (!content.metadata.empty()) {
        text += '"' + std::string(metadata_key) + "\":{";
        for (const auto& [key, value] : content.metadata) {
            separate();
            text += json_text(key, "a key of the metadata") + ":";
            text += json_text(value, "the metadata's '" + printable(key) + "'");
        }
        text += "}";
    }
    std::size_t end = 0;
    for (const auto& [name, tensor] : content.tensors) {
        if (name == metadata_key) {
            raise<DataError>("safetensors: a tensor is called " + name +
                             ", which is the format's own word for the metadata: give it another name");
        }
        separate();
        text += json_text(name, "the name of a tensor") + ":{\"dtype\":" + json_text(tensor.type, "a dtype") +
                ",\"shape\":[";
        for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
            text += (i == 0 ? "" : ",") + std::to_string(tensor.shape[i]);
        }
        text += "],\"data_offsets\":[" + std::to_string(end) + ",";
        end += tensor.bytes.size();
        text += std::to_string(end) + "]}";
    }
    text += "}";
    text.resize((text.size() + header_prefix - 1) / header_prefix * header_prefix, ' ');
    return text;
}

}  // namespace detail

/// The bytes of a safetensors file of `tensors`, in the order of their names, and `metadata`. The numbers begin at a
/// multiple of eight bytes.
/// @throws DataError if a name or a text of the metadata is not UTF-8, the header longer than the format allows, or the
/// file one that could not be read again: a tensor called `__metadata__`, or one whose bytes are not those of its type
/// and shape.
inline std::vector<std::byte> write_safetensors(const Safetensors& content) {
    const std::string text = detail::header_text(content);
    if (text.size() > detail::most_header_bytes) {
        raise<DataError>("safetensors: a header of " + std::to_string(text.size()) +
                         " bytes; the format allows 100,000,000: keep less in the metadata");
    }
    std::size_t size = detail::header_prefix + text.size();
    for (const auto& [name, tensor] : content.tensors) size += tensor.bytes.size();
    std::vector<std::byte> file;
    file.reserve(size);
    for (std::size_t i = 0; i < detail::header_prefix; ++i) {
        file.push_back(static_cast<std::byte>(std::uint64_t{text.size()} >> (8 * i)));
    }
    const auto append = [&](std::span<const std::byte> bytes) { file.insert(file.end(), bytes.begin(), bytes.end()); };
    append(std::as_bytes(std::span(text)));
    for (const auto& [name, tensor] : content.tensors) append(tensor.bytes);
    SafetensorsFile(file, "safetensors, to be written");
    return file;
}

}  // namespace norma::inline NORMA_TARGET
