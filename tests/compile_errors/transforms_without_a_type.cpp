// expect: norma: the type of batches names their transforms: write Batches train(data, options, RandomFlip{}) without
// <float>, or Batches<float, Dataset, RandomFlip>.
#include <norma/data/batches.hpp>
#include <norma/data/random_flip.hpp>

using namespace norma;

void train(const Dataset& data) {
#ifdef BAD
    Batches<float> batches(data, {.shuffle = true}, RandomFlip{});
#else
    Batches batches(data, {.shuffle = true}, RandomFlip{});
#endif
}
