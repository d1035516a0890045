#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "norma/core/finite.hpp"
#include "norma/core/target.hpp"
#include "norma/io/checkpoint_content.hpp"
#include "norma/io/state_entries.hpp"
#include "norma/io/tensor_view.hpp"
#include "norma/training/weight_update.hpp"

/// The state of lookahead, average and accumulated gradients in a checkpoint.
namespace norma::inline NORMA_TARGET::detail {

/// Adds the state to a checkpoint.
template <class T>
void put_update(const WeightUpdate<T>& update, CheckpointWriter& writer) {
    const std::string prefix(update_in_checkpoint);
    update.visit_state([&](const std::string& name, auto number) { writer.put_number(prefix + name, number); },
                       [&](const std::string& name, std::span<const T> numbers) {
                           writer.put<T>(prefix + name, {static_cast<std::int64_t>(numbers.size())}, numbers);
                       });
}

/// Has the file a tensor of the part of the state that `name` begins with, such as "lookahead"?
inline bool has_part(const CheckpointReader& reader, const std::string& name) {
    const std::string part = std::string(update_in_checkpoint) + name.substr(0, name.find('.') + 1);
    for (std::size_t i = 0; i < reader.file().size(); ++i) {
        if (reader.file().name(i).starts_with(part)) return true;
    }
    return false;
}

/// Verifies that the file has the state; a part of it may be missing if `may_be_new`.
/// @throws DataError if not.
template <class T>
void verify_update(const WeightUpdate<T>& update, const CheckpointReader& reader, bool may_be_new) {
    const std::string prefix(update_in_checkpoint);
    const auto is_new = [&](const std::string& name) { return may_be_new && !has_part(reader, name); };
    update.visit_state(
        [&](const std::string& name, auto number) {
            if (is_new(name)) return;
            reader.number(prefix + name, number);
            if constexpr (std::is_floating_point_v<decltype(number)>) {
                if (is_finite(number) && number >= 0) return;
                reader.refuse("is broken: " + prefix + name + " is not a finite number of at least 0");
            }
        },
        [&](const std::string& name, std::span<const T> numbers) {
            if (is_new(name)) return;
            const TensorView found = reader.tensor(prefix + name, type_of<T>);
            if (found.bytes.size() == numbers.size_bytes()) return;
            reader.refuse("is broken: " + prefix + name + " is not " + std::to_string(numbers.size()) + " numbers");
        });
}

/// Sets the state (`=`) from a file that `verify_update` has verified. What is missing there begins anew.
template <class T>
void take_update(WeightUpdate<T>& update, const CheckpointReader& reader) {
    const std::string prefix(update_in_checkpoint);
    update.visit_state(
        [&](const std::string& name, auto& number) {
            number = 0;
            if (reader.file().contains(prefix + name)) reader.number(prefix + name, number);
        },
        [&](const std::string& name, std::span<T> numbers) {
            const std::optional<TensorView> found = reader.file().find(prefix + name);
            if (found) take_numbers<T>(*found, prefix + name, {1, 1, numbers.size()}, numbers);
        });
}

}  // namespace norma::inline NORMA_TARGET::detail
