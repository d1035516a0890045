// Compiled with -Ofast, with which the compiler assumes that no number is infinite or NaN. Still, a value that is not
// finite must stop a training, and NaN must be refused as an option.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include "tiny.hpp"

namespace {

using BatchNet = norma::Network<norma::Shape<1, 4, 4>, norma::Block<2, 3, norma::BatchNorm>, norma::Linear<2>>;
using PlainNet =
    norma::Network<norma::Shape<1, 4, 4>, norma::Conv2d<2, 3>, norma::ReLU, norma::MaxPool2d<2>, norma::Linear<2>>;

int failures = 0;

void expect(bool good, const char* what) {
    if (good) return;
    std::printf("wrong: %s\n", what);
    ++failures;
}

float of_bits(std::uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}
const float no_number = of_bits(0x7fc00000);
const float infinity = of_bits(0x7f800000);

/// Eight images, of which one may have a pixel that is no finite number.
struct Images {
    float first = 0;

    int size() const { return 8; }
    void load(int i, float* out) const {
        for (int k = 0; k < 16; ++k) out[k] = float(i % 2 == 0 ? k : 15 - k) / 16;
        if (i == 5) out[3] = first;
    }
    int target(int i) const { return i % 2; }
};
struct Source {
    Images images;

    void start_epoch(int) {}
    int count() const { return 4; }
    int batch_size() const { return 8; }
    norma::Extent extent() const { return {1, 4, 4}; }
    int classes() const { return 2; }
    std::size_t size() const { return 32; }
    Images operator[](int) const { return images; }
};

/// What is thrown by `f`, empty if nothing is.
template <class Error, class F>
bool throws(const F& f, std::string_view part) {
    try {
        f();
    } catch (const Error& error) {
        const bool good = std::string_view(error.what()).find(part) != std::string_view::npos;
        if (!good) std::printf("said: %s\n", error.what());
        return good;
    }
    return false;
}

template <class Net>
void train_everything(const char* name) {
    std::printf("%s\n", name);
    norma::Threads threads(2);
    const Source good{};
    {
        Net network(1);
        norma::Trainer<Net> trainer(network, threads);
        Source source = good;
        const norma::History& history = trainer.fit(source, good, good);
        expect(history.epochs.back().test_loss < history.epochs.front().test_loss, "a default trainer trains");
        expect(norma::all_finite(std::span<const float>(network.parameters())), "to finite parameters");
    }
    for (const float bad : {no_number, infinity, -infinity}) {
        Net network(1);
        const std::vector<float> before(network.parameters().begin(), network.parameters().end());
        norma::Trainer<Net> trainer(network, threads, {.epochs = 1});
        Source source{{bad}};
        expect(throws<norma::TrainingError>([&] { trainer.fit(source, good, good); }, "finite"),
               "an image with what is not finite is refused");
        expect(std::memcmp(before.data(), network.parameters().data(), before.size() * sizeof(float)) == 0,
               "and changes no parameter");
    }
    for (const float bad : {no_number, infinity}) {
        for (const std::size_t at : {std::size_t(0), std::size_t(17)}) {
            Net network(1);
            network.parameters()[at] = bad;
            norma::Trainer<Net> trainer(network, threads, {.epochs = 1});
            Source source = good;
            expect(throws<norma::TrainingError>([&] { trainer.fit(source, good, good); }, "finite"),
                   "a parameter that is not finite is noticed");
        }
    }
}

void options_that_are_no_numbers() {
    TinyNet network(1);
    norma::Threads threads(1);
    const double none = no_number;
    const auto refuses = [&](const norma::TrainingOptions& options) {
        return throws<norma::OptionError>([&] { norma::Trainer<TinyNet>(network, threads, options); }, "nan");
    };
    expect(refuses({.loss = {.label_smoothing = none}}), "a label smoothing that is no number");
    expect(refuses({.max_grad_norm = none}), "a largest norm that is no number");
    expect(refuses({.optimiser = {.momentum = none}}), "a momentum that is no number");
    expect(throws<norma::OptionError>([&] { norma::StepLR{none}; }, "nan"), "a learning rate that is no number");
}

/// Does `A` keep NaN in each lane of each packet, and compute other numbers?
template <class A, class P>
bool keeps_nan() {
    using T = typename P::Scalar;
    T numbers[P::lanes];
    for (int lane = 0; lane < P::lanes; ++lane) numbers[lane] = lane % 2 == 0 ? T(no_number) : T(1);
    norma::simd::store(numbers,
                       norma::kernels::activate<norma::kernels::activation_of<A>>(norma::simd::load<P>(numbers)));
    bool good = true;
    for (int lane = 0; lane < P::lanes; ++lane) {
        const double number = numbers[lane];
        good = good && (lane % 2 == 0 ? norma::is_nan(number) : number > 0.6 && number < 1.4);
    }
    if constexpr (P::lanes > 1) return good && keeps_nan<A, norma::simd::Narrower<P>>();
    return good;
}
template <class... A>
void activations_keep_nan() {
    const auto keeps = []<class Policy>() {
        expect(keeps_nan<Policy, norma::simd::Widest<float>>() && keeps_nan<Policy, norma::simd::Widest<double>>(),
               norma::FixedString(Policy::name()).view().data());
    };
    (keeps.template operator()<A>(), ...);
}

}  // namespace

int main() {
    expect(!norma::is_finite(no_number) && !norma::is_finite(infinity) && norma::is_finite(1.0f), "is_finite");
    expect(norma::is_nan(no_number) && !norma::is_nan(infinity), "is_nan");
    std::vector<double> gradient{3e200, -4e200};
    norma::clip_grad_norm(std::span(gradient), 2);
    expect(gradient[0] > 1.19 && gradient[0] < 1.21, "clipping");
    options_that_are_no_numbers();
    {
        using namespace norma::activation;
        activations_keep_nan<ReLU, ReLU6, LeakyReLU<>, HardSigmoid, HardSwish, ELU<>, CELU<>, SELU, Sigmoid, Tanh, SiLU,
                             GELU, TanhGELU, Softplus<>>();
    }
    train_everything<TinyNet>("norm within a sample");
    train_everything<BatchNet>("norm over the batch");
    train_everything<PlainNet>("no norm");
    return failures == 0 ? 0 : 1;
}
