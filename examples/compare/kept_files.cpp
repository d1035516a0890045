#include "kept_files_of.hpp"
#include "networks.hpp"
#include "norma/training/trainer.hpp"
#include "training_batches.hpp"

namespace norma::compare {

#define NORMA_KEPT_FILES_WITH(Norm) NORMA_KEPT_FILES_OF(ComparedNet<Norm>, Trainer<ComparedNet<Norm>>, TrainingBatches)
NORMA_KEPT_FILES_WITH(BatchNorm)
NORMA_KEPT_FILES_WITH(GroupNorm<NORMA_ZOO_GROUPS>)
NORMA_KEPT_FILES_WITH(LayerNorm)
NORMA_KEPT_FILES_WITH(NoNorm)
#undef NORMA_KEPT_FILES_WITH

}  // namespace norma::compare
