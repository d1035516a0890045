#include "resumption.hpp"

#include <nlohmann/json.hpp>

#include "norma/core/error.hpp"
#include "norma/io/json.hpp"

namespace norma::compare {
namespace {

using Json = nlohmann::ordered_json;

Json settings(const Job& job) {
    const Options& o = job.options;
    return {{"--batch", o.batch},
            {"--lr", o.rate},
            {"--momentum", o.momentum},
            {"--step", o.step},
            {"--gamma", o.gamma},
            {"--crop", o.crop},
            {"--flip", o.flip},
            {"--seed", job.seed},
            {"number of training images", job.data.train.size()},
            {"classes", job.data.train.class_names}};
}

}  // namespace

std::optional<std::filesystem::path> checkpoint_of(const Job& job, const std::string& norm) {
    if (!job.options.checkpoint) return std::nullopt;
    return *job.options.checkpoint / (name_of_training(job, norm) + ".safetensors");
}

std::string checkpoint_note(const Job& job, const History& history) {
    return Json{{"settings", settings(job)}, {"epochs", history.epochs}}.dump();
}

void take_note(const std::string& note, const Job& job, History& history) {
    try {
        const Json json = Json::parse(note);
        const Json here = settings(job);
        for (const auto& [name, value] : json.at("settings").items()) {
            if (here.at(name) == value) continue;
            raise<OptionError>("--resume: the checkpoint was made with another " + name + ": " + value.dump() +
                               " there, " + here.at(name).dump() + " here");
        }
        history.epochs = json.at("epochs").get<std::vector<EpochRecord>>();
    } catch (const Json::exception& e) {
        raise<DataError>(std::string("--resume: the checkpoint was not made by this version of compare: ") + e.what());
    }
}

void check_epochs(const TrainingProgress& progress, const Job& job) {
    const int begun = progress.epoch + (progress.batch > 0 ? 1 : 0);
    if (begun <= job.epochs) return;
    raise<OptionError>("--resume: the checkpoint is in epoch " + std::to_string(begun) + ", --epochs asks for " +
                       std::to_string(job.epochs) + "; ask for as many or more");
}

}  // namespace norma::compare
