#pragma once

#include "norma/training/source.hpp"

namespace norma::compare {

/// From now on the first SIGINT, SIGTERM, SIGHUP (the terminal was closed) or SIGPIPE (nobody reads standard output any
/// more) is only recorded. A second one of the same kind, except SIGPIPE, ends the program at once. If SIGHUP is
/// ignored (by nohup), it stays ignored.
void watch_signals();

/// The number of the first signal since `watch_signals`, or 0.
int stop_signal();

/// Thrown between two batches after a signal.
struct Interrupted {};

/// @throws Interrupted if there was a signal.
inline void stop_if_asked() {
    if (stop_signal() != 0) throw Interrupted{};
}

/// A source of batches that calls `watch(size)` with each batch's number of images before it returns the batch. So a
/// long evaluation can show its progress, and an exception can end it.
template <class Source, class Watch>
class Watched {
public:
    Watched(const Source& source, Watch watch) : source_(source), watch_(watch) {}

    void start_epoch(int) {}  // an evaluation does not change the order
    std::size_t size() const { return source_.size(); }
    int batch_size() const { return source_.batch_size(); }
    int count() const { return source_.count(); }
    Extent extent() const { return source_.extent(); }
    int classes() const { return source_.classes(); }
    auto operator[](int b) const {
        auto batch = source_[b];
        watch_(batch.size());
        return batch;
    }

private:
    const Source& source_;
    Watch watch_;
};

}  // namespace norma::compare
