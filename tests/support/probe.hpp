#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <norma/core/layout.hpp>
#include <norma/core/parallel.hpp>
#include <norma/network/executor.hpp>
#include <norma/network/network.hpp>

/// A layer whose weights are `Images` images: for a sample that is 1 at channel i and 0 elsewhere, its output is image
/// i. So the gradient of its weights is the gradient of the next layer's input.
template <int Images, norma::ShapeType Image>
struct ImageTable {
    static constexpr int kernel = std::max(Image::height, Image::width);

    static constexpr norma::FixedString name() { return "ImageTable"; }
    static constexpr void append(norma::GraphBuilder& builder) {
        builder.append(norma::ops::Convolution{
            {norma::Extent{Images, 1, 1}, Image::extent, {kernel, kernel}, {1, 1}, {kernel - 1, kernel - 1}}});
    }
    /// The index of the weight that is pixel (y, x) of an image.
    static constexpr std::size_t at(int image, int c, int y, int x) {
        const int tap = (kernel - 1 - y) * kernel + kernel - 1 - x;
        return static_cast<std::size_t>((tap * Images + image) * Image::channels + c);
    }
};

/// Runs layers on a batch of images; gives their outputs and all gradients in PyTorch's layout N×C×H×W. `train` runs in
/// mode `M`, which must have gradients.
template <norma::Mode M, class T, int Images, norma::ShapeType Image, class... Layers>
class ProbeIn {
public:
    using Table = ImageTable<Images, Image>;
    using Net = norma::BasicNetwork<T, norma::Shape<Images, 1, 1>, Table, Layers...>;

    Net network;
    std::vector<T> y;
    std::vector<T> dx;

    template <class X>
    void set_images(const std::vector<X>& x) {
        for_each_element(
            [&](std::size_t i, std::size_t weight) { network.parameters()[weight] = static_cast<T>(x.at(i)); });
    }
    /// Weight and bias of a node after the images, counted from 1; and their gradients after `train`.
    std::span<T> weight(std::size_t node = 1) { return weight_of(network.parameters(), node); }
    std::span<T> bias(std::size_t node = 1) { return bias_of(network.parameters(), node); }
    std::span<T> weight_gradient(std::size_t node = 1) { return weight_of(training_.gradient(), node); }
    std::span<T> bias_gradient(std::size_t node = 1) { return bias_of(training_.gradient(), node); }

    /// Runs forward, then backward with `dy` as the gradient of the output.
    template <class X>
    void train(const std::vector<X>& dy, norma::StepName name = {}) {
        y.assign(dy.size(), T(0));
        training_.run(
            network, Picks{},
            [&](int i, const T* logits, T* gradient) {
                take_output(i, logits);
                const std::vector<T> first(dy.begin() + i * Net::outputs, dy.begin() + (i + 1) * Net::outputs);
                norma::to_channels_last<T>(first, {gradient, first.size()}, Net::output_extent);
            },
            name);
        dx.assign(static_cast<std::size_t>(Images * Image::size), T(0));
        for_each_element([&](std::size_t i, std::size_t weight) { dx[i] = training_.gradient()[weight]; });
    }
    void track() { training_.track_statistics(network); }
    void evaluate() {
        y.assign(static_cast<std::size_t>(Images * Net::outputs), T(0));
        evaluation_.run(network, Picks{}, [&](int i, const T* logits, T*) { take_output(i, logits); });
    }

private:
    struct Picks {
        int size() const { return Images; }
        void load(int i, T* out) const {
            std::fill_n(out, Images, T(0));
            out[i] = 1;
        }
    };

    void take_output(int i, const T* logits) {
        constexpr auto size = static_cast<std::size_t>(Net::outputs);
        norma::to_channels_first<T>({logits, size}, std::span(y).subspan(static_cast<std::size_t>(i) * size, size),
                                    Net::output_extent);
    }
    template <class Visit>
    static void for_each_element(const Visit& visit) {
        std::size_t i = 0;
        for (int n = 0; n < Images; ++n) {
            for (int c = 0; c < Image::channels; ++c) {
                for (int row = 0; row < Image::height; ++row) {
                    for (int x = 0; x < Image::width; ++x) visit(i++, Table::at(n, c, row, x));
                }
            }
        }
    }
    static std::span<T> weight_of(std::span<T> all, std::size_t node) {
        const norma::Node& n = Net::graph.nodes.at(node);
        return all.subspan(static_cast<std::size_t>(n.weight_offset), static_cast<std::size_t>(n.facts.weight_count));
    }
    static std::span<T> bias_of(std::span<T> all, std::size_t node) {
        const norma::Node& n = Net::graph.nodes.at(node);
        return all.subspan(static_cast<std::size_t>(n.bias_offset), static_cast<std::size_t>(n.facts.bias_count));
    }

    norma::Threads threads_{2};
    norma::Executor<Net, M> training_{threads_, Images};
    norma::Executor<Net, norma::evaluation_mode> evaluation_{threads_, Images};
};

template <class T, int Images, norma::ShapeType Image, class... Layers>
using Probe = ProbeIn<norma::training_mode, T, Images, Image, Layers...>;
