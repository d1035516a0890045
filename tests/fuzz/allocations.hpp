#pragma once

#include <cstddef>

namespace fuzz {

/// Counts what this thread allocates while the object exists; only one object at a time. Under a sanitizer it counts
/// all allocations, also those of C libraries such as zlib; without one only those of C++.
class Allocations {
public:
    Allocations();
    Allocations(const Allocations&) = delete;
    Allocations& operator=(const Allocations&) = delete;
    ~Allocations();

    /// The most bytes that were allocated at a time, not counting those from before.
    std::size_t most_bytes() const;
};

}  // namespace fuzz
