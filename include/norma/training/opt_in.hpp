#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A value such as a std::optional or a std::function, which may have nothing in it.
template <class Value>
concept MayBeAbsent = std::is_class_v<Value> && requires(const Value& value) { static_cast<bool>(value); };

/// The value of an option that a program does not give.
template <class Value>
struct Absent {
    static Value value() { return Value(); }  ///< an empty one
};

/// An option that most programs leave alone. It is used like a `Value`. A program that gives one brings the code along
/// that carries it out, a `Code` of pointers to functions; so other programs do not compile that code.
template <class Value, class Code, class Default = Absent<Value>>
class OptIn {
public:
    /// The default, without code.
    OptIn() : value_(Default::value()) {}
    /// What a program gives.
    template <class Given = Value>
        requires(std::convertible_to<Given, Value> && !std::derived_from<std::remove_cvref_t<Given>, OptIn> &&
                 !(std::integral<Value> && std::floating_point<std::remove_cvref_t<Given>>))
    OptIn(Given&& given) : value_(std::forward<Given>(given)), code_(Code::all()) {}

    /// The value.
    operator const Value&() const { return value_; }
    /// The same.
    const Value& get() const { return value_; }
    /// Calls a value that is a function.
    template <class... Arguments>
        requires std::invocable<const Value&, Arguments...>
    decltype(auto) operator()(Arguments&&... arguments) const {
        return value_(std::forward<Arguments>(arguments)...);
    }
    /// Its pointers are null without a given value.
    const Code& code() const { return code_; }

    // As those of std::optional.
    /// Is there one?
    bool has_value() const { return value_.has_value(); }
    /// The same.
    template <MayBeAbsent V = Value>
    explicit operator bool() const {
        return static_cast<bool>(value_);
    }
    const auto& value() const { return value_.value(); }            ///< what is in it, or std::bad_optional_access
    auto& operator*() { return *value_; }                           ///< what is in it
    const auto& operator*() const { return *value_; }               ///< the same, to read
    auto* operator->() { return value_.operator->(); }              ///< what is in it
    const auto* operator->() const { return value_.operator->(); }  ///< the same, to read
    void reset() { value_.reset(); }                                ///< nothing is in it

private:
    Value value_;
    Code code_{};
};

}  // namespace norma::inline NORMA_TARGET
