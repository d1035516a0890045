// expect: norma: evaluate with views averages outputs, so the network must end in one number per output, not in an
// image
#include <norma/layers/conv2d.hpp>
#include <norma/layers/linear.hpp>
#include <norma/training/evaluate.hpp>
#include <norma/training/mean_squared_error.hpp>

#include <array>
#include <vector>

using namespace norma;

struct Source {
    struct Batch {
        int size() const { return 1; }
        void load(int, float* out) const { *out = 0; }
        std::span<const float> target(int) const { return number; }
        static constexpr std::array<float, 1> number{0};
    };
    void start_epoch(int) {}
    std::size_t size() const { return 1; }
    int batch_size() const { return 1; }
    int count() const { return 1; }
    Extent extent() const { return {1, 4, 4}; }
    Batch operator[](int) const { return {}; }
};

#ifdef BAD
using Net = Network<Shape<1, 4, 4>, Conv2d<1, 1>>;
#else
using Net = Network<Shape<1, 4, 4>, Linear<1>>;
#endif

auto tried(const Net& net, const Source& source, Threads& threads) {
    return evaluate(net, source, threads, mirrored_views(), MeanSquaredError{});
}
