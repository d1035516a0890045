// Trains by what the module exports.
#include <cstdio>
#include <string>

import norma_wrapper;

int main() {
    using Net = norma::Network<norma::Shape<3, 32, 32>, norma::Block<4, 3, norma::BatchNorm>, norma::MaxPool2d<8>,
                               norma::Block<4, 3, norma::GroupNorm<2>>, norma::Linear<10>>;
    const norma::TrainTest data = norma::synthetic_dataset(256, 64, 1);
    norma::Batches<float> train(data.train, {.batch_size = 16, .shuffle = true});
    const norma::Batches<float> test(data.test, {});
    Net network(1);
    norma::Threads threads(2);
    norma::Trainer<Net, norma::CrossEntropy, norma::AdamW> trainer(
        network, threads, {.epochs = 5, .learning_rate = norma::StepLR(0.01), .max_grad_norm = 1});
    const norma::History& history = trainer.fit(train, test, test);
    const double first = history.epochs.front().test_loss, last = history.epochs.back().test_loss;
    std::printf("loss %.3f, then %.3f\n", first, last);
    try {
        norma::StepLR(-1);
    } catch (const norma::OptionError& error) {
        return last < first && std::string(error.what()).starts_with("learning rate") ? 0 : 1;
    }
    return 1;
}
