// Trains a network for 28 × 28 grey pixels on MNIST's official files. Use: mnist [FOLDER]
// FOLDER has MNIST/raw/ in it; the default is $NORMA_DATA, else data/. Without the files, the same layers train on
// synthetic colour images.
#include <norma/norma.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/run_or_say_why.hpp"

using namespace norma;

template <ShapeType Input>
using Net = Network<Input, Block<16, 3, BatchNorm>, MaxPool2d<2>, Block<32, 3, BatchNorm>, MaxPool2d<2>, Linear<10>>;

void print(const std::string& line) {
    std::printf("%s\n", examples::printable_lines(line).c_str());
    examples::let_out();  // stops here if nothing can be printed
}

template <ShapeType Input>
void learn(const TrainTest& data) {
    Batches<float> train(data.train, {.batch_size = 64, .shuffle = true});
    const Batches<float> train_eval(data.train, {}), test(data.test, {});

    Net<Input> network(1);
    Threads threads;
    Trainer<Net<Input>> trainer(network, threads, {.epochs = 2, .learning_rate = StepLR(0.02, 1, 0.1)});
    const auto after_batch = [](const BatchReport& batch) {
        const double left = batch.seconds / (batch.batch + 1) * (batch.batches - batch.batch - 1);
        if (batch.batch % 100 == 99) {
            std::printf("epoch %d, batch %d of %d: loss %.3f, %.0f s left\n", batch.epoch + 1, batch.batch + 1,
                        batch.batches, batch.running_loss, left);
            examples::let_out();
        }
        return Next::go_on;
    };
    const auto after_epoch = [](const EpochRecord& epoch) {
        std::printf("epoch %d: test accuracy %.2f %%, trained in %.1f s\n", epoch.epoch + 1, epoch.test_accuracy,
                    epoch.seconds);
        return Next::go_on;
    };
    trainer.fit(train, train_eval, test, {.after_batch = after_batch, .after_epoch = after_epoch});
}

int main(int count, char** arguments) {
    const char* const variable = std::getenv("NORMA_DATA");
    const bool is_set = variable != nullptr && *variable != '\0';
    const std::filesystem::path folder = count > 1 ? arguments[1] : is_set ? variable : "data";
    return examples::run_or_say_why("mnist", [&] {
        if (count > 1 || has_mnist(folder)) {
            const TrainTest data = read_mnist(folder);
            print(data.train.source);
            learn<Shape<1, 28, 28>>(data);
        } else {
            print("no MNIST/raw/ in " + folder.string() + "; training on synthetic images");
            learn<Shape<3, 32, 32>>(synthetic_dataset(5000, 1000, 1));
        }
        return 0;
    });
}
