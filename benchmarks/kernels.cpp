#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "norma/graph/plan.hpp"
#include "norma/ops/convolution_algorithms.hpp"
#include "norma/testing/dropout_bits.hpp"
#include "support/convolution_products.hpp"
#include "support/kernel_benchmark.hpp"
#include "support/main.hpp"
#include "support/networks.hpp"
#include "support/numbers.hpp"

/// Measures every convolution of some networks, and the pools and pointwise ops between them, on one thread: one image
/// or a block of images at a time, as norma does. Where norma uses Winograd's algorithm, a direct convolution is
/// measured too, so the report shows whether the choice is right, and beside each layer's time that of the model
/// (kernels/convolution_choice.hpp). The ops are taken from the training plan, so the list
/// is always that of the networks.
namespace {

using namespace norma;
using bench::random_array;

constexpr double min_time = 0.05;

constexpr bool is_relu(const kernels::Pointwise& op) { return op.activation == kernels::activation_of<ReLU>; }

constexpr std::size_t count_of(Extent e) { return static_cast<std::size_t>(e.size()); }

/// The three kernels of one convolution by one algorithm, for as many images as norma handles at a time, with their own
/// arrays.
template <kernels::Convolution C, class Algorithm>
class ConvolutionWork {
public:
    static constexpr int count = std::min(kernels::samples_at_a_time(C), most_block);

    ConvolutionWork() {
        Algorithm::prepare_forward(w_.data(), prepared_.data());
        Algorithm::prepare_backward(w_.data(), transposed_.data());
    }

    void forward() {
        Algorithm::template forward<kernels::Epilogue{}>({count, input, output}, x_.data(), w_.data(), prepared_.data(),
                                                         nullptr, nullptr, y_.data(), scratch_.data(), nothing_ahead);
    }
    void input_gradient() {
        Algorithm::template input_gradient<kernels::Write::assign>(
            {count, output, input}, dy_.data(), transposed_.data(), dx_.data(), scratch_.data(), nothing_ahead);
    }
    void weight_gradient() {
        Algorithm::weight_gradient({count, input, output}, x_.data(), dy_.data(), dw_.data(), scratch_.data(),
                                   nothing_ahead);
    }

    /// Largest relative error of the three; computed once.
    static double error() {
        static const double worst = ConvolutionWork().compare();
        return worst;
    }

private:
    static constexpr kernels::NoPrefetch nothing_ahead{};

    double compare() {
        std::vector<double> y(y_.size()), dx(dx_.size()), dw(dw_.size());
        for (std::size_t image = 0; image < std::size_t(count); ++image) {
            const std::size_t from = image * std::size_t(input);
            const std::size_t to = image * std::size_t(output);
            for_each_product(C, [&](std::size_t in, std::size_t weight, std::size_t out) {
                y[to + out] += double{x_[from + in]} * double{w_[weight]};
                dx[from + in] += double{dy_[to + out]} * double{w_[weight]};
                dw[weight] += double{x_[from + in]} * double{dy_[to + out]};
            });
        }
        forward();
        input_gradient();
        weight_gradient();
        return std::max({error_of(y_, y), error_of(dx_, dx), error_of(dw_, dw)});
    }

    static constexpr long long input = padded(C.input.size());  // from one image to the next
    static constexpr long long output = padded(C.output.size());
    static constexpr std::size_t inputs = std::size_t(count * input);
    static constexpr std::size_t outputs = std::size_t(count * output);
    static constexpr std::size_t weights = std::size_t(C.weight_count());
    static constexpr std::size_t most_weights = std::size_t(kernels::winograd_weight_count(C)) + weights;
    AlignedBuffer<float> x_ = random_array(inputs, 1);
    AlignedBuffer<float> w_ = random_array(weights, 2);
    AlignedBuffer<float> dy_ = random_array(outputs, 3);
    AlignedBuffer<float> prepared_{most_weights};
    AlignedBuffer<float> transposed_{most_weights};
    AlignedBuffer<float> scratch_{
        std::size_t(kernels::uses_winograd(C) ? kernels::winograd_scratch(C, most_block, true) : 0)};
    AlignedBuffer<float> y_{outputs};
    AlignedBuffer<float> dx_{inputs};
    AlignedBuffer<float> dw_{weights};
};

/// Max pooling and its gradient.
template <kernels::Pooling L>
class PoolWork {
public:
    PoolWork() { forward(); }

    void forward() { kernels::max_pool<float, L>(x_.data(), y_.data()); }
    void backward() { kernels::max_pool_gradient<float, L>(x_.data(), y_.data(), dy_.data(), dx_.data()); }

    static double error() {
        static const double worst = PoolWork().compare();
        return worst;
    }

private:
    /// Index in the input of the maximum of the window of output `out`; the first one if several are equal.
    std::size_t largest_in_window(int out) const {
        const int channels = L.output.channels;
        const int top = out / channels / L.output.width * L.stride.height;
        const int left = out / channels % L.output.width * L.stride.width;
        std::size_t best = 0;
        for (int i = 0; i < L.kernel.pixels(); ++i) {
            const int y = top + i / L.kernel.width;
            const int x = left + i % L.kernel.width;
            const auto at = static_cast<std::size_t>((y * L.input.width + x) * channels + out % channels);
            if (i == 0 || x_[at] > x_[best]) best = at;
        }
        return best;
    }
    double compare() {
        std::vector<double> y(y_.size()), dx(dx_.size());
        for (std::size_t out = 0; out < y.size(); ++out) {
            const std::size_t at = largest_in_window(static_cast<int>(out));
            y[out] = x_[at];
            dx[at] = dy_[out];
        }
        forward();
        backward();
        return std::max(error_of(y_, y), error_of(dx_, dx));
    }

    AlignedBuffer<float> x_ = random_array(count_of(L.input), 1);
    AlignedBuffer<float> dy_ = random_array(count_of(L.output), 2);
    AlignedBuffer<float> y_{count_of(L.output)};
    AlignedBuffer<float> dx_{count_of(L.input)};
};

/// The pointwise op between two convolutions without a norm: y = drop(skip + relu(x)), its gradient, and the dropout
/// mask.
template <kernels::Pointwise S>
class PointwiseWork {
public:
    PointwiseWork() { draw(); }

    void draw() { kernels::draw_dropout_mask<S.extent.size()>(S.rate, name, kept_.data()); }
    void forward() {
        kernels::pointwise<float, S>(x_.data(), skip_.data(), {}, nullptr, nullptr, kept_.data(), y_.data());
    }
    void backward() {
        kernels::drop_units<float>(rarely, kept_.data(), S.extent.size(), dy_.data());
        kernels::pointwise_gradient<float, S, kernels::Write::assign>(x_.data(), {}, nullptr, nullptr, dy_.data(),
                                                                      nullptr, nullptr, dx_.data());
    }

    static double error() {
        static const double worst = PointwiseWork().compare();
        return worst;
    }

private:
    /// The gradient is scaled in place in every iteration, by a factor near 1, because otherwise it would overflow.
    /// That takes as long as with the factor of the op's own rate.
    static constexpr kernels::DropoutRate rarely{1};
    static constexpr RandomName name{1, Purpose::dropout, 2, 3, 4};
    static constexpr bool relu = is_relu(S);

    double compare() {
        const double share = (65536.0 - S.rate.threshold) / 65536.0;
        std::vector<double> kept(count_of(S.extent)), y(kept.size()), dx(kept.size());
        for (std::size_t i = 0; i < kept.size(); ++i) {
            kept[i] = conformance::dropout_bits(name, i) >= S.rate.threshold ? 1 : 0;
            const double value = relu ? std::max(x_[i], 0.0f) : x_[i];
            y[i] = kept[i] / share * (value + (S.adds_skip ? skip_[i] : 0.0f));
            dx[i] = relu && x_[i] <= 0 ? 0.0 : kept[i] * dy_[i] * 65536 / 65535;
        }
        forward();
        backward();
        const std::vector<double> drawn(kept_.begin(), kept_.begin() + S.extent.size());
        return std::max({error_of(drawn, kept), error_of(y_, y), error_of(dx_, dx)});
    }

    AlignedBuffer<float> x_ = random_array(count_of(S.extent), 1);
    AlignedBuffer<float> skip_ = random_array(count_of(S.extent), 2);
    AlignedBuffer<float> dy_ = random_array(count_of(S.extent), 3);
    AlignedBuffer<float> y_{count_of(S.extent)};
    AlignedBuffer<float> dx_{count_of(S.extent)};
    AlignedBuffer<std::uint8_t> kept_{count_of(S.extent) + kernels::dropout_block};
};

/// Registers a kernel of `Work`; each call does `amount` of what `counter` counts.
template <class Work>
void add(const std::string& name, const char* counter, double amount, void (Work::*kernel)(),
         benchmark::UserCounters others = {}) {
    others.insert({counter, bench::billions(amount)});
    bench::register_kernel(
        name, min_time, others, [] { return Work(); }, [=](Work& work) { (work.*kernel)(); });
}

/// Registers a convolution by `Algorithm`, without the gradient of the network's input, as in training.
template <kernels::Convolution C, class Algorithm>
void add_algorithm(const std::string& prefix, bool wants_input_gradient) {
    using Work = ConvolutionWork<C, Algorithm>;
    const double operations = 2.0 * static_cast<double>(C.multiply_adds()) * Work::count;
    // The model is of all three kernels, which take about the same time.
    const benchmark::UserCounters model{
        {"modelled_gflop", 2e-9 / 3 * kernels::modelled_multiply_adds(C) * Work::count}};
    add(prefix + "/forward", "gflops", operations, &Work::forward, model);
    if (wants_input_gradient) add(prefix + "/input_gradient", "gflops", operations, &Work::input_gradient, model);
    add(prefix + "/weight_gradient", "gflops", operations, &Work::weight_gradient, model);
}

/// Registers a convolution as norma computes it; where that is by Winograd's algorithm, a direct one too.
template <kernels::Convolution C>
void add_convolution(const std::string& network, const std::string& shape, bool wants_input_gradient) {
    using Direct = ops::detail::DirectConvolution<float, C>;
    if constexpr (kernels::uses_winograd(C)) {
        using Winograd = ops::detail::WinogradConvolution<float, C>;
        add_algorithm<C, Winograd>("convolution/" + network + "/" + shape, wants_input_gradient);
        add_algorithm<C, Direct>("convolution/" + network + "_direct/" + shape, wants_input_gradient);
    } else {
        add_algorithm<C, Direct>("convolution/" + network + "/" + shape, wants_input_gradient);
    }
}

template <kernels::Pooling L>
void add_pool(const std::string& prefix) {
    using Work = PoolWork<L>;
    const double input = sizeof(float) * L.input.size();
    const double output = sizeof(float) * L.output.size();
    add(prefix + "/forward", "gigabytes", input + output, &Work::forward);
    add(prefix + "/backward", "gigabytes", 2 * input + 2 * output, &Work::backward);
}

/// Registers a pointwise op with dropout; `what` names its other parts.
template <kernels::Pointwise S>
void add_pointwise(const std::string& what) {
    using Work = PointwiseWork<S>;
    const std::string shape = "/" + shape_text(S.extent);
    const double units = S.extent.size();
    const double image = sizeof(float) * units;
    add("elementwise/dropout_masks" + shape, "gigabytes", units, &Work::draw);
    add("elementwise/" + what + shape, "gigabytes", (S.adds_skip ? 3 : 2) * image + units, &Work::forward);
    add("elementwise/" + what + "_gradient" + shape, "gigabytes", 5 * image + units, &Work::backward);
}

/// Registers the different ops of `Net` that take time in a training step without norms.
template <class Net>
void add_network(const std::string& network) {
    std::set<std::string> known;
    constexpr const auto& nodes = Net::template plan<training_mode>.nodes;
    simd::unroll<static_cast<int>(nodes.size())>([&](auto i) {
        constexpr const FusedNode& node = nodes[i];
        constexpr auto op = std::get<node.op.index()>(node.op);
        using O = std::remove_const_t<decltype(op)>;
        if constexpr (std::is_same_v<O, ops::Convolution>) {
            constexpr kernels::Convolution c = op.shape;
            const std::string shape =
                shape_text(c.input) + "-" + shape_text(c.output) + "-k" + std::to_string(c.kernel.height);
            if (known.insert(shape).second) add_convolution<c>(network, shape, node.inputs[0] > 0);
        } else if constexpr (std::is_same_v<O, ops::MaxPool>) {
            const std::string name = "pool/" + shape_text(op.windows.input);
            if (known.insert(name).second) add_pool<op.windows>(name);
        } else if constexpr (std::is_same_v<O, ops::Pointwise>) {
            constexpr kernels::Pointwise p = op.shape;
            if constexpr (p.drops) {
                const std::string what =
                    std::string(is_relu(p) ? "relu_" : "") + (p.adds_skip ? "skip_" : "") + "dropout";
                if (known.insert(what + shape_text(p.extent)).second) add_pointwise<p>(what);
            }
        }
    });
}

}  // namespace

int main(int count, char** arguments) {
    bench::Program program(count, arguments);
    add_network<bench::Cifar10Net<NoNorm>>("cifar10");
    add_network<bench::ResNet20<NoNorm>>("resnet20");
    add_network<bench::ResNet18<NoNorm>>("resnet18");
    add_network<bench::Vgg11<NoNorm>>("vgg11");
    bench::register_bandwidth_yardstick();
    return program.run();
}
