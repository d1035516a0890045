#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/normalisation.hpp"

namespace norma::inline NORMA_TARGET {

/// Samples of one shape in memory, which `Batches` can read, such as `Dataset` and `TensorDataset`:
/// - `size()` and `extent()`: the number of samples, and the shape of one.
/// - `values(i)`: a pointer to the numbers of sample i, height × width × channels.
/// - `target(i)`: what the network should tell of sample i; an `int` is a class.
/// - `mean`, `stddev`: one number for each channel, to normalise (`Normalisation`); none for 0 and 1.
/// - `validate()`: throws a `DataError` unless all is consistent. `hash()`: of all values and targets. `source`: where
///   they came from, in a few words.
///
/// Optional: `classes`, the number of classes.
template <class D>
concept SampleSet = requires(const D& set, std::size_t i) {
    { set.size() } -> std::convertible_to<std::size_t>;
    { set.extent() } -> std::convertible_to<Extent>;
    { *set.values(i) } -> std::convertible_to<double>;
    set.target(i);
    { std::span<const double>(set.mean) };
    { std::span<const double>(set.stddev) };
    set.validate();
    { set.hash() } -> std::convertible_to<std::uint64_t>;
    { set.source } -> std::convertible_to<std::string>;
};

/// The numbers that `values(i)` points to.
template <SampleSet D>
using ElementOf = std::remove_cvref_t<decltype(*std::declval<const D&>().values(0))>;

/// The numbers that a network gets of such samples, unless the program says otherwise.
template <SampleSet D>
using SampleScalarOf = std::conditional_t<std::same_as<ElementOf<D>, double>, double, float>;

/// What `target(i)` returns.
template <SampleSet D>
using TargetOf = std::remove_cvref_t<decltype(std::declval<const D&>().target(0))>;

namespace detail {
template <class Target>
struct PixelClassOf {
    using Type = void;
};
template <std::unsigned_integral U>
struct PixelClassOf<std::span<const U>> {
    using Type = U;
};
}  // namespace detail

/// Is the target a class for each pixel, `std::span` of unsigned numbers? Then it moves with the pixels.
template <class Target>
concept ClassPerPixel = !std::is_void_v<typename detail::PixelClassOf<Target>::Type>;

namespace detail {
/// The numbers of a `ClassPerPixel`; of no use for another target.
template <class Target>
using PixelClass = std::conditional_t<ClassPerPixel<Target>, typename PixelClassOf<Target>::Type, std::uint8_t>;

/// How `Batches` normalises the samples of a set: by its mean and stddev, or not at all if it has none.
template <class T, SampleSet D>
Normalisation<T> normalisation_of(const D& set) {
    const std::span<const double> mean(set.mean), stddev(set.stddev);
    if (!mean.empty() || !stddev.empty()) return {mean, stddev, unit_of<ElementOf<D>>};
    const auto channels = static_cast<std::size_t>(Extent(set.extent()).channels);
    return {std::vector<double>(channels, 0), std::vector<double>(channels, 1), unit_of<ElementOf<D>>};
}
}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
