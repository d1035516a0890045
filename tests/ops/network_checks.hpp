#pragma once

#include <doctest/doctest.h>

#include <cstdint>

#include "norma/network/network.hpp"
#include "norma/testing/check_network.hpp"

/// For tests of ops: small networks against plain loops and finite differences.
namespace network_checks {

/// The network of doubles has no findings, for two batches of 3 samples.
template <norma::InputType Input, class... Layers>
void conforms() {
    using Net = norma::BasicNetwork<double, Input, Layers...>;
    for (const std::uint64_t seed : {1u, 2u}) {
        const norma::conformance::Report report = norma::conformance::check_network<Net>(3, seed);
        for (const norma::conformance::Finding& finding : report.findings) MESSAGE(finding.sentence);
        CHECK(report.conforms());
    }
}

}  // namespace network_checks
