#include "norma/network/planner.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <ratio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/random.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/network/network.hpp"
#include "norma/network/stages.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/channel_layer.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/layer.hpp"

namespace planner_test {

// A plan is plain data, made by the same functions at run time as by the compiler. So thousands of random networks are
// planned here, and each plan is carried out with tokens in place of numbers: every cell of memory holds the name of
// what was written there last, and whoever reads a cell says which name it must find.

using namespace norma;

namespace {

struct Token {
    enum class Kind { garbage, value, gradient, kept, moments };
    Kind kind = Kind::garbage;
    int id = 0;     // value or stage
    int parts = 0;  // of a gradient: contributions added up so far

    friend bool operator==(const Token&, const Token&) = default;
};

class Failure : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Carries a plan out for one sample, among others that use the same arena between passes.
template <std::size_t Count>
class Rehearsal {
    using Kind = Token::Kind;

public:
    Rehearsal(const Plan<Count>& plan, Extent input, Mode mode) : plan_(plan), input_(input), mode_(mode) {
        arena_.resize(static_cast<std::size_t>(plan.arena_size));
        store_.resize(static_cast<std::size_t>(plan.store_size));
        const int last = plan.stages.back().stage.output;
        uses_.assign(static_cast<std::size_t>(last) + 1, 0);
        sizes_.assign(static_cast<std::size_t>(last) + 1, input.size());
        for (const PlannedStage& s : plan.stages) {
            ++uses_[index(s.stage.input)];
            if (s.stage.skip >= 0) ++uses_[index(s.stage.skip)];
            sizes_[index(s.stage.output)] = s.stage.output_extent().size();
        }
        uses_[index(last)] = 1;  // the loss
    }

    void run() {
        const int last = plan_.segments - 1;
        const int passes = mode_.gradients ? 2 * last + 1 : last + 1;
        for (int pass = 0; pass < passes; ++pass) {
            arena_.assign(arena_.size(), Token{});
            const int segment = pass <= last ? pass : 2 * last - pass;
            if (segment == 0) write(plan_.input, input_.size(), {Kind::value, 0});
            for (std::size_t i = 0; i < Count; ++i) {
                const PlannedStage& s = plan_.stages[i];
                if (s.segment != segment) continue;
                if (pass <= last || s.runs_again) {
                    forward(static_cast<int>(i), pass > last);
                } else if (s.input_maker >= 0) {
                    make_again(s);
                }
            }
            if (pass < last) {
                const PlannedStage& norm = norm_of(pass + 1);
                read(norm.input, size(norm.stage.input), {Kind::value, norm.stage.input}, "statistics");
            }
            if (pass == last) {
                const int out = plan_.stages.back().stage.output;
                read(plan_.logits, size(out), {Kind::value, out}, "loss");
                if (mode_.gradients) write(plan_.logits_gradient, size(out), {Kind::gradient, out, 1});
            }
            if (!mode_.gradients || pass < last) continue;
            if (pass > last) finish(norm_of(segment + 1));
            for (std::size_t i = Count; i-- > 0;) {
                if (plan_.stages[i].segment == segment) backward(static_cast<int>(i));
            }
        }
    }

private:
    static std::size_t index(long long i) { return static_cast<std::size_t>(i); }
    int size(int value) const { return sizes_[index(value)]; }
    const PlannedStage& norm_of(int segment) const {
        for (const PlannedStage& s : plan_.stages) {
            if (s.begins_segment && s.segment == segment) return s;
        }
        throw Failure("no norm begins segment " + std::to_string(segment));
    }

    std::vector<Token>& memory(Place place) { return place.stored ? store_ : arena_; }
    Token& cell(Place place, int i) {
        if (place.offset < 0 || index(place.offset + i) >= memory(place).size()) throw Failure("outside of its memory");
        return memory(place)[index(place.offset + i)];
    }
    void write(Place place, int count, Token token) {
        for (int i = 0; i < count; ++i) cell(place, i) = token;
    }
    void read(Place place, int count, Token expected, const std::string& reader) {
        for (int i = 0; i < count; ++i) {
            if (cell(place, i) == expected) continue;
            throw Failure(reader + " wants " + text(expected) + " and finds " + text(cell(place, i)));
        }
    }
    static std::string text(Token t) {
        return std::string("?VGKM").substr(static_cast<std::size_t>(t.kind), 1) + std::to_string(t.id) + "/" +
               std::to_string(t.parts);
    }

    int kept_numbers(int i) const {
        return (plan_.stages[index(i)].stage.pointwise.extent.size() + 127) / 128 * 128 / 4;
    }
    int moments_numbers(int i) const {
        const kernels::Pointwise& p = plan_.stages[index(i)].stage.pointwise;
        return 2 * (((p.per_pixel ? p.extent.pixels() : p.extent.channels) + 15) / 16 * 16);
    }
    bool drops(const PlannedStage& s) const { return s.is_pointwise() && s.stage.pointwise.drops && mode_.dropout; }

    void make_again(const PlannedStage& s) {
        if (s.skip_maker >= 0) forward(s.skip_maker, true);
        if (s.input_maker >= 0) forward(s.input_maker, true);
    }

    void forward(int i, bool again) {
        const PlannedStage& s = plan_.stages[index(i)];
        const std::string who = "forward " + std::to_string(i);
        if (s.is_merged) return;
        make_again(s);
        read(s.input, size(s.stage.input), {Kind::value, s.stage.input}, who);
        if (s.merged_stage >= 0) {
            forward_merged(s, plan_.stages[index(s.merged_stage)], who);
            return;
        }
        if (s.stage.skip >= 0) read(s.skip, size(s.stage.skip), {Kind::value, s.stage.skip}, who);
        if (s.has_own_moments()) {
            if (!again) write(s.moments, moments_numbers(i), {Kind::moments, i});
            read(s.moments, moments_numbers(i), {Kind::moments, i}, who);
        }
        if (drops(s)) {
            if (!again) write(s.kept_units, kept_numbers(i), {Kind::kept, i});
            read(s.kept_units, kept_numbers(i), {Kind::kept, i}, who);
        }
        if (!s.is_pointwise() && s.input == s.output) {
            throw Failure(who + " overwrites its input");
        }
        write(s.output, size(s.stage.output), {Kind::value, s.stage.output});
    }

    /// A convolution that does the pointwise stage behind it too.
    void forward_merged(const PlannedStage& convolution, const PlannedStage& next, const std::string& who) {
        const Place out = convolution.output;
        if (next.output != out) throw Failure(who + " writes elsewhere");
        if (out == convolution.input) throw Failure(who + " overwrites its input");
        if (next.is_pointwise() && next.stage.pointwise.drops && mode_.dropout) throw Failure(who + " drops nothing");
        if (mode_.gradients && (next.stage.pointwise.normalises || next.stage.skip >= 0)) {
            throw Failure(who + " loses what the backward pass needs");
        }
        if (uses_[index(convolution.stage.output)] != 1) throw Failure(who + " is read by others too");
        if (next.stage.skip >= 0) read(next.skip, size(next.stage.skip), {Kind::value, next.stage.skip}, who);
        write(out, size(next.stage.output), {Kind::value, next.stage.output});
    }

    void backward(int i) {
        const PlannedStage& s = plan_.stages[index(i)];
        const std::string who = "backward " + std::to_string(i);
        const int out = s.stage.output;
        const Token whole{Kind::gradient, out, uses_[index(out)]};
        read(s.output_gradient, size(out), whole, who);
        const bool is_convolution = s.stage.kind == Stage::Kind::convolution;
        const bool is_max_pool = s.stage.kind == Stage::Kind::max_pool;
        const bool normalises = s.is_pointwise() && s.stage.pointwise.normalises;
        const bool masks = s.is_pointwise() && s.stage.pointwise.relu;
        if (is_convolution || is_max_pool || normalises) {
            read(s.input, size(s.stage.input), {Kind::value, s.stage.input}, who);
        } else if (masks && s.stage.input > 0) {
            // In place, its output tells the sign as well; not if something else was added to it.
            const bool in_place = s.input == s.output;
            if (in_place && s.stage.skip >= 0) throw Failure(who + " has lost its mask");
            read(s.input, size(s.stage.input), {Kind::value, in_place ? out : s.stage.input}, who);
        }
        if (is_max_pool) read(s.output, size(out), {Kind::value, out}, who);
        if (drops(s)) read(s.kept_units, kept_numbers(i), {Kind::kept, i}, who);
        if (s.has_own_moments()) read(s.moments, moments_numbers(i), {Kind::moments, i}, who);

        if (s.stage.skip > 0 && !s.skip_gradient_is_output_gradient) add(s.skip_gradient, s.stage.skip, who);
        if (!s.begins_segment) give_to_input(s, who);
    }

    /// Second half of a norm over the batch, in the pass after.
    void finish(const PlannedStage& s) {
        const int out = s.stage.output;
        if (s.wants_input_gradient) read(s.input, size(s.stage.input), {Kind::value, s.stage.input}, "finish");
        read(s.output_gradient, size(out), {Kind::gradient, out, uses_[index(out)]}, "finish");
        give_to_input(s, "finish");
    }

    void give_to_input(const PlannedStage& s, const std::string& who) {
        if (s.stage.skip > 0 && s.skip_gradient_is_output_gradient) {
            if (s.skip_gradient != s.output_gradient) {
                throw Failure(who + ": the skip's gradient is not the output's");
            }
            write(s.output_gradient, size(s.stage.skip), {Kind::gradient, s.stage.skip, 1});
        }
        if (!s.wants_input_gradient) {
            if (s.stage.input > 0) throw Failure(who + " gives its input no gradient");
            return;
        }
        if (s.input_write == kernels::Write::add) {
            add(s.input_gradient, s.stage.input, who);
        } else {
            if (!s.is_pointwise() && s.input_gradient == s.output_gradient) {
                throw Failure(who + " overwrites the gradient that it reads");
            }
            write(s.input_gradient, size(s.stage.input), {Kind::gradient, s.stage.input, 1});
        }
    }

    void add(Place place, int value, const std::string& who) {
        const Token before = cell(place, 0);
        if (before.kind != Kind::gradient || before.id != value) throw Failure(who + " adds to " + text(before));
        read(place, size(value), before, who);
        write(place, size(value), {Kind::gradient, value, before.parts + 1});
    }

    const Plan<Count>& plan_;
    Extent input_;
    Mode mode_;
    std::vector<Token> arena_;
    std::vector<Token> store_;
    std::vector<int> uses_;
    std::vector<int> sizes_;
};

/// Appends random layers; a branch keeps the shape.
class RandomLayers {
public:
    explicit RandomLayers(std::uint32_t seed) : random_({seed, Purpose::synthetic, 5, 0, 0}) {}

    void append(StageBuilder& builder, int layers, bool keeps_shape, int depth = 0) {
        for (int i = 0; i < layers; ++i) {
            builder.enter(i + 1, "layer");
            const Extent e = builder.shape();
            switch (random_.below(depth < 3 ? 9 : 7)) {
                case 0: {  // what planners may run again rather than store
                    append_layer<BatchNorm>(builder);
                    const int start = builder.value();
                    builder.convolve({builder.shape(), builder.shape()}, false);
                    append_layer<BatchNorm>(builder);
                    builder.add_skip(start);
                    break;
                }
                case 1: {
                    const int kernel = keeps_shape || std::min(e.height, e.width) < 2 ? 1 : 2;
                    const Extent out{keeps_shape ? e.channels : 1 + int(random_.below(20)), e.height - kernel + 1,
                                     e.width - kernel + 1};
                    builder.convolve({e, out, {kernel, kernel}}, random_.below(2) == 0);
                    break;
                }
                case 2:
                    append_layer<ReLU>(builder);
                    break;
                case 3:
                    append_layer<BatchNorm>(builder);
                    break;
                case 4:
                    if (e.size() == 1) break;  // refused, as one channel per pixel is
                    if (random_.below(2) == 0 || e.channels == 1) {
                        append_layer<LayerNorm>(builder);
                    } else {
                        append_layer<ChannelLayerNorm>(builder);
                    }
                    break;
                case 5:
                    append_layer<Dropout<std::ratio<1, 4>>>(builder);
                    break;
                case 6: {
                    const auto kind = random_.below(2) == 0 ? Stage::Kind::max_pool : Stage::Kind::average_pool;
                    const int smaller = keeps_shape || std::min(e.height, e.width) < 3 ? 0 : 2;
                    builder.pool(kind, {e, {e.channels, e.height - smaller, e.width - smaller}, 3, 3, 1, smaller == 0});
                    break;
                }
                case 7: {
                    const int start = builder.value();
                    append(builder, 1 + int(random_.below(3)), true, depth + 1);
                    builder.add_skip(start);
                    break;
                }
                default: {  // a branch of its own for the skip
                    const int start = builder.value();
                    append(builder, 1 + int(random_.below(2)), true, depth + 1);
                    const int shortcut = builder.value();
                    builder.go_back(start);
                    append(builder, 1 + int(random_.below(2)), true, depth + 1);
                    builder.add_skip(shortcut);
                }
            }
        }
    }

private:
    RandomSequence random_;
};

constexpr Extent random_input{3, 8, 7};
constexpr std::array modes{training_mode,           recalibration_mode,     evaluation_mode, Mode{true, false, false},
                           Mode{true, false, true}, Mode{true, true, false}};

/// What is wrong with the plans of these stages; empty if nothing is.
template <std::size_t Count>
std::string faults(const List<Stage>& stages) {
    std::array<Stage, Count> list{};
    int norms = 0;
    for (std::size_t i = 0; i < Count; ++i) {
        list[i] = stages[i];
        norms +=
            list[i].kind == Stage::Kind::pointwise && list[i].pointwise.normalises && list[i].pointwise.couples_samples
                ? 1
                : 0;
    }
    const Plan<Count> evaluation = detail::make_plan(list, random_input, evaluation_mode);
    for (const Mode mode : modes) {
        const Plan<Count> plan = detail::make_plan(list, random_input, mode);
        if (plan.segments != (mode.batch_statistics ? 1 + norms : 1)) return "wrong number of segments";
        if (plan.segments == 1 && plan.store_size != 0) return "one segment, and yet something is stored";
        if (plan.parameters_size != evaluation.parameters_size) return "parameters differ between modes";
        if (mode.gradients && plan.arena_size + plan.store_size < evaluation.arena_size) return "too small";
        long long end_of_parameters = 0;
        for (const PlannedStage& s : plan.stages) {
            if (s.weight_offset < end_of_parameters) return "parameters overlap";
            if (s.bias_offset < s.weight_offset + s.stage.weight_count()) return "a bias overlaps its weight";
            end_of_parameters = s.bias_offset + s.stage.bias_count();
        }
        if (end_of_parameters > plan.parameters_size) return "parameters end outside";
        try {
            Rehearsal<Count>(plan, random_input, mode).run();
        } catch (const Failure& failure) {
            return failure.what();
        }
    }
    return {};
}

constexpr std::size_t most_stages = 14;

/// `faults` with the number of stages as a compile-time constant; nothing for a network that is too long.
template <std::size_t... Count>
std::optional<std::string> faults_of(const List<Stage>& stages, std::index_sequence<Count...>) {
    std::optional<std::string> result;
    ((stages.size() == Count + 1 ? void(result = faults<Count + 1>(stages)) : void()), ...);
    return result;
}

template <class... Layers>
using Example = Network<Shape<3, 12, 12>, Layers...>;
template <class Norm>
using Small =
    Example<Block<8, 3, Norm>, Residual<Block<8, 1, Norm>>, Dropout<std::ratio<1, 5>>, MaxPool2d<2>, Linear<10>>;

constexpr const auto& batch_training = Small<BatchNorm>::plan<training_mode>;
constexpr const auto& batch_evaluation = Small<BatchNorm>::plan<evaluation_mode>;
constexpr const auto& group_training = Small<GroupNorm<2>>::plan<training_mode>;
constexpr const auto& group_evaluation = Small<GroupNorm<2>>::plan<evaluation_mode>;

static_assert(batch_training.segments == 3);
static_assert(Small<BatchNorm>::plan<recalibration_mode>.segments == 3);
static_assert(batch_evaluation.segments == 1);
static_assert(group_training.segments == 1 && group_evaluation.segments == 1);
static_assert(batch_training.store_size > 0 && batch_evaluation.store_size == 0);
static_assert(group_training.store_size == 0 && group_evaluation.store_size == 0);
static_assert(group_evaluation.arena_size < group_training.arena_size);
static_assert(batch_evaluation.arena_size < batch_training.arena_size + batch_training.store_size);
static_assert(batch_training.statistics_size == 32 && group_training.statistics_size == 0);
static_assert(batch_training.parameter_count == 3 * 8 * 9 + 8 * 8 + 4 * 8 + 8 * 25 * 10 + 10);
static_assert(detail::make_plan(std::array<Stage, 0>{}, Extent{1, 1, 1}, training_mode).arena_size == 0);

}  // namespace

TEST_CASE("planner: in thousands of random networks everybody finds what they need") {
    int planned = 0;
    int with_barriers = 0;
    for (std::uint32_t seed = 0; seed < 6000; ++seed) {
        StageBuilder builder(random_input);
        RandomLayers(seed).append(builder, 1 + static_cast<int>(seed % 9), false);
        const List<Stage> stages = detail::fuse(builder.stages());
        const std::optional<std::string> found = faults_of(stages, std::make_index_sequence<most_stages>{});
        if (!found) continue;
        ++planned;
        for (const Stage& s : stages) with_barriers += s.pointwise.couples_samples ? 1 : 0;
        CAPTURE(seed);
        REQUIRE(*found == "");
    }
    CHECK(planned > 4000);
    CHECK(with_barriers > 4000);
}

TEST_CASE("planner: only what convolutions made is stored, and what no other pass can make again") {
    // Convolution, norm + ReLU + skip, and so on; the image is loaded again, normalised values are computed again.
    const PlannedStage& first = batch_training.stages[0];
    REQUIRE(first.stage.kind == Stage::Kind::convolution);
    CHECK(first.output.stored);
    CHECK_FALSE(first.runs_again);
    CHECK_FALSE(batch_training.input.stored);
}

TEST_CASE("planner: a convolution of few products that reads the skip runs again where its output is read") {
    const PlannedStage& cheap = batch_training.stages[2];
    REQUIRE(cheap.stage.kind == Stage::Kind::convolution);
    REQUIRE(cheap.segment < batch_training.segments - 1);
    CHECK_FALSE(cheap.output.stored);
    CHECK(cheap.runs_again);
    CHECK(batch_training.stages[3].skip_maker == 1);
    CHECK(batch_training.stages[3].input_maker == 2);

    const auto input_maker = [](const auto& plan) {
        int maker = -1;
        for (const PlannedStage& s : plan.stages) maker = std::max(maker, s.input_maker);
        return maker;
    };
    using Wide = Example<Block<17, 3, BatchNorm>, Residual<Block<17, 1, BatchNorm>>>;
    using Long = Example<Block<8, 3, BatchNorm>, Residual<Block<8, 3, BatchNorm, 1, 1>>>;
    using Alone = Example<Block<8, 3, BatchNorm>, Block<8, 1, BatchNorm>>;
    CHECK(input_maker(Wide::plan<training_mode>) == -1);
    CHECK(input_maker(Long::plan<training_mode>) == -1);
    CHECK(input_maker(Alone::plan<training_mode>) == -1);
    CHECK(input_maker(batch_evaluation) == -1);
    CHECK(input_maker(group_training) == -1);
}

TEST_CASE("planner: a stage works in place behind a convolution, but not where its input is needed again") {
    using InPlace = Example<Conv2d<4, 3>, ReLU, Conv2d<4, 3>, Dropout<std::ratio<1, 2>>, GroupNorm<2>, ReLU>;
    const auto& plan = InPlace::plan<training_mode>;
    const auto in_place = [](const PlannedStage& s) { return s.input == s.output; };
    CHECK(in_place(plan.stages[1]));
    CHECK(in_place(plan.stages[3]));
    CHECK_FALSE(in_place(plan.stages[4]));
    using Skipped = Example<Conv2d<4, 3>, Residual<ReLU>, Linear<2>>;
    CHECK_FALSE(in_place(Skipped::plan<training_mode>.stages[1]));
}

}  // namespace planner_test
