#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/training/learning_rate.hpp"

namespace norma::inline NORMA_TARGET {

/// A corner of a `PiecewiseLinear`.
struct RatePoint {
    double epoch = 0;  ///< when: epochs since the start of training; 2.5 is the middle of the third epoch
    double rate = 0;   ///< the learning rate then
};

/// A learning rate that is given at a few moments and changes linearly between them, step by step: numpy.interp(epoch,
/// epochs of the points, rates of the points). Before the first point it is that of the first, after the last that of
/// the last. A rise to 1.5 within 23 % of 10 epochs, then a fall:
/// `PiecewiseLinear({{0, 0.3}, {2.3, 1.5}, {10, 0.1}})`.
class PiecewiseLinear {
public:
    /// For messages.
    static std::string name() { return "PiecewiseLinear"; }

    /// @throws OptionError if there are no points, their epochs do not ascend from 0 or more, or a rate is not at least
    /// 0 and below 1,000,000.
    explicit PiecewiseLinear(std::vector<RatePoint> points) : points_(std::move(points)) {
        if (points_.empty()) raise<OptionError>("points of the learning rate: there are none; give at least one");
        for (std::size_t i = 0; i < points_.size(); ++i) {
            const RatePoint& point = points_[i];
            const std::string place = "points of the learning rate: number " + std::to_string(i) + " ";
            if (!is_finite(point.epoch) || point.epoch < 0) {
                raise<OptionError>({place, "is at epoch ", point.epoch, ", which is not 0 or later"});
            }
            if (i > 0 && !(point.epoch > points_[i - 1].epoch)) {
                raise<OptionError>({place, "is at epoch ", point.epoch, ", which is not after ", points_[i - 1].epoch,
                                    ", the epoch of the point before"});
            }
            if (!is_rate(point.rate)) {
                raise<OptionError>(
                    {place, "has the rate ", point.rate, ", which is not at least 0 and below 1,000,000"});
            }
        }
    }

    double at(const TrainingTime& time) const {
        const double now = time.epochs();
        std::size_t after = 0;  // the first point that is later
        while (after < points_.size() && !(now < points_[after].epoch)) ++after;
        if (after == 0) return points_.front().rate;
        if (after == points_.size()) return points_.back().rate;
        const RatePoint& from = points_[after - 1];
        const RatePoint& to = points_[after];
        return from.rate + (to.rate - from.rate) * ((now - from.epoch) / (to.epoch - from.epoch));
    }

    /// The points, so that a training is not resumed with other ones that give the same rate in the middle of epochs.
    std::vector<Setting> settings() const {
        std::string text;
        for (const RatePoint& point : points_) {
            text += (text.empty() ? "" : ", ") + setting_text(point.rate) + " at " + setting_text(point.epoch);
        }
        return {{"learning rate: points", text}};
    }

private:
    std::vector<RatePoint> points_;
};

}  // namespace norma::inline NORMA_TARGET
