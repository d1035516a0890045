#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "norma/core/layout.hpp"
#include "norma/core/parallel.hpp"
#include "norma/io/state_dict.hpp"
#include "norma/network/executor.hpp"
#include "support/golden.hpp"
#include "support/initial_values.hpp"
#include "support/python.hpp"
#include "support/skipped.hpp"
#include "support/temporary_folder.hpp"

/// A network of the zoo against PyTorch: golden/zoo_networks.py, golden/make_zoo.py.
namespace golden_zoo {

using namespace norma;

/// Calls `visit(entry)` for each of the network's parameters.
template <class Net>
void for_each_parameter(Net& net, const auto& visit) {
    std::vector<detail::StateCount> counts;
    for (const auto& entry : detail::state_entries(net, state_names<Net>(), counts)) {
        if (entry.name.find(".running_") == std::string::npos) visit(entry);
    }
}

/// The numbers that the formula gives a parameter, in PyTorch's layout; `shift` is added to biases.
template <class Entry>
std::vector<float> initial_numbers(const std::string& prefix, const Entry& entry, float shift = 0.0f) {
    const std::string name = prefix + entry.name;
    const std::size_t count = entry.numbers.size();
    if (name.ends_with("bias")) return initial::tensor(name, count, 0.25f, shift);
    if (entry.shape.size() == 1) return initial::tensor(name, count, 0.25f, 1.0f);
    const auto fan_in = static_cast<double>(count) / static_cast<double>(entry.shape[0]);
    return initial::tensor(name, count, static_cast<float>(std::sqrt(3.0 / fan_in)));
}

/// Sets the parameters to what the formula gives with this prefix.
template <class Net>
void set_initial(Net& net, const std::string& prefix, float shift = 0.0f) {
    using T = typename Net::Scalar;
    for_each_parameter(net, [&](const auto& entry) {
        const std::vector<float> numbers = initial_numbers(prefix, entry, shift);
        const auto [a, b, c] = entry.axes;
        reverse_axes<T>(std::vector<T>(numbers.begin(), numbers.end()), entry.numbers, a, b, c);
    });
}

/// Two sums of products with fixed random numbers, which any wrong element changes, and the norm.
template <class T>
std::vector<double> fingerprint(const std::vector<T>& gradient) {
    std::vector<double> result(3);
    for (std::size_t k = 0; k < 2; ++k) {
        const std::uint64_t hash = initial::name_hash("probe" + std::to_string(k));
        for (std::size_t i = 0; i < gradient.size(); ++i) {
            result[k] += double{gradient[i]} * (initial::bits24(hash, i) * 0x1p-23 - 1.0);
        }
    }
    for (const T g : gradient) result[2] += double{g} * double{g};
    result[2] = std::sqrt(result[2]);
    return result;
}

/// Images, for any scalar and shape.
template <class Net>
class Images {
public:
    Images(const std::string& name, int samples) : samples_(samples) {
        const auto count = static_cast<std::size_t>(samples * Net::input_extent.size());
        const std::vector<float> drawn = initial::tensor(name, count, 2.0f);
        images_.resize(count);
        to_channels_last<T>(std::vector<T>(drawn.begin(), drawn.end()), images_, Net::input_extent);
    }
    int size() const { return samples_; }
    void load(int i, typename Net::Scalar* out) const {
        std::copy_n(images_.begin() + i * Net::input_extent.size(), Net::input_extent.size(), out);
    }

private:
    using T = typename Net::Scalar;
    int samples_;
    std::vector<T> images_;
};

/// Outputs and gradients of one step of training, and outputs in evaluation mode with the statistics of that step.
/// Errors of outputs are relative to their largest number; of a gradient to its norm, or to a hundredth of the largest
/// norm of all if that is more: a bias before a norm has no gradient.
template <class Net>
void check_against_golden(const std::string& name, double bound) {
    using T = typename Net::Scalar;
    const golden::File file("zoo/" + name);
    const std::string prefix = "zoo/" + name + "/";
    const std::vector<double>& y = file.tensor("y").values;
    const int samples = static_cast<int>(y.size()) / Net::outputs;
    CHECK(Net::parameter_count == static_cast<long long>(file.tensor("parameters").values[0]));

    Net net;
    set_initial(net, prefix, static_cast<float>(file.tensor("shift").values[0]));
    const Images<Net> images(prefix + "images" + std::to_string(static_cast<int>(file.tensor("batch").values[0])),
                             samples);
    const std::vector<float> drawn = initial::tensor(prefix + "dy", y.size());
    std::vector<T> dy(y.size());
    to_channels_last<T>(std::vector<T>(drawn.begin(), drawn.end()), dy, Net::output_extent);

    Threads threads(2);
    std::vector<T> outputs(y.size());
    std::vector<T> in_order(y.size());
    const auto keep = [&](int i, const T* z, T* gradient) {
        std::copy_n(z, Net::outputs, outputs.begin() + i * Net::outputs);
        if (gradient != nullptr) std::copy_n(dy.begin() + i * Net::outputs, Net::outputs, gradient);
    };
    const auto error_of_outputs = [&](const char* tensor) {
        to_channels_first<T>(outputs, in_order, Net::output_extent);
        return golden::relative_error(in_order, file.tensor(tensor).values);
    };
    Executor<Net, training_mode> training(threads, samples);
    training.run(net, images, keep);
    CHECK(error_of_outputs("y") < bound);

    Net gradient;
    std::ranges::copy(training.gradient(), gradient.parameters().begin());
    double largest = 0.0;
    for_each_parameter(
        gradient, [&](const auto& entry) { largest = std::max(largest, file.tensor("grad." + entry.name).values[2]); });
    for_each_parameter(gradient, [&](const auto& entry) {
        CAPTURE(entry.name);
        const std::vector<double>& expected = file.tensor("grad." + entry.name).values;
        const std::vector<double> found = fingerprint(detail::in_pytorch_layout(entry));
        const double scale = std::max(expected[2], 0.01 * largest);
        for (std::size_t k = 0; k < 3; ++k) CHECK(std::abs(found[k] - expected[k]) / scale < bound);
    });
    if constexpr (Net::over_batch) training.track_statistics(net);

    Executor<Net, evaluation_mode> evaluation(threads, samples);
    evaluation.run(net, images, keep);
    CHECK(error_of_outputs("eval.y") < bound);
}

/// In double and in float.
template <class Net>
void check_network(const std::string& name) {
    check_against_golden<typename Net::template Rebind<double>>(name, 1e-10);
    check_against_golden<Net>(name, 1e-4);
}

/// PyTorch loads what norma saves, and the reverse.
template <class Net>
void exchange_weights(const std::string& name) {
    const TemporaryFolder folder;
    Net net;
    set_initial(net, "zoo/" + name + "/ours/");
    save_weights(net, folder / "ours.safetensors");
    const auto status = run_python("zoo/exchange_weights.py " + name + " '" + (folder / "ours.safetensors").string() +
                                   "' '" + (folder / "theirs.safetensors").string() + "'");
    if (!status) {
        skip("python3, or the Python named by NORMA_PYTHON, has no torch, numpy and safetensors");
        return;
    }
    REQUIRE(*status == 0);
    load_weights(net, folder / "theirs.safetensors");
    for_each_parameter(net, [&](const auto& entry) {
        CAPTURE(entry.name);
        CHECK(detail::in_pytorch_layout(entry) == initial_numbers("zoo/" + name + "/theirs/", entry));
    });
}

}  // namespace golden_zoo
