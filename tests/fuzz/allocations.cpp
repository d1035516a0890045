#include "allocations.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define NORMA_FUZZ_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NORMA_FUZZ_SANITIZED
#endif

#if defined(NORMA_FUZZ_SANITIZED)
// From sanitizer/allocator_interface.h, which GCC does not have.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void*, std::size_t),
                                                         void (*freed)(const volatile void*));
extern "C" std::size_t __sanitizer_get_allocated_size(const volatile void* at);
#else
#include <malloc.h>
#endif

namespace {

struct Count {
    bool is_on = false;
    std::ptrdiff_t now = 0;  // negative if memory from before is freed
    std::ptrdiff_t most = 0;
};
thread_local Count count;

void add(std::size_t bytes) {
    count.now += static_cast<std::ptrdiff_t>(bytes);
    count.most = std::max(count.most, count.now);
}

void subtract(std::size_t bytes) { count.now -= static_cast<std::ptrdiff_t>(bytes); }

#if defined(NORMA_FUZZ_SANITIZED)

void allocated(const volatile void*, std::size_t size) {
    if (count.is_on) add(size);
}

void freed(const volatile void* at) {
    if (count.is_on) subtract(__sanitizer_get_allocated_size(at));
}

[[maybe_unused]] const int hooks = __sanitizer_install_malloc_and_free_hooks(allocated, freed);

#else

void* counted(void* at) {
    if (at == nullptr) throw std::bad_alloc();
    if (count.is_on) add(malloc_usable_size(at));
    return at;
}

void forget(void* at) {
    if (count.is_on && at != nullptr) subtract(malloc_usable_size(at));
    std::free(at);
}

#endif

}  // namespace

#if !defined(NORMA_FUZZ_SANITIZED)

// The other forms of new and delete call these.
void* operator new(std::size_t size) { return counted(std::malloc(std::max(size, std::size_t{1}))); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    const auto step = static_cast<std::size_t>(alignment);
    return counted(std::aligned_alloc(step, (std::max(size, std::size_t{1}) + step - 1) / step * step));
}
void operator delete(void* at) noexcept { forget(at); }
void operator delete(void* at, std::size_t) noexcept { forget(at); }
void operator delete(void* at, std::align_val_t) noexcept { forget(at); }
void operator delete(void* at, std::size_t, std::align_val_t) noexcept { forget(at); }

#endif

namespace fuzz {

Allocations::Allocations() { count = {true, 0, 0}; }
Allocations::~Allocations() { count.is_on = false; }
std::size_t Allocations::most_bytes() const { return static_cast<std::size_t>(count.most); }

}  // namespace fuzz
