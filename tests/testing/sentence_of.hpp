#pragma once

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "norma/testing/report.hpp"

/// The first sentence on `aspect`; empty if there is none.
inline std::string sentence_of(const norma::conformance::Report& report, norma::conformance::Aspect aspect) {
    const auto at = std::ranges::find(report.findings, aspect, &norma::conformance::Finding::aspect);
    return at == report.findings.end() ? "" : at->sentence;
}

inline void check_has(const std::string& text, const std::string& part) {
    INFO("in: ", text);
    INFO("looked for: ", part);
    CHECK(text.find(part) != std::string::npos);
}
