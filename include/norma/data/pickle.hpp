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

/// Reads a Python pickle (protocol 2 to 5) that holds a dictionary of lists, numbers, texts and NumPy arrays of bytes,
/// as the Python versions of CIFAR-10 and CIFAR-100 do. A pickle is a program for a stack machine, and may call any
/// Python function. This class knows only the few instructions and the five functions that such files need, and calls
/// none of them: for NumPy's functions it notes where the array's bytes are. A template like
/// `PickleStack`.
template <class Value = PickleValue>
class Pickle {
public:
    using Kind = PickleValue::Kind;
    /// A two-dimensional array of bytes, row by row; `rows` is -1 until the array has its content.
    struct Array {
        std::int64_t rows = -1, columns = -1;
        Value bytes;  ///< its content, as a text
    };

    /// Reads a whole file, which must outlive this object; messages call it `name`. Refuses a file of more than 4,096
    /// values plus one for each kilobyte (an image takes 3 KB), so that memory stays in proportion to the file.
    /// @throws FileError that names the byte and what was found there, if it is not a whole pickle of such content.
    Pickle(std::span<const std::uint8_t> file, std::string name)
        : file_(file), stack_(std::move(name), 4096 + file.size() / 1024) {
        while (!ended_) step();
        if (at_ != file_.size())
            stack_.refuse("the pickle ends, but " + std::to_string(file_.size() - at_) + " bytes follow");
        if (stack_.values().size() != 1 || stack_.top().kind != Kind::dictionary) {
            stack_.refuse("the pickle ends, but does not hold one dictionary");
        }
    }

    /// The dictionary's value for this key, or nullptr.
    const Value* find(std::string_view name) const {
        const std::vector<Value>& entries = items(stack_.top());
        for (std::size_t i = entries.size(); i > 1; i -= 2) {  // from the end: the last of equal keys counts
            if (entries[i - 2].kind == Kind::text && text(entries[i - 2]) == name) return &entries[i - 1];
        }
        return nullptr;
    }
    /// The items of a list or a tuple; empty for another value.
    const std::vector<Value>& items(const Value& value) const { return stack_.items(value); }
    /// The bytes of a text in the file.
    std::span<const std::uint8_t> bytes(const Value& text) const { return file_.subspan(text.place(), text.size); }
    /// The same as characters.
    std::string_view text(const Value& text) const {
        return {reinterpret_cast<const char*>(file_.data()) + text.number, text.size};
    }
    /// A NumPy array; nullptr for another value.
    const Array* array(const Value& value) const {
        return value.kind == Kind::array && arrays_[value.place()].rows >= 0 ? &arrays_[value.place()] : nullptr;
    }

private:
    enum class Function : std::int64_t { reconstruct, ndarray, dtype, encode, from_buffer };

    std::span<const std::uint8_t> take(std::uint64_t size) {
        if (size > file_.size() - at_) {
            stack_.refuse(std::to_string(size) + " bytes should follow, but " + std::to_string(file_.size() - at_) +
                          " are left; it is cut short or damaged: download it again");
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
    /// The same in two's complement.
    std::int64_t signed_number(std::size_t size) {
        if (size == 0) return 0;
        const std::uint64_t sign = std::uint64_t{1} << (8 * size - 1);
        return static_cast<std::int64_t>((unsigned_number(size) ^ sign) - sign);
    }
    std::string_view line() {
        const auto rest = file_.subspan(at_, std::min<std::size_t>(file_.size() - at_, 100));
        const auto end = std::find(rest.begin(), rest.end(), std::uint8_t{'\n'});
        if (end == rest.end()) stack_.refuse("a name that does not end");
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
            stack_.refuse("it uses the Python function " + printable(module) + "." + printable(name) +
                          "; norma calls none, and knows only those that make NumPy arrays of bytes");
        }
        stack_.push(Kind::function, static_cast<std::int64_t>(function));
    }
    /// Pushes what a function would return, without calling it.
    void call() {
        const Value arguments = stack_.pop(), function = stack_.pop();
        if (function.kind != Kind::function || arguments.kind != Kind::tuple) {
            stack_.refuse("a call of a value that is not a function");
        }
        const std::vector<Value>& given = items(arguments);
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
        stack_.refuse("a function is called with other arguments than for a NumPy array of bytes");
    }
    void push_array(const Array& array) {
        arrays_.push_back(array);
        stack_.push(Kind::array, static_cast<std::int64_t>(arrays_.size() - 1));
    }
    Array content(const Value& shape, const Value& bytes, bool fortran) const {
        if (fortran) stack_.refuse("an array in Fortran order (by columns); expected C order (by rows)");
        const std::vector<Value>& sizes = items(shape);
        if (sizes.size() != 2 || sizes[0].kind != Kind::number || sizes[1].kind != Kind::number ||
            sizes[0].number < 0 || sizes[1].number < 0) {
            stack_.refuse("an array whose shape is not rows × columns");
        }
        return {sizes[0].number, sizes[1].number, bytes};
    }
    /// Gives an array its content: a tuple of version, shape, type, whether in Fortran order, bytes.
    void build() {
        const Value state = stack_.pop(), object = stack_.top();
        const std::vector<Value>& parts = items(state);
        if (object.kind == Kind::type && state.kind == Kind::tuple) return;  // byte order and so on: bytes have none
        if (object.kind != Kind::array || parts.size() != 5 || parts[2].kind != Kind::type ||
            parts[3].kind != Kind::number || parts[4].kind != Kind::text) {
            stack_.refuse("content for a value that is not a NumPy array of bytes");
        }
        arrays_[object.place()] = content(parts[1], parts[4], parts[3].number != 0);
    }

    void step();

    std::span<const std::uint8_t> file_;
    std::size_t at_ = 0;
    bool ended_ = false;
    PickleStack<Value> stack_;
    std::vector<Array> arrays_;
};

template <class Value>
void Pickle<Value>::step() {
    stack_.at(at_);
    const std::uint8_t instruction = take(1)[0];
    switch (instruction) {
        case 0x80: {  // PROTO
            const std::uint64_t protocol = unsigned_number(1);
            if (protocol >= 2 && protocol <= 5) return;
            stack_.refuse("protocol " + std::to_string(protocol) + "; expected 2 to 5");
        }
        case 0x95:
            return void(take(8));  // FRAME: a length that is not needed here
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
            stack_.refuse("a function whose name is not a text");
        }
        default:
            break;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    stack_.refuse(std::string("the instruction 0x") + digits[instruction / 16] + digits[instruction % 16] + ", " +
                  std::string(pickle_instruction(instruction)) +
                  ", which is not in any file of CIFAR-10 or CIFAR-100; this is another file, or it is damaged");
}

}  // namespace norma::inline NORMA_TARGET::detail
