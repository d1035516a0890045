#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "norma/core/finite.hpp"
#include "norma/core/target.hpp"
#include "norma/io/checkpoint_content.hpp"
#include "norma/io/state_content.hpp"
#include "norma/training/keep_best.hpp"

/// The best network of a training in its checkpoint.
namespace norma::inline NORMA_TARGET::detail {

inline constexpr std::string_view best_network_in_checkpoint = "best.network.";
inline constexpr std::string_view best_epoch_in_checkpoint = "best.epoch";
inline constexpr std::string_view best_value_in_checkpoint = "best.value";

/// Adds the best network to a checkpoint, if there is one.
template <class Net>
void put_best(const std::optional<BestNetwork<Net>>& best, CheckpointWriter& writer) {
    if (!best) return;
    put_state(best->network, {}, std::string(best_network_in_checkpoint), writer.content, writer.kept);
    writer.put_number(best_epoch_in_checkpoint, best->epoch);
    writer.put_number(best_value_in_checkpoint, best->value);
}

/// Has the file a best network?
inline bool has_best(const CheckpointReader& reader) { return reader.file().contains(best_epoch_in_checkpoint); }

/// Verifies that the best network, if the file has one, is a `Net`.
/// @throws DataError if not.
template <class Net>
void verify_best(const Net& network, const CheckpointReader& reader, std::string_view source) {
    if (!has_best(reader)) return;
    int epoch = 0;
    double value = 0;
    reader.number(best_epoch_in_checkpoint, epoch);
    reader.number(best_value_in_checkpoint, value);
    if (is_nan(value)) reader.refuse("is broken: " + std::string(best_value_in_checkpoint) + " is not a number");
    verify_state(network, reader.file(), {}, std::string(best_network_in_checkpoint), source);
}

/// The best network of a file that `verify_best` has verified, or none; `like` is any network of its type.
template <class Net>
std::optional<BestNetwork<Net>> best_of(const Net& like, const CheckpointReader& reader) {
    if (!has_best(reader)) return {};
    BestNetwork<Net> best{like};
    reader.number(best_epoch_in_checkpoint, best.epoch);
    reader.number(best_value_in_checkpoint, best.value);
    take_state(best.network, reader.file(), {}, std::string(best_network_in_checkpoint));
    return best;
}

}  // namespace norma::inline NORMA_TARGET::detail
