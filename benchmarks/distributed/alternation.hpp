#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "norma/core/reducer.hpp"

namespace norma::bench {

/// Lets process 0 work alone while the others of the same machine sleep. Waiting for a message would keep their cores
/// busy; so they wait for a lock on a file.
class Alternation {
public:
    /// Makes the file. @throws std::runtime_error if that is not possible
    Alternation(Reducer& reducer, const std::filesystem::path& file)
        : reducer_(reducer), path_(file), file_(open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
        if (file_ == -1) throw std::runtime_error("cannot make " + file.string());
    }
    Alternation(const Alternation&) = delete;
    Alternation& operator=(const Alternation&) = delete;
    ~Alternation() {
        close(file_);
        if (reducer_.rank() == 0) unlink(path_.c_str());
    }

    /// Process 0 calls `f()`; all others return when it is done.
    template <class F>
    void alone(const F& f) {
        const bool works = reducer_.rank() == 0;
        if (works) flock(file_, LOCK_EX);
        reducer_.agree();
        if (works) {
            f();
        } else {
            flock(file_, LOCK_EX);
        }
        flock(file_, LOCK_UN);
    }

private:
    Reducer& reducer_;
    std::filesystem::path path_;
    int file_;
};

}  // namespace norma::bench
