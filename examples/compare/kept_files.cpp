#include "kept_files.hpp"

#include <filesystem>
#include <optional>

#include "norma/io/checkpoint.hpp"
#include "norma/io/state_dict.hpp"
#include "resumption.hpp"
#include "weights.hpp"

namespace norma::compare {

template <class Net>
void keep_training(const Trainer<Net>& trainer, const Job& job, const NetworkResult& result) {
    const auto path = checkpoint_of(job.options, job.seed, result.norm);
    if (path) save_checkpoint(trainer, *path, checkpoint_note(job, result.history));
}

template <class Net>
bool resume_training(Trainer<Net>& trainer, const Job& job, NetworkResult& result) {
    const auto path = checkpoint_of(job.options, job.seed, result.norm);
    if (!job.options.resume || !path || !std::filesystem::exists(*path)) return false;
    // First what the command line can name.
    const CheckpointInfo info = verify_checkpoint(trainer, *path, ResumeWith::other_options);
    take_note(info.note, job, result.history);
    check_epochs(info.progress, job);
    load_checkpoint(trainer, *path);
    result.history.batch_loss = trainer.history().batch_loss;
    result.history.batch_accuracy = trainer.history().batch_accuracy;
    return true;
}

template <class Net>
void keep_weights(const Net& network, const Job& job, const NetworkResult& result) {
    if (!job.weights) return;
    const std::string name = "weights_" + name_of_training(job.options, job.seed, result.norm) + ".safetensors";
    save_weights(network, *job.weights / name, {}, to_metadata(weights_note(result.norm, job.data.train)));
}

#define NORMA_KEPT_FILES_OF(Norm)                                                                                 \
    template void keep_training(const Trainer<Cifar10Net<Norm>>&, const Job&, const NetworkResult&);              \
    template bool resume_training(Trainer<Cifar10Net<Norm>>&, const Job&, NetworkResult&);                        \
    template void keep_weights(const Cifar10Net<Norm>&, const Job&, const NetworkResult&);
NORMA_KEPT_FILES_OF(BatchNorm)
NORMA_KEPT_FILES_OF(GroupNorm<2>)
NORMA_KEPT_FILES_OF(LayerNorm)
NORMA_KEPT_FILES_OF(NoNorm)
#undef NORMA_KEPT_FILES_OF

}  // namespace norma::compare
