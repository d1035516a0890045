#pragma once

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

#include "norma/training/history.hpp"
#include "norma/training/trainer.hpp"

namespace norma::compare {

/// The work of a run, in units of one image's forward pass.
struct Workload {
    int networks = 0, epochs = 0;
    std::size_t train_images = 0, test_images = 0;
    int recalibrations = 0;
    std::optional<std::size_t> train_images_evaluated = {};  ///< after each epoch; all of them if it is empty

    /// A training step costs about three forward passes.
    static constexpr double training_cost = 3;

    double evaluation() const {
        return static_cast<double>(train_images_evaluated.value_or(train_images) + test_images);
    }
    double epoch() const { return training_cost * static_cast<double>(train_images) + evaluation(); }
    double recalibration() const { return static_cast<double>(train_images) + evaluation(); }
    double all() const { return networks * epochs * epoch() + recalibrations * recalibration(); }
};

/// What one progress line shows.
struct ProgressLine {
    std::string norm;
    int epoch = 0, epochs = 0;  ///< counted from 0
    double share = 0;           ///< of the epoch, 0 to 1
    std::string doing;          ///< shown instead of loss, accuracy and speed when not training: "evaluating"
    double loss = 0, accuracy = 0, images_per_second = 0;
    double epoch_left = 0, all_left = 0;  ///< seconds
};

/// Seconds as text: "8 s", "1:05", "1:02:03".
std::string duration(double seconds);

/// The line in at most `columns` columns. The bar takes the room that the text leaves; without enough room it is left
/// out.
std::string render(const ProgressLine& line, int columns);

/// One line that sums up an epoch.
std::string epoch_line(const std::string& norm, int epochs, const EpochRecord& record);

/// Prints the progress of training to `out`: on a terminal a line that is redrawn, else plain lines, one for each epoch
/// and more if an epoch takes long.
class Progress {
public:
    Progress(std::FILE* out, bool terminal, const Workload& work);

    void begin_network(const std::string& norm, int parameters);
    /// Training resumes in `epoch`, with `images` of it done before.
    void resumed(int epoch, int images);
    /// `images` of the epoch were done before, if it is resumed.
    void begin_epoch(int epoch, int images = 0);
    void trained(const BatchReport& batch, int images);
    void evaluated(int images);
    void end_epoch(const EpochRecord& record);
    void begin_recalibration();
    void end_recalibration(const RecalibratedRecord& record);

    /// Erases the line that is redrawn, so that other output can follow.
    void clear();
    /// Prints a line of text.
    void say(const std::string& text);

private:
    using Clock = std::chrono::steady_clock;

    void advance(double cost);
    void show();
    int columns() const;  ///< of the terminal

    std::FILE* out_;
    bool terminal_;
    Workload work_;
    Clock::time_point start_, part_start_, shown_;
    double skipped_ = 0;  ///< work that was done before resuming
    double done_ = 0, part_done_ = 0, part_cost_ = 1;
    ProgressLine line_;
    bool drawn_ = false;
};

}  // namespace norma::compare
