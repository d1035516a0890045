// Trains a tiny network to distinguish black from white; the program's other file classifies a white image. With an
// argument it uses an option that norma refuses.
#include <cstdio>

#include "tiny.hpp"

int main(int argc, char**) {
    norma::Dataset data{1, 4, 4, 2, {}, {}, {"black", "white"}, "black and white", {0.5}, {0.5}};
    for (int i = 0; i < 16; ++i) {
        data.pixels.insert(data.pixels.end(), 16, static_cast<unsigned char>(i % 2 == 0 ? i : 255 - i));
        data.labels.push_back(static_cast<unsigned char>(i % 2));
    }
    norma::Batches<float> batches(data, {.batch_size = argc > 1 ? -1 : 8});

    TinyNet network(1);
    norma::Threads threads(2);
    norma::Trainer<TinyNet> trainer(network, threads, {.epochs = 20, .learning_rate = norma::StepLR(0.1)});
    const norma::History& history = trainer.fit(batches, batches, batches);
    std::printf("norma %s: loss %.3f, then %.3f\n", norma::version, history.epochs.front().test_loss,
                history.epochs.back().test_loss);
    const bool learned = history.epochs.back().test_loss < history.epochs.front().test_loss;
    return learned && class_of_white(network) == 1 ? 0 : 1;
}
