// expect: norma: target(i) of these batches is of another type than the targets of the loss, its Target.
#include <norma/layers/linear.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

struct Box {
    float left, right;
};
struct Overlap {
    using Target = Box;
    using Metrics = NoMetrics;
    template <class T>
    double operator()(std::span<const T> output, const Box& box, T scale, T* gradient) const {
        if (gradient != nullptr) gradient[0] = scale;
        return double(output[0]) - double(box.left);
    }
};

struct Batch {
    int size() const { return 4; }
#ifdef BAD
    int target(int i) const { return i; }
#else
    Box target(int) const { return {0, 1}; }
#endif
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
void train(Net& network, Threads& threads, Source& source) { Trainer<Net, Overlap>(network, threads).fit(source); }
