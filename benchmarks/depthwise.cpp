#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "norma/kernels/activations_hard.hpp"
#include "norma/kernels/depthwise.hpp"
#include "norma/kernels/depthwise_weight_gradient.hpp"
#include "support/beside_limits.hpp"
#include "support/convolution_products.hpp"
#include "support/kernel_benchmark.hpp"
#include "support/main.hpp"
#include "support/numbers.hpp"

/// Measures depthwise convolutions beside the peak of multiply-adds and the bandwidth of the L2 cache, one image at a
/// time on one thread.
namespace {

using namespace norma;
using bench::random_array;

/// The kernels of one depthwise convolution, with their own arrays.
template <kernels::Depthwise C>
class DepthwiseWork {
public:
    DepthwiseWork() { kernels::split_weights(C, w_.data(), split_.data()); }

    void forward() {
        kernels::depthwise_convolve<float, C,
                                    kernels::Epilogue{.activation = kernels::activation_of<activation::ReLU>}>(
            x_.data(), split_.data(), bias_.data(), y_.data());
    }
    void input_gradient() {
        kernels::depthwise_convolve_input_gradient<float, C>(dy_.data(), split_.data(), dx_.data());
    }
    void weight_gradient() { kernels::depthwise_convolve_weight_gradient<float, C>(x_.data(), dy_.data(), dw_.data()); }

    /// Largest relative error of the three; computed once.
    static double error() {
        static const double worst = DepthwiseWork().compare();
        return worst;
    }

private:
    double compare() {
        std::vector<double> y(y_.size()), dx(dx_.size()), dw(dw_.size());
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = double{bias_[i % bias_.size()]};
        for_each_product(C, [&](std::size_t in, std::size_t weight, std::size_t out) {
            y[out] += double{x_[in]} * double{w_[weight]};
            dx[in] += double{dy_[out]} * double{w_[weight]};
            dw[weight] += double{x_[in]} * double{dy_[out]};
        });
        for (double& number : y) number = std::max(number, 0.0);
        forward();
        input_gradient();
        weight_gradient();
        return std::max({error_of(y_, y), error_of(dx_, dx), error_of(dw_, dw)});
    }

    static constexpr std::size_t inputs = static_cast<std::size_t>(C.input.size());
    static constexpr std::size_t outputs = static_cast<std::size_t>(C.output.size());
    static constexpr std::size_t weights = static_cast<std::size_t>(C.weight_count());
    AlignedBuffer<float> x_ = random_array(inputs, 1);
    AlignedBuffer<float> w_ = random_array(weights, 2);
    AlignedBuffer<float> split_{weights};
    AlignedBuffer<float> bias_ = random_array(static_cast<std::size_t>(C.output.channels), 3);
    AlignedBuffer<float> dy_ = random_array(outputs, 4);
    AlignedBuffer<float> y_{outputs};
    AlignedBuffer<float> dx_{inputs};
    AlignedBuffer<float> dw_{weights};
};

/// Multiply-adds, without those of taps in the padding.
constexpr double products(const kernels::Depthwise& c) {
    const auto pairs = [](const kernels::detail::Axis& axis) {
        int count = 0;
        for (int k = 0; k < axis.kernel; ++k) {
            const kernels::detail::Interval targets = kernels::detail::positions_of_tap(axis, k);
            count += targets.end - targets.begin;
        }
        return count;
    };
    const kernels::detail::TapSum sum = kernels::detail::forward_sum(c);
    return 1.0 * pairs(sum.y) * pairs(sum.x) * c.output.channels;
}

template <kernels::Depthwise C>
void add(const std::string& name, bench::Traffic traffic, void (DepthwiseWork<C>::*kernel)()) {
    const double bytes = sizeof(float) * (1.0 * C.input.size() + C.output.size() + C.weight_count());
    const bench::Demand demand{2 * products(C), bytes, traffic};
    const auto measure = [=](benchmark::State& state) {
        DepthwiseWork<C> work;
        if (!(work.error() < 1e-4)) return state.SkipWithError("differs from plain loops");
        auto* address = &work;
        benchmark::DoNotOptimize(address);
        bench::time_beside_limits(state, demand, [&] {
            (work.*kernel)();
            benchmark::ClobberMemory();
        });
    };
    benchmark::RegisterBenchmark(name.c_str(), measure)->UseManualTime()->Iterations(150);
}

/// Registers the kernels for a square image, a square kernel, and the padding that keeps the image if the stride is 1.
/// With a multiplier each channel has as many output channels.
template <int Channels, int Side, int Kernel, int Stride, int Multiplier = 1>
void add_convolution() {
    constexpr int padding = Kernel / 2;
    constexpr int side = (Side - 1) / Stride + 1;
    constexpr kernels::Depthwise c{{Channels, Side, Side},
                                   {Channels * Multiplier, side, side},
                                   {Kernel, Kernel},
                                   {Stride, Stride},
                                   {padding, padding},
                                   {1, 1},
                                   Multiplier};
    const std::string name = "depthwise/" + shape_text(c.input) +
                             (Multiplier > 1 ? "x" + std::to_string(Multiplier) : "") + "-k" + std::to_string(Kernel) +
                             "-s" + std::to_string(Stride);
    add<c>(name + "/forward", bench::Traffic::copy, &DepthwiseWork<c>::forward);
    add<c>(name + "/input_gradient", bench::Traffic::copy, &DepthwiseWork<c>::input_gradient);
    add<c>(name + "/weight_gradient", bench::Traffic::read, &DepthwiseWork<c>::weight_gradient);
}

}  // namespace

int main(int count, char** arguments) {
    bench::Program program(count, arguments);
    add_convolution<64, 32, 3, 1>();
    add_convolution<64, 32, 3, 2>();
    add_convolution<128, 16, 3, 1>();
    add_convolution<128, 16, 3, 2>();
    add_convolution<256, 8, 3, 1>();
    add_convolution<256, 8, 3, 2>();
    add_convolution<96, 32, 7, 1>();
    add_convolution<192, 16, 7, 1>();
    add_convolution<384, 8, 7, 1>();
    add_convolution<96, 32, 7, 2>();
    add_convolution<64, 32, 3, 1, 2>();
    add_convolution<64, 16, 3, 1, 4>();
    add_convolution<64, 16, 3, 2, 3>();
    add_convolution<96, 16, 7, 1, 2>();
    return program.run();
}
