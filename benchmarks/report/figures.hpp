#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "report/reading.hpp"

/// What is worked out from the measurements. Every figure is empty where one that it needs was not measured.
namespace norma::bench {

/// The norms in the order of tables and charts.
inline constexpr std::array norms{"none", "batch", "group", "layer"};

/// The files of training steps, each built for one instruction set, widest first.
inline constexpr std::array step_files{"step", "step_x86-64-v3", "step_x86-64"};

/// The colour that a norm has in every chart.
int norm_colour(const std::string& norm);

/// Which training or inference step is meant.
struct Step {
    std::string norm;
    std::string network = "cifar10";
    int batch = 128;
    int threads = 2;
    std::string file = "step";
    std::string what = "train";  ///< or infer, scaling

    /// The name that its benchmark has.
    std::string name() const;
};

/// Real time of one step in seconds.
std::optional<double> step_seconds(const Measurements& all, const Step& step);

/// What the peak of multiply-adds, measured between the steps, would have done in the time of one, in GFLOP. Two steps
/// are compared by this rather than by their seconds: the machine may have been busy with others in one of them.
std::optional<double> work_at_peak(const Measurements& all, const Step& step);

/// The step's useful operations as a share of those that the peak would have done in its time, in percent.
std::optional<double> share_of_peak(const Measurements& all, const Step& step);

/// How much more of the peak's time the step takes than one without a norm, in percent.
std::optional<double> cost_over_none(const Measurements& all, const Step& step);

/// How many times as fast two threads are as one, whose steps were measured in turn.
std::optional<double> gain_of_two_threads(const Measurements& all, const Step& step);

/// One side of a comparison with PyTorch: norma, or one way to run PyTorch.
struct Peer {
    std::string who;
    std::vector<double> rounds;  ///< seconds in each round; all sides took their turn in each
    double seconds = 0;          ///< the median
};

/// Everyone who was measured with the network ("cifar10/group"): norma first, PyTorch in bf16 last. `what` is train,
/// infer or epoch.
std::vector<Peer> peers(const Measurements& all, const std::string& what, const std::string& network);

/// The numbers that PyTorch calculates with; norma always calculates in fp32.
enum class Precision { fp32, bf16 };

/// The fastest way of PyTorch with these numbers; nullptr where none was measured.
const Peer* fastest_torch(const std::vector<Peer>& all, Precision precision);

/// How many times as fast norma is.
struct Gain {
    double median, least, greatest;  ///< over the rounds
};

/// How many times as fast norma is as the fastest way of PyTorch with these numbers.
std::optional<Gain> gain_over_torch(const std::vector<Peer>& all, Precision precision);

/// The networks that norma was compared in ("cifar10/none", …), in the order in which they were measured.
std::vector<std::string> compared_networks(const Measurements& all);

/// `a` over `b`, empty where one of them is or where `b` is not above zero.
std::optional<double> ratio(std::optional<double> a, std::optional<double> b);

/// The number in a part like `batch:128`; empty where it is another part, or not above zero.
std::optional<int> numbered(const std::string& part, const std::string& name);

}  // namespace norma::bench
