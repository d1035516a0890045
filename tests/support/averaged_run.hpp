#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "golden.hpp"
#include "initial_values.hpp"
#include "norma/training/network_numbers.hpp"

/// The numbers of golden/training/averages: seven weights and two running means, in `T`.
template <class T>
struct AveragedRun {
    std::vector<T> weights = numbers("training/weights", 7);
    std::vector<T> mean = numbers("training/running", 2);
    std::vector<T> variance;

    norma::detail::NetworkNumbers<T> view() { return {weights, mean, variance}; }
    /// Eight steps. After each, `after(step)`; then this has the numbers of row `step` of the tensor `name`.
    template <class Before, class After>
    void check(const std::string& name, double bound, const Before& before, const After& after) {
        CAPTURE(name);
        const golden::File file("training/averages");
        const std::vector<double>& rows = file.tensor(name).values;
        REQUIRE(rows.size() == 8 * 9);
        for (std::size_t step = 0; step < 8; ++step) {
            CAPTURE(step);
            before();
            move(weights, "training/gradient" + std::to_string(step), T(-0.1));
            move(mean, "training/running" + std::to_string(step), T(0.1));
            std::vector<T> result = after(static_cast<int>(step));
            const std::vector<double> expected(rows.begin() + std::ptrdiff_t(9 * step),
                                               rows.begin() + std::ptrdiff_t(9 * step + 9));
            CHECK(golden::relative_error(result, expected) < bound);
        }
    }
    /// All of them, one after another.
    std::vector<T> all() const {
        std::vector<T> both = weights;
        both.insert(both.end(), mean.begin(), mean.end());
        return both;
    }

private:
    static std::vector<T> numbers(const std::string& name, std::size_t count) {
        const std::vector<float> values = initial::tensor(name, count);
        return {values.begin(), values.end()};
    }
    static void move(std::vector<T>& to, const std::string& name, T factor) {
        const std::vector<T> by = numbers(name, to.size());
        for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * by[i];
    }
};
