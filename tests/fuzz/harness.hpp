#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "allocations.hpp"
#include "norma/core/error.hpp"
#include "norma/core/printable.hpp"

/// A harness gives bytes to one of norma's readers and checks that the reader keeps its promises. The bytes come from
/// libFuzzer (libfuzzer.cpp) or, in the test suite, from the corpus (corpus_test.cpp).
namespace fuzz {

using Bytes = std::span<const std::uint8_t>;
using Buffer = std::vector<std::uint8_t>;

/// A promise that a reader broke. Not derived from norma::Error, so that no code mistakes it for a refusal.
struct Finding : std::logic_error {
    using std::logic_error::logic_error;
};

/// @throws Finding with this text unless `kept`.
inline void promise(bool kept, const std::string& words) {
    if (!kept) throw Finding(words);
}

struct Harness {
    std::string_view name;  ///< also the name of its source file and of its folder in corpus/
    /// Does the reader accept these bytes? @throws Finding, or an exception that the reader should not have thrown.
    bool (*takes)(Bytes input);
    std::size_t most_bytes;  ///< largest input that libFuzzer makes
    /// Corrects lengths and checksums after a mutation, because a random mutation never makes them right; may be null.
    void (*repair)(Buffer& input) = nullptr;
    /// First inputs that cannot be files in the corpus, because they contain norma's version or a network's type; may
    /// be null.
    std::vector<Buffer> (*seeds)() = nullptr;
};

/// The harnesses of this program.
inline std::vector<Harness>& harnesses() {
    static std::vector<Harness> all;
    return all;
}

/// Adds a harness to `harnesses()`; defined at namespace scope.
struct Registered {
    explicit Registered(const Harness& harness) { harnesses().push_back(harness); }
};

/// Memory that is allowed for any input, in addition to what is in proportion to it: tables, messages, zlib's window.
inline constexpr std::size_t spare_bytes = std::size_t{1} << 20;

/// @throws Finding unless the message begins with the file's name, is short, and has no control characters.
inline void judge_message(const std::string& message, std::string_view file) {
    promise(message.starts_with(file), "the message does not begin with the file's name: " + message);
    std::string visible = message;
    for (char& c : visible) {
        if (c == '\n') c = ' ';
    }
    promise(norma::printable(visible, visible.size()) == visible, "the message has control characters: " + message);
    promise(message.size() < 10'000, "the message has " + std::to_string(message.size()) + " bytes");
}

/// Does `read` accept its input? False if it throws a norma::Error, whose message must begin with `file`. Other
/// exceptions pass through.
/// @throws Finding if `read` had more memory allocated at a time than `most_bytes()`, which is called afterwards.
template <class Most, class Read>
    requires std::is_invocable_v<Most>
bool is_taken(const Most& most_bytes, std::string_view file, const Read& read) {
    const Allocations allocations;
    bool taken = true;
    try {
        read();
    } catch (const norma::Error& refusal) {
        judge_message(refusal.what(), file);
        taken = false;
    }
    const std::size_t found = allocations.most_bytes(), most = most_bytes();
    promise(found <= most, std::to_string(found) + " bytes of memory, and " + std::to_string(most) + " were allowed");
    return taken;
}

/// The same with the usual limit: twice the size of `input` and a megabyte.
template <class Read>
bool is_taken(Bytes input, std::string_view file, const Read& read) {
    return is_taken([&] { return 2 * input.size() + spare_bytes; }, file, read);
}

/// The bits of many numbers, to compare them at once: a NaN equals itself, and -0 is not 0.
class Bits {
public:
    template <class T>
    Bits& operator<<(std::span<T> numbers) {
        const std::span<const std::byte> own = std::as_bytes(numbers);
        bytes_.insert(bytes_.end(), own.begin(), own.end());
        return *this;
    }
    template <class T>
        requires std::is_arithmetic_v<T>
    Bits& operator<<(T number) {
        return *this << std::span<const T>(&number, 1);
    }
    Bits& operator<<(const Bits& others) { return *this << std::span<const std::byte>(others.bytes_); }
    bool operator==(const Bits&) const = default;

private:
    std::vector<std::byte> bytes_;
};

}  // namespace fuzz
