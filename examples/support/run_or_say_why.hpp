#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

#include "norma/core/error.hpp"
#include "norma/core/printable.hpp"

/// What every example program does at its beginning and at its end: errors and output.
namespace norma::examples {

/// The text with every line made `printable`, at any length. A text from a file, or a file's name, is then safe to
/// print.
inline std::string printable_lines(std::string_view text) {
    std::string lines;
    for (;;) {
        const std::size_t end = text.find('\n');
        lines += printable(text.substr(0, end), std::string_view::npos);
        if (end == std::string_view::npos) return lines;
        lines += '\n';
        text.remove_prefix(end + 1);
    }
}

/// Flushes standard output. Returns 0 if everything so far could be written, else the error number of the first
/// failure, or -1 if the reason is not known.
inline int flush_output() {
    static int first = 0;
    if (std::fflush(stdout) != 0 && first == 0) first = errno;
    return first != 0 || std::ferror(stdout) == 0 ? first : -1;
}

namespace detail {
inline bool silent = false;
}
/// From now on nothing of standard output is seen, and `say` says nothing: for a process beside another that prints the
/// same.
inline void be_silent() {
    detail::silent = true;
    flush_output();
    const int nowhere = ::open("/dev/null", O_WRONLY);
    if (nowhere < 0) return;
    ::dup2(nowhere, STDOUT_FILENO);
    ::close(nowhere);
}

/// Prints `program: what` to standard error, after everything that was printed to standard output.
inline void say(const char* program, std::string_view what) {
    if (detail::silent) return;
    flush_output();
    std::fprintf(stderr, "%s: %s\n", program, printable_lines(what).c_str());
}

/// Thrown by `let_out`; `run_or_say_why` then prints the reason.
struct StandardOutputFailed : FileError {
    StandardOutputFailed() : FileError("standard output cannot be written") {}
};

/// Flushes standard output, so that a long program stops early if its output cannot be written.
/// @throws StandardOutputFailed if not everything could be written.
inline void let_out() {
    if (flush_output() != 0) throw StandardOutputFailed{};
}

/// Runs `work()` and returns its exit status. If it throws, prints one sentence to standard error and returns 2 for an
/// OptionError, 1 for other exceptions. If standard output is closed, `work` is not run. If not everything could be
/// printed (a full disk), says so and does not return 0.
template <class Work>
int run_or_say_why(const char* program, const Work& work) {
    const auto is_closed = [](int descriptor) { return ::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF; };
    const bool output_is_closed = is_closed(STDOUT_FILENO);
    // The next file that is opened gets the lowest free number. If that is 1, the file would receive what is printed.
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (is_closed(descriptor) && ::open("/dev/null", O_RDWR) != descriptor) return 1;
    }
    if (output_is_closed) {
        say(program, "standard output is closed; send it to a terminal, a file or /dev/null");
        return 1;
    }
    std::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit of a file's size then fails with a message
    int status = 1;
    try {
        status = work();
    } catch (const StandardOutputFailed&) {
    } catch (const OptionError& e) {
        say(program, e.what());
        status = 2;
    } catch (const std::bad_alloc&) {
        say(program, "the machine has too little memory for this; use less data or a smaller batch size");
    } catch (const std::exception& e) {
        say(program, e.what());
    }
    if (const int reason = flush_output(); reason != 0) {
        say(program, "standard output: not everything could be written" +
                         (reason > 0 ? ": " + std::generic_category().message(reason) : std::string()) +
                         "; free some space, or send it to another place");
        if (status == 0) status = 1;
    }
    return status;
}

}  // namespace norma::examples
