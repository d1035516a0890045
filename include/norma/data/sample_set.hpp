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

namespace detail {
/// Samples whose numbers are in memory.
template <class D>
concept StoredSamples = requires(const D& set, std::size_t i) {
    { *set.values(i) } -> std::convertible_to<double>;
};
/// Samples whose numbers are made when they are needed.
template <class D>
concept MadeSamples =
    requires(const D& set, std::size_t i, typename D::Element* out) { set.read(i, std::uint64_t{1}, int{0}, out); };
}  // namespace detail

/// Samples of one shape, which `Batches` can read, such as `Dataset`, `TensorDataset` and `ImageFolder`:
/// - `size()` and `extent()`: the number of samples, and the shape of one.
/// - `values(i)`: a pointer to the numbers of sample i, height × width × channels. Or, if these are made when they are
///   needed: `read(i, seed, epoch, out)` writes (`=`) them to `out`, in many threads at once, and `Element` is their
///   type. A sample that weights draw again in an epoch is read with another seed.
/// - `target(i)`: what the network should tell of sample i; an `int` is a class.
/// - `mean`, `stddev`: one number for each channel, to normalise (`Normalisation`); none for 0 and 1.
/// - `validate()`: throws a `DataError` unless all is consistent. `hash()`: of all values and targets. `source`: where
///   they came from, in a few words.
///
/// Optional: `classes`, the number of classes.
template <class D>
concept SampleSet = (detail::StoredSamples<D> || detail::MadeSamples<D>)&&requires(const D& set, std::size_t i) {
    { set.size() } -> std::convertible_to<std::size_t>;
    { set.extent() } -> std::convertible_to<Extent>;
    set.target(i);
    { std::span<const double>(set.mean) };
    { std::span<const double>(set.stddev) };
    set.validate();
    { set.hash() } -> std::convertible_to<std::uint64_t>;
    { set.source } -> std::convertible_to<std::string>;
};

namespace detail {
template <class D>
struct ElementOfSamples {
    using Type = typename D::Element;
};
template <StoredSamples D>
struct ElementOfSamples<D> {
    using Type = std::remove_cvref_t<decltype(*std::declval<const D&>().values(0))>;
};
}  // namespace detail

/// The type of the numbers of a sample, before they are normalised.
template <SampleSet D>
using ElementOf = typename detail::ElementOfSamples<D>::Type;

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
/// Calls `use` with a pointer to the numbers of sample `i`: where they are, or where they were made for this call.
template <SampleSet D, class Use>
void with_values(const D& set, std::size_t i, std::uint64_t seed, int epoch, const Use& use) {
    if constexpr (StoredSamples<D>) {
        use(set.values(i));
    } else {
        thread_local std::vector<ElementOf<D>> made;
        made.resize(static_cast<std::size_t>(Extent(set.extent()).size()));
        set.read(i, seed, epoch, made.data());
        use(std::as_const(made).data());
    }
}

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
