#include "../../examples/compare/progress.hpp"

#include <doctest/doctest.h>

#include <signal.h>

#include <cstdio>
#include <memory>

#include "../../examples/compare/interrupt.hpp"
#include "../support/message.hpp"
#include "drawing/markup.hpp"

namespace progress_test {

using namespace norma;
using namespace norma::compare;
using namespace norma::drawing;

TEST_CASE("Durations are rounded up to whole seconds") {
    CHECK(duration(0) == "0 s");
    CHECK(duration(0.2) == "1 s");
    CHECK(duration(59.5) == "1:00");
    CHECK(duration(65) == "1:05");
    CHECK(duration(3723) == "1:02:03");
    CHECK(duration(-1) == "0 s");
}

TEST_CASE("A progress line has all its parts, and fits the terminal") {
    ProgressLine line{"batch", 2, 20, 0.5, "", 1.2345, 56.78, 12345.6, 7, 65};
    const std::string wide = render(line, 118);
    CHECK(mentions(wide, "batch", "epoch  3/20", "[##########..........]", "50 %", "loss 1.23", "acc  56.8 %",
                   "12,346 images/s", "left  7 s, in all 1:05"));
    CHECK(text_width(render(line, 100)) <= 100);
    // If not everything fits, the bar is kept, and the percentage and the time of all networks are left out.
    CHECK(mentions(render(line, 79), "epoch  3/20  [###", "...]  loss 1.23", "12,346/s", "left  7 s"));
    CHECK_FALSE(mentions(render(line, 60), "["));
    for (const int columns : {10, 40, 80, 100, 118}) CHECK(text_width(render(line, columns)) <= std::size_t(columns));
    line.doing = "evaluating";
    CHECK(mentions(render(line, 118), "evaluating", "in all 1:05"));
    CHECK_FALSE(mentions(render(line, 118), "images/s"));
}

TEST_CASE("Without a terminal there is a line for each epoch, and no line is redrawn") {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
    REQUIRE(file);
    Progress progress(file.get(), false, {1, 1, 100, 10, 1});
    progress.begin_network("batch", 37108);
    progress.begin_epoch(0);
    for (int b = 0; b < 10; ++b) progress.trained({0, b, 10, 10 * (b + 1), 2, 10, 2, 10, 0.1 * (b + 1)}, 10);
    progress.evaluated(110);
    progress.end_epoch({0, 0.01, 1.5, 40.25, 42.5, 1.25, 41.75, 3.21});
    progress.begin_recalibration();
    progress.evaluated(210);
    progress.end_recalibration({50, 1, 51.5});
    std::rewind(file.get());
    std::string text(4096, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    CHECK(mentions(text, "batch: 37,108 parameters\n", "epoch 1/1", "train 40.25 %, eval mode 42.50 %",
                   "test 41.75 %, loss 1.2500", "3.2 s\n", "estimated again", "51.50 %"));
    CHECK(text.find('\r') == std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("The first signal is recorded; the next one has the default action") {
    watch_signals();
    CHECK(stop_signal() == 0);
    Reducer alone;
    CHECK_NOTHROW(stop_if_asked(alone));
    ::raise(SIGINT);
    CHECK(stop_signal() == SIGINT);
    CHECK_THROWS_AS(stop_if_asked(alone), Interrupted);
    struct sigaction now {};
    sigaction(SIGINT, nullptr, &now);
    const bool is_default = now.sa_handler == SIG_DFL;
    CHECK(is_default);
    for (const int number : {SIGTERM, SIGHUP, SIGPIPE}) ::signal(number, SIG_DFL);
}

TEST_CASE("SIGPIPE never ends the program, the first signal stays recorded, and nohup still ignores SIGHUP") {
    ::signal(SIGHUP, SIG_IGN);
    watch_signals();
    ::raise(SIGHUP);
    CHECK(stop_signal() == 0);
    ::raise(SIGPIPE);
    ::raise(SIGPIPE);
    CHECK(stop_signal() == SIGPIPE);
    watch_signals();
    ::raise(SIGTERM);
    ::raise(SIGPIPE);
    CHECK(stop_signal() == SIGTERM);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(number, SIG_DFL);
}

}  // namespace progress_test
