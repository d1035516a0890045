#include <charconv>
#include <cstdio>

#include "step/measure.hpp"
#include "support/main.hpp"

/// Measures the whole training step and inference of the networks: time, share of the peak, memory, and the norm's
/// part.
namespace {

using namespace norma::bench;

std::vector<Entry> entries() {
    std::vector<Entry> all{cifar10_none(), cifar10_batch(), cifar10_group(), cifar10_layer()};
#ifndef NORMA_BENCH_TRAINING_ONLY
    all.push_back(resnet20_batch());
    all.push_back(resnet20_group());
#endif
    return all;
}

/// Trains, then prints the peak memory in bytes. `register_memory` starts it.
int train_only(const std::string& network, const std::string& batch_text) {
    int batch = 0;
    std::from_chars(batch_text.data(), batch_text.data() + batch_text.size(), batch);
    for (const Entry& entry : entries()) {
        if (entry.network != network || batch < 2) continue;
        entry.train_briefly(batch);
        std::printf("%.0f\n", peak_memory());
        return 0;
    }
    std::fprintf(stderr,
                 "bench_step: --train-only=%s --batch=%s: there is no such network, or the batch is too small\n",
                 network.c_str(), batch_text.c_str());
    return 2;
}

}  // namespace

int main(int count, char** arguments) {
    Program program(count, arguments);
    const auto network = program.value("--train-only");
    const auto batch = program.value("--batch");
    if (network) return train_only(*network, batch.value_or("128"));
    for (const Entry& entry : entries()) entry.add(entry.network);
    return program.run();
}
