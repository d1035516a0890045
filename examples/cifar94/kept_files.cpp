#include "compare/kept_files_of.hpp"
#include "networks.hpp"
#include "train.hpp"

namespace norma::compare {

#define NORMA_KEPT_FILES_WITH(Norm) \
    NORMA_KEPT_FILES_OF(cifar94::Net<Norm>, cifar94::RecipeTrainer<cifar94::Net<Norm>>, cifar94::TrainingBatches)
NORMA_KEPT_FILES_WITH(cifar94::Batch)
NORMA_KEPT_FILES_WITH(cifar94::Group)
NORMA_KEPT_FILES_WITH(cifar94::Layer)
NORMA_KEPT_FILES_WITH(cifar94::None)
#undef NORMA_KEPT_FILES_WITH

}  // namespace norma::compare
