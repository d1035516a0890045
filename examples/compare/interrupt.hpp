#pragma once

#include "norma/training/source.hpp"

namespace norma::compare {

/// From now on the first SIGINT, SIGTERM, SIGHUP (the terminal is gone) or SIGPIPE (nobody reads standard output any
/// more) is only noted; a second one of the same kind, but SIGPIPE, ends the program at once. A SIGHUP that is
/// ignored, as by nohup, stays ignored.
void watch_signals();

/// The number of the first signal that came since `watch_signals`, or 0.
int stop_signal();

/// Thrown between two batches once a signal has come.
struct Interrupted {};

/// @throws Interrupted if a signal has come.
inline void stop_if_asked() {
    if (stop_signal() != 0) throw Interrupted{};
}

/// A source of batches that calls `watch(batch)` before it hands one out, so that a long evaluation can show how far
/// it is, and be left by an exception.
template <class Source, class Watch>
class Watched {
public:
    Watched(const Source& source, Watch watch) : source_(source), watch_(watch) {}

    void start_epoch(int) {}  // an evaluation takes the source as it stands
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
