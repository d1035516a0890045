#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/network/arena.hpp"
#include "norma/network/mode.hpp"
#include "norma/network/plan.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Works out a plan step by step.
template <std::size_t Count>
class Planner {
public:
    constexpr Planner(const std::array<Stage, Count>& stages, Extent input, Mode mode)
        : mode_(mode), input_extent_(input) {
        for (std::size_t i = 0; i < Count; ++i) plan_.stages[i].stage = stages[i];
    }

    constexpr Plan<Count> run() {
        if (Count == 0) return plan_;
        cut_segments();
        place_parameters();
        merge_pointwise();
        make_buffers();
        if (mode_.gradients) {
            keep_for_second_run();
            make_gradient_buffers();
        }
        place_buffers();
        return plan_;
    }

private:
    static constexpr int count = static_cast<int>(Count);

    constexpr PlannedStage& stage(int i) { return plan_.stages[static_cast<std::size_t>(i)]; }
    constexpr int passes() const { return mode_.gradients ? 2 * plan_.segments - 1 : plan_.segments; }
    constexpr int backward_pass(int i) { return 2 * (plan_.segments - 1) - stage(i).segment; }
    /// Times: stage i runs forward at i, the loss at `count`, stage i backward at 2 · count − i.
    static constexpr int backward_time(int i) { return 2 * count - i; }

    constexpr void cut_segments() {
        int segment = 0;
        for (int i = 0; i < count; ++i) {
            PlannedStage& s = stage(i);
            s.begins_segment = mode_.batch_statistics && s.is_pointwise() && s.stage.pointwise.normalises &&
                               s.stage.pointwise.couples_samples;
            if (s.begins_segment) ++segment;
            s.segment = segment;
        }
        plan_.segments = segment + 1;
    }

    constexpr void place_parameters() {
        for (int i = 0; i < count; ++i) {
            PlannedStage& s = stage(i);
            s.weight_offset = plan_.parameters_size;
            plan_.parameters_size += padded(s.stage.weight_count());
            s.bias_offset = plan_.parameters_size;
            plan_.parameters_size += padded(s.stage.bias_count());
            plan_.parameter_count += s.stage.weight_count() + s.stage.bias_count();
            s.statistics_offset = plan_.statistics_size;
            if (s.is_pointwise() && s.stage.pointwise.normalises && s.stage.pointwise.couples_samples) {
                plan_.statistics_size += padded(s.stage.pointwise.extent.channels);
            }
        }
    }

    /// Gives convolutions the pointwise stage behind them, where nobody else reads what lies between: ReLU and skip are
    /// done to sums still in registers, a norm by running statistics is folded into the weights.
    constexpr void merge_pointwise() {
        for (int i = 0; i + 1 < count; ++i) {
            PlannedStage& convolution = stage(i);
            PlannedStage& next = stage(i + 1);
            if (!next.is_pointwise() || !has_convolution_to_itself(i + 1) || skip_maker(i + 1) >= 0) continue;
            const kernels::Pointwise& p = next.stage.pointwise;
            if (p.drops && mode_.dropout) continue;
            // The backward pass takes the ReLU's mask from the sign of what lies in the convolution's place.
            if (mode_.gradients && (p.normalises || p.adds_skip)) continue;
            if (p.normalises) {
                if (!p.couples_samples || next.begins_segment || p.affine == kernels::Affine::per_element) continue;
                convolution.folded_bias_offset = std::max(plan_.folded_size, plan_.parameters_size);
                plan_.folded_size = convolution.folded_bias_offset + padded(p.extent.channels);
            }
            convolution.merged_stage = i + 1;
            next.is_merged = true;
        }
    }

    constexpr int new_buffer(int size) {
        Buffer buffer;
        buffer.size = padded(size);
        buffers_.push_back(buffer);
        return static_cast<int>(buffers_.size()) - 1;
    }
    constexpr Buffer& buffer(int b) { return buffers_[static_cast<std::size_t>(b)]; }
    constexpr Buffer& value(int v) { return buffer(value_buffer_[static_cast<std::size_t>(v)]); }

    /// Does stage `i` read what the convolution before it makes, and nobody else?
    constexpr bool has_convolution_to_itself(int i) {
        if (i == 0 || stage(i - 1).stage.kind != Stage::Kind::convolution) return false;
        const int v = stage(i).stage.input;
        if (stage(i - 1).stage.output != v) return false;
        int readers = 0;
        for (int k = 0; k < count; ++k) {
            readers += (stage(k).stage.input == v ? 1 : 0) + (stage(k).stage.skip == v ? 1 : 0);
        }
        return readers == 1;
    }
    /// Can the stage write over its input? Not where the backward pass or a skip still needs the input, nor over what a
    /// pool compares with.
    constexpr bool in_place(int i) {
        const Stage& s = stage(i).stage;
        if (stage(i).is_merged) return true;
        if (s.kind != Stage::Kind::pointwise || s.pointwise.normalises) return false;
        if (s.pointwise.relu && s.pointwise.adds_skip) return false;
        return has_convolution_to_itself(i);
    }

    /// The norm that made the skip of stage `i` in an earlier segment: to run it again from its stored input costs less
    /// than to store its output as well. −1 if the skip is at hand, or was made otherwise.
    constexpr int skip_maker(int i) {
        for (int maker = 0; maker < i; ++maker) {
            const PlannedStage& s = stage(maker);
            if (s.stage.output == stage(i).stage.skip && s.segment < stage(i).segment && s.begins_segment &&
                s.stage.skip < 0 && !s.stage.pointwise.drops) {
                return maker;
            }
        }
        return -1;
    }

    /// The convolution that made the input of stage `i`, whose skip has a maker, where it runs again in every pass that
    /// reads that: to compute a few products a number takes less time than to write it to memory and read it in three
    /// passes. It must have nothing to read but the skip, which is made again anyway. −1 elsewhere.
    constexpr int input_maker(int i) {
        constexpr int few = 16;
        if (!stage(i).begins_segment || !has_convolution_to_itself(i)) return -1;
        const Stage& before = stage(i - 1).stage;
        const bool cheap = before.convolution.weight_count() <= few * before.convolution.output.channels;
        return cheap && before.input == stage(i).stage.skip ? i - 1 : -1;
    }

    /// Buffers of values, dropout and moments, and what the forward passes touch.
    constexpr void make_buffers() {
        int values = 0;
        for (int i = 0; i < count; ++i) values = std::max(values, stage(i).stage.output + 1);
        value_buffer_.assign(static_cast<std::size_t>(values), -1);
        gradient_buffer_.assign(static_cast<std::size_t>(values), -1);
        value_buffer_[0] = new_buffer(input_extent_.size());
        value(0).made_again = true;  // the sample is loaded again
        value(0).touch(0, 0, true);
        for (int i = 0; i < count; ++i) {
            PlannedStage& s = stage(i);
            const bool reuses = in_place(i);
            value_buffer_[static_cast<std::size_t>(s.stage.output)] =
                reuses ? value_buffer_[static_cast<std::size_t>(s.stage.input)]
                       : new_buffer(s.stage.output_extent().size());
            if (!reuses) value(s.stage.output).made_again = s.stage.kind != Stage::Kind::convolution;
            value(s.stage.input).touch(i, s.segment, true);
            value(s.stage.output).touch(i, s.segment, true);
            s.skip_maker = skip_maker(i);
            if (s.skip_maker >= 0) {
                value(s.stage.skip).keep_until(i);
                value(stage(s.skip_maker).stage.input).touch(i, s.segment, true);
                s.input_maker = input_maker(i);
                value(s.stage.input).always_made = s.input_maker >= 0;
            } else if (s.stage.skip >= 0) {
                value(s.stage.skip).touch(i, s.segment, true);
            }
            kept_buffer_.push_back(-1);
            moments_buffer_.push_back(-1);
            if (s.is_pointwise() && s.stage.pointwise.drops && mode_.dropout) {
                const int bytes = (s.stage.pointwise.extent.size() + kernels::dropout_block - 1) /
                                  kernels::dropout_block * kernels::dropout_block;
                kept_buffer_.back() = new_buffer(bytes / 4);
                buffer(kept_buffer_.back()).touch(i, s.segment, true);
            }
            if (s.has_own_moments()) {
                moments_buffer_.back() = new_buffer(2 * padded(s.stage.pointwise.moment_count()));
                buffer(moments_buffer_.back()).touch(i, s.segment, true);
            }
        }
        value(stage(count - 1).stage.output).touch(count, plan_.segments - 1, true);
    }

    /// What a segment's stages read when they run again stays in its place until then: when the norm that begins the
    /// next segment is in the midst of its backward pass.
    constexpr void keep_for_second_run() {
        int next_norm = -1;
        for (int i = count - 1; i >= 0; --i) {
            const PlannedStage& s = stage(i);
            if (next_norm >= 0) {
                const int time = backward_time(next_norm);
                value(s.stage.input).keep_until(time);
                if (s.stage.skip >= 0) value(s.stage.skip).keep_until(time);
                if (s.skip_maker >= 0) value(stage(s.skip_maker).stage.input).keep_until(time);
            }
            if (s.begins_segment) next_norm = i;
        }
    }

    constexpr int& gradient(int v) { return gradient_buffer_[static_cast<std::size_t>(v)]; }

    /// Buffers of gradients, and what the backward passes touch. Each value's gradient is written by the first stage
    /// that contributes to it and added to by the others.
    constexpr void make_gradient_buffers() {
        const int last = stage(count - 1).stage.output;
        gradient(last) = new_buffer(stage(count - 1).stage.output_extent().size());
        buffer(gradient(last)).touch(count, plan_.segments - 1, false);
        for (int i = count - 1; i >= 0; --i) {
            PlannedStage& s = stage(i);
            const int time = backward_time(i);
            const int pass = backward_pass(i);
            // A norm that couples samples ends its segment's backward pass and begins the next one.
            const int end = s.begins_segment ? pass + 1 : pass;
            const int out = gradient(s.stage.output);
            buffer(out).touch(time, pass, false);
            buffer(out).touch(time, end, false);
            const bool reads_input = s.stage.kind == Stage::Kind::convolution ||
                                     s.stage.kind == Stage::Kind::max_pool ||
                                     (s.is_pointwise() && (s.stage.pointwise.normalises || s.stage.pointwise.relu));
            if (reads_input) {
                value(s.stage.input).touch(time, pass, false);
                value(s.stage.input).touch(time, end, false);
            }
            if (s.stage.kind == Stage::Kind::max_pool) value(s.stage.output).touch(time, pass, false);
            if (kept_buffer_[static_cast<std::size_t>(i)] >= 0) {
                buffer(kept_buffer_[static_cast<std::size_t>(i)]).touch(time, pass, false);
            }
            if (moments_buffer_[static_cast<std::size_t>(i)] >= 0) {
                buffer(moments_buffer_[static_cast<std::size_t>(i)]).touch(time, pass, false);
            }
            if (s.stage.skip > 0) {
                s.skip_gradient_is_output_gradient = gradient(s.stage.skip) < 0;
                if (gradient(s.stage.skip) < 0) gradient(s.stage.skip) = out;
                buffer(gradient(s.stage.skip)).touch(time, pass, false);
            }
            s.wants_input_gradient = s.stage.input > 0;
            if (!s.wants_input_gradient) continue;
            s.input_write = gradient(s.stage.input) < 0 ? kernels::Write::assign : kernels::Write::add;
            if (gradient(s.stage.input) < 0) {
                const bool over_output = s.is_pointwise() && s.stage.skip < 0 && !s.begins_segment;
                gradient(s.stage.input) = over_output ? out : new_buffer(s.stage.input_extent().size());
            }
            buffer(gradient(s.stage.input)).touch(time, end, false);
        }
    }

    constexpr void place_buffers() {
        List<Buffer*> arena;
        List<Buffer*> store;
        for (Buffer& b : buffers_) (b.must_be_stored(passes()) ? store : arena).push_back(&b);
        // By first use: those of the forward passes are in that order already, gradients follow. A sample's passes
        // follow one another, so what it stores shares space by the same rule.
        plan_.arena_size = place_in_arena(arena);
        plan_.store_size = place_in_arena(store);
        for (Buffer* b : store) b->place.stored = true;
        const auto at = [&](int b) { return b < 0 ? Place{} : buffer(b).place; };
        for (int i = 0; i < count; ++i) {
            PlannedStage& s = stage(i);
            const std::size_t in = static_cast<std::size_t>(s.stage.input);
            const std::size_t out = static_cast<std::size_t>(s.stage.output);
            s.input = at(value_buffer_[in]);
            s.output = at(value_buffer_[out]);
            s.kept_units = at(kept_buffer_[static_cast<std::size_t>(i)]);
            s.moments = at(moments_buffer_[static_cast<std::size_t>(i)]);
            s.output_gradient = at(gradient_buffer_[out]);
            s.input_gradient = s.wants_input_gradient ? at(gradient_buffer_[in]) : Place{};
            s.runs_again = s.segment < plan_.segments - 1 && !s.output.stored;
            if (s.stage.skip >= 0) {
                s.skip = at(value_buffer_[static_cast<std::size_t>(s.stage.skip)]);
                if (s.stage.skip > 0) s.skip_gradient = at(gradient_buffer_[static_cast<std::size_t>(s.stage.skip)]);
            }
        }
        plan_.input = at(value_buffer_[0]);
        plan_.logits = stage(count - 1).output;
        plan_.logits_gradient = stage(count - 1).output_gradient;
    }

    Plan<Count> plan_{};
    Mode mode_;
    Extent input_extent_;
    List<Buffer> buffers_;
    List<int> value_buffer_;
    List<int> gradient_buffer_;
    List<int> kept_buffer_;
    List<int> moments_buffer_;
};

/// The plan of `stages` for one mode.
template <std::size_t Count>
constexpr Plan<Count> make_plan(const std::array<Stage, Count>& stages, Extent input, Mode mode) {
    return Planner<Count>(stages, input, mode).run();
}

}  // namespace norma::inline NORMA_TARGET::detail
