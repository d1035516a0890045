#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "norma/core/background_thread.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/reducer.hpp"

namespace norma::bench {

/// Process `rank` of `processes` of which there is only this one, to measure its share of a step: what the others would
/// send is a copy of what this one has. So the results are wrong, but as finite as its own.
class PretendReducer : public Reducer {
    using Begins = std::span<const std::size_t>;

public:
    PretendReducer(int rank, int processes) : Reducer(rank, processes) {}

    void start_work(FunctionRef<void()> work) override { thread_.start_work(work); }
    void finish() override { thread_.wait(); }

    void gather(std::span<std::byte> bytes, Begins begins) override {
        const std::span<const std::byte> own = part(bytes, begins, rank());
        for (int p = 0; p < processes(); ++p) {
            if (p != rank()) fill(part(bytes, begins, p), own);
        }
    }
    void exchange(std::span<const std::byte> from, Begins from_begins, std::span<std::byte> to,
                  Begins to_begins) override {
        const std::span<const std::byte> own = part(from, from_begins, rank());
        for (int p = 0; p < processes(); ++p) fill(part(to, to_begins, p), own);
    }

private:
    template <class Byte>
    static std::span<Byte> part(std::span<Byte> bytes, Begins begins, int p) {
        const auto at = static_cast<std::size_t>(p);
        return bytes.subspan(begins[at], begins[at + 1] - begins[at]);
    }
    /// `to` = `from`, from its beginning as often as there is room, or zeros.
    static void fill(std::span<std::byte> to, std::span<const std::byte> from) {
        if (from.empty()) return std::fill(to.begin(), to.end(), std::byte{0}), void();
        for (std::size_t at = 0; at < to.size(); at += from.size()) {
            std::copy_n(from.begin(), std::min(from.size(), to.size() - at), to.begin() + std::ptrdiff_t(at));
        }
    }

    BackgroundThread thread_;
};

}  // namespace norma::bench
