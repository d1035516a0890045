#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/data/pickle_stack.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// What a pickle of Python's (protocol 2 to 5) holds, where that is a dictionary of lists, numbers, texts and NumPy's
/// arrays of bytes, as in the Python versions of CIFAR-10 and CIFAR-100. A pickle is a program for a stack machine that
/// may call any function of Python's; here only the few instructions and the five functions that such files need are
/// known, and nothing is executed: NumPy's functions only note where an array's bytes are.
class Pickle {
public:
    using Value = PickleValue;
    using Kind = PickleValue::Kind;
    /// Of bytes, two-dimensional, rows one after another; -1 rows until it has been given its content.
    struct Array {
        std::int64_t rows = -1, columns = -1;
        Value bytes;  ///< a text
    };

    /// Reads all of a file, which must outlive this; `name` is for messages. Takes memory for one value in a kilobyte
    /// of the file, and 4,096 more: an image is longer than that.
    /// @throws FileError that names the byte and what was found there, unless it is a whole pickle of such content.
    Pickle(std::span<const std::uint8_t> file, std::string name)
        : file_(file), stack_(std::move(name), 4096 + file.size() / 1024) {
        while (!ended_) step();
        if (at_ != file_.size()) stack_.refuse("it ends, but " + std::to_string(file_.size() - at_) + " bytes follow");
        if (stack_.values().size() != 1 || stack_.top().kind != Kind::dictionary) {
            stack_.refuse("it ends without a dictionary");
        }
    }

    /// The dictionary's value of this name, or nullptr.
    const Value* find(std::string_view name) const {
        const std::span<const Value> entries = items(stack_.top());
        for (std::size_t i = entries.size(); i > 1; i -= 2) {  // the last of those that have the same name
            if (entries[i - 2].kind == Kind::text && text(entries[i - 2]) == name) return &entries[i - 1];
        }
        return nullptr;
    }
    /// The items of a list or a tuple; none of another value.
    std::span<const Value> items(const Value& value) const { return stack_.items(value); }
    /// The bytes in the file of a text.
    std::span<const std::uint8_t> bytes(const Value& text) const { return file_.subspan(text.place(), text.size); }
    /// The same as characters.
    std::string_view text(const Value& text) const {
        return {reinterpret_cast<const char*>(file_.data()) + text.number, text.size};
    }
    /// What NumPy's array holds; nullptr of another value.
    const Array* array(const Value& value) const {
        return value.kind == Kind::array && arrays_[value.place()].rows >= 0 ? &arrays_[value.place()] : nullptr;
    }

private:
    enum class Function : std::int64_t { reconstruct, ndarray, dtype, encode, from_buffer };

    std::span<const std::uint8_t> take(std::uint64_t size) {
        if (size > file_.size() - at_) {
            stack_.refuse(std::to_string(size) + " bytes are needed, " + std::to_string(file_.size() - at_) +
                          " are left; it is cut short or damaged, fetch it again");
        }
        const auto taken = file_.subspan(at_, size);
        at_ += size;
        return taken;
    }
    /// A little-endian number of `size` bytes.
    std::uint64_t unsigned_number(std::size_t size) {
        std::uint64_t number = 0;
        const auto bytes = take(size);
        for (std::size_t i = 0; i < size; ++i) number |= std::uint64_t{bytes[i]} << (8 * i);
        return number;
    }
    /// The same, of two's complement.
    std::int64_t signed_number(std::size_t size) {
        if (size == 0) return 0;
        const std::uint64_t sign = std::uint64_t{1} << (8 * size - 1);
        return static_cast<std::int64_t>((unsigned_number(size) ^ sign) - sign);
    }
    std::string_view line() {
        const auto rest = file_.subspan(at_, std::min<std::size_t>(file_.size() - at_, 100));
        const auto end = std::find(rest.begin(), rest.end(), std::uint8_t{'\n'});
        if (end == rest.end()) stack_.refuse("a name without an end");
        const auto length = static_cast<std::size_t>(end - rest.begin());
        at_ += length + 1;
        return {reinterpret_cast<const char*>(rest.data()), length};
    }
    void push_text(std::size_t bytes_of_size) {
        const std::uint64_t size = unsigned_number(bytes_of_size);
        const auto start = static_cast<std::int64_t>(at_);
        take(size);
        if (size > 0xffffffffu) stack_.refuse("a text of " + std::to_string(size) + " bytes");
        stack_.push({start, static_cast<std::uint32_t>(size), Kind::text, false});
    }

    void push_function(std::string_view module, std::string_view name) {
        const bool core = module.starts_with("numpy.core.") || module.starts_with("numpy._core.");
        const auto is = [&](bool in_module, const char* wanted) { return in_module && name == wanted; };
        Function function = Function::ndarray;
        if (is(core && module.ends_with(".multiarray"), "_reconstruct")) {
            function = Function::reconstruct;
        } else if (is(core && module.ends_with(".numeric"), "_frombuffer")) {
            function = Function::from_buffer;
        } else if (is(module == "numpy", "dtype")) {
            function = Function::dtype;
        } else if (is(module == "_codecs", "encode")) {
            function = Function::encode;
        } else if (!is(module == "numpy", "ndarray")) {
            stack_.refuse("the function " + printable(module) + "." + printable(name) +
                          " is asked for; norma knows only those that make NumPy's arrays of bytes, and calls none");
        }
        stack_.push(Kind::function, static_cast<std::int64_t>(function));
    }
    /// The value that a function would give for these arguments.
    void call() {
        const Value arguments = stack_.pop(), function = stack_.pop();
        if (function.kind != Kind::function || arguments.kind != Kind::tuple) {
            stack_.refuse("a call of what is no function");
        }
        const std::span<const Value> given = items(arguments);
        const auto is = [&](std::size_t i, Kind kind) { return i < given.size() && given[i].kind == kind; };
        switch (Function{function.number}) {
            case Function::reconstruct:
                return push_array({});
            case Function::from_buffer:
                if (!is(0, Kind::text) || !is(1, Kind::type) || !is(2, Kind::tuple) || !is(3, Kind::text)) break;
                return push_array(content(given[2], given[0], text(given[3]) != "C"));
            case Function::dtype:
                if (!is(0, Kind::text) || (text(given[0]) != "u1" && text(given[0]) != "|u1")) {
                    stack_.refuse("an array of " +
                                  (is(0, Kind::text) ? "'" + printable(text(given[0])) + "'" : "another type") +
                                  "; expected bytes, 'u1'");
                }
                return stack_.push(Kind::type);
            case Function::encode:
                if (!is(0, Kind::text) || !is(1, Kind::text) || text(given[1]) != "latin1") break;
                return stack_.push({given[0].number, given[0].size, Kind::text, true});
            case Function::ndarray:
                break;
        }
        stack_.refuse("a function is called with other arguments than NumPy's arrays are made by");
    }
    void push_array(const Array& array) {
        arrays_.push_back(array);
        stack_.push(Kind::array, static_cast<std::int64_t>(arrays_.size() - 1));
    }
    Array content(const Value& shape, const Value& bytes, bool fortran) const {
        if (fortran) stack_.refuse("an array in Fortran's order; expected C's, rows one after another");
        const std::span<const Value> sizes = items(shape);
        if (sizes.size() != 2 || sizes[0].kind != Kind::number || sizes[1].kind != Kind::number ||
            sizes[0].number < 0 || sizes[1].number < 0) {
            stack_.refuse("an array of other sizes than rows and columns");
        }
        return {sizes[0].number, sizes[1].number, bytes};
    }
    /// Gives an array its content: version, sizes, type, Fortran's order or not, bytes.
    void build() {
        const Value state = stack_.pop(), object = stack_.top();
        const std::span<const Value> parts = items(state);
        if (object.kind == Kind::type && state.kind == Kind::tuple) return;  // byte order and the like: a byte has none
        if (object.kind != Kind::array || parts.size() != 5 || parts[2].kind != Kind::type ||
            parts[3].kind != Kind::number || parts[4].kind != Kind::text) {
            stack_.refuse("content for what is no NumPy array of bytes");
        }
        arrays_[object.place()] = content(parts[1], parts[4], parts[3].number != 0);
    }

    void step();

    std::span<const std::uint8_t> file_;
    std::size_t at_ = 0;
    bool ended_ = false;
    PickleStack stack_;
    std::vector<Array> arrays_;
};

inline void Pickle::step() {
    stack_.at(at_);
    const std::uint8_t instruction = take(1)[0];
    switch (instruction) {
        case 0x80: {  // PROTO
            const std::uint64_t protocol = unsigned_number(1);
            if (protocol >= 2 && protocol <= 5) return;
            stack_.refuse("protocol " + std::to_string(protocol) + "; expected 2 to 5");
        }
        case 0x95:
            return void(take(8));  // FRAME: a length that is no help here
        case '.':
            return void(ended_ = true);
        case 'N':
            return stack_.push(Kind::none);
        case 0x88:
            return stack_.push(Kind::number, 1);  // True
        case 0x89:
            return stack_.push(Kind::number, 0);  // False
        case 'K':
            return stack_.push(Kind::number, static_cast<std::int64_t>(unsigned_number(1)));
        case 'M':
            return stack_.push(Kind::number, static_cast<std::int64_t>(unsigned_number(2)));
        case 'J':
            return stack_.push(Kind::number, signed_number(4));
        case 0x8a: {  // LONG1
            const std::uint64_t size = unsigned_number(1);
            if (size <= 8) return stack_.push(Kind::number, signed_number(static_cast<std::size_t>(size)));
            stack_.refuse("a number of " + std::to_string(size) + " bytes; expected at most 8");
        }
        case 'U':
        case 'C':
        case 0x8c:
            return push_text(1);  // text of Python 2, bytes, UTF-8
        case 'T':
        case 'B':
        case 'X':
            return push_text(4);  // the same, longer
        case 0x8d:
        case 0x8e:
        case 0x96:
            return push_text(8);  // UTF-8, bytes, bytearray
        case '(':
            return stack_.push(Kind::mark);
        case ')':
            return stack_.push_items(Kind::tuple, 0);
        case 0x85:
        case 0x86:
        case 0x87:
            return stack_.push_items(Kind::tuple, instruction - 0x84u);
        case 't':
            return stack_.push_items(Kind::tuple, stack_.count_to_mark(), true);
        case ']':
            return stack_.push_items(Kind::list, 0);
        case '}':
            return stack_.push_items(Kind::dictionary, 0);
        case 'a':
            return stack_.add_items(Kind::list, 1, false);
        case 'e':
            return stack_.add_items(Kind::list, stack_.count_to_mark(), true);
        case 's':
            return stack_.add_items(Kind::dictionary, 2, false);
        case 'u':
            return stack_.add_items(Kind::dictionary, stack_.count_to_mark(), true);
        case 'q':
            return stack_.remember(unsigned_number(1));
        case 'r':
            return stack_.remember(unsigned_number(4));
        case 0x94:
            return stack_.remember();  // MEMOIZE
        case 'h':
            return stack_.recall(unsigned_number(1));
        case 'j':
            return stack_.recall(unsigned_number(4));
        case 'R':
            return call();
        case 'b':
            return build();
        case 'c': {  // GLOBAL
            const std::string_view module = line();
            return push_function(module, line());
        }
        case 0x93: {  // STACK_GLOBAL
            const Value name = stack_.pop(), module = stack_.pop();
            if (name.kind == Kind::text && module.kind == Kind::text) return push_function(text(module), text(name));
            stack_.refuse("a function whose name is no text");
        }
        default:
            break;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    stack_.refuse(std::string("the instruction 0x") + digits[instruction / 16] + digits[instruction % 16] + ", " +
                  std::string(pickle_instruction(instruction)) +
                  ", which no file of CIFAR-10 or CIFAR-100 has; it is another one, or damaged");
}

}  // namespace norma::inline NORMA_TARGET::detail
