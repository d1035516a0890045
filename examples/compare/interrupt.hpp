#pragma once

#include "norma/core/reducer.hpp"
#include "norma/training/source.hpp"

namespace norma::compare {

/// From now on the first SIGINT, SIGTERM, SIGHUP (the terminal was closed), SIGUSR1 (which mpirun and Slurm hand on to
/// all processes) or SIGPIPE (nobody reads standard output any more) is only recorded. A second one of the same kind,
/// except SIGPIPE, ends the program at once. If SIGHUP is ignored (by nohup), it stays ignored.
void watch_signals();

/// The number of the first signal since `watch_signals`, or 0. After `stop_agreed` it is SIGTERM in processes that had
/// none.
int stop_signal();

/// Was there a signal in any of the processes? All ask at the same places, and stop together.
bool stop_agreed(Reducer& processes);

/// Has `stop_agreed` returned true since `watch_signals`?
bool stop_was_agreed();

/// Thrown between two batches after a signal.
struct Interrupted {};

/// @throws Interrupted if there was a signal in any of the processes.
inline void stop_if_asked(Reducer& processes) {
    if (stop_agreed(processes)) throw Interrupted{};
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
