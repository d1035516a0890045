#pragma once

#include "train.hpp"

/// The files that a training writes: checkpoints and weights. kept_files_of.hpp defines the templates; a program
/// instantiates them in a file of their own, so that the file that compiles training stays small.
namespace norma::compare {

/// Writes the network's checkpoint, if the job has a folder for checkpoints; of several processes, which have the same
/// network, the first does. If that fails, prints the reason; the training continues.
template <class Training>
void keep_training(const Training& trainer, const Job& job, const NetworkResult& result);

/// If the job resumes and there is a checkpoint: verifies that `resume_training` will succeed, and that `trainer`
/// accepts the batches of `train` then. Changes nothing.
/// @throws OptionError if the checkpoint was made with other options, or is of a later epoch than this run's last.
/// @throws FileError, DataError if it is not a checkpoint of this network, or not the same in all processes. Every
/// message names the file.
template <class Training, class Source>
void verify_training(const Training& trainer, Source& train, const Job& job, const std::string& norm);

/// If the job resumes and there is a checkpoint: loads it into `trainer`, and its history into `result`. Returns
/// whether there was one.
/// @throws as `verify_training`.
template <class Training>
bool resume_training(Training& trainer, const Job& job, NetworkResult& result);

/// Writes the weights, with the note that `find_note` reads, if the job has a folder for weights; of several processes
/// the first does. If that fails, prints the reason.
template <class Net>
void keep_weights(const Net& network, const Job& job, const NetworkResult& result);

}  // namespace norma::compare
