#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#include "norma/core/target.hpp"
#include "norma/graph/plan.hpp"
#include "norma/ops/arguments.hpp"

namespace norma::inline NORMA_TARGET {

/// The named values of one sample, as a loss gets them: the taps that the mode computes, in the order of the network.
template <class T>
class TapValues {
public:
    /// None.
    TapValues() = default;
    /// Those of a plan; `arguments` are those of the step `loss` for the sample.
    TapValues(std::span<const PlannedTap> taps, const Arguments<T>& arguments) : taps_(taps), arguments_(&arguments) {}

    /// How many.
    std::size_t size() const { return taps_.size(); }
    /// The name of tap `k`.
    std::string_view name(std::size_t k) const { return taps_[k].name; }
    /// Its number; `size()` if there is no tap of this name.
    std::size_t number(std::string_view name) const {
        std::size_t k = 0;
        while (k < size() && taps_[k].name != name) ++k;
        return k;
    }
    /// Its numbers, height × width × channels.
    std::span<const T> value(std::size_t k) const { return array(taps_[k].value, k); }
    /// Where the gradient of the loss with respect to them goes (`=`); empty in a mode without gradients.
    std::span<T> gradient(std::size_t k) const {
        return taps_[k].gradient.exists() ? array(taps_[k].gradient, k) : std::span<T>();
    }

private:
    std::span<T> array(const Place& place, std::size_t k) const {
        return {arguments_->at(place), std::size_t(taps_[k].extent.size())};
    }

    std::span<const PlannedTap> taps_;
    const Arguments<T>* arguments_ = nullptr;
};

/// What a pass calls with the output of sample `i`, and in a mode with gradients with where its gradient goes (`=`):
/// `loss(i, logits, gradient)`. A loss that takes a fourth argument, `const TapValues<T>&`, gets the named values too,
/// and writes (`=`) the gradient of each; else these gradients are 0. By reference, without its type, like `BatchRef`.
template <class T>
class LossRef {
public:
    /// Refers to `loss`.
    template <class Loss>
        requires(!std::same_as<Loss, LossRef> && (std::invocable<const Loss&, int, const T*, T*> ||
                                                  std::invocable<const Loss&, int, const T*, T*, const TapValues<T>&>))
    LossRef(const Loss& loss)
        : loss_(std::addressof(loss)),
          call_([](const void* h, int i, const T* y, T* gradient, const TapValues<T>& taps) {
              const Loss& of = *static_cast<const Loss*>(h);
              if constexpr (std::invocable<const Loss&, int, const T*, T*, const TapValues<T>&>) {
                  of(i, y, gradient, taps);
              } else {
                  of(i, y, gradient);
                  for (std::size_t k = 0; k < taps.size(); ++k) {
                      for (T& number : taps.gradient(k)) number = 0;
                  }
              }
          }) {}

    /// Calls it.
    void operator()(int i, const T* logits, T* gradient, const TapValues<T>& taps = {}) const {
        call_(loss_, i, logits, gradient, taps);
    }

private:
    const void* loss_;
    void (*call_)(const void* loss, int i, const T* logits, T* gradient, const TapValues<T>& taps);
};

}  // namespace norma::inline NORMA_TARGET
