// expect: norma: the target of a sample is here the number of a class, counted from 0: target(i) must return a whole
// number such as int
#include <norma/layers/linear.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

#ifdef BAD
using Label = float;
#else
using Label = short;
#endif

struct Batch {
    int size() const { return 4; }
    Label target(int i) const { return static_cast<Label>(i % 2); }
    void load(int i, float* out) const { out[0] = static_cast<float>(i); }
};
struct Source {
    void start_epoch(int) {}
    std::size_t size() const { return 4; }
    int batch_size() const { return 4; }
    int count() const { return 1; }
    Extent extent() const { return {1, 1, 1}; }
    int classes() const { return 2; }
    Batch operator[](int) const { return {}; }
};

void train() {
    Network<Shape<1, 1, 1>, Linear<2>> network;
    Threads threads;
    Source source;
    Trainer(network, threads).fit(source, source);
}
