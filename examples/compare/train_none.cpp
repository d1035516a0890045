#include "train_network.hpp"

// One file a norm: the compiler's work of a network is large, and these can go on side by side.
void norma::compare::train_none(const Job& job, NetworkResult& result) { train_norm<NoNorm>(job, result); }
