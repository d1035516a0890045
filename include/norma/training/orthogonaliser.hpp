#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <span>

#include <Eigen/Core>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/target.hpp"
#include "norma/training/clip_grad_norm.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Gives a matrix singular values near 1 and keeps its singular vectors, by iterations of Newton and Schulz with
/// Jordan's coefficients: X ← X / max(‖X‖, eps), then X ← a X + (b A + c A²) X with A = X Xᵀ. It owns the memory for
/// that.
template <class T>
class Orthogonaliser {
public:
    /// For matrices of up to `most` numbers whose shorter side is at most `most_short`.
    Orthogonaliser(std::size_t most, std::size_t most_short)
        : x_(most), product_(most), gram_(most_short * most_short), square_(most_short * most_short) {}

    /// The place for a matrix of `rows` times `columns` numbers, column after column.
    std::span<T> place(std::size_t rows, std::size_t columns) { return {product_.data(), rows * columns}; }

    /// Changes the matrix at that place.
    void run(std::size_t rows, std::size_t columns, int iterations, double eps) {
        using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
        const auto n = static_cast<Eigen::Index>(std::min(rows, columns));
        const auto m = static_cast<Eigen::Index>(std::max(rows, columns));
        const bool is_tall = rows > columns;  // then X is the transpose of what is at the place
        Eigen::Map<Matrix> x(x_.data(), n, m);
        Eigen::Map<Matrix> product(product_.data(), n, m);
        Eigen::Map<Matrix> gram(gram_.data(), n, n);
        Eigen::Map<Matrix> gram_squared(square_.data(), n, n);
        const T factor = static_cast<T>(1 / std::max(norm_of(place(rows, columns)), eps));
        const auto given = Eigen::Map<const Matrix>(product_.data(), static_cast<Eigen::Index>(rows),
                                                    static_cast<Eigen::Index>(columns));
        if (is_tall) {
            x = given.transpose() * factor;
        } else {
            x = given * factor;
        }
        for (int k = 0; k < iterations; ++k) {
            gram.template triangularView<Eigen::Lower>() = x * x.transpose();  // it is symmetric
            gram.template triangularView<Eigen::StrictlyUpper>() = gram.transpose();
            gram_squared.noalias() = gram * gram;
            gram_squared = T(-4.7750) * gram + T(2.0315) * gram_squared;
            product.noalias() = gram_squared * x;
            x = T(3.4445) * x + product;
        }
        Eigen::Map<Matrix> result(product_.data(), static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
        if (is_tall) {
            result = x.transpose();
        } else {
            result = x;
        }
    }

private:
    static double norm_of(std::span<const T> x) {
        const double scale = scale_for_squares(static_cast<double>(std::bit_cast<T>(largest_magnitude(x))));
        return std::sqrt(sum_of_squares<T>(x, scale)) / scale;
    }

    AlignedBuffer<T> x_;        ///< the shorter side first
    AlignedBuffer<T> product_;  ///< also the place of what is given and of the result
    AlignedBuffer<T> gram_;
    AlignedBuffer<T> square_;
};

}  // namespace norma::inline NORMA_TARGET::detail
