#pragma once

#include <cmath>
#include <span>

#include "harness.hpp"
#include "norma/training/history.hpp"

namespace fuzz {

/// Makes all NaNs the same: JSON does not keep their bits.
inline double without_payload(double number) { return std::isnan(number) ? std::nan("") : number; }

inline Bits bits_of(const norma::History& history) {
    Bits bits;
    bits << history.epochs.size();
    for (const norma::EpochRecord& e : history.epochs) {
        bits << e.epoch;
        for (const double x : {e.learning_rate, e.train_loss, e.train_accuracy, e.train_accuracy_eval, e.test_loss,
                               e.test_accuracy, e.seconds}) {
            bits << without_payload(x);
        }
        bits << e.metrics.size();
        for (const norma::NamedFigure& metric : e.metrics) {
            bits << metric.name.size() << std::span(metric.name) << without_payload(metric.value);
        }
    }
    for (const auto* figures : {&history.batch_loss, &history.batch_accuracy}) {
        bits << figures->size();
        for (const double x : *figures) bits << without_payload(x);
    }
    bits << history.recalibrated.has_value();
    if (const auto& r = history.recalibrated) {
        for (const double x : {r->train_accuracy_eval, r->test_loss, r->test_accuracy}) bits << without_payload(x);
    }
    return bits;
}

}  // namespace fuzz
