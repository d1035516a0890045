// expect: norma: the target of a sample is here a class for each pixel of the network's output: target(i) must return a
// std::span of unsigned char, unsigned short or int
#include <norma/layers/conv2d.hpp>
#include <norma/training/pixel_cross_entropy.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

#ifdef BAD
using Label = float;
#else
using Label = std::uint8_t;
#endif

struct Batch {
    int size() const { return 4; }
    std::span<const Label> target(int) const { return {}; }
    void load(int, float*) const {}
};
struct Source {
    void start_epoch(int) {}
    std::size_t size() const { return 4; }
    int batch_size() const { return 4; }
    int count() const { return 1; }
    Extent extent() const { return {1, 4, 4}; }
    Batch operator[](int) const { return {}; }
};

using Net = Network<Shape<1, 4, 4>, Conv2d<3, 1>>;
double loss_of(Net& network, Threads& threads, Source& source) {
    return evaluate(network, source, threads, PixelCrossEntropy{}).loss;
}
