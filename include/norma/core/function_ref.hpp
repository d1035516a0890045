#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

template <class Signature>
class FunctionRef;

/// A lambda or another function object by reference, without its type: code that calls it is compiled once and
/// not for every lambda. It allocates nothing and is valid as long as what it was made of.
template <class R, class... Args>
class FunctionRef<R(Args...)> {
public:
    /// Refers to `function`, which is called as `const`.
    template <class F>
        requires(!std::same_as<F, FunctionRef> && !std::is_function_v<F> && std::is_invocable_r_v<R, const F&, Args...>)
    FunctionRef(const F& function)
        : function_(std::addressof(function)), call_([](const void* f, Args... args) -> R {
              return static_cast<R>((*static_cast<const F*>(f))(std::forward<Args>(args)...));
          }) {}

    /// Calls it.
    R operator()(Args... args) const { return call_(function_, std::forward<Args>(args)...); }

private:
    const void* function_;
    R (*call_)(const void* function, Args... args);
};

}  // namespace norma::inline NORMA_TARGET
