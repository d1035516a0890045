// expect: norma: Mixup and CutMix mix the classes of two samples, so a target must be an int, the class of its sample.
#include <norma/data/batches.hpp>
#include <norma/data/mixup.hpp>
#include <norma/data/tensor_dataset.hpp>

using namespace norma;

#ifdef BAD
using Target = float;
#else
using Target = int;
#endif

void train(const TensorDataset<float, Target>& data) { Batches batches(data, {}, Mixup{}); }
