#include "progress.hpp"

#include <sys/ioctl.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "drawing/markup.hpp"
#include "drawing/numbers.hpp"
#include "figures.hpp"

namespace norma::compare {

using namespace drawing;

namespace {

using Seconds = std::chrono::duration<double>;

constexpr double seconds_between_drawings = 0.1, seconds_between_lines = 15;
constexpr int widest = 118, narrowest_bar = 6;
constexpr std::size_t full_figures = 41, brief_figures = 33;  // columns of loss, accuracy and speed

std::string right(const std::string& text, std::size_t width) {
    return std::string(width - std::min(width, text_width(text)), ' ') + text;
}

std::string left(const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, text_width(text)), ' ');
}

std::string epoch_name(const std::string& norm, int epoch, int epochs) {
    const std::string last = std::to_string(epochs);
    return left(norm, 5) + "  epoch " + right(std::to_string(epoch + 1), last.size()) + "/" + last;
}

std::string aligned_percent(double value) { return right(fixed(value, 2), 6) + " %"; }

}  // namespace

std::string duration(double seconds) {
    const auto whole = static_cast<long long>(std::ceil(std::clamp(seconds, 0.0, 3.6e6)));
    const auto two = [](long long n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    if (whole < 60) return std::to_string(whole) + " s";
    if (whole < 3600) return std::to_string(whole / 60) + ":" + two(whole % 60);
    return std::to_string(whole / 3600) + ":" + two(whole / 60 % 60) + ":" + two(whole % 60);
}

namespace {

/// The text after the bar: complete, or as much as fits a terminal of 80 columns.
std::string progress_figures(const ProgressLine& line, bool brief) {
    const std::string percentage =
        brief ? "" : right(fixed(std::floor(100 * std::clamp(line.share, 0.0, 1.0)), 0), 3) + " %  ";
    const std::string figures =
        !line.doing.empty()
            ? left(line.doing, brief ? brief_figures : full_figures)
            : "loss " + right(fixed(line.loss, 3), 5) + "  acc " + right(fixed(line.accuracy, 1), 5) + " %  " +
                  right(grouped(std::llround(line.images_per_second)), brief ? 6 : 7) + (brief ? "/s" : " images/s");
    const std::string left = "  left " + right(duration(line.epoch_left), 4);
    return "  " + percentage + figures + left + (brief ? "" : ", in all " + duration(line.all_left));
}

}  // namespace

std::string render(const ProgressLine& line, int columns) {
    const std::string head = epoch_name(line.norm, line.epoch, line.epochs);
    std::string text;
    for (const bool brief : {false, true}) {
        const std::string tail = progress_figures(line, brief);
        const int bar = std::min(20, columns - static_cast<int>(text_width(head) + text_width(tail)) - 4);
        if (bar >= narrowest_bar) {
            const auto full = static_cast<std::size_t>(std::lround(std::clamp(line.share, 0.0, 1.0) * bar));
            return head + "  [" + std::string(full, '#') + std::string(static_cast<std::size_t>(bar) - full, '.') +
                   "]" + tail;
        }
        text = head + tail;
    }
    return text.substr(0, static_cast<std::size_t>(std::max(columns, 1)));
}

std::string epoch_line(const std::string& norm, int epochs, const EpochRecord& r) {
    return epoch_name(norm, r.epoch, epochs) + "  loss " + right(fixed(r.train_loss, 4), 6) + "  train" +
           aligned_percent(r.train_accuracy) +
           (std::isnan(r.train_accuracy_eval) ? "" : ", eval mode" + aligned_percent(r.train_accuracy_eval)) +
           "  test" + aligned_percent(r.test_accuracy) + ", loss " + right(fixed(r.test_loss, 4), 6) + "  " +
           fixed(r.seconds, 1) + " s";
}

Progress::Progress(std::FILE* out, bool terminal, const Workload& work)
    : out_(out), terminal_(terminal), work_(work), start_(Clock::now()), part_start_(start_), shown_(start_) {}

void Progress::begin_network(const std::string& norm, int parameters) {
    line_ = {.norm = norm, .epochs = work_.epochs, .doing = {}};
    say(norm + ": " + grouped(parameters) + " parameters");
}

void Progress::resumed(int epoch, int images) {
    skipped_ += epoch * work_.epoch() + Workload::training_cost * images;
    say(left(line_.norm, 5) + "  resumed at epoch " + std::to_string(epoch + 1) +
        (images > 0 ? ", image " + grouped(images + 1) : ""));
}

void Progress::begin_epoch(int epoch, int images) {
    line_.epoch = epoch;
    part_start_ = Clock::now();
    part_done_ = 0;
    part_cost_ = work_.epoch() - Workload::training_cost * images;
}

void Progress::trained(const BatchReport& batch, int images) {
    line_.doing.clear();
    line_.loss = batch.running_loss;
    line_.accuracy = batch.running_accuracy;
    line_.images_per_second = batch.seconds > 0 ? static_cast<double>(batch.samples) / batch.seconds : 0;
    advance(Workload::training_cost * images);
}

void Progress::evaluated(int images) {
    if (line_.doing.empty()) line_.doing = "evaluating";
    advance(images);
}

void Progress::end_epoch(const EpochRecord& record) { say(epoch_line(line_.norm, work_.epochs, record)); }

void Progress::begin_recalibration() {
    begin_epoch(work_.epochs - 1);
    part_cost_ = work_.recalibration();
    line_.doing = "estimating running statistics again";
}

void Progress::end_recalibration(const RecalibratedRecord& r) {
    line_.doing.clear();
    say(left(line_.norm, 5) + "  running statistics estimated again: train, eval mode" +
        aligned_percent(r.train_accuracy_eval) + "  test" + aligned_percent(r.test_accuracy) + ", loss " +
        fixed(r.test_loss, 4));
}

void Progress::advance(double cost) {
    done_ += cost;
    part_done_ += cost;
    const auto now = Clock::now();
    if (Seconds(now - shown_).count() < (terminal_ ? seconds_between_drawings : seconds_between_lines)) return;
    shown_ = now;
    const auto left = [&](Clock::time_point since, double done, double all) {
        return Seconds(now - since).count() * std::max(0.0, all - done) / done;
    };
    line_.share = part_done_ / part_cost_;
    line_.epoch_left = left(part_start_, part_done_, part_cost_);
    line_.all_left = left(start_, done_, work_.all() - skipped_);
    show();
}

void Progress::show() {
    if (!terminal_) {
        std::fprintf(out_, "%s\n", render(line_, widest).c_str());
    } else {
        std::fprintf(out_, "\r%s\x1b[K", render(line_, columns() - 1).c_str());
        drawn_ = true;
    }
    std::fflush(out_);
}

int Progress::columns() const {
    winsize size{};
    const bool known = ioctl(fileno(out_), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? std::min<int>(size.ws_col, widest) : 80;
}

void Progress::clear() {
    if (drawn_) std::fprintf(out_, "\r\x1b[K");
    drawn_ = false;
    std::fflush(out_);
}

void Progress::say(const std::string& text) {
    clear();
    std::fprintf(out_, "%s\n", text.c_str());
    std::fflush(out_);
    shown_ = Clock::now();
}

}  // namespace norma::compare
