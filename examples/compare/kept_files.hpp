#pragma once

#include "network.hpp"
#include "norma/training/trainer.hpp"
#include "train.hpp"

/// The files that a training leaves. They are written and read for the networks that compare trains and for no others:
/// kept_files.cpp compiles that, so that the files which compile training itself need not.
namespace norma::compare {

/// Where the job wants its training kept, replaces the network's checkpoint by where `trainer` stands now.
template <class Net>
void keep_training(const Trainer<Net>& trainer, const Job& job, const NetworkResult& result);

/// Where the job is to go on from a checkpoint and there is one, takes `trainer` and the figures of `result` there.
/// Returns whether it did.
/// @throws OptionError if the checkpoint was made with other options, or has gone further than this run is to go.
template <class Net>
bool resume_training(Trainer<Net>& trainer, const Job& job, NetworkResult& result);

/// Where the job wants the weights, writes them with the note that `find_note` finds again.
template <class Net>
void keep_weights(const Net& network, const Job& job, const NetworkResult& result);

}  // namespace norma::compare
