#pragma once

#include <string>
#include <string_view>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// A text with the name of `T` after "T = ", in the compiler's words.
template <class T>
constexpr const char* function_of_type() {
    return __PRETTY_FUNCTION__;
}

/// The last name in such a text: "Huber" of "… [with T = {anonymous}::loss<3>::Huber<float>]".
constexpr std::string_view last_name(std::string_view text) {
    text.remove_prefix(text.find("T = ") + 4);
    int depth = 0;
    std::size_t begin = 0, end = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (depth == 0 && (c == ']' || c == ';')) break;
        if (c == '<' || c == '(' || c == '{' || c == '[') ++depth;
        if (depth == 0 && c == ':') begin = end = i + 1;
        if (depth == 0 && c != ':' && end == i) end = i + 1;
        if (c == '>' || c == ')' || c == '}' || c == ']') --depth;
    }
    return text.substr(begin, end - begin);
}
}  // namespace detail

/// The name of a class without its namespaces and template arguments, the same with every compiler: "Huber".
template <class T>
std::string class_name() {
    return std::string(detail::last_name(detail::function_of_type<T>()));
}

}  // namespace norma::inline NORMA_TARGET
