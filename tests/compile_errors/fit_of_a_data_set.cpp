// expect: norma: fit takes batches, and then TrainingCallbacks
#include <norma/data/batches.hpp>
#include <norma/layers/linear.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

using Net = Network<Shape<1, 4, 4>, Linear<2>>;

void train(Net& network, Threads& threads, const Dataset& data) {
#ifdef BAD
    Trainer<Net>(network, threads).fit(data);
#else
    Batches batches(data, {.shuffle = true});
    Trainer<Net>(network, threads).fit(batches);
#endif
}
