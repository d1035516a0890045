#pragma once

#include <utility>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Owns an object, or nothing, as std::unique_ptr does, of which a compiler makes ten times as much work for each type.
template <class T>
class Owned {
public:
    /// Nothing.
    Owned() = default;
    /// Takes an object that `new` made.
    explicit Owned(T* object) : object_(object) {}
    /// Takes the object of another owner.
    Owned(Owned&& other) noexcept : object_(other.object_) { other.object_ = nullptr; }
    /// The same, and destroys its own.
    Owned& operator=(Owned&& other) noexcept {
        T* const taken = other.object_;
        other.object_ = nullptr;
        delete object_;
        object_ = taken;
        return *this;
    }
    ~Owned() { delete object_; }

    /// Is there an object?
    explicit operator bool() const { return object_ != nullptr; }
    /// The object.
    T& operator*() const { return *object_; }
    /// The same.
    T* operator->() const { return object_; }

private:
    T* object_ = nullptr;
};

}  // namespace norma::inline NORMA_TARGET
