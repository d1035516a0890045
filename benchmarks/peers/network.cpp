#include NORMA_ZOO_HEADER

#include "peers/own_network.hpp"

// The macros are defined by CMake: the network and its norm.
norma::bench::Entry norma::bench::network_to_measure() {
    using Norm = NORMA_ZOO_NORM;
    [[maybe_unused]] const Norm* unused = nullptr;  // not every network has a norm
    return entry_of<NORMA_ZOO_TYPE>(NORMA_ZOO_NAME, NORMA_ZOO_NORM_NAME, NORMA_ZOO_TITLE, NORMA_ZOO_GROUPS);
}
