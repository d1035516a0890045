// expect: norma: transforms must be in this order: those that move pixels, such as RandomCrop and RandomFlip; those
// that change values, such as Cutout; at most one that mixes samples, such as Mixup.
#include <norma/data/batches.hpp>
#include <norma/data/cutout.hpp>
#include <norma/data/random_flip.hpp>

using namespace norma;

void train(const Dataset& data) {
#ifdef BAD
    Batches batches(data, {}, Cutout{8}, RandomFlip{});
#else
    Batches batches(data, {}, RandomFlip{}, Cutout{8});
#endif
}
