#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// What processes do when they meet; `Reducer::agree` compares it.
struct MeetingPlace {
    std::uint8_t what = 0;     ///< such as `Reducer::training_pass`
    std::uint16_t number = 0;  ///< which one of several, and of what size
};

namespace detail {

/// A sum of numbers over the chunks of all processes, in the tree of all chunks.
class JointSum {
public:
    /// Calls `f(k)` for each k in [0, n), in any order.
    using ForEach = FunctionRef<void(int n, FunctionRef<void(int k)> f)>;
    /// Copies (`=`) the numbers from `begin` up to `end` of the own subtree whose first chunk is `leaf`.
    using Pack = FunctionRef<void(int leaf, std::size_t begin, std::size_t end, std::byte* to)>;
    /// to[i] += from[i] for `n` numbers.
    using Add = void(std::size_t n, const std::byte* from, std::byte* to);

    JointSum(const JointSum&) = delete;
    JointSum& operator=(const JointSum&) = delete;
    virtual ~JointSum() = default;

    /// Begins a sum of `count` numbers over `chunks` chunks. They travel, without the threads, while this process goes
    /// on, or, if `at_once`, until this returns.
    virtual void begin(std::size_t count, int chunks, const Pack& pack, const ForEach& for_each, bool at_once) = 0;
    /// The sums, after `Reducer::finish` and until the next `begin`.
    virtual const std::byte* sums() const = 0;
    /// Bytes held.
    virtual std::size_t memory() const = 0;

protected:
    JointSum() = default;
};

/// What only several processes do. The constructor of a reducer that joins some brings it along, so a program of one
/// process does not compile it (`JoinedProcesses`).
class SeveralProcesses {
public:
    SeveralProcesses(const SeveralProcesses&) = delete;
    SeveralProcesses& operator=(const SeveralProcesses&) = delete;
    virtual ~SeveralProcesses() = default;

    /// See `Reducer::any`; `Reducer::agree` is the same of `false`.
    virtual bool any(bool here, MeetingPlace place) = 0;
    /// See `Reducer::verify_same`.
    virtual void verify_same(std::uint64_t value, std::string_view message) = 0;
    /// See `Reducer::together`.
    virtual void together(const FunctionRef<void()>& f) = 0;
    /// See `Reducer::all_throw`.
    virtual bool all_throw() const = 0;
    /// See `Reducer::place`.
    virtual MeetingPlace place() const = 0;
    /// The least of the numbers that processes give.
    virtual std::uint64_t least(std::uint64_t number) = 0;
    /// As `Reducer::gather`, of items of `size` bytes, which `begins` counts, after the processes agreed on `place`.
    /// `bytes` is memory for a number of each process and one more.
    virtual void gather(MeetingPlace place, std::span<std::byte> items, std::span<const std::size_t> begins,
                        std::size_t size, std::vector<std::size_t>& bytes) = 0;
    /// Calls `f` with each of the arrays of a chunk, which are of the same sizes in all processes.
    using Parts = FunctionRef<void(int chunk, FunctionRef<void(std::span<std::byte>)> f)>;
    /// Gets the parts of the subtrees of other processes, and calls `merge(a, b)` to merge those of chunk b into those
    /// of chunk a, until chunk 0 has the sum of all. `packed` has room for the parts of all chunks.
    virtual void merge_parts(int chunks, const Parts& parts, const FunctionRef<void(int a, int b)>& merge,
                             std::span<std::byte> packed, std::vector<std::size_t>& bytes) = 0;
    /// Makes sums of numbers of `size` bytes.
    virtual Owned<JointSum> make_sum(std::size_t size, JointSum::Add& add) = 0;

protected:
    SeveralProcesses() = default;
};

}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
