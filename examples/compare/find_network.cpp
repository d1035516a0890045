#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "known_networks.hpp"
#include "norma/core/error.hpp"

namespace norma::compare {

const KnownNetwork& find_network(const std::string& name) {
    const auto all = known_networks();
    const auto found = std::ranges::find(all, name, &KnownNetwork::name);
    if (found != all.end() && *found->not_compared == '\0') return *found;
    std::string there;
    for (const KnownNetwork& network : all) {
        if (*network.not_compared == '\0') there += (there.empty() ? "" : ", ") + std::string(network.name);
    }
    if (found == all.end()) raise<OptionError>("--network: '" + name + "' is not one of " + there);
    raise<OptionError>("--network: the norms of " + std::string(found->title) +
                       " cannot be compared: " + found->not_compared + "; choose one of " + there);
}

void run_program_of(const std::string& program, const KnownNetwork& network, const std::string& precision,
                    const std::string& place, char* const* arguments) {
    std::string name = program;
    if (network.name != std::string(default_network)) name += "_" + std::string(network.name);
    if (precision != default_precision) name += "_" + precision;
    std::error_code error;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / name;
    if (!error && std::filesystem::exists(path, error)) {
        ::execv(path.c_str(), arguments);
        raise<OptionError>(place + ": " + path.string() + " cannot be started: " + std::strerror(errno));
    }
    raise<OptionError>(place + ": the program for " + network.title +
                       (precision == default_precision ? "" : " in " + precision) +
                       " is not built: cmake --build --preset release " + "--target " + name);
}

}  // namespace norma::compare
