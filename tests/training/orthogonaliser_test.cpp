#include "norma/training/orthogonaliser.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "../support/initial_values.hpp"

namespace orthogonaliser_test {

using namespace norma;

namespace {

using Matrix = std::vector<std::vector<double>>;

Matrix product(const Matrix& a, const Matrix& b) {
    Matrix c(a.size(), std::vector<double>(b.front().size()));
    for (std::size_t i = 0; i < c.size(); ++i) {
        for (std::size_t j = 0; j < c[i].size(); ++j) {
            for (std::size_t k = 0; k < b.size(); ++k) c[i][j] += a[i][k] * b[k][j];
        }
    }
    return c;
}
Matrix transposed(const Matrix& a) {
    Matrix t(a.front().size(), std::vector<double>(a.size()));
    for (std::size_t i = 0; i < t.size(); ++i) {
        for (std::size_t j = 0; j < t[i].size(); ++j) t[i][j] = a[j][i];
    }
    return t;
}
/// The formula by plain loops. With the left Gram matrix of a tall matrix, as the formula has it, not the smaller one.
Matrix orthogonal(Matrix x, int iterations, double scale) {
    for (auto& row : x) {
        for (double& value : row) value *= scale;
    }
    for (int k = 0; k < iterations; ++k) {
        const Matrix gram = product(x, transposed(x));
        const Matrix once = product(gram, x);
        const Matrix twice = product(gram, once);
        for (std::size_t i = 0; i < x.size(); ++i) {
            for (std::size_t j = 0; j < x[i].size(); ++j) {
                x[i][j] = 3.4445 * x[i][j] - 4.7750 * once[i][j] + 2.0315 * twice[i][j];
            }
        }
    }
    return x;
}

}  // namespace

TEST_CASE("orthogonaliser: wide, square and tall matrices as plain loops compute them") {
    detail::Orthogonaliser<double> orthogonaliser(60, 6);
    for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{4, 9}, {5, 5}, {10, 6}, {1, 7}, {7, 1}}) {
        CAPTURE(rows);
        const std::vector<float> numbers = initial::tensor("training/orthogonaliser", rows * columns);
        const std::span<double> place = orthogonaliser.place(rows, columns);
        Matrix x(rows, std::vector<double>(columns));
        double squares = 0;
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t j = 0; j < columns; ++j) {
                x[i][j] = place[j * rows + i] = double{numbers[i * columns + j]};
                squares += x[i][j] * x[i][j];
            }
        }
        const Matrix expected = orthogonal(x, 4, 1 / std::sqrt(squares));
        orthogonaliser.run(rows, columns, 4, 1e-7);
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t j = 0; j < columns; ++j) {
                CHECK(std::abs(place[j * rows + i] - expected[i][j]) < 1e-12);
            }
        }
    }
}

TEST_CASE_TEMPLATE("orthogonaliser: huge and tiny numbers, and zeros", T, float, double) {
    detail::Orthogonaliser<T> orthogonaliser(6, 2);
    const std::span<T> place = orthogonaliser.place(2, 3);
    std::vector<T> expected;
    for (const T scale : {T(1), T(1e30), std::numeric_limits<T>::max() / 8}) {
        for (std::size_t i = 0; i < 6; ++i) place[i] = scale * T(int(i) - 2);
        orthogonaliser.run(2, 3, 5, 1e-7);
        if (expected.empty()) expected.assign(place.begin(), place.end());
        for (std::size_t i = 0; i < 6; ++i) CHECK(place[i] == doctest::Approx(expected[i]).epsilon(1e-4));
    }
    std::ranges::fill(place, T(0));
    orthogonaliser.run(2, 3, 5, 1e-7);
    for (const T value : place) CHECK(value == 0);
}

}  // namespace orthogonaliser_test
