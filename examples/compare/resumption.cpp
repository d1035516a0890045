#include "resumption.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include "known_networks.hpp"
#include "norma/core/error.hpp"
#include "norma/core/file.hpp"
#include "norma/core/printable.hpp"
#include "norma/io/json.hpp"
#include "norma/io/safetensors_file.hpp"
#include "program.hpp"

namespace norma::compare {
namespace {

namespace fs = std::filesystem;

nlohmann::json settings(const Job& job) {
    const Options& o = job.options;
    nlohmann::json all{{"--network", job.network.name},
                       {"--precision", job.network.precision},
                       {"--batch", o.batch},
                       {"--lr", o.rate},
                       {"--momentum", o.momentum},
                       {"--step", o.step},
                       {"--gamma", o.gamma},
                       {"--crop", o.crop},
                       {"--flip", o.flip},
                       {"--seed", job.seed},
                       {"number of training images", job.data.train.size()},
                       {"classes", job.data.train.class_names},
                       {"test set", job.test_source}};
    if (o.of_recipe) all["--epochs"] = o.recipe_epochs.value_or(job.epochs);
    return all;
}

/// Is there a checkpoint of this name? Also true for a link to a missing file: that is an error, not a new training.
bool is_kept(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

std::string in_message(const nlohmann::json& value) {
    return norma::printable(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), 300);
}

[[noreturn]] void refuse_other(const std::string& name, const nlohmann::json& there, const nlohmann::json& here) {
    raise<OptionError>("it was made with another " + name + ": " + in_message(there) + " in the checkpoint, " +
                       in_message(here) + " in this run");
}

}  // namespace

std::optional<fs::path> checkpoint_of(const Options& options, std::uint64_t seed, const std::string& norm) {
    if (!options.checkpoint) return std::nullopt;
    return *options.checkpoint / (name_of_training(options, seed, norm) + ".safetensors");
}

std::optional<fs::path> checkpoint_to_resume(const Job& job, const std::string& norm) {
    const auto path = checkpoint_of(job.options, job.seed, norm);
    return job.options.resume && path && is_kept(*path) ? path : std::nullopt;
}

void prepare_checkpoints(const Options& options) {
    if (!options.checkpoint) return;
    std::vector<fs::path> checkpoints;
    for (int i = 0; i < options.seeds; ++i) {
        for (const std::string& norm : options.norms) {
            checkpoints.push_back(*checkpoint_of(options, options.seed + static_cast<std::uint64_t>(i), norm));
        }
    }
    const auto found = std::ranges::find_if(checkpoints, is_kept);
    if (found != checkpoints.end() && !options.resume) {
        raise<OptionError>("--checkpoint: " + found->string() +
                           " is from an earlier run; add --resume to resume from it, " +
                           "name another folder, or delete it");
    }
    if (found == checkpoints.end() && options.resume) {
        print("There is no checkpoint of these networks in " + options.checkpoint->string() +
              ": training starts from the beginning");
    }
    for (const fs::path& checkpoint : checkpoints) remove_leftovers(checkpoint);
}

std::string checkpoint_note(const Job& job, const History& history) {
    const nlohmann::json note{{"settings", settings(job)}, {"epochs", history.epochs}};
    return note.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void take_note(const std::string& note, const Job& job, History& history) {
    try {
        const nlohmann::json json = nlohmann::json::parse(note);
        const nlohmann::json& there = json.at("settings");
        const nlohmann::json wanted = settings(job);
        for (const auto& [name, here] : wanted.items()) {
            if (name == "--network" || name == "--precision") continue;  // see check_network
            if (there.at(name) != here) refuse_other(name, there.at(name), here);
        }
        history.epochs = json.at("epochs").get<std::vector<EpochRecord>>();
    } catch (const nlohmann::json::exception& e) {
        raise<DataError>("it was not made by this version of compare: " + norma::printable(e.what(), 300));
    }
}

void check_network(const fs::path& checkpoint, const Job& job) {
    const std::vector<std::uint8_t> file = read_file(checkpoint);
    std::string note;
    try {
        note = SafetensorsFile(std::as_bytes(std::span(file)), checkpoint.string()).metadata()["note"];
    } catch (const DataError&) {
        return;  // verify_checkpoint says what is wrong with it
    }
    const nlohmann::json json = nlohmann::json::parse(note, nullptr, false);
    if (!json.is_object() || !json.contains("settings") || !json["settings"].is_object()) return;
    const auto compare = [&](const char* name, const char* otherwise, const char* here) {
        const nlohmann::json there = json["settings"].value(name, nlohmann::json(otherwise));
        if (there != here) refuse_other(name, there, here);
    };
    compare("--network", default_network, job.network.name);
    compare("--precision", default_precision, job.network.precision);
}

void check_epochs(const TrainingProgress& progress, const Job& job) {
    const int begun = progress.epoch + (progress.batch > 0 ? 1 : 0);
    if (begun <= job.epochs) return;
    raise<OptionError>("it is in epoch " + std::to_string(begun) + ", but this run has " + std::to_string(job.epochs) +
                       " epochs; choose --epochs " + std::to_string(begun) + " or more");
}

}  // namespace norma::compare
