#include "train_network.hpp"

// See train_batch_none.cpp.
void norma::compare::train_group(const Job& job, NetworkResult& result) { train_norm<GroupNorm<2>>(job, result); }
void norma::compare::train_layer(const Job& job, NetworkResult& result) { train_norm<LayerNorm>(job, result); }
