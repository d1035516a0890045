#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/target.hpp"

/// Results of checking a norm or layer. The namespace is `conformance`, for `testing` belongs to GoogleTest.
namespace norma::inline NORMA_TARGET::conformance {

/// What is checked.
enum class Aspect {
    output,              ///< logits in training, against plain loops
    gradient,            ///< of weights, and of inputs through the layer before, against finite differences
    running_statistics,  ///< of norms over the batch, against plain loops
    evaluation,          ///< logits in evaluation, against plain loops and against training
    other_samples,       ///< a sample's logits do not depend on its neighbours
    left_over_memory,    ///< an earlier batch has no effect
    threads,             ///< the same bits at one, two and three threads, and in a repeated run
    flat_image,          ///< an image of one colour gives finite numbers
    own_formula,         ///< the norm computes what its author's plain loops do
    save_and_load,       ///< a loaded network has the bits of the saved one
    loss,                ///< values of a loss: finite, the same with a gradient and without, the same in float
    target               ///< a loss refuses targets that do not fit
};

/// One thing that is wrong.
struct Finding {
    Aspect aspect;         ///< what was checked
    std::string sentence;  ///< what was compared, where, the two numbers, and the usual cause
};

/// The findings of checks; none if all is right.
struct Report {
    std::vector<Finding> findings;  ///< in the order of the checks

    /// Is there no finding?
    bool conforms() const { return findings.empty(); }
    /// Adds the findings of another report.
    void add(Report other) {
        for (Finding& finding : other.findings) findings.push_back(std::move(finding));
    }
};

/// Prints each finding on a line, or one line if there are none. Returns whether there are none.
inline bool print(const Report& report, std::ostream& out) {
    if (report.conforms()) out << "conforms: no findings\n";
    for (const Finding& finding : report.findings) out << "finding: " << finding.sentence << '\n';
    return report.conforms();
}

}  // namespace norma::inline NORMA_TARGET::conformance
