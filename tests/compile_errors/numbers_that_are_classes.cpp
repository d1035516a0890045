// expect: norma: the target of a sample is here one number for each output of the network: target(i) must return a
// std::span<const float>
#include <norma/layers/linear.hpp>
#include <norma/training/mean_squared_error.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

#ifdef BAD
using Number = int;
#else
using Number = float;
#endif

struct Batch {
    int size() const { return 4; }
    Number target(int i) const { return Number(i % 2); }
    void load(int i, float* out) const { out[0] = float(i); }
};
struct Source {
    void start_epoch(int) {}
    std::size_t size() const { return 4; }
    int batch_size() const { return 4; }
    int count() const { return 1; }
    Extent extent() const { return {1, 1, 1}; }
    Batch operator[](int) const { return {}; }
};

using Net = Network<Shape<1, 1, 1>, Linear<1>>;
void train(Net& network, Threads& threads, Source& source) {
    Trainer<Net, MeanSquaredError>(network, threads).fit(source, source);
}
