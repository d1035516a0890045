#include "training.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../support/fnv.hpp"
#include "../support/full_disk.hpp"
#include "../support/small_network.hpp"
#include "../support/toy_data.hpp"
#include "norma/core/file.hpp"
#include "norma/io/checkpoint.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/layer.hpp"
#include "norma/training/evaluate.hpp"
#include "norma/training/trainer.hpp"
#include "norma/training/update_bn.hpp"
#include "zoo/lenet.hpp"

using namespace norma;

namespace {

/// Batches of 40 samples, of which a chunk has several; of 16, of which each is a chunk; and of 5 and 3, which leave
/// processes without samples.
template <class Net>
ToySource<float> samples() {
    return {Net::input_extent, {40, 16, 5, 3}, 1, Net::outputs};
}

template <class T>
void add(Fnv& hash, std::span<const T> numbers) {
    const auto bytes = std::as_bytes(numbers);
    hash.add_all(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

template <class Net>
std::string trained(const char* name, Reducer& reducer, int count) {
    Net network(3);
    Threads threads(count, reducer);
    const TrainingOptions options{.epochs = 3, .seed = 2};
    Trainer<Net> trainer(network, threads, options);
    auto source = samples<Net>();
    const History history = trainer.fit(source, source, source);
    Fnv numbers, figures;
    add<float>(numbers, network.parameters());
    add<float>(numbers, network.running_mean());
    add<float>(numbers, network.running_var());
    add<double>(figures, history.batch_loss);
    for (const EpochRecord& epoch : history.epochs) {
        const double all[] = {epoch.train_loss, epoch.train_accuracy_eval, epoch.test_loss, epoch.test_accuracy};
        add<double>(figures, all);
    }
    const Evaluation evaluation = evaluate(network, source, threads);
    add<double>(figures, evaluation.confidence);
    update_bn(network, source, threads);
    add<float>(figures, network.running_var());
    const std::string text = std::string(name) + ' ' + std::to_string(numbers.value()) + ' ' +
                             std::to_string(figures.value()) + ' ' + std::to_string(history.epochs.back().train_loss) +
                             '\n';
    Fnv line;
    for (const char c : text) line.add(static_cast<std::uint8_t>(c));
    reducer.verify_same(line.value(), "the processes have different numbers after training");
    return text;
}

using Batched = SmallNetwork<BatchNorm>;

/// Its files cannot be read from the second epoch on, in a process that is told so.
struct FailingFiles : ToySource<float> {
    bool fails = false;
    void start_epoch(int epoch) {
        ToySource::start_epoch(epoch);
        if (fails && epoch == 1) raise<FileError>("batch_7.bin: cannot be read");
    }
};

}  // namespace

std::string train_networks(Reducer& reducer, int threads) {
    return trained<Batched>("batch", reducer, threads) +
           trained<SmallNetwork<GroupNorm<2>>>("group", reducer, threads) +
           trained<SmallNetwork<LayerNorm>>("layer", reducer, threads) +
           trained<zoo::LeNet5<>>("LeNet-5", reducer, threads);
}

void train_with(std::string_view fault, Reducer& reducer, const std::string& file) {
    const bool last = reducer.rank() == reducer.processes() - 1;
    if ((last && fault == "open") || fault == "all") norma::read_file(file);  // there is none
    if (last && fault == "early") return;
    Batched network(3);
    Threads threads(1, reducer);
    Trainer<Batched> trainer(network, threads, {.epochs = 3});
    FailingFiles source{samples<Batched>()};
    source.fails = last && fault == "file";
    if (fault == "places" && last) {
        evaluate(network, source, threads);
        return;
    }
    // The last process has the last sample of this batch, and no other process reads it.
    if (fault == "nan" && last) *source[1].sample(15) = std::numeric_limits<float>::quiet_NaN();
    TrainingCallbacks callbacks;
    callbacks.after_epoch = [&](const EpochRecord& record) {
        if (fault != "disk" || reducer.rank() != 0 || record.epoch != 1) return Next::go_on;
        const FullDisk full(1000);
        write_file_atomically(file, checkpoint_bytes(trainer));
        return Next::go_on;
    };
    trainer.fit(source, source, source, callbacks);
}
