#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "golden.hpp"
#include "initial_values.hpp"
#include "norma/core/layout.hpp"
#include "norma/core/parallel.hpp"
#include "norma/io/state_dict.hpp"
#include "norma/network/executor.hpp"

/// The small networks of golden/graphs, see golden/README.md.
namespace golden_graph {

/// The tensors of `file` whose names begin with `prefix`, as a safetensors file of their own, without the prefix.
inline std::vector<std::byte> part_of(const golden::File& file, const std::string& prefix) {
    norma::Safetensors content;
    std::vector<std::vector<std::byte>> kept;
    for (const std::string& name : file.names()) {
        if (!name.starts_with(prefix)) continue;
        const golden::Tensor& tensor = file.tensor(name);
        const bool is_count = name.ends_with("num_batches_tracked");
        const std::vector<std::int64_t> counts(tensor.values.begin(), tensor.values.end());
        kept.push_back(is_count ? norma::to_little_endian<std::int64_t>(counts)
                                : norma::to_little_endian<double>(tensor.values));
        content.tensors[name.substr(prefix.size())] = {is_count ? "I64" : "F64", tensor.shape, kept.back()};
    }
    return norma::write_safetensors(content);
}

/// Samples of PyTorch's layout as a batch: images, or several inputs one after another.
template <class Net>
struct Batch {
    using T = typename Net::Scalar;
    std::vector<float> samples;

    Batch(const std::string& name, std::size_t count)
        : samples(initial::tensor(name, count * std::size_t(Net::input_extent.size()))) {}
    int size() const { return static_cast<int>(samples.size() / std::size_t(Net::input_extent.size())); }
    void load(int i, T* out) const {
        auto from = samples.begin() + static_cast<std::ptrdiff_t>(i) * Net::input_extent.size();
        const auto load_image = [&](norma::Extent extent) {
            const std::vector<T> image(from, from + extent.size());
            norma::to_channels_last<T>(image, {out, image.size()}, extent);
            from += extent.size();
            out += extent.size();
        };
        constexpr auto inputs = norma::detail::inputs_of<typename Net::InputShape>();
        if (inputs.empty()) load_image(Net::input_extent);
        for (const norma::Extent input : inputs) load_image(input);
    }
};

/// The largest relative error of the tensors that `net` would save against those of `file` with `prefix`, whose names
/// must all be there. With `all`, `file` must have all of them.
template <class Net>
double state_error(const Net& net, const golden::File& file, const std::string& prefix, bool all) {
    const std::vector<std::byte> bytes = norma::save_weights(net);
    const norma::Safetensors saved = norma::read_safetensors(bytes);
    double worst = 0;
    std::size_t count = 0;
    for (const std::string& name : file.names()) {
        if (!name.starts_with(prefix)) continue;
        ++count;
        const std::string own = name.substr(prefix.size());
        CAPTURE(own);
        REQUIRE(saved.tensors.contains(own));
        const norma::TensorView& tensor = saved.tensors.at(own);
        CHECK(tensor.shape == file.tensor(name).shape);
        if (tensor.type == "I64") {
            CHECK(file.scalar(name) == double(norma::little_endian<std::int64_t>(tensor.bytes.data())));
        } else {
            worst = std::max(worst,
                             golden::relative_error(norma::numbers_of<double>(tensor, own), file.tensor(name).values));
        }
    }
    CHECK(count > 0);
    if (all) CHECK(saved.tensors.size() == count);
    return worst;
}

/// A training step, the state after a second one, and evaluation, as in PyTorch.
template <class Net>
void check(const std::string& name, std::size_t samples, double most) {
    using T = typename Net::Scalar;
    CAPTURE(name);
    const golden::File file("graphs/" + name);
    const std::string prefix = "graphs/" + name + "/";
    Net net(3);
    norma::load_weights(net, part_of(file, "before."));
    CHECK(state_error(net, file, "before.", true) < 1e-7);

    const Batch<Net> first(prefix + "x", samples);
    const std::vector<float> dy = initial::tensor(prefix + "dy", samples * std::size_t(Net::outputs));
    std::vector<T> y(dy.size());
    const auto take = [&](int i, const T* logits) {
        const std::size_t count = std::size_t(Net::outputs);
        norma::to_channels_first<T>({logits, count}, std::span(y).subspan(std::size_t(i) * count, count),
                                    Net::output_extent);
    };
    norma::Threads threads(2);
    norma::Executor<Net, norma::training_mode> training(threads, static_cast<int>(samples));
    const auto loss_of = [&](int i, const T* logits, T* gradient) {
        take(i, logits);
        const auto begin = dy.begin() + static_cast<std::ptrdiff_t>(i) * Net::outputs;
        const std::vector<T> wanted(begin, begin + Net::outputs);
        norma::to_channels_last<T>(wanted, {gradient, wanted.size()}, Net::output_extent);
    };
    training.run(net, first, loss_of);
    CHECK(golden::relative_error(y, file.tensor("y").values) < most);
    Net gradients = net;
    std::ranges::copy(training.gradient(), gradients.parameters().begin());
    CHECK(state_error(gradients, file, "grad.", false) < most);

    if constexpr (Net::over_batch) training.track_statistics(net);
    training.run(net, Batch<Net>(prefix + "x1", samples), loss_of);
    if constexpr (Net::over_batch) training.track_statistics(net);
    CHECK(state_error(net, file, "after.", true) < most);

    norma::Executor<Net, norma::evaluation_mode> evaluation(threads, static_cast<int>(samples));
    evaluation.run(net, first, [&](int i, const T* logits, T*) { take(i, logits); });
    CHECK(golden::relative_error(y, file.tensor("eval.y").values) < most);
}

}  // namespace golden_graph
