// Classifies pictures with weights that compare or cifar94 has saved. Use: predict --weights
// report/weights_group.safetensors cat.png
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "compare/known_networks.hpp"
#include "compare/networks.hpp"
#include "compare/options.hpp"
#include "compare/train.hpp"
#include "compare/weights.hpp"
#include "norma/core/error.hpp"
#include "norma/data/batches.hpp"
#include "norma/io/state_dict.hpp"
#include "norma/network/non_finite_numbers.hpp"
#include "norma/network/predictor.hpp"
#include "predict/decode_picture.hpp"
#include "predict/picture_file.hpp"
#include "support/run_or_say_why.hpp"

namespace {

using namespace norma;
using namespace norma::compare;

/// Prints the `top` classes with the highest probability, softmax(logits), highest first.
void print_classes(std::span<const float> logits, const std::vector<std::string>& classes, std::size_t top) {
    std::vector<double> probability;
    const float most = *std::ranges::max_element(logits);
    for (const float logit : logits) probability.push_back(std::exp(static_cast<double>(logit) - most));
    const double sum = std::accumulate(probability.begin(), probability.end(), 0.0);
    std::vector<std::size_t> order(logits.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return probability[i]; });
    for (std::size_t i = 0; i < std::min(top, order.size()); ++i) {
        std::printf("  %5.1f %%  %s\n", 100 * probability[order[i]] / sum,
                    examples::printable_lines(classes[order[i]]).c_str());
    }
}

template <class Norm>
void classify(std::span<const std::byte> weights, const WeightsNote& note, const std::string& source,
              const std::vector<std::string>& files, std::size_t top) {
    using Net = ComparedNet<Norm>;
    const auto network = std::make_unique<Net>(0);
    const LoadedWeights loaded = load_weights(*network, weights, {}, source);
    for (const std::string& told : loaded.notes) examples::say("predict", told);
    if (const std::string number = non_finite_number(*network); !number.empty()) {
        raise<DataError>(source + ": " + number + ", is not finite, so the network cannot predict; train another");
    }
    Dataset one{.channels = Net::input_extent.channels,
                .height = Net::input_extent.height,
                .width = Net::input_extent.width,
                .classes = Net::outputs,
                .pixels = {},
                .labels = {0},
                .class_names = note.classes,
                .source = {},
                .mean = note.mean,
                .stddev = note.stddev};
    Predictor<Net> predictor(*network);
    std::vector<float> image(one.image_size());
    for (const std::string& file : files) {
        const PictureFile picture = read_picture(file, Net::input_extent.width);
        one.pixels = picture.pixels;
        one.source = source;
        Batches<float>(one, {})[0].load(0, image.data());  // normalised as in training
        const auto logits = predictor(image);
        std::printf("%s%s\n", examples::printable_lines(file).c_str(),
                    picture.change.empty() ? "" : (" (" + picture.change + ")").c_str());
        print_classes(logits, note.classes, top);
    }
}

/// The network that the weights are for.
/// @throws DataError if there is none of this name.
const KnownNetwork& network_of(const WeightsNote& note, const std::string& source) {
    static constexpr KnownNetwork of_recipe{recipe_network, "airbench94", ""};
    if (note.network == recipe_network) return of_recipe;
    try {
        return find_network(note.network);
    } catch (const OptionError&) {
        raise<DataError>(source + ": is for the network '" + note.network + "', which predict does not know");
    }
}

/// `arguments` are the program's own.
void run(const std::string& source, const std::string& network, const std::string& norm, const std::string& dataset,
         const std::vector<std::string>& files, std::size_t top, char* const* arguments) {
    const std::vector<std::uint8_t> file = read_plain_file(source, std::uintmax_t{1} << 30);
    const auto bytes = std::as_bytes(std::span(file));
    const WeightsNote note = find_note(read_safetensors(bytes, source).metadata, source, norm, dataset, network);
    if (note.network != NORMA_ZOO_NAME)
        run_program_of("predict", network_of(note, source), default_precision, source, arguments);
    if (note.norm == "batch") return classify<BatchNorm>(bytes, note, source, files, top);
    if (note.norm == "group") return classify<GroupNorm<NORMA_ZOO_GROUPS>>(bytes, note, source, files, top);
    if (note.norm == "layer") return classify<LayerNorm>(bytes, note, source, files, top);
    if (note.norm == "none") return classify<NoNorm>(bytes, note, source, files, top);
    raise<DataError>(source + ": is for a network with the norm '" + note.norm +
                     "'; predict knows batch, group, layer and none");
}

}  // namespace

int main(int count, char** arguments) {
    CLI::App app("Classifies pictures (" + readable_kinds() + ") with weights that compare or cifar94 has saved.",
                 "predict");
    std::string weights, network, norm, dataset;
    std::vector<std::string> files;
    std::size_t top = 3;
    std::vector<std::string> norm_names;
    for (const Norm& known : norms()) norm_names.emplace_back(known.name);
    app.add_option("--weights", weights, "a weights_….safetensors of the report folder of compare or cifar94")
        ->required();
    app.add_option("--network", network,
                   "the network, for weights without metadata (from PyTorch) [" + std::string(default_network) + "]")
        ->check(CLI::Validator([](const std::string& name) { return find_network(name).name, std::string(); }, ""));
    app.add_option("--norm", norm, "the network's norm, for weights without metadata (from PyTorch)")
        ->check(CLI::IsMember(norm_names));
    app.add_option("--dataset", dataset, "the training data, for weights without metadata: classes and normalisation")
        ->check(CLI::IsMember(std::vector<std::string>(dataset_names.begin(), dataset_names.end())));
    app.add_option("--top", top, "number of classes to print for each picture")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("pictures", files, "picture files")->required();
    return examples::run_or_say_why("predict", [&] {
        try {
            app.parse(count, arguments);
            run(weights, network, norm, dataset, files, top, arguments);
        } catch (const CLI::CallForHelp&) {
            std::printf("%s", app.help().c_str());
        } catch (const CLI::ParseError& e) {
            raise<OptionError>(std::string(e.what()) + "; predict --help lists the options");
        }
        return 0;
    });
}
