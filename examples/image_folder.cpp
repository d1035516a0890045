// Trains on pictures in folders. Use: image_folder [FOLDER]
// FOLDER has a subfolder of PNG and JPEG pictures for each of at most ten classes. Without FOLDER the program draws
// pictures to a temporary one.
#include <norma/data/image_folder.hpp>
#include <norma/data/read_ahead.hpp>
#include <norma/norma.hpp>

#include <cstdio>
#include <filesystem>
#include <optional>

#include "support/draw_pictures.hpp"
#include "support/run_or_say_why.hpp"

using namespace norma;

using Net =
    Network<Shape<3, 32, 32>, Block<16, 3, BatchNorm>, MaxPool2d<2>, Block<32, 3, BatchNorm>, MaxPool2d<2>, Linear<10>>;

int learn(const std::filesystem::path& folder) {
    // Only the names are read here.
    const ImageFolder pictures(folder, {.height = 32, .width = 32});
    auto [train_part, test_part] = pictures.split(0.2, 1);  // a fifth of each class, drawn by seed 1
    train_part.crop = RandomResizedCrop{.least_area = 0.6};
    std::printf("%zu pictures to train on, %zu to test, %d classes\n", train_part.size(), test_part.size(),
                pictures.classes);

    // Threads decode the next batches of the training part while a batch trains; the test part is decoded once.
    Threads threads;
    const Dataset test_set = test_part.decoded(threads);
    ReadAhead train(Batches(train_part, {.batch_size = 32, .shuffle = true}, RandomFlip{}));
    const Batches test(test_set);

    Net network(1);
    Trainer<Net> trainer(network, threads, {.epochs = 8, .learning_rate = StepLR(0.02, 6, 0.1)});
    TrainingCallbacks callbacks;
    callbacks.after_epoch = [](const EpochRecord& epoch) {
        std::printf("epoch %d: test accuracy %.1f %%\n", epoch.epoch + 1, epoch.test_accuracy);
        examples::let_out();  // stops here if nothing can be printed
        return Next::go_on;
    };
    trainer.fit(train, test, callbacks);

    std::printf("%s: ", test_part.path(0).filename().string().c_str());
    const Evaluation result = evaluate(network, test, threads);
    std::printf("%s, predicted: %s\n", pictures.class_names[std::size_t(test_part.target(0))].c_str(),
                pictures.class_names.at(std::size_t(result.predicted[0])).c_str());
    return 0;
}

int main(int count, char** arguments) {
    return examples::run_or_say_why("image_folder", [&] {
        std::optional<examples::DrawnPictures> drawn;
        if (count < 2) drawn.emplace(1500);
        return learn(drawn ? drawn->folder() : arguments[1]);
    });
}
