#pragma once

#include <string>

#include "norma/core/error.hpp"

namespace norma {

/// A learning rate that is multiplied by `gamma` every `step_size` epochs (PyTorch's StepLR).
class StepLR {
public:
    /// @throws OptionError if the initial rate is not a positive number, the step is below 1, or gamma is not in (0,
    /// 1].
    explicit StepLR(double initial = 0.01, int step_size = 6, double gamma = 0.1)
        : initial_(initial), step_size_(step_size), gamma_(gamma) {
        if (!(initial > 0 && initial < 1e6)) {
            raise<OptionError>("learning rate: " + std::to_string(initial) + " is not above 0 and below 1,000,000");
        }
        if (step_size < 1) {
            raise<OptionError>("step of the learning rate: " + std::to_string(step_size) + " is not at least 1 epoch");
        }
        if (!(gamma > 0 && gamma <= 1)) {
            raise<OptionError>("gamma: " + std::to_string(gamma) + " is not above 0 and at most 1");
        }
    }

    /// The rate in epoch `epoch`, counted from 0.
    double at(int epoch) const {
        double rate = initial_;
        for (int e = step_size_; e <= epoch; e += step_size_) rate *= gamma_;
        return rate;
    }

private:
    double initial_;
    int step_size_;
    double gamma_;
};

}  // namespace norma
