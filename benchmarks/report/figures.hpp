#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "report/reading.hpp"

/// Figures that are computed from the measurements. A figure is empty if a measurement for it is missing.
namespace norma::bench {

/// The norms in the order of tables and charts.
inline constexpr std::array norms{"none", "batch", "group", "layer"};

/// The files of training steps, each built for one instruction set, widest first.
inline constexpr std::array step_files{"step", "step_x86-64-v3", "step_x86-64"};

/// The colour of a norm, the same in every chart.
int norm_colour(const std::string& norm);

/// Identifies a training or inference step.
struct Step {
    std::string norm;
    std::string network = "cifar10";
    int batch = 128;
    int threads = 2;
    std::string file = "step";
    std::string what = "train";  ///< or infer, scaling

    /// The name of its benchmark.
    std::string name() const;
};

/// Real time of one step in seconds.
std::optional<double> step_seconds(const Measurements& all, const Step& step);

/// The operations, in GFLOP, that the peak of multiply-adds (measured between the steps) would do in the time of one
/// step. Two steps are compared by this and not by seconds, because other programs may have slowed down the machine
/// during one.
std::optional<double> work_at_peak(const Measurements& all, const Step& step);

/// The operations of the step as a share of those that the peak would do in the same time, in percent.
std::optional<double> share_of_peak(const Measurements& all, const Step& step);

/// How much longer the step takes than one without a norm, by `work_at_peak`, in percent.
std::optional<double> cost_over_none(const Measurements& all, const Step& step);

/// How many times as fast two threads are as one thread; their steps were measured in turn.
std::optional<double> gain_of_two_threads(const Measurements& all, const Step& step);

/// One side of a comparison with PyTorch: norma, or one way to run PyTorch.
struct Peer {
    std::string who;
    std::vector<double> rounds;  ///< seconds in each round; in a round all sides run in turn
    double seconds = 0;          ///< the median
};

/// All sides that were measured with the network ("cifar10/group"): norma first, PyTorch in bf16 last. `what` is train,
/// infer, single or epoch.
std::vector<Peer> peers(const Measurements& all, const std::string& what, const std::string& network);

/// The number format in which a side multiplies.
enum class Precision { fp32, bf16 };

/// The fastest way to run PyTorch in this format; nullptr if none was measured.
const Peer* fastest_torch(const std::vector<Peer>& all, Precision precision);

/// norma in this format; nullptr if it was not measured.
const Peer* find_norma(const std::vector<Peer>& all, Precision precision);

/// How many times as fast one side is as another.
struct Gain {
    double median, least, greatest;  ///< over the rounds
};

/// How many times as fast norma is as the fastest way to run PyTorch in this format. norma is measured in fp32, where
/// it was not measured in bf16: nothing of the network is faster in bf16.
std::optional<Gain> gain_over_torch(const std::vector<Peer>& all, Precision precision);

/// How many times as fast norma is in bf16 as in fp32.
std::optional<Gain> gain_of_bf16(const std::vector<Peer>& all);

/// The compared networks ("cifar10/none", …), by their numbers of parameters.
std::vector<std::string> compared_networks(const Measurements& all);

/// "cifar10/group" as "the experiment's network, group norm", with the number of images if it is not 128.
std::string network_text(const Measurements& all, const std::string& network);

/// `a` divided by `b`; empty if one of them is empty or `b` is not above zero.
std::optional<double> ratio(std::optional<double> a, std::optional<double> b);

/// The number in a part like `batch:128`; empty if it is another part, or the number is not above zero.
std::optional<int> numbered(const std::string& part, const std::string& name);

}  // namespace norma::bench
