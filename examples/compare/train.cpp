#include "train.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <new>

#include "interrupt.hpp"
#include "norma/core/error.hpp"

namespace norma::compare {
namespace {

constexpr std::array<Norm, 4> known{{{"batch", true, &ComparedNetwork::batch},
                                     {"group", false, &ComparedNetwork::group},
                                     {"layer", false, &ComparedNetwork::layer},
                                     {"none", false, &ComparedNetwork::none}}};

}  // namespace

std::span<const Norm> norms() { return known; }

const Norm& find_norm(const std::string& name, const std::string& option) {
    const auto found = std::ranges::find(known, name, &Norm::name);
    if (found != known.end()) return *found;
    std::string there;
    for (const Norm& norm : known) there += (there.empty() ? "" : ", ") + std::string(norm.name);
    raise<OptionError>(option + ": '" + name + "' is not one of " + there);
}

const ComparedNetwork::WithNorm& ComparedNetwork::with(const std::string& norm) const {
    return this->*find_norm(norm).member;
}

std::string train_or_say_why(Train* train, const Job& job, NetworkResult& result) {
    try {
        stop_if_asked(job.threads.reducer());
        job.threads.reducer().together([&] { train(job, result); });
        return {};
    } catch (const OptionError&) {
        throw;  // nothing is wrong with the training
    } catch (const std::bad_alloc&) {
        return "the machine has too little memory for a batch of " + std::to_string(job.options.batch) +
               " images; use a smaller batch size";
    } catch (const std::exception& e) {
        if (stop_was_agreed()) throw Interrupted{};  // which several processes throw as an error
        return e.what();                             // of any kind: the report still shows the other networks
    }
}

std::string name_of_training(const Options& options, std::uint64_t seed, const std::string& norm) {
    return seed == options.seed ? norm : norm + "_seed" + std::to_string(seed);
}

void check_precision(const ComparedNetwork& network) {
    if (!network.as_in_fp32) return;
    raise<OptionError>("--precision: no convolution of " + std::string(network.title) + " multiplies in " +
                       network.precision + ", so the results would be those of fp32; leave it out");
}

void check_last_batch(const ComparedNetwork& network, const Options& options, std::size_t train_images) {
    if (!network.one_pixel || train_images % static_cast<std::size_t>(options.batch) != (options.batch == 1 ? 0 : 1))
        return;
    for (const std::string& name : options.norms) {
        if (!find_norm(name).running_statistics) continue;
        const std::string why =
            ", and " + name + " norm has no variance for one image, because the network has maps of 1 × 1; ";
        if (options.batch == 1) {
            raise<OptionError>("a batch size of 1 gives batches of one image" + why +
                               "choose 2 or more, or other --norms");
        }
        if (train_images == 1) {
            raise<OptionError>("--train-images 1 gives a batch of one image" + why + "choose --train-images 2 or more");
        }
        raise<OptionError>(std::to_string(train_images) + " training images in batches of " +
                           std::to_string(options.batch) + " leave a last batch of one image" + why +
                           "choose --train-images " + std::to_string(train_images - 1) + " or another batch size");
    }
}

}  // namespace norma::compare
