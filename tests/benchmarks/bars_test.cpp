#include "report/bars.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "made_up.hpp"
#include "report/figures.hpp"

namespace bars_test {

using namespace norma::bench;

namespace {

const Bar& named(const std::vector<Bar>& all, const std::string& what) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Bar& bar) { return bar.what == what; });
    REQUIRE_MESSAGE(found != all.end(), what);
    return *found;
}

Measurements everything() {
    const TemporaryFolder folder;
    made_up::put_everything(folder);
    return read_measurements(folder.path());
}

}  // namespace

TEST_CASE("a ratio needs both figures, and a divisor other than 0") {
    CHECK(ratio(6, 3) == 2);
    CHECK_FALSE(ratio(6, std::nullopt));
    CHECK_FALSE(ratio(std::nullopt, 3));
    CHECK_FALSE(ratio(6, 0));
}

TEST_CASE("a number in a part of a name") {
    CHECK(numbered("batch:128", "batch") == 128);
    CHECK_FALSE(numbered("batch:many", "batch"));
    CHECK_FALSE(numbered("batch:1x", "batch"));
    CHECK_FALSE(numbered("batch:0", "batch"));
    CHECK_FALSE(numbered("threads:2", "batch"));
}

TEST_CASE("the figures of the steps") {
    const Measurements all = everything();
    CHECK(*share_of_peak(all, {"none"}) == doctest::Approx(50));
    CHECK(*share_of_peak(all, {"none", "cifar10", 128, 1}) == doctest::Approx(50));
    CHECK(*cost_over_none(all, {"batch"}) == doctest::Approx(50));
    CHECK(*gain_of_two_threads(all, {"layer"}) == doctest::Approx(1.98));
    CHECK(*gain_of_two_threads(all, {"layer", "cifar10", 128, 1}) == doctest::Approx(1.98));
    CHECK_FALSE(share_of_peak(all, {"none", "cifar10", 64, 2}));
    CHECK_FALSE(cost_over_none(all, {"unheard of"}));
}

TEST_CASE("norma against the fastest way of PyTorch, in each precision, by rounds") {
    const Measurements all = everything();
    const auto found = peers(all, "train", "cifar10/group");
    REQUIRE(found.size() == 4);
    CHECK(found[0].who == "norma");
    CHECK(found[0].seconds == doctest::Approx(0.044));
    CHECK(found[1].who == "torch channels_last");
    CHECK(found[3].who == "torch bf16 contiguous");
    CHECK(fastest_torch(found, Precision::fp32)->who == "torch channels_last");
    CHECK(fastest_torch(found, Precision::bf16)->who == "torch bf16 contiguous");
    const auto gain = gain_over_torch(found, Precision::fp32);
    REQUIRE(gain);
    CHECK(gain->median == doctest::Approx(4.5));  // of each round: that the second was slow for all changes nothing
    CHECK(gain->least == doctest::Approx(4.5));
    CHECK(gain->greatest == doctest::Approx(4.5));
    CHECK(gain_over_torch(found, Precision::bf16)->median == doctest::Approx(1.5));
    CHECK(gain_over_torch(peers(all, "train", "resnet18/batch"), Precision::fp32)->median == doctest::Approx(0.9));
    CHECK_FALSE(gain_over_torch(peers(all, "infer", "cifar10/group"), Precision::bf16));
    CHECK_FALSE(gain_over_torch(peers(all, "epoch", "cifar10/group"), Precision::fp32));
    CHECK_FALSE(gain_over_torch(peers(all, "train", "cifar10/batch"), Precision::fp32));
    CHECK(compared_networks(all) == std::vector<std::string>{"cifar10/group", "resnet18/batch"});
}

TEST_CASE("a round without norma, or without time, gives no ratio") {
    const std::vector<Peer> torch_alone{{"torch contiguous", {1, 2}, 1.5}};
    CHECK_FALSE(gain_over_torch(torch_alone, Precision::fp32));
    const std::vector<Peer> no_time{{"norma", {0, 2}, 1}, {"torch contiguous", {1, 3}, 2}};
    CHECK(gain_over_torch(no_time, Precision::fp32)->least == doctest::Approx(1.5));
    CHECK_FALSE(gain_over_torch({}, Precision::fp32));
}

TEST_CASE("bars met, missed and not measured") {
    const std::vector<Bar> all = bars(everything());
    CHECK(all.size() == 29);
    const Bar& wide = named(all, "step against the fastest PyTorch, ResNet-18, batch norm");
    CHECK(*wide.measured == doctest::Approx(0.9));
    CHECK(verdict(wide) == "✗ no");
    const Bar& bf16 = named(all, "bf16: step against the fastest PyTorch, ResNet-18, batch norm");
    CHECK(*bf16.measured == doctest::Approx(0.5));  // norma in fp32
    CHECK(bf16.bar == 1.2);
    CHECK(named(all, "bf16: step against the fastest PyTorch, the experiment's network, group norm").bar == 2.5);
    CHECK(verdict(named(all, "share of FMA peak: training step, none")) == "✗ no");
    CHECK(verdict(named(all, "step against the fastest PyTorch, group")) == "✓ yes");
    CHECK(verdict(named(all, "step against the fastest PyTorch, batch")) == "not measured");
    CHECK(verdict(named(all, "cost over none, group")) == "✓ yes");
    CHECK(verdict(named(all, "cost over none, layer")) == "✓ yes, and the aim");
    CHECK(verdict(named(all, "cost over none, batch")) == "✗ no");
    CHECK(verdict(named(all, "two threads over one, none")) == "✓ yes, and the aim");
    CHECK(verdict(named(all, "peak memory, group, batch 1,024 over 64")) == "✓ yes, and the aim");
    CHECK(verdict(named(all, "compiling examples/compare")) == "✓ yes");
    CHECK(*named(all, "compiling examples/compare, memory").measured == doctest::Approx(1.5));
    CHECK(*named(all, "SSE2 (x86-64), share of its own peak: none").measured == doctest::Approx(50));
    CHECK(*named(all, "share of FMA peak: ResNet-20, group").measured == doctest::Approx(45.4545));
}

TEST_CASE("norma in bf16 against PyTorch in bf16, and against norma in fp32") {
    const TemporaryFolder folder;
    nlohmann::json rounds = made_up::entry(
        "train/airbench/batch", 300, "ms",
        {{"norma", 0.3}, {"norma bf16", 0.15}, {"torch contiguous", 0.45}, {"torch bf16 contiguous", 0.18}});
    rounds["label"] = "airbench94's shape";
    made_up::put(folder, "peers_airbench", made_up::file({rounds}));
    const Measurements all = read_measurements(folder.path());
    const auto found = peers(all, "train", "airbench/batch");
    REQUIRE(found.size() == 4);
    CHECK(found[0].who == "norma");
    CHECK(found[1].who == "norma bf16");
    CHECK(find_norma(found, Precision::bf16) == &found[1]);
    CHECK(fastest_torch(found, Precision::bf16)->who == "torch bf16 contiguous");
    CHECK(gain_of_bf16(found)->median == doctest::Approx(2));
    CHECK(gain_over_torch(found, Precision::fp32)->median == doctest::Approx(1.5));
    CHECK(gain_over_torch(found, Precision::bf16)->median == doctest::Approx(1.2));
    const std::vector<Bar> list = bars(all);
    CHECK(verdict(named(list, "bf16: step against the fastest PyTorch, airbench94's shape, batch norm")) == "✓ yes");
    CHECK(verdict(named(list, "bf16: step against fp32, airbench94's shape, batch norm")) == "✓ yes, and the aim");
    CHECK_FALSE(gain_of_bf16(peers(everything(), "train", "cifar10/group")));
}

TEST_CASE("a bar is compared with the figure as it is printed") {
    Bar bar{"", 74.96, 75, 85, false, " %", 1};
    CHECK(bar.reaches(75));
    bar.measured = 74.94;
    CHECK_FALSE(bar.reaches(75));
    bar.at_most = true;
    CHECK(bar.reaches(75));
    bar.measured = 75.06;
    CHECK_FALSE(bar.reaches(75));
    bar.measured.reset();
    CHECK_FALSE(bar.reaches(75));
}

TEST_CASE("nothing measured: every bar is listed as not measured") {
    const std::vector<Bar> all = bars({});
    CHECK(all.size() == 26);
    CHECK(std::all_of(all.begin(), all.end(), [](const Bar& bar) { return verdict(bar) == "not measured"; }));
    CHECK(bar_summary(all) == "0 of 26 bars met, 0 not met, 26 not measured.");
    CHECK(bar_table(all).rows[0] ==
          std::vector<std::string>{"share of FMA peak: training step, none", "–", "≥ 75 %", "≥ 85 %", "not measured"});
}

TEST_CASE("the line about the machine") {
    CHECK(machine_line(everything()) ==
          "A Processor <9000>, 2 logical processors, AVX2, GCC 12.2.0, norma 0.1.0, 2025-01-01 12:00");
    CHECK(machine_line({}) == "No file in the folder says on which machine it was measured.");
}

}  // namespace bars_test
