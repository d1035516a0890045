#pragma once

#include "norma/data/batches.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/random_crop.hpp"
#include "norma/data/random_flip.hpp"

namespace norma::compare {

/// What a network trains on: `--crop` and `--flip`.
using TrainingBatches = Batches<float, Dataset, RandomCrop, RandomFlip>;

}  // namespace norma::compare
