#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// A value in a Python pickle. The bytes of a text stay in the file, and items in `PickleStack`'s pool, so that a value
/// is small and contains no other values.
struct PickleValue {
    /// What it is. An `array` is a NumPy array, a `type` the type of its elements; a `mark` is a place on the stack.
    enum class Kind : std::uint8_t { mark, none, number, text, list, tuple, dictionary, array, type, function };

    std::int64_t number = 0;  ///< the number; of a text its place in the file; else the place of its items or its array
    std::uint32_t size = 0;   ///< number of bytes of a text
    Kind kind = Kind::mark;
    bool latin1 = false;  ///< a text that holds bytes, each as a character in UTF-8 (by Python 3, protocol 2)

    /// `number` as an index.
    std::size_t place() const { return static_cast<std::size_t>(number); }
};

/// The stack and the memory of the machine that runs pickles. The number of values is limited, and a step takes time
/// and memory in proportion to the values that it moves, so a file cannot make it slow or large. A template, so that
/// only programs that read pickles compile it.
template <class Value = PickleValue>
class PickleStack {
public:
    using Kind = PickleValue::Kind;

    /// For a file called `name` that may push at most `most` values.
    PickleStack(std::string name, std::size_t most) : name_(std::move(name)), most_(most) {}

    /// Names the file and the byte that `at` set.
    /// @throws FileError always.
    [[noreturn]] void refuse(const std::string& what) const {
        raise<FileError>({name_, ": a Python pickle, at byte ", at_, ": ", what});
    }
    /// Sets the byte that messages name.
    void at(std::size_t byte) { at_ = byte; }

    const std::vector<Value>& values() const { return stack_; }
    /// The items of a list or a tuple; of a dictionary key, value, key, value …; empty for another value.
    /// Valid until the next value is made.
    const std::vector<Value>& items(const Value& value) const {
        const bool has_items = value.kind == Kind::list || value.kind == Kind::tuple || value.kind == Kind::dictionary;
        return has_items ? pool_[value.place()] : no_items_;
    }

    void push(const Value& value) {
        if (++pushed_ > most_) {
            refuse("more than " + std::to_string(most_) + " values; a file of images of this size has fewer");
        }
        stack_.push_back(value);
    }
    void push(Kind kind, std::int64_t number = 0) { push({number, 0, kind, false}); }
    /// Replaces the last `count` values by one list, tuple or dictionary that holds them; with `marked` it also removes
    /// the mark below them.
    void push_items(Kind kind, std::size_t count, bool marked = false) {
        need(count + (marked ? 1 : 0));
        const auto first = stack_.end() - static_cast<std::ptrdiff_t>(count);
        pool_.emplace_back(first, stack_.end());
        stack_.erase(first - (marked ? 1 : 0), stack_.end());
        push(kind, static_cast<std::int64_t>(pool_.size() - 1));
    }
    Value pop() {
        need(1);
        const Value value = stack_.back();
        stack_.pop_back();
        return value;
    }
    const Value& top() const {
        need(1);
        return stack_.back();
    }
    /// How many values were pushed after the last mark.
    std::size_t count_to_mark() const {
        const auto mark =
            std::find_if(stack_.rbegin(), stack_.rend(), [](const Value& v) { return v.kind == Kind::mark; });
        if (mark == stack_.rend()) refuse("an instruction needs a mark on the stack, and there is none");
        return static_cast<std::size_t>(mark - stack_.rbegin());
    }
    /// Moves the last `count` values into the list or dictionary below them; with `marked` there is a mark between,
    /// which it removes.
    void add_items(Kind kind, std::size_t count, bool marked) {
        need(count + (marked ? 2 : 1));
        const auto first = stack_.end() - static_cast<std::ptrdiff_t>(count);
        const Value& target = *(first - (marked ? 2 : 1));
        if (target.kind != kind) refuse(kind == Kind::list ? "items without a list" : "entries without a dictionary");
        if (kind == Kind::dictionary && count % 2 != 0) refuse("an entry without a value");
        std::vector<Value>& items = pool_[target.place()];
        items.insert(items.end(), first, stack_.end());
        stack_.erase(first - (marked ? 1 : 0), stack_.end());
    }

    /// Keeps the last value in memory, at a number.
    void remember(std::uint64_t number) {
        if (number >= most_) refuse("a value is kept as number " + std::to_string(number) + ", which is too large");
        const std::size_t place = number;
        if (place >= memory_.size()) memory_.resize(place + 1);
        memory_[place] = top();
    }
    void remember() { remember(memory_.size()); }
    /// Pushes the value that was kept at a number.
    void recall(std::uint64_t number) {
        const bool known = number < memory_.size();
        const Value value = known ? memory_[number] : Value{};
        if (value.kind == Kind::mark) refuse("value number " + std::to_string(number) + " is used, but was not kept");
        push(value);
    }

private:
    void need(std::size_t count) const {
        if (stack_.size() < count) refuse("an instruction needs more values than the stack has");
    }

    std::string name_;
    std::size_t most_, pushed_ = 0, at_ = 0;
    std::vector<Value> stack_;
    std::vector<Value> memory_;  // a mark where nothing was kept
    std::vector<std::vector<Value>> pool_;
    std::vector<Value> no_items_;
};

/// Python's name of an instruction that `Pickle` does not know.
template <class = void>
std::string_view pickle_instruction(std::uint8_t instruction) {
    constexpr std::array<std::pair<std::uint8_t, std::string_view>, 28> names{
        {{'0', "POP"},        {'1', "POP_MARK"},   {'2', "DUP"},          {'F', "FLOAT"},
         {'G', "BINFLOAT"},   {'I', "INT"},        {'L', "LONG"},         {'P', "PERSID"},
         {'Q', "BINPERSID"},  {'S', "STRING"},     {'V', "UNICODE"},      {'d', "DICT"},
         {'g', "GET"},        {'i', "INST"},       {'l', "LIST"},         {'o', "OBJ"},
         {'p', "PUT"},        {0x81, "NEWOBJ"},    {0x82, "EXT1"},        {0x83, "EXT2"},
         {0x84, "EXT4"},      {0x8b, "LONG4"},     {0x8f, "EMPTY_SET"},   {0x90, "ADDITEMS"},
         {0x91, "FROZENSET"}, {0x92, "NEWOBJ_EX"}, {0x97, "NEXT_BUFFER"}, {0x98, "READONLY_BUFFER"}}};
    const auto found = std::find_if(names.begin(), names.end(), [&](const auto& n) { return n.first == instruction; });
    return found == names.end() ? "unknown to Python too" : found->second;
}

}  // namespace norma::inline NORMA_TARGET::detail
