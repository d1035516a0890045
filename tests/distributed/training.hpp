#pragma once

#include <string>
#include <string_view>

#include "norma/core/reducer.hpp"

/// Trains three small networks, with batch, group and layer norm, and LeNet-5, for three epochs each, on batches of
/// which some have fewer samples than there are processes. Returns a line of text for each with hashes of all its
/// numbers and of its history. Compiled once, for all versions of MPI.
std::string train_networks(norma::Reducer& reducer, int threads);

/// Trains as `train_networks` the network with batch norm, while in the last process something is wrong: `nan`, a
/// sample that is no number; `file`, a file that cannot be read in an epoch; `open`, one that cannot be read before the
/// training; `places`, it evaluates while the others train; `early`, it does nothing. `all`: no process can read `file`
/// before the training. `disk`: the first process cannot write what it has trained to `file`.
void train_with(std::string_view fault, norma::Reducer& reducer, const std::string& file);
