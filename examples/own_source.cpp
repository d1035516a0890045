// Samples from a source of your own: images that are drawn when they are needed, so that no epoch has an image of
// another one.
#include <norma/norma.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "support/run_or_say_why.hpp"

using namespace norma;

//! [source]
class DrawnImages {
public:
    explicit DrawnImages(std::uint32_t part) : painter_(1, part), normalise_(std::array{0.4}, std::array{0.2}) {}

    struct Batch {
        const DrawnImages* source;
        std::size_t first;

        int size() const { return source->batch_size(); }
        int target(int i) const { return SyntheticPainter::label(first + std::size_t(i)); }
        void load(int i, float* out) const {  // height × width × channels; several threads call it at once
            std::array<std::uint8_t, 32 * 32 * 3> colours;
            std::array<std::uint8_t, 32 * 32> grey;
            source->painter_.paint(first + std::size_t(i), colours.data());
            for (std::size_t k = 0; k < grey.size(); ++k) grey[k] = colours[3 * k + 1];
            source->normalise_.apply(grey.data(), grey.size(), out);
        }
    };
    void start_epoch(int epoch) { epoch_ = epoch; }
    std::size_t size() const { return std::size_t(count()) * std::size_t(batch_size()); }  // samples of an epoch
    int batch_size() const { return 50; }
    int count() const { return 40; }  // batches of an epoch
    Extent extent() const { return {1, 32, 32}; }
    int classes() const { return SyntheticPainter::classes; }
    Batch operator[](int b) const { return {this, std::size_t(epoch_) * size() + std::size_t(b * batch_size())}; }
    std::vector<Setting> settings() const { return {{"images", "drawn in grey, seed 1"}}; }  // for checkpoints

private:
    SyntheticPainter painter_;
    Normalisation<float> normalise_;
    int epoch_ = 0;
};
static_assert(BatchSource<DrawnImages, float>);
//! [source]

int main() {
    return examples::run_or_say_why("own_source", [] {
        using Net = Network<Shape<1, 32, 32>, Block<8, 3, GroupNorm<2>, 2>, Block<16, 3, GroupNorm<2>, 2>, Linear<10>>;
        DrawnImages train(0);
        const DrawnImages test(1);
        Net network(1);
        Threads threads;
        Trainer<Net> trainer(network, threads, {.epochs = 5, .learning_rate = 0.05});
        for (const EpochRecord& epoch : trainer.fit(train, test).epochs) {
            std::printf("epoch %d: test accuracy %.1f %%\n", epoch.epoch + 1, epoch.test_accuracy);
        }
        return 0;
    });
}
