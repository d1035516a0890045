#pragma once

#include <span>
#include <string>

/// The networks that --network can name. Each is trained by a program of its own, because to compile one takes long.
namespace norma::compare {

/// A network of examples/zoo/networks.cmake, from which CMake makes the list.
struct KnownNetwork {
    const char* name;          ///< "resnet20"
    const char* title;         ///< "ResNet-20"
    const char* not_compared;  ///< why its norms cannot be compared; empty if they can
};

/// All networks of the zoo.
std::span<const KnownNetwork> known_networks();

/// The experiment's network, which the published figures are of, and which files without a network's name are of.
inline constexpr const char* default_network = "cifar10";

/// The network of this name.
/// @throws OptionError that begins with --network, if there is none, or if its norms cannot be compared.
const KnownNetwork& find_network(const std::string& name);

/// Continues as the program `<program>_<network>` beside the running one, with the same arguments; `program` alone is
/// the one for the experiment's network.
/// @throws OptionError that begins with `place` and says how to build it, if it is not there.
[[noreturn]] void run_program_of(const std::string& program, const KnownNetwork& network, const std::string& place,
                                 char* const* arguments);

}  // namespace norma::compare
