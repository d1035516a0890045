#pragma once

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/context.hpp"
#include "support/yardstick.hpp"

namespace norma::bench {

/// Whether a run ended with an error: Google Benchmark has renamed where it says so.
template <class Run>
bool failed(const Run& run) {
    if constexpr (requires { run.error_occurred; }) {
        return run.error_occurred;
    } else {
        return run.skipped != 0;
    }
}

/// A reporter of Google Benchmark's that names each benchmark as it was registered. Otherwise how long and by which
/// clock it was measured ("/min_time:0.1/manual_time") became part of the name, by which results are looked up.
template <class Reporter>
class PlainNames : public Reporter {
public:
    using Run = benchmark::BenchmarkReporter::Run;

    /// `keep_failed`: report runs that failed too. A file of results has no place for them. `options`: the reporter's.
    template <class... Options>
    explicit PlainNames(bool keep_failed, Options... options) : Reporter(options...), keep_failed_(keep_failed) {}

    void ReportRuns(const std::vector<Run>& runs) override {
        std::vector<Run> renamed;
        for (const Run& run : runs) {
            if (failed(run) && !keep_failed_) continue;
            // The deviation of a counter that is always 0, divided by its mean, is no number, and JSON has none.
            if (run.aggregate_name == "cv" && !keep_failed_) continue;
            renamed.push_back(run);
            benchmark::BenchmarkName name;
            name.function_name = run.run_name.function_name;
            name.args = run.run_name.args;
            renamed.back().run_name = name;
        }
        Reporter::ReportRuns(renamed);
    }

private:
    bool keep_failed_;
};

/// A benchmark program: Google Benchmark's options and the program's own, context, yardsticks, reports.
class Program {
public:
    Program(int count, char** arguments) {
        const std::vector<std::string_view> all(arguments, arguments + count);
        const auto names_file = [](std::string_view a) { return a.starts_with("--benchmark_out="); };
        writes_file_ = std::any_of(all.begin(), all.end(), names_file) || std::getenv("BENCHMARK_OUT") != nullptr;
        benchmark::Initialize(&count, arguments);
        rest_.assign(arguments, arguments + count);
        add_context();
    }

    /// Whether the option `--name` was given. Ask for all options of the program before `run`, which refuses others.
    bool flag(std::string_view name) {
        return std::erase_if(rest_, [&](std::string_view a) { return a == name; }) > 0;
    }
    /// What follows the option `--name=`, if it was given.
    std::optional<std::string> value(const std::string& name) {
        std::optional<std::string> found;
        std::erase_if(rest_, [&](std::string_view a) {
            const bool is_it = a.starts_with(name + "=");
            if (is_it) found = a.substr(name.size() + 1);
            return is_it;
        });
        return found;
    }
    /// Prints the first option that nobody has asked for, if there is one.
    bool has_unknown_options() {
        int count = static_cast<int>(rest_.size());
        return benchmark::ReportUnrecognizedArguments(count, rest_.data());
    }

    /// Measures all that is registered, and the yardsticks, and returns the exit status.
    int run() {
        if (has_unknown_options()) return 2;
        register_fma_yardstick();
        using Console = benchmark::ConsoleReporter;
        PlainNames<Console> console(true, isatty(STDOUT_FILENO) != 0 ? Console::OO_Color : Console::OO_None);
        PlainNames<benchmark::JSONReporter> file(false);
        benchmark::RunSpecifiedBenchmarks(&console, writes_file_ ? &file : nullptr);
        benchmark::Shutdown();
        return 0;
    }

private:
    std::vector<char*> rest_;
    bool writes_file_ = false;
};

}  // namespace norma::bench
