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

/// Computes a plan: `run` lists its decisions in order.
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
        fuse_pointwise();
        make_buffers();
        if (mode_.gradients) {
            keep_for_recompute();
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
    /// Times: stage i runs forward at time i, the loss at `count`, stage i backward at 2 · count − i.
    static constexpr int backward_time(int i) { return 2 * count - i; }

    constexpr void cut_segments() {
        int segment = 0;
        for (int i = 0; i < count; ++i) {
            PlannedStage& s = stage(i);
            s.begins_segment = mode_.batch_statistics && s.is_norm_over_batch();
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
            if (s.is_norm_over_batch()) plan_.statistics_size += padded(s.stage.pointwise.extent.channels);
        }
    }

    /// Fuses a convolution with the pointwise stage after it, if no other stage reads the convolution's output. ReLU
    /// and skip are then applied to sums still in registers; a norm by running statistics is folded into the weights.
    constexpr void fuse_pointwise() {
        for (int i = 0; i + 1 < count; ++i) {
            PlannedStage& convolution = stage(i);
            PlannedStage& next = stage(i + 1);
            if (!next.is_pointwise() || !is_only_reader_of_convolution(i + 1) || skip_maker(i + 1) >= 0) continue;
            const kernels::Pointwise& p = next.stage.pointwise;
            if (p.drops && mode_.dropout) continue;
            // The backward pass takes the ReLU mask from the sign of the output, which a skip changes. A norm reads its
            // own input again.
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

    /// Is the stage before stage `i` a convolution, and stage `i` the only one that reads its output?
    constexpr bool is_only_reader_of_convolution(int i) {
        if (i == 0 || stage(i - 1).stage.kind != Stage::Kind::convolution) return false;
        const int v = stage(i).stage.input;
        if (stage(i - 1).stage.output != v) return false;
        int readers = 0;
        for (int k = 0; k < count; ++k) {
            readers += (stage(k).stage.input == v ? 1 : 0) + (stage(k).stage.skip == v ? 1 : 0);
        }
        return readers == 1;
    }
    /// May stage `i` write its output over its input? Only over a convolution's output that no other stage reads. Not
    /// if the backward pass still needs that input: a norm does, and a ReLU whose sign the skip changes.
    constexpr bool in_place(int i) {
        const Stage& s = stage(i).stage;
        if (stage(i).is_merged) return true;
        if (s.kind != Stage::Kind::pointwise || s.pointwise.normalises) return false;
        if (s.pointwise.relu && s.pointwise.adds_skip) return false;
        return is_only_reader_of_convolution(i);
    }

    /// The norm to recompute for the skip of stage `i`, or −1. The norm made that skip in an earlier segment. Its input
    /// is stored, and to recompute the output from it costs less than to store the output too.
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

    /// The convolution to recompute for the input of stage `i`, whose skip is recomputed too; or −1. It has at most 16
    /// products per output number: that takes less time than to write the output to memory and to read it in three
    /// passes. It reads the skip, so recomputing it needs nothing else.
    constexpr int input_maker(int i) {
        constexpr int few = 16;
        if (!stage(i).begins_segment || !is_only_reader_of_convolution(i)) return -1;
        const Stage& before = stage(i - 1).stage;
        const bool cheap = before.convolution.weight_count() <= few * before.convolution.output.channels;
        return cheap && before.input == stage(i).stage.skip ? i - 1 : -1;
    }

    /// Makes the buffers of values, dropout masks and moments. Notes when the forward passes use them.
    constexpr void make_buffers() {
        int values = 0;
        for (int i = 0; i < count; ++i) values = std::max(values, stage(i).stage.output + 1);
        value_buffer_.assign(static_cast<std::size_t>(values), -1);
        gradient_buffer_.assign(static_cast<std::size_t>(values), -1);
        value_buffer_[0] = new_buffer(input_extent_.size());
        value(0).recomputable = true;  // `load` writes the sample again
        value(0).touch(0, 0, true);
        for (int i = 0; i < count; ++i) {
            PlannedStage& s = stage(i);
            const bool reuses = in_place(i);
            value_buffer_[static_cast<std::size_t>(s.stage.output)] =
                reuses ? value_buffer_[static_cast<std::size_t>(s.stage.input)]
                       : new_buffer(s.stage.output_extent().size());
            if (!reuses) value(s.stage.output).recomputable = s.stage.kind != Stage::Kind::convolution;
            value(s.stage.input).touch(i, s.segment, true);
            value(s.stage.output).touch(i, s.segment, true);
            s.skip_maker = skip_maker(i);
            if (s.skip_maker >= 0) {
                value(s.stage.skip).keep_until(i);
                value(stage(s.skip_maker).stage.input).touch(i, s.segment, true);
                s.input_maker = input_maker(i);
                value(s.stage.input).always_recomputed = s.input_maker >= 0;
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

    /// Reserves the places of what a segment's stages read until the segment is recomputed, which is at the backward
    /// time of the norm that begins the next segment.
    constexpr void keep_for_recompute() {
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

    /// Makes the buffers of gradients. Notes when the backward passes use buffers. The first stage that contributes to
    /// a value's gradient writes it (`=`), the others add to it (`+=`).
    constexpr void make_gradient_buffers() {
        const int last = stage(count - 1).stage.output;
        gradient(last) = new_buffer(stage(count - 1).stage.output_extent().size());
        buffer(gradient(last)).touch(count, plan_.segments - 1, false);
        for (int i = count - 1; i >= 0; --i) {
            PlannedStage& s = stage(i);
            const int time = backward_time(i);
            const int pass = backward_pass(i);
            // A norm over the batch sums in the pass of its own segment; its input's gradient follows in the next pass.
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
        // `buffers_` is in order of first use: forward, then gradients. A sample's passes run one after another, so its
        // stored buffers can share space by the same rule as those in the arena.
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
