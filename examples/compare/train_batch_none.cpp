#include "train_network.hpp"

// Two networks a file: they share the kernels of their convolutions, which are then compiled once. Batch and no norm
// have ReLU done to the convolutions' sums in common. Two files: the compiler's work can go on side by side.
void norma::compare::train_batch(const Job& job, NetworkResult& result) { train_norm<BatchNorm>(job, result); }
void norma::compare::train_none(const Job& job, NetworkResult& result) { train_norm<NoNorm>(job, result); }
