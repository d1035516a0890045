#pragma once

#include <cstdint>
#include <span>

#include <doctest/doctest.h>

#include "norma/testing/check_network.hpp"
#include "toy_data.hpp"

using norma::conformance::CheckedRun;
using norma::conformance::flattened;
using norma::conformance::ReferenceNetwork;

/// Largest difference, relative to the largest number of `reference`; infinite if a number is not finite.
template <class A, class B>
double worst_error(const A& got, const B& reference) {
    REQUIRE(got.size() == reference.size());
    return norma::conformance::worst_difference(got, reference).relative;
}

template <class T>
bool same_bits(std::span<const T> a, std::span<const T> b) {
    return a.size() == b.size() && norma::conformance::first_other_bits(a, b) == a.size();
}

/// Everything that `conformance::check_network` compares, with a failed check for each finding.
template <class Net>
void check_network(int samples, std::uint64_t seed) {
    const norma::conformance::Report report = norma::conformance::check_network<Net>(samples, seed);
    CHECK(report.conforms());
    for (const auto& finding : report.findings) FAIL_CHECK(finding.sentence);
}

/// The same for the network of doubles of these layers, with samples of shape `Input`, on a batch of three.
template <class Input, class... Layers>
void check_layers(std::uint64_t seed = 1) {
    check_network<norma::BasicNetwork<double, Input, Layers...>>(3, seed);
}
