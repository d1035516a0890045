#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

/// `Guarded` for bytes: an array for a kernel to write to, between guards that must not change.
class GuardedBytes {
public:
    explicit GuardedBytes(int size) : memory_(static_cast<std::size_t>(size) + 2 * guard_size, guard) {}

    std::uint8_t* data() { return memory_.data() + guard_size; }
    std::vector<std::uint8_t> copy() const { return {memory_.begin() + guard_size, memory_.end() - guard_size}; }
    bool intact() const {
        const auto is_guard = [](std::uint8_t value) { return value == guard; };
        return std::all_of(memory_.begin(), memory_.begin() + guard_size, is_guard) &&
               std::all_of(memory_.end() - guard_size, memory_.end(), is_guard);
    }

private:
    static constexpr std::ptrdiff_t guard_size = 32;
    static constexpr std::uint8_t guard = 0xA5;

    std::vector<std::uint8_t> memory_;
};
