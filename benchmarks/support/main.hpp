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

/// Did a run end with an error? The member has different names in different versions of Google Benchmark.
template <class Run>
bool failed(const Run& run) {
    if constexpr (requires { run.error_occurred; }) {
        return run.error_occurred;
    } else {
        return run.skipped != 0;
    }
}

/// A reporter of Google Benchmark that prints the names as they were registered. By default it adds the time and the
/// clock of the measurement ("/min_time:0.1/manual_time"), but results are looked up by name.
template <class Reporter>
class PlainNames : public Reporter {
public:
    using Run = benchmark::BenchmarkReporter::Run;

    /// `keep_failed`: also reports runs that failed, which a file of results cannot have. `options` are the reporter's.
    template <class... Options>
    explicit PlainNames(bool keep_failed, Options... options) : Reporter(options...), keep_failed_(keep_failed) {}

    void ReportRuns(const std::vector<Run>& runs) override {
        std::vector<Run> renamed;
        for (const Run& run : runs) {
            if (failed(run) && !keep_failed_) continue;
            // For a counter that is always 0 this is 0 / 0, and JSON has no NaN.
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

/// A benchmark program: the options of Google Benchmark and of the program, context, yardsticks, reports.
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

    /// Was the option `--name` given? Call it for all options of the program before `run`, which refuses others.
    bool flag(std::string_view name) {
        return std::erase_if(rest_, [&](std::string_view a) { return a == name; }) > 0;
    }
    /// The value of the option `--name=`, if it was given.
    std::optional<std::string> value(const std::string& name) {
        std::optional<std::string> found;
        std::erase_if(rest_, [&](std::string_view a) {
            const bool is_it = a.starts_with(name + "=");
            if (is_it) found = a.substr(name.size() + 1);
            return is_it;
        });
        return found;
    }
    /// Prints the first unknown option, if there is one.
    bool has_unknown_options() {
        int count = static_cast<int>(rest_.size());
        return benchmark::ReportUnrecognizedArguments(count, rest_.data());
    }

    /// Runs all registered benchmarks and the yardsticks; returns the exit status.
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
