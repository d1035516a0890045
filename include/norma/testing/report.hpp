#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/target.hpp"

/// What a check of a norm or layer found. The room's names are in the namespace `conformance`, for `testing` is
/// GoogleTest's.
namespace norma::inline NORMA_TARGET::conformance {

/// What is checked.
enum class Aspect {
    output,              ///< logits in training, against plain loops
    gradient,            ///< of weights, and of inputs through the layer before, against finite differences
    running_statistics,  ///< of norms that couple samples, against plain loops
    evaluation,          ///< logits in evaluation, against plain loops and against training
    other_samples,       ///< a sample's logits do not depend on its neighbours
    left_over_memory,    ///< nothing of an earlier batch is seen again
    threads,             ///< same bits at one, two and three threads, and again
    flat_image,          ///< an image of one colour gives finite numbers
    own_formula,         ///< the norm is what its author's plain loops compute
    save_and_load        ///< a loaded network is the saved one, bit for bit
};

/// One thing that is not as it should be.
struct Finding {
    Aspect aspect;         ///< what was checked
    std::string sentence;  ///< what was compared, where, the two numbers, and what usually causes it
};

/// What checks found; empty where all is as it should be.
struct Report {
    std::vector<Finding> findings;  ///< in the order of the checks

    /// Nothing was found.
    bool conforms() const { return findings.empty(); }
    /// Takes in another report.
    void add(Report other) {
        for (Finding& finding : other.findings) findings.push_back(std::move(finding));
    }
};

/// Writes the findings, one a line, or a line that there are none. Returns whether there are none.
inline bool print(const Report& report, std::ostream& out) {
    if (report.conforms()) out << "conforms: nothing to find fault with\n";
    for (const Finding& finding : report.findings) out << "finding: " << finding.sentence << '\n';
    return report.conforms();
}

}  // namespace norma::inline NORMA_TARGET::conformance
