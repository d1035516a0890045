#include NORMA_ZOO_HEADER

#include "norma/core/precision.hpp"
#include "peers/own_network.hpp"
#include "support/multiplies_in_bf16.hpp"

namespace norma::bench {
namespace {

using Norm = NORMA_ZOO_NORM;
[[maybe_unused]] const Norm* unused = nullptr;  // not every network has a norm

template <class Net>
OwnInBf16 in_bf16() {
    if constexpr (examples::multiplies_in_bf16<Net>()) {
        return {{check_network<Net>, make_own<Net>}, ""};
    } else {
        return {{}, "no convolution of this network multiplies in bfloat16"};
    }
}

[[maybe_unused]] const bool is_set = (own_in_bf16() = in_bf16<typename NORMA_ZOO_TYPE::template Rebind<Bf16>>(), true);

}  // namespace
}  // namespace norma::bench
