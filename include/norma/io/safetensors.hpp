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

/// The safetensors format (https://github.com/huggingface/safetensors). A file has three parts: eight bytes with the
/// length of the header; the header, JSON with each tensor's name, type, shape and place; the numbers of all tensors,
/// little-endian and without gaps. This header knows the format only; `io/state_dict.hpp` saves and loads networks.
namespace norma::inline NORMA_TARGET {

/// The content of a safetensors file, as maps that a program may change. The views do not own the tensors' bytes.
struct Safetensors {
    std::map<std::string, TensorView> tensors;    ///< by name
    std::map<std::string, std::string> metadata;  ///< the header's `__metadata__`
};

/// The content of the bytes `file`; the views show these bytes. Every message begins with `name`. The maps take about
/// twice the header's memory; to look up only, use `SafetensorsFile`, which takes less.
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

/// The text as a JSON string.
/// @throws DataError that names `what` the text is, if it is not UTF-8, which JSON must be.
inline std::string json_text(const std::string& text, const std::string& what) {
    if (!is_utf8(text)) {
        raise<DataError>("safetensors: " + what + " is '" + printable(text) +
                         "', which is not UTF-8; convert it first");
    }
    return nlohmann::json(text).dump();
}

/// The header for these tensors, padded with spaces to a multiple of eight bytes.
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
                             ", which the format uses for the metadata; give it another name");
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

/// The bytes of a safetensors file with this content. Tensors are in the order of their names, and the numbers begin at
/// a multiple of eight bytes.
/// @throws DataError if a name or a text of the metadata is not UTF-8, if the header is longer than the format allows,
/// or if the file could not be read again: if a tensor is called `__metadata__`, has an unknown type, or has another
/// number of bytes than its type and shape need.
inline std::vector<std::byte> write_safetensors(const Safetensors& content) {
    const std::string text = detail::header_text(content);
    if (text.size() > detail::most_header_bytes) {
        raise<DataError>("safetensors: the header would have " + std::to_string(text.size()) +
                         " bytes, but the format allows 100,000,000; keep less in the metadata");
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
