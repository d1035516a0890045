#pragma once

#include "networks.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/random_crop.hpp"
#include "norma/data/random_flip.hpp"
#include "norma/training/trainer.hpp"
#include "train.hpp"

/// The files that a training writes: checkpoints and weights. The templates are instantiated in kept_files.cpp, for the
/// networks that compare trains, so that the file that compiles training stays small.
namespace norma::compare {

/// What a network trains on: `--crop` and `--flip`.
using TrainingBatches = Batches<float, Dataset, RandomCrop, RandomFlip>;

/// Writes the network's checkpoint, if the job has a folder for checkpoints. If that fails, prints the reason; the
/// training continues.
template <class Net>
void keep_training(const Trainer<Net>& trainer, const Job& job, const NetworkResult& result);

/// If the job resumes and there is a checkpoint: verifies that `resume_training` will succeed, and that `trainer`
/// accepts the batches of `train` then. Changes nothing.
/// @throws OptionError if the checkpoint was made with other options, or is of a later epoch than this run's last.
/// @throws FileError, DataError if it is not a checkpoint of this network. Every message names the file.
template <class Net>
void verify_training(const Trainer<Net>& trainer, TrainingBatches& train, const Job& job, const std::string& norm);

/// If the job resumes and there is a checkpoint: loads it into `trainer`, and its history into `result`. Returns
/// whether there was one.
/// @throws as `verify_training`.
template <class Net>
bool resume_training(Trainer<Net>& trainer, const Job& job, NetworkResult& result);

/// Writes the weights, with the note that `find_note` reads, if the job has a folder for weights. If that fails, prints
/// the reason.
template <class Net>
void keep_weights(const Net& network, const Job& job, const NetworkResult& result);

}  // namespace norma::compare
