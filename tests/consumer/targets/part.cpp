// Compiled once for each instruction set; PART is `baseline` or `wide`.
#include "part.hpp"

#include <norma/norma.hpp>

#define TEXT_OF(name) TEXT(name)
#define TEXT(name) #name

namespace {

using Net = norma::Network<norma::Shape<3, 32, 32>, norma::Block<2, 3, norma::BatchNorm>, norma::MaxPool2d<8>,
                           norma::Linear<10>>;

}  // namespace

Part PART::train() {
    const norma::TrainTest data = norma::synthetic_dataset(64, 32, 1);
    norma::Batches<float> train(data.train, {.batch_size = 16, .shuffle = true});
    const norma::Batches<float> test(data.test, {});
    Net network(1);
    norma::Threads threads(2);
    norma::Trainer<Net> trainer(network, threads, {.epochs = 2});
    Part part{TEXT_OF(NORMA_TARGET), norma::simd::Widest<float>::lanes, {}};
    for (const norma::EpochRecord& epoch : trainer.fit(train, test, test).epochs) {
        norma::append(part.losses, epoch.test_loss);  // a function of std::vector could be that of the other file
    }
    return part;
}

void PART::refuse() { norma::StepLR(-0.5); }

std::string PART::caught(void (*refuses)()) {
    try {
        refuses();
    } catch (const norma::OptionError& error) {
        return error.what();
    }
    return "nothing was caught";
}
