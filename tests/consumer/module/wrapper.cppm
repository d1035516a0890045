// norma as a module, as a program may make one of it.
module;

#include <norma/norma.hpp>

export module norma_wrapper;

export namespace norma {
using norma::AdamW;
using norma::Batches;
using norma::BatchNorm;
using norma::BatchOptions;
using norma::Block;
using norma::CrossEntropy;
using norma::Dataset;
using norma::EpochRecord;
using norma::GroupNorm;
using norma::History;
using norma::Linear;
using norma::MaxPool2d;
using norma::Network;
using norma::OptionError;
using norma::Shape;
using norma::StepLR;
using norma::synthetic_dataset;
using norma::Threads;
using norma::Trainer;
using norma::TrainTest;
}  // namespace norma
