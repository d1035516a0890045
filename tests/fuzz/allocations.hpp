#pragma once

#include <cstddef>

namespace fuzz {

/// Counts what this thread allocates while the object lives; one at a time. Under a sanitizer every allocation is seen,
/// those of zlib and other C libraries too; elsewhere those of C++ alone.
class Allocations {
public:
    Allocations();
    Allocations(const Allocations&) = delete;
    Allocations& operator=(const Allocations&) = delete;
    ~Allocations();

    /// Most bytes at any one time, beyond what was there before.
    std::size_t most_bytes() const;
};

}  // namespace fuzz
