#include "norma/testing/check_network.hpp"

#include <doctest/doctest.h>

#include <string>

#include "faulty_engines.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "sentence_of.hpp"

namespace check_network_test {

using namespace norma;
using conformance::Aspect;
using conformance::check_network;
using conformance::Report;

namespace {

using Grouped = BasicNetwork<double, Shape<2, 3, 3>, Conv2d<6, 2>, GroupNorm<2>, Linear<2>>;
using Coupled = BasicNetwork<double, Shape<2, 3, 3>, Conv2d<3, 2>, BatchNorm, Linear<2>>;

struct Frozen : NormDefaults {
    static constexpr FixedString name() { return "Frozen"; }
    static constexpr bool over_batch = true;
    static constexpr Fraction momentum{0, 1};
    static constexpr int groups(int channels) { return channels; }
};

}  // namespace

TEST_CASE("norma's own engine conforms") {
    CHECK(check_network<Grouped>(5, 1).conforms());
    CHECK(check_network<Coupled>(5, 1).conforms());
}

TEST_CASE("a gradient with one wrong number is found, and only that") {
    const Report report = check_network<Grouped, faulty::WrongGradient>(4, 1);
    REQUIRE(report.findings.size() == 1);
    const std::string text = sentence_of(report, Aspect::gradient);
    check_has(text, "the gradient of number 5 of the weight of layer 2, GroupNorm<2> is ");
    check_has(text, ", but finite differences give ");
    check_has(text, " (batch of 4, seed 1, input 2x3x3). Usually the backward pass of that layer");
}

TEST_CASE("a logit in training that is wrong is found") {
    const Report report = check_network<Grouped, faulty::WrongOutput>(4, 1);
    check_has(sentence_of(report, Aspect::output), "in training, output 1 of sample 2 is ");
    check_has(sentence_of(report, Aspect::output), ", but plain loops over its nodes give ");
    check_has(sentence_of(report, Aspect::evaluation), ", but training gives ");
}

TEST_CASE("evaluation that depends on the other samples is found") {
    const std::string text =
        sentence_of(check_network<Coupled, faulty::EvaluatesByTheBatch>(4, 1), Aspect::other_samples);
    check_has(text, "in evaluation with other samples in the batch, output 0 of sample 0 is ");
    check_has(text, "Usually statistics are taken over more than the sample");
}

TEST_CASE("training that depends on the other samples, though the norm says that it does not, is found") {
    const std::string text = sentence_of(check_network<Grouped, faulty::LooksAside>(4, 1), Aspect::other_samples);
    check_has(text, "in training with other samples in the batch, output 0 of sample 0 is ");
}

TEST_CASE("a sum that depends on the number of threads is found") {
    const Report report = check_network<Grouped, faulty::SumsByThreads>(4, 1);
    const std::string text = sentence_of(report, Aspect::threads);
    check_has(text, "in training at 2 threads, the gradient of number 0 of the weight of layer 1, Conv2d<6, 2> is ");
    check_has(text, ", but one thread gave ");
    CHECK(sentence_of(report, Aspect::gradient) == "");  // too little for finite differences to see
}

TEST_CASE("a value left over from an earlier batch is found") {
    const std::string text = sentence_of(check_network<Grouped, faulty::AddsToTheLast>(4, 1), Aspect::left_over_memory);
    check_has(text, "in training after a batch of NaN, the gradient of number 0 of the weight of layer 1");
    check_has(text, " is nan, but fresh memory gave ");
}

TEST_CASE("running statistics of another variance are found") {
    const std::string text =
        sentence_of(check_network<Coupled, faulty::TracksBiased>(4, 1), Aspect::running_statistics);
    check_has(text, "after one batch, number ");
    check_has(text, " of the running variance is ");
    check_has(text, "Usually the variance is not the unbiased one");
}

TEST_CASE("running statistics that are not updated are found") {
    const Report report = check_network<BasicNetwork<double, Shape<3, 2, 2>, Frozen>>(3, 1);
    REQUIRE(report.findings.size() == 1);
    check_has(sentence_of(report, Aspect::running_statistics),
              "layer 1, Frozen, has momentum 0, but it must be above 0");
}

}  // namespace check_network_test
