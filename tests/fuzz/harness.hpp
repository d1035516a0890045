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

/// A harness hands bytes to one of norma's readers and looks whether the reader keeps its promises. libFuzzer makes up
/// the bytes (libfuzzer.cpp); the test suite takes those of the corpus (corpus_test.cpp).
namespace fuzz {

using Bytes = std::span<const std::uint8_t>;
using Buffer = std::vector<std::uint8_t>;

/// A promise that a reader broke. It is none of norma's exceptions, so that nothing takes it for a refusal.
struct Finding : std::logic_error {
    using std::logic_error::logic_error;
};

/// @throws Finding of these words unless `kept`.
inline void promise(bool kept, const std::string& words) {
    if (!kept) throw Finding(words);
}

struct Harness {
    std::string_view name;  ///< of its source file and of its folder in corpus/
    /// Whether the reader takes these bytes. @throws Finding, or what the reader should not have thrown.
    bool (*takes)(Bytes input);
    std::size_t most_bytes;  ///< of an input: as many as say something new
    /// Makes lengths and checksums right again after a mutation, which would hardly ever hit upon them; may be null.
    void (*repair)(Buffer& input) = nullptr;
    /// Inputs to begin with that no file can keep, for they name norma's version or a network's type; may be null.
    std::vector<Buffer> (*seeds)() = nullptr;
};

/// The harnesses that are linked in.
inline std::vector<Harness>& harnesses() {
    static std::vector<Harness> all;
    return all;
}

/// At namespace scope it makes a harness known.
struct Registered {
    explicit Registered(const Harness& harness) { harnesses().push_back(harness); }
};

/// What any input may take beyond what is in proportion to it: tables, messages, zlib's window.
inline constexpr std::size_t spare_bytes = std::size_t{1} << 20;

/// @throws Finding unless the message names the file, and nothing in it can do something to a terminal.
inline void judge_message(const std::string& message, std::string_view file) {
    promise(message.starts_with(file), "the message does not begin with the file's name: " + message);
    std::string visible = message;
    for (char& c : visible) {
        if (c == '\n') c = ' ';
    }
    promise(norma::printable(visible, visible.size()) == visible, "the message has control characters: " + message);
    promise(message.size() < 10'000, "the message has " + std::to_string(message.size()) + " bytes");
}

/// Whether `read` takes its input; false where it throws one of norma's exceptions, whose message must begin with
/// `file`. Any other exception passes through.
/// @throws Finding if `read` had more bytes allocated at any one time than `most_bytes()`, which is asked afterwards.
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

/// For a reader of `input`: twice its size and a megabyte.
template <class Read>
bool is_taken(Bytes input, std::string_view file, const Read& read) {
    return is_taken([&] { return 2 * input.size() + spare_bytes; }, file, read);
}

/// The bits of numbers, one after another, to be compared as a whole: a NaN equals itself, and -0 is not 0.
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
