#pragma once

#include "network.hpp"
#include "norma/data/batches.hpp"
#include "norma/training/trainer.hpp"
#include "train.hpp"

/// The files that a training leaves. They are written and read for the networks that compare trains and for no others:
/// kept_files.cpp compiles that, so that the files which compile training itself need not.
namespace norma::compare {

/// Where the job wants its training kept, replaces the network's checkpoint by where `trainer` stands now. Where
/// that cannot be written, says so and lets the training go on.
template <class Net>
void keep_training(const Trainer<Net>& trainer, const Job& job, const NetworkResult& result);

/// Where the job is to go on from a checkpoint and there is one: would `resume_training` take it, and `trainer` go on
/// with the batches of `train`? Changes nothing.
/// @throws OptionError if the checkpoint was made with other options, or has gone further than this run is to go.
/// @throws FileError, DataError if it is none, or none of this network. Every message names the file.
template <class Net>
void verify_training(const Trainer<Net>& trainer, Batches<float>& train, const Job& job, const std::string& norm);

/// Where the job is to go on from a checkpoint and there is one, takes `trainer` and the figures of `result` there.
/// Returns whether it did.
/// @throws as `verify_training`.
template <class Net>
bool resume_training(Trainer<Net>& trainer, const Job& job, NetworkResult& result);

/// Where the job wants the weights, writes them with the note that `find_note` finds again, or says why it cannot.
template <class Net>
void keep_weights(const Net& network, const Job& job, const NetworkResult& result);

}  // namespace norma::compare
