#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "kept_files.hpp"
#include "norma/core/error.hpp"
#include "norma/io/checkpoint.hpp"
#include "norma/io/state_dict.hpp"
#include "resumption.hpp"
#include "support/run_or_say_why.hpp"
#include "weights.hpp"

/// The definitions for kept_files.hpp.
namespace norma::compare {
namespace kept_files {

/// Calls `write()`, which writes `path`; prints the reason if it fails.
template <class Write>
void write_or_say_why(const Job& job, const std::filesystem::path& path, const Write& write) {
    const std::string why = job.unwritten.attempt(path, write);
    if (why.empty()) return;
    job.progress.clear();
    examples::say(job.network.program, why + "; training continues");
}

/// Calls `work()`; error messages begin with "--resume" and the checkpoint's name.
template <class Work>
void going_on_from(const std::filesystem::path& checkpoint, const Work& work) {
    const auto named = [&](const std::string& what) {
        return "--resume: " + (what.starts_with(checkpoint.string()) ? what : checkpoint.string() + ": " + what);
    };
    try {
        work();
    } catch (const OptionError& e) {
        raise<OptionError>(named(e.what()));
    } catch (const Error& e) {
        raise<FileError>(named(e.what()));
    }
}

}  // namespace kept_files

template <class Training>
void keep_training(const Training& trainer, const Job& job, const NetworkResult& result) {
    const auto path = checkpoint_of(job.options, job.seed, result.norm);
    if (!path || job.threads.reducer().rank() != 0) return;
    const std::string note = checkpoint_note(job, result.history);
    kept_files::write_or_say_why(job, *path, [&] { save_checkpoint(trainer, *path, note); });
}

template <class Training, class Source>
void verify_training(const Training& trainer, Source& train, const Job& job, const std::string& norm) {
    const auto path = checkpoint_to_resume(job, norm);
    job.threads.reducer().verify_same(
        path ? 1 : 0, "--checkpoint: " + checkpoint_of(job.options, job.seed, norm)->string() +
                          " is there for some processes and not for others; name a folder that all of them see");
    if (!path) return;
    kept_files::going_on_from(*path, [&] {
        // First the differences that have a name on the command line.
        check_network(*path, job);
        const CheckpointInfo info = verify_checkpoint(trainer, *path, ResumeWith::other_options);
        History unused;
        take_note(info.note, job, unused);
        check_epochs(info.progress, job);
        verify_checkpoint(trainer, train, *path);
        job.threads.reducer().verify_same(
            static_cast<std::uint64_t>(info.progress.step),
            "other processes read another file there; name a folder that all of them see");
    });
}

template <class Training>
bool resume_training(Training& trainer, const Job& job, NetworkResult& result) {
    const auto path = checkpoint_to_resume(job, result.norm);
    if (!path) return false;
    kept_files::going_on_from(*path, [&] { take_note(load_checkpoint(trainer, *path), job, result.history); });
    result.history.batch_loss = trainer.history().batch_loss;
    result.history.batch_accuracy = trainer.history().batch_accuracy;
    return true;
}

template <class Net>
void keep_weights(const Net& network, const Job& job, const NetworkResult& result) {
    if (!job.weights || job.threads.reducer().rank() != 0) return;
    const std::string name = "weights_" + name_of_training(job.options, job.seed, result.norm) + ".safetensors";
    const auto metadata =
        to_metadata(weights_note(job.network.name, result.norm, job.data.train, job.network.precision));
    remove_leftovers(*job.weights / name);
    kept_files::write_or_say_why(job, *job.weights / name,
                                 [&] { save_weights(network, *job.weights / name, {}, metadata); });
}

}  // namespace norma::compare

/// Compiles them for a trainer and its batches.
#define NORMA_KEPT_FILES_OF(Net, Trainer, Source)                                           \
    template void keep_training(const Trainer&, const Job&, const NetworkResult&);          \
    template void verify_training(const Trainer&, Source&, const Job&, const std::string&); \
    template bool resume_training(Trainer&, const Job&, NetworkResult&);                    \
    template void keep_weights(const Net&, const Job&, const NetworkResult&);
