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

/// What every example program does at its beginning and at its end.
namespace norma::examples {

/// Each line as `printable` has it, whole: a text that may come from a file or a file's name, fit for a terminal.
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

/// Lets out what was printed so far. Returns the error number of the first time that failed: 0 if all is written, less
/// where the reason is not known.
inline int flush_output() {
    static int first = 0;
    if (std::fflush(stdout) != 0 && first == 0) first = errno;
    return first != 0 || std::ferror(stdout) == 0 ? first : -1;
}

/// Prints `program: what` to standard error, after all that went to standard output.
inline void say(const char* program, std::string_view what) {
    flush_output();
    std::fprintf(stderr, "%s: %s\n", program, printable_lines(what).c_str());
}

/// Thrown by `let_out`; `run_or_say_why` says what is the matter.
struct StandardOutputFailed {};

/// Lets out what was printed so far, for a program that had better stop now than work for an hour unheard.
/// @throws StandardOutputFailed if some of it could not be written.
inline void let_out() {
    if (flush_output() != 0) throw StandardOutputFailed{};
}

/// Runs `work()` and returns its exit status. Where it throws, prints one sentence to standard error and returns 2 for
/// an option that cannot be taken, 1 for all else. Where standard output is closed, nothing is run; where not all that
/// was printed could be written (a full disk), that is said, and the status is not 0.
template <class Work>
int run_or_say_why(const char* program, const Work& work) {
    const auto is_closed = [](int descriptor) { return ::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF; };
    const bool unheard = is_closed(STDOUT_FILENO);
    // A file that is opened takes the lowest number that is free; what is printed would then go into that file.
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (is_closed(descriptor) && ::open("/dev/null", O_RDWR) != descriptor) return 1;
    }
    if (unheard) {
        say(program, "standard output is closed; send it to a terminal, a file or /dev/null");
        return 1;
    }
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is then an error with a message
    int status = 1;
    try {
        status = work();
    } catch (const StandardOutputFailed&) {
    } catch (const OptionError& e) {
        say(program, e.what());
        status = 2;
    } catch (const std::bad_alloc&) {
        say(program, "the machine's memory does not suffice; try with less data or a smaller batch size");
    } catch (const std::exception& e) {
        say(program, e.what());
    }
    if (const int reason = flush_output(); reason != 0) {
        say(program, "standard output: not all could be written" +
                         (reason > 0 ? ": " + std::generic_category().message(reason) : std::string()) +
                         "; free some space, or send it elsewhere");
        if (status == 0) status = 1;
    }
    return status;
}

}  // namespace norma::examples
