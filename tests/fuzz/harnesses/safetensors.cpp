// Weights in a safetensors file: the format, and loading them into a network.
#include "norma/io/safetensors.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "fuzz/harness.hpp"
#include "fuzz/safetensors_bytes.hpp"
#include "fuzz/tiny_network.hpp"
#include "norma/io/state_dict.hpp"

namespace safetensors_harness {

namespace {

using namespace fuzz;

constexpr std::size_t most_bytes = 4096;

bool same(const norma::TensorView& a, const norma::TensorView& b) {
    return a.type == b.type && a.shape == b.shape && std::ranges::equal(a.bytes, b.bytes);
}

bool same(const norma::Safetensors& a, const norma::Safetensors& b) {
    return a.metadata == b.metadata && std::ranges::equal(a.tensors, b.tensors, [](const auto& x, const auto& y) {
               return x.first == y.first && same(x.second, y.second);
           });
}

/// What nlohmann_json finds in the header; nothing if a number in an unknown member is too large for it.
std::optional<norma::Safetensors> read_by_nlohmann(std::span<const std::byte> file) {
    const std::size_t length = norma::little_endian<std::uint64_t>(file.data());
    const auto* const text = reinterpret_cast<const char*>(file.data()) + 8;
    const std::span<const std::byte> data = file.subspan(8 + length);
    norma::Safetensors content;
    nlohmann::json header;
    try {
        header = nlohmann::json::parse(text, text + length);
    } catch (const nlohmann::json::out_of_range&) {
        return {};
    }
    for (const auto& [key, value] : header.items()) {
        if (key == "__metadata__") {
            if (!value.is_null()) content.metadata = value.get<std::map<std::string, std::string>>();
            continue;
        }
        const auto offsets = value.at("data_offsets").get<std::vector<std::size_t>>();
        content.tensors[key] = {value.at("dtype"), value.at("shape"),
                                data.subspan(offsets.at(0), offsets.at(1) - offsets.at(0))};
    }
    return content;
}

/// Is it a valid safetensors file?
bool is_whole(Bytes input) {
    const auto file = std::as_bytes(input);
    std::optional<norma::SafetensorsFile> read;
    if (!is_taken(input, "a.safetensors", [&] { read.emplace(file, "a.safetensors"); })) return false;
    norma::Safetensors maps;
    // This takes more than `SafetensorsFile`: maps with all names.
    const auto most = [&] { return 20 * input.size() + spare_bytes; };
    promise(is_taken(most, "", [&] { maps = norma::read_safetensors(file, "a.safetensors"); }),
            "the second reading refuses it");
    const std::optional<norma::Safetensors> other = read_by_nlohmann(file);
    promise(!other || same(maps, *other), "another parser finds something else");
    promise(maps.tensors.size() == read->size(), "a tensor is missing");
    std::size_t i = 0;
    for (const auto& [name, tensor] : maps.tensors) {
        promise(read->name(i) == name && same(read->tensor(i), tensor), "the tensors are in another order");
        promise(read->find(name) && same(*read->find(name), tensor), "a tensor is not found by its name");
        ++i;
    }
    const std::vector<std::byte> written = norma::write_safetensors(maps);
    promise(same(norma::read_safetensors(written), maps), "written and read again it differs");
    return true;
}

bool takes(Bytes input) {
    if (!is_whole(input)) return false;  // load_weights would refuse it for the same reason, and this is faster
    static const TinyNetwork initial(1);
    static const Bits initial_bits = bits_of(initial);
    static TinyNetwork network(initial), other(2);
    const auto load_part = [&] {
        norma::load_weights(network, std::as_bytes(input), norma::WeightsPart{.except = "0"}, {}, "a.safetensors");
    };
    if (!is_taken(input, "a.safetensors", load_part)) {
        promise(bits_of(network) == initial_bits, "a refused part changed the network");
    }
    network = initial;
    const auto load = [&] { norma::load_weights(network, std::as_bytes(input), {}, "a.safetensors"); };
    if (!is_taken(input, "a.safetensors", load)) {
        promise(bits_of(network) == initial_bits, "refused weights changed the network");
        return true;
    }
    norma::load_weights(other, norma::save_weights(network));
    promise(bits_of(other) == bits_of(network), "saved and loaded again they differ");
    network = initial;
    return true;
}

const Registered registered({.name = "safetensors",
                             .takes = takes,
                             .most_bytes = most_bytes,
                             .repair = [](Buffer& file) { repair_safetensors(file, most_bytes); }});

}  // namespace

}  // namespace safetensors_harness
