#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "norma/core/bytes.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/network/network_view.hpp"
#include "norma/training/settings.hpp"
#include "norma/training/source_ref.hpp"

/// What processes that work together must have in common; otherwise they would mix their results without a word. Not to
/// be called by a process alone, which has nothing to compare.
namespace norma::inline NORMA_TARGET::detail {

/// @throws DataError in all processes, if the numbers of the network are not the same in all
template <class T>
[[gnu::cold]] void verify_same_network(Reducer& reducer, const NetworkView<T>& network) {
    std::uint64_t numbers = 0;
    for (const std::span<const T> all : {network.parameters, network.running_mean, network.running_var}) {
        numbers = xxh64(std::as_bytes(all), numbers);
    }
    reducer.verify_same(numbers,
                        "the network has different numbers in different processes; start all of them from the same "
                        "seed or file, with the same options and program on processors of the same kind");
}

/// @throws DataError in all processes, if the source has not as many samples and batches in all
template <class T, class Target>
[[gnu::cold]] void verify_same_samples(Reducer& reducer, const SourceRef<T, Target>& source) {
    const std::uint64_t sizes[] = {source.size(), static_cast<std::uint64_t>(source.batch_size()),
                                   static_cast<std::uint64_t>(source.count())};
    reducer.verify_same(xxh64(bytes_of(sizes)),
                        "processes share different data; give all of them the same files and sizes of batches");
}

/// @throws DataError with this message in all processes, if `numbers` and the settings are not the same in all
[[gnu::cold]] inline void verify_same_settings(Reducer& reducer, std::span<const std::uint64_t> numbers,
                                               const std::vector<Setting>& settings, std::string_view message) {
    std::uint64_t all = xxh64(std::as_bytes(numbers));
    for (const Setting& setting : settings) {
        all = xxh64(bytes_of(setting.name), all);
        all = xxh64(bytes_of(setting.value), all);
    }
    reducer.verify_same(all, message);
}

/// @throws DataError in all processes, if the trainer's options are not the same in all (`settings_of`)
template <class Training>
[[gnu::cold]] void verify_same_options(Reducer& reducer, const Training& trainer) {
    verify_same_settings(reducer, {}, settings_of(trainer),
                         "processes train with different options; give all of them the same");
}

}  // namespace norma::inline NORMA_TARGET::detail
