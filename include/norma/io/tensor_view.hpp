#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/number_text.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A view of a tensor in memory: its numbers in row-major order, little-endian.
struct TensorView {
    std::string type;                  ///< the safetensors format's dtype: "F32", "F64", "I64" …
    std::vector<std::int64_t> shape;   ///< empty for a scalar
    std::span<const std::byte> bytes;  ///< of all its numbers
};

/// The safetensors format's dtype for numbers of type `T`.
template <class T>
inline constexpr const char* type_of = "";
template <>
inline constexpr const char* type_of<float> = "F32";
template <>
inline constexpr const char* type_of<double> = "F64";
template <>
inline constexpr const char* type_of<std::int64_t> = "I64";

/// "2x3x4", or "scalar".
inline std::string shape_text(std::span<const std::int64_t> shape) {
    std::string text;
    for (const std::int64_t size : shape) text += (text.empty() ? "" : "x") + std::to_string(size);
    return text.empty() ? "scalar" : text;
}

namespace detail {

/// A dtype of the safetensors format.
struct ElementType {
    std::string_view name;
    std::uint64_t bits;  // of one number
};

inline constexpr std::array<ElementType, 22> element_types{
    {{"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},          {"I8", 8},
     {"F8_E4M3", 8}, {"F8_E5M2", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
     {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
     {"I64", 64},    {"U64", 64},    {"F64", 64},    {"C64", 64}}};

/// Numbers of 16 bits as they are in files (F16, BF16). `widened` converts each of them to float exactly.
struct Half {
    std::uint16_t bits;
};
struct BrainFloat {
    std::uint16_t bits;
};

inline float widened(BrainFloat value) { return std::bit_cast<float>(std::uint32_t{value.bits} << 16); }
inline float widened(Half value) {
    const std::uint32_t sign = std::uint32_t{value.bits & 0x8000u} << 16;
    const std::uint32_t exponent = (value.bits >> 10) & 0x1fu;
    const std::uint32_t fraction = value.bits & 0x3ffu;
    if (exponent == 0) {  // zero or subnormal: the fraction has no leading 1
        const float size = std::ldexp(static_cast<float>(fraction), -24);
        return std::bit_cast<float>(std::bit_cast<std::uint32_t>(size) | sign);
    }
    const std::uint32_t wide = exponent == 0x1f ? 0xffu : exponent + (127 - 15);
    return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}
template <class T>
T widened(T value) {
    return value;
}

/// Calls `visit(count, number)`, where `number(i)` is the i-th of the tensor's `count` numbers, as a `T`.
/// @throws DataError if norma does not read the tensor's type; the message calls the tensor `name`.
template <class T, class Visit>
void visit_numbers(const TensorView& tensor, std::string_view name, const Visit& visit) {
    const auto as = [&]<class From>(From) {
        const std::byte* const begin = tensor.bytes.data();
        visit(tensor.bytes.size() / sizeof(From), [begin](std::size_t i) {
            return static_cast<T>(widened(little_endian<From>(begin + i * sizeof(From))));
        });
    };
    if (tensor.type == "F32") return as(float{});
    if (tensor.type == "F64") return as(double{});
    if (tensor.type == "I64") return as(std::int64_t{});
    if (tensor.type == "F16") return as(Half{});
    if (tensor.type == "BF16") return as(BrainFloat{});
    raise<DataError>(printable(name) + " has dtype " + printable(tensor.type) +
                     "; norma reads F32, F64, F16, BF16 and I64: convert it first");
}

/// Can weights be loaded from a tensor of this type?
inline bool is_floating(std::string_view type) {
    return type == "F32" || type == "F64" || type == "F16" || type == "BF16";
}

/// The first finite number of the tensor that is too large for a `T`, as text; empty if there is none.
template <class T>
std::string number_beyond(const TensorView& tensor, std::string_view name) {
    std::string text;
    if (sizeof(T) >= sizeof(double) || tensor.type != "F64") return text;
    visit_numbers<double>(tensor, name, [&](std::size_t count, const auto& number) {
        for (std::size_t i = 0; i < count && text.empty(); ++i) {
            const double x = number(i);
            if (is_finite(x) && std::abs(x) > static_cast<double>(std::numeric_limits<T>::max())) text = number_text(x);
        }
    });
    return text;
}

}  // namespace detail

/// The numbers as little-endian bytes.
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

/// The numbers of a tensor in row-major order, converted from its type to `T`.
/// @throws DataError if its type is not F32, F64, F16, BF16 or I64; the message calls the tensor `name`.
template <class T>
std::vector<T> numbers_of(const TensorView& tensor, std::string_view name) {
    std::vector<T> values;
    detail::visit_numbers<T>(tensor, name, [&](std::size_t count, const auto& number) {
        values.reserve(count);
        for (std::size_t i = 0; i < count; ++i) values.push_back(number(i));
    });
    return values;
}

}  // namespace norma::inline NORMA_TARGET
