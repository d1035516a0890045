#pragma once

#include <array>
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

/// The names that --precision accepts: in which numbers 3×3 convolutions multiply (norma/core/precision.hpp).
inline constexpr std::array precision_names{"fp32", "bf16"};

/// That of the published figures, and of files without a precision's name.
inline constexpr const char* default_precision = precision_names[0];

/// The network of this name.
/// @throws OptionError that begins with --network, if there is none, or if its norms cannot be compared.
const KnownNetwork& find_network(const std::string& name);

/// Continues as the program `<program>_<network>_<precision>` beside the running one, with the same arguments; the
/// experiment's network and fp32 have no part in the name.
/// @throws OptionError that begins with `place` and says how to build it, if it is not there.
[[noreturn]] void run_program_of(const std::string& program, const KnownNetwork& network, const std::string& precision,
                                 const std::string& place, char* const* arguments);

}  // namespace norma::compare
