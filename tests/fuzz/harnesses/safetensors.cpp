// Weights in a safetensors file: the format alone, and what a network takes from it.
#include "norma/io/safetensors.hpp"

#include <algorithm>

#include "fuzz/harness.hpp"
#include "fuzz/safetensors_bytes.hpp"
#include "fuzz/tiny_network.hpp"
#include "norma/io/state_dict.hpp"

namespace {

using namespace fuzz;

constexpr std::size_t most_bytes = 4096;

bool same(const norma::Safetensors& a, const norma::Safetensors& b) {
    return a.metadata == b.metadata && std::ranges::equal(a.tensors, b.tensors, [](const auto& x, const auto& y) {
               return x.first == y.first && x.second.type == y.second.type && x.second.shape == y.second.shape &&
                      std::ranges::equal(x.second.bytes, y.second.bytes);
           });
}

bool takes(Bytes input) {
    const auto file = std::as_bytes(input);
    norma::Safetensors content;
    if (!is_taken(input, "a.safetensors", [&] { content = norma::read_safetensors(file, "a.safetensors"); })) {
        return false;  // loading weights begins with the same, and twice as many inputs a second can be tried
    }
    const std::vector<std::byte> written = norma::write_safetensors(content);
    promise(same(norma::read_safetensors(written), content), "written and read again it differs");

    static const TinyNetwork initial(1);
    static const Bits initial_bits = bits_of(initial);
    static TinyNetwork network(initial), other(2);
    if (!is_taken(input, "a.safetensors", [&] { norma::load_weights(network, file, {}, "a.safetensors"); })) {
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
