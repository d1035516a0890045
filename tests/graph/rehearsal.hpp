#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "norma/graph/mode.hpp"
#include "norma/graph/plan.hpp"
#include "norma/kernels/elementwise.hpp"

// Carries plans out with tokens in place of numbers: each cell of memory holds the name of what was written there last,
// and each step says which name it must find. A cell is a cache line or, where values are slices of the channels of
// others, as many numbers as divide all their channels.
namespace graph_support {

using namespace norma;

/// What is in a cell of memory.
struct Token {
    enum class Kind { garbage, value, gradient, mask, moments };
    Kind kind = Kind::garbage;
    int id = 0;               // the value, or the node of a mask or of moments
    std::uint64_t parts = 0;  // of a gradient: the contributions added up so far, a bit each
    int sample = 0;           // whose it is: the place in its block
    friend bool operator==(const Token&, const Token&) = default;
};

/// A plan that does not do what it should.
class Failure : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Runs a block of samples through a plan, among others that use the same arena between passes. `run` throws `Failure`.
class Rehearsal {
    using Kind = Token::Kind;

public:
    /// `taps` are the named values that the plan must give to the loss.
    Rehearsal(const GrowingPlan& plan, Extent input, const NamedValues& taps, NumberSizes numbers, Mode mode,
              int samples = 1)
        : plan_(plan), input_(input), taps_(taps), numbers_(numbers), mode_(mode), samples_(samples) {
        whole_.assign(plan.nodes.size() + 1, 0);
        segments_.assign(plan.nodes.size() + 1, 0);
        counts_.assign(plan.nodes.size(), {});
        for (const FusedNode& n : plan.nodes) {
            parts_.push_back({});
            int& segment = segments_[parts_.size()];
            for (std::size_t k = 0; k < n.reads().size(); ++k) {
                parts_.back()[k] = new_part(n.inputs[k]);
                const int norms = k == 0 && n.facts.over_batch ? 1 : 0;  // one more on this path
                segment = std::max(segment, segments_[std::size_t(n.inputs[k])] + norms);
            }
        }
        output_part_ = new_part(plan.output);  // the loss
        for (const NamedValue& tap : taps) tap_parts_.push_back(new_part(tap.value));
        for (const FusedNode& n : plan.nodes) {
            if (n.slice.pitch == 0) continue;
            while ((n.slice.pitch | n.slice.channel | n.facts.output.channels) % grain_ != 0) grain_ /= 2;
        }
    }

    void run() {
        for (const long long size : {plan_.arena_size, plan_.store_size, plan_.reused_size, plan_.scratch_size}) {
            if (size % static_cast<long long>(alignment) != 0) throw Failure("sizes are no cache lines");
        }
        store_.assign(std::size_t(samples_ * numbers(plan_.store_size) / grain_), {});
        int next = 0;
        for (std::size_t p = 0; p < plan_.passes.size(); ++p) {
            const Pass& pass = plan_.passes[p];
            arena_.assign(std::size_t((scratch() + numbers(plan_.scratch_size)) / grain_), {});
            first_use_.assign(store_.size(), Use::none);
            pass_ = static_cast<int>(p);
            if (pass.first != next) throw Failure("a pass does not begin where the one before ends");
            while (next < pass.last) next = run_some(next, pass);
            verify_reads(pass);
        }
        verify_preparations(next);
        verify_counts();
    }

    /// The largest number of norms over the batch on one path, and one.
    int segments() const { return *std::ranges::max_element(segments_) + 1; }

private:
    static constexpr int line = 16;  // numbers
    enum class Use { none, read, write };
    /// How often the steps of a node ran.
    struct Counts {
        int forward = 0;
        int statistics = 0;
        int backward = 0;
        int finish = 0;
    };

    [[noreturn]] void fail(const std::string& what) const {
        constexpr std::array names{"load",     "forward", "recompute",       "statistics",      "loss",
                                   "backward", "finish",  "prepare forward", "prepare backward"};
        throw Failure("pass " + std::to_string(pass_) + ", " + names[std::size_t(step_->action)] + " " +
                      std::to_string(step_->node) + ": " + what);
    }
    static std::string text(const Token& t) {
        return std::string("?VGKM").substr(std::size_t(t.kind), 1) + std::to_string(t.id) + "/" +
               std::to_string(t.parts);
    }

    const FusedNode& node() const { return plan_.nodes[std::size_t(step_->node)]; }
    Counts& counts() { return counts_[std::size_t(step_->node)]; }
    std::uint64_t new_part(int value) {
        std::uint64_t& whole = whole_[std::size_t(value)];
        const std::uint64_t part = whole + 1;
        whole |= part;
        return part;
    }
    /// `bytes` of the plan in numbers as large as those of values. Cells are counted in these.
    long long numbers(long long bytes) const { return bytes / numbers_.value; }
    /// Where the scratch memory begins in the arena.
    long long scratch() const { return numbers(plan_.reused_size + samples_ * plan_.arena_size); }
    Extent extent(int value) const { return value == 0 ? input_ : plan_.nodes[std::size_t(value) - 1].facts.output; }
    /// An array of so many numbers, one after another.
    static Extent flat(int size) { return {size, 1, 1}; }
    Extent mask() const {
        constexpr int block = kernels::dropout_block;
        return flat(int(numbers((node().facts.mask_count + block - 1) / block * block)));
    }
    Extent moments() const { return flat(int(numbers(2ll * padded(node().facts.moment_count) * numbers_.scalar))); }
    /// The first channel of input `k` in the output of a node that joins channels.
    int first_channel(const FusedNode& n, std::size_t k) const {
        int first = 0;
        for (std::size_t before = 0; before < k; ++before) first += extent(n.inputs[before]).channels;
        return first;
    }
    /// The value whose node wrote this channel of `value`: itself, or one that is a slice of it.
    int written_as(int value, int channel) const {
        if (value == 0) return 0;
        const FusedNode& n = plan_.nodes[std::size_t(value) - 1];
        for (std::size_t k = 0; k < n.reads().size(); ++k) {
            const int of_input = channel - first_channel(n, k);
            if (n.facts.input_is_slice[k] && of_input >= 0 && of_input < extent(n.inputs[k]).channels) {
                return written_as(n.inputs[k], of_input);
            }
        }
        return value;
    }
    /// Is `part` the place of those channels of the image at `whole` that begin with `channel`?
    static bool is_slice(const Place& part, const Place& whole, int channels, int channel) {
        Place expected = whole;
        expected.channel += channel;
        expected.pitch = whole.step(channels);
        return part == expected;
    }

    /// The memory that a place is in. Numbers in it are counted from `begin`, and are before `end`.
    struct Memory {
        std::vector<Token>& cells;
        long long begin;
        long long end;
    };
    Memory memory_of(const Place& place) {
        if (!place.exists()) fail("has no place for what it uses");
        if (place.reused && step_->by_block) fail("has one array for several samples");
        long long begin = numbers(place.reused ? place.offset : samples_ * place.offset + sample_ * place.size);
        if (!place.stored && !place.reused) begin += numbers(plan_.reused_size);
        const long long end = place.stored   ? samples_ * numbers(plan_.store_size)
                              : place.reused ? numbers(plan_.reused_size)
                                             : scratch();
        if (place.offset < 0 || begin % line != 0) fail("leaves its memory");
        return {place.stored ? store_ : arena_, begin, end};
    }
    /// The cell of number `i`, counted from `place`.
    Token& cell(const Memory& memory, const Place& place, int i, Use use) {
        const int number = place.channel + i;
        const long long at = (memory.begin + number) / grain_;
        if (at < 0 || at >= memory.end / grain_) fail("leaves its memory");
        if (number % grain_ != 0) fail("has a slice that is none of the plan's");
        if (place.stored && first_use_[std::size_t(at)] == Use::none) first_use_[std::size_t(at)] = use;
        return memory.cells[std::size_t(at)];
    }
    /// Calls `f(cell, its first channel)` for the cells of an image.
    template <class F>
    void for_each_cell(const Place& place, Extent image, Use use, const F& f) {
        const Memory memory = memory_of(place);
        for (int i = 0; i < image.size(); i += grain_) {
            const int channel = i % image.channels;
            f(cell(memory, place, place.pitch == 0 ? i : i / image.channels * place.pitch + channel, use), channel);
        }
    }
    void write(const Place& place, Extent image, Token token) {
        token.sample = sample_;
        for_each_cell(place, image, Use::write, [&](Token& at, int) { at = token; });
    }
    void read(const Place& place, Extent image, const Token& expected) {
        read_channels(place, image, [&](int) { return expected; });
    }
    /// `expected(channel)` is the token of each cell.
    template <class F>
    void read_channels(const Place& place, Extent image, const F& expected) {
        for_each_cell(place, image, Use::read, [&](const Token& found, int channel) {
            Token wanted = expected(channel);
            wanted.sample = sample_;
            if (found != wanted) fail("wants " + text(wanted) + " and finds " + text(found));
        });
    }
    void read_value(const Place& place, int value) {
        read_channels(place, extent(value), [&](int channel) {
            return Token{Kind::value, written_as(value, channel)};
        });
    }
    /// Writes the channels that are not those of slices: another node wrote these.
    void write_value(const Place& place, int value) {
        for_each_cell(place, extent(value), Use::write, [&](Token& at, int channel) {
            if (written_as(value, channel) == value) at = {Kind::value, value, 0, sample_};
        });
    }

    /// Runs the step `next` for all samples, or the steps from there to the next such one for one sample after another.
    /// Returns the step that follows.
    int run_some(int next, const Pass& pass) {
        const auto by_block = [&](int s) { return plan_.steps[std::size_t(s)].by_block; };
        int last = next + 1;
        while (!by_block(next) && last < pass.last && !by_block(last)) ++last;
        for (sample_ = 0; sample_ < samples_; ++sample_) {
            for (int s = next; s < last; ++s) run(plan_.steps[std::size_t(s)], pass);
        }
        // Kernels take the samples of a block in any order, so all inputs are still there when the last one is done.
        for (sample_ = 0; by_block(next) && sample_ < samples_; ++sample_) {
            if (step_->action == Action::backward) {
                read_for_backward();
            } else {
                read_inputs(true);
                read_value(step_->places.output, step_->node + 1);
            }
        }
        sample_ = 0;
        return last;
    }

    void run(const Step& step, const Pass& pass) {
        step_ = &step;
        const int segment = step.node < 0 ? pass.segment : segments_[std::size_t(step.node) + 1];
        const bool of_next = step.action == Action::statistics || step.action == Action::finish;
        if (step.action != Action::recompute && segment != pass.segment + (of_next ? 1 : 0))
            fail("is another segment's");
        if (step.node >= 0) {
            const bool computes =
                step.action == Action::forward || step.action == Action::recompute || step.action == Action::backward;
            if (step.by_block != (computes && node().facts.block > 1)) fail("runs for one sample, or for several");
            verify_task();
            verify_prepared();
            verify_slices();
            use_scratch();
        }
        switch (step.action) {
            case Action::load:
                return write_value(step.places.output, 0);
            case Action::forward:
                return forward(false);
            case Action::recompute:
                return forward(true);
            case Action::statistics:
                return statistics();
            case Action::loss:
                return loss();
            case Action::backward:
                return backward();
            case Action::finish:
                return finish();
            case Action::prepare_forward:
            case Action::prepare_backward:
                fail("is not part of a pass");
        }
    }

    void verify_task() const {
        const Task& task = plan_.tasks[std::size_t(step_->task)];
        const bool keeps = node().facts.mask_count > 0 || node().facts.moment_count > 0;
        const bool alike = step_->action == Action::recompute && !keeps;
        if (task.action != (alike ? Action::forward : step_->action)) fail("calls another action's kernels");
        if (!(plan_.nodes[std::size_t(task.node)].op == node().op)) fail("calls another op's kernels");
        const StepPlaces& places = step_->places;
        if (places.weight_offset != node().weight_offset || places.bias_offset != node().bias_offset ||
            places.statistics_offset != node().statistics_offset || places.random != node().random) {
            fail("has the offsets of another node");
        }
    }

    /// Where the weights that the step reads were prepared, they are where the preparation wrote them.
    void verify_prepared() const {
        const bool forward = step_->action == Action::forward || step_->action == Action::recompute;
        for (const Step& other : plan_.steps) {
            if (other.node != step_->node) continue;
            if (other.action != (forward ? Action::prepare_forward : Action::prepare_backward)) continue;
            if (!forward && step_->action != Action::backward) continue;
            if (other.places.prepared_offset != step_->places.prepared_offset) fail("reads other prepared weights");
        }
    }

    /// Ops read and write slices only where they can, and know their pitches.
    void verify_slices() const {
        const StepPlaces& places = step_->places;
        const FusedNode& n = node();
        const auto pitch_of_both = [&](const Place& value, const Place& gradient) {
            if (value.exists() && gradient.exists() && value.pitch != gradient.pitch) fail("has two pitches");
            return value.exists() ? value.pitch : gradient.pitch;
        };
        int pitch = 0;  // of input 0
        for (std::size_t k = 0; k < most_inputs; ++k) {
            const int of_input = pitch_of_both(places.inputs[k], places.input_gradients[k]);
            if (of_input != 0 && !n.facts.reads_slice[k]) fail("reads a slice and cannot");
            if (k == 0) pitch = of_input;
            if (!n.facts.input_is_slice[k]) continue;
            const int channels = n.facts.output.channels;
            const int first = first_channel(n, k);
            if (places.output.exists() && !is_slice(places.inputs[k], places.output, channels, first)) {
                fail("has an input that is no slice of its output");
            }
            if (places.input_gradients[k].exists() &&
                !is_slice(places.input_gradients[k], places.output_gradient, channels, first)) {
                fail("has a gradient that is no slice of its output's");
            }
        }
        const int of_output = pitch_of_both(places.output, places.output_gradient);
        if (of_output != 0 && !n.facts.writes_slice) fail("writes a slice and cannot");
        visit_op(n.op, [&]<class O>(O op) {
            if constexpr (ops::HasPitches<O>) {
                const bool has_input = places.inputs[0].exists() || places.input_gradients[0].exists();
                const bool has_output = places.output.exists() || places.output_gradient.exists();
                const O before = op;
                op.set_pitches(pitch, of_output);
                if (has_input && has_output && op != before) fail("has kernels for other pitches");
            }
        });
    }

    /// Kernels leave anything in their scratch memory.
    void use_scratch() {
        const bool forward = step_->action == Action::forward || step_->action == Action::recompute;
        const bool backward = step_->action == Action::backward;
        const OpFacts& facts = node().facts;
        const long long needs = forward ? facts.scratch_forward : backward ? facts.scratch_backward : 0;
        const long long begin = scratch();
        const long long end = begin + numbers(needs * numbers_.scalar);
        for (long long at = begin; at < end; at += grain_) {
            if (std::size_t(at / grain_) >= arena_.size()) fail("has too little scratch memory");
            arena_[std::size_t(at / grain_)] = {};
        }
    }

    void read_kept() {
        const StepPlaces& places = step_->places;
        if (node().facts.mask_count > 0) read(places.mask, mask(), {Kind::mask, step_->node});
        if (node().facts.moment_count > 0) read(places.moments, moments(), {Kind::moments, step_->node});
        if (node().facts.mask_count == 0 && places.mask.exists()) fail("has a mask and drops nothing");
    }

    void forward(bool again) {
        const StepPlaces& places = step_->places;
        const FusedNode& n = node();
        const bool first = sample_ == 0;
        if (first && (counts().forward > 0) != again) fail(again ? "has not run before" : "has run before");
        if (again && !may_run_again()) fail("costs more than to store its output");
        if (!again && first) ++counts().forward;
        if (!again && n.facts.moment_count > 0) write(places.moments, moments(), {Kind::moments, step_->node});
        if (!again && n.facts.mask_count > 0) write(places.mask, mask(), {Kind::mask, step_->node});
        read_inputs(false);
        if (n.overwrites_input && places.output != places.inputs[0]) fail("does not write over its input");
        write_value(places.output, step_->node + 1);
        read_inputs(true);
    }
    /// Reads what the forward step reads, before or after it has `written` its output.
    void read_inputs(bool written) {
        const FusedNode& n = node();
        for (std::size_t k = 0; k < n.reads().size(); ++k) {
            if (written && n.overwrites_input && k == 0) continue;
            read_value(step_->places.inputs[k], n.inputs[k]);
        }
        read_kept();
    }

    /// What is cheap may run again in the backward pass of its segment; a norm that is nothing else in any pass.
    bool may_run_again() const {
        const OpFacts& facts = node().facts;
        const bool goes_back = pass_ == 2 * (plan_.segments - 1) - segments_[std::size_t(step_->node) + 1];
        const bool is_norm_alone = facts.over_batch && facts.inputs == 1 && facts.mask_count == 0;
        return (facts.is_cheap && goes_back) || is_norm_alone;
    }

    void statistics() {
        if (!node().facts.over_batch || counts().forward > 0) fail("comes where it has no use");
        if (sample_ == 0) ++counts().statistics;
        read_value(step_->places.inputs[0], node().inputs[0]);
    }

    void loss() {
        const StepPlaces& places = step_->places;
        if (pass_ != plan_.segments - 1) fail("is in another pass than the last forward one");
        if (sample_ == 0) ++losses_;
        if (plan_.taps.size() != taps_.size()) fail("has not the taps that it should");
        const auto read_all = [&] {
            read_value(places.output, plan_.output);
            for (std::size_t k = 0; k < taps_.size(); ++k) read_value(plan_.taps[k].value, taps_[k].value);
        };
        read_all();
        if (places.output.pitch != 0 || places.output_gradient.pitch != 0) fail("gives the loss a slice");
        if (places.output_gradient.exists() != mode_.gradients) fail("has no gradient, or one too many");
        for (std::size_t k = 0; k < taps_.size(); ++k) {
            const PlannedTap& tap = plan_.taps[k];
            const int value = taps_[k].value;
            if (tap.name != taps_[k].name || tap.extent != extent(value)) fail("mistakes a tap");
            if (tap.value.pitch != 0 || tap.gradient.pitch != 0) fail("gives the loss a slice");
            if (tap.gradient.exists() != mode_.gradients) fail("has no gradient of a tap, or one too many");
            if (!mode_.gradients) continue;
            write(tap.gradient, extent(value), {Kind::gradient, value, tap_parts_[k]});
        }
        if (!mode_.gradients) return;
        write(places.output_gradient, extent(plan_.output), {Kind::gradient, plan_.output, output_part_});
        read_all();
    }

    /// Is it the output of a node with parameters, or of one that reads such an output? Else nothing needs its
    /// gradient.
    bool depends_on_parameters(int value) const {
        if (value == 0) return false;
        const FusedNode& n = plan_.nodes[std::size_t(value - 1)];
        if (n.facts.weight_count > 0 || n.facts.bias_count > 0) return true;
        return std::ranges::any_of(n.reads(), [this](int input) { return depends_on_parameters(input); });
    }

    /// Reads what the backward step reads beside the gradient of its output.
    void read_for_backward() {
        const FusedNode& n = node();
        const StepPlaces& places = step_->places;
        for (std::size_t k = 0; k < n.reads().size(); ++k) {
            if (!n.facts.backward_reads_input || n.facts.passes_gradient[k]) continue;
            read_value(places.inputs[k], n.overwrites_input && k == 0 ? step_->node + 1 : n.inputs[k]);
        }
        if (n.facts.backward_reads_output) read_value(places.output, step_->node + 1);
        read_kept();
    }

    void backward() {
        const FusedNode& n = node();
        const int out = step_->node + 1;
        if (sample_ == 0 && ++counts().backward > 1) fail("has run before");
        const Token whole{Kind::gradient, out, whole_[std::size_t(out)]};
        read(step_->places.output_gradient, extent(out), whole);
        read_for_backward();
        Token left{};  // what becomes of the output's gradient
        bool is_left = false;
        // Kernels give to the inputs that pass the gradient first.
        for (const bool passes : {true, false}) {
            for (std::size_t k = 0; k < most_inputs; ++k) {
                if (n.facts.passes_gradient[k] == passes) give(k, whole, left, is_left);
            }
        }
        read_for_backward();
        const bool finishes = n.facts.over_batch && depends_on_parameters(n.inputs[0]);
        // Where nothing needs it any more, the kernel may have left anything in the gradient of the output.
        if (is_left || !finishes) {
            left.sample = sample_;
            for_each_cell(step_->places.output_gradient, extent(out), Use::write, [&](Token& at, int channel) {
                if (written_as(out, channel) == out) at = left;
            });
        }
        if (finishes) left_[std::size_t(step_->node)] = is_left ? left : whole;
    }

    /// Gives input `k` its gradient. The gradient of the output stays `whole` for the other inputs. If its array
    /// becomes that of the input's gradient, it is `left` there after the step.
    void give(std::size_t k, const Token& whole, Token& left, bool& is_left) {
        const FusedNode& n = node();
        const Contribution& to = plan_.tasks[std::size_t(step_->task)].to[k];
        const bool exists = k < n.reads().size() && depends_on_parameters(n.inputs[k]);
        if (to.wanted != (exists && (n.facts.passes_gradient[k] || !n.facts.over_batch))) {
            fail("does not give the gradients that it should");
        }
        if (!to.wanted) return;
        if (n.facts.input_is_slice[k]) {
            if (!to.is_output_gradient || to.write == kernels::Write::add)
                fail("does not pass a slice of its gradient");
            return write(step_->places.input_gradients[k], extent(n.inputs[k]),
                         {Kind::gradient, n.inputs[k], parts_[std::size_t(step_->node)][k]});
        }
        const bool same_place = step_->places.input_gradients[k] == step_->places.output_gradient;
        const bool is_over = k == 0 && n.facts.gradient_over_output && to.write == kernels::Write::assign;
        if (!to.is_output_gradient && !(is_over && same_place)) {
            contribute(k, to.write);
            const int first = n.facts.joins_channels ? first_channel(n, k) : 0;
            const int channels = n.facts.joins_channels ? extent(n.inputs[k]).channels : n.facts.output.channels;
            for_each_cell(step_->places.output_gradient, extent(whole.id), Use::read, [&](Token at, int channel) {
                at.sample -= sample_;
                if (channel >= first && channel < first + channels && at != whole) fail("overwrites what it reads");
            });
            return;
        }
        if (is_left) fail("makes its output's gradient that of two inputs");
        if (to.is_output_gradient && !n.facts.passes_gradient[k]) fail("passes what it has to compute");
        if (!same_place || to.write == kernels::Write::add) fail("passes a gradient that is elsewhere");
        is_left = true;
        left = {Kind::gradient, n.inputs[k], parts_[std::size_t(step_->node)][k]};
    }

    /// Second half of a norm over the batch, in the pass after.
    void finish() {
        const FusedNode& n = node();
        if (counts().backward == 0 || !depends_on_parameters(n.inputs[0])) fail("comes where it has no use");
        if (sample_ == 0) ++counts().finish;
        const Token& left = left_[std::size_t(step_->node)];
        const auto read_all = [&] {
            read_value(step_->places.inputs[0], n.inputs[0]);
            read(step_->places.output_gradient, extent(step_->node + 1), left);
        };
        read_all();
        const Contributions& to = plan_.tasks[std::size_t(step_->task)].to;
        if (!to[0].wanted || to[0].is_output_gradient || to[1].wanted || to[2].wanted || to[3].wanted) {
            fail("does not give its input alone a gradient");
        }
        contribute(0, to[0].write);
        read_all();
        if (left.id == step_->node + 1) write(step_->places.output_gradient, extent(step_->node + 1), {});
    }

    void contribute(std::size_t k, kernels::Write how) {
        const Place& place = step_->places.input_gradients[k];
        const int value = node().inputs[k];
        const std::uint64_t part = parts_[std::size_t(step_->node)][k];
        Token token{Kind::gradient, value, part};
        if (how == kernels::Write::add) {
            const Token before = cell(memory_of(place), place, 0, Use::read);
            if (before.kind != Kind::gradient || before.id != value || (before.parts & part) != 0 ||
                before.sample != sample_) {
                fail("adds to " + text(before));
            }
            read(place, extent(value), before);
            token.parts |= before.parts;
        }
        write(place, extent(value), token);
    }

    /// The pass fetches only what it reads from the store before it writes there.
    void verify_reads(const Pass& pass) const {
        for (int r = pass.reads_first; r < pass.reads_last; ++r) {
            const kernels::ArrayRange& range = plan_.reads[std::size_t(r)];
            const long long end = (numbers(range.begin + range.size) + grain_ - 1) / grain_;
            for (long long at = numbers(range.begin) / grain_; at < end; ++at) {
                if (first_use_[std::size_t(at)] != Use::read) throw Failure("fetches what it does not read");
            }
        }
    }

    void verify_preparations(int next) {
        long long end = 0;
        const auto verify = [&](Action action, std::size_t i, long long count) {
            if (std::size_t(next) >= plan_.steps.size()) throw Failure("a weight is not prepared");
            step_ = &plan_.steps[std::size_t(next++)];
            if (step_->action != action || step_->node != static_cast<int>(i)) fail("is no preparation");
            verify_task();
            if (step_->places.prepared_offset < end) fail("writes over other prepared weights");
            end = step_->places.prepared_offset + count;
        };
        for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
            const FusedNode& n = plan_.nodes[i];
            if (n.facts.prepared_forward > 0) verify(Action::prepare_forward, i, n.facts.prepared_forward);
            if (mode_.gradients && n.facts.prepared_backward > 0 && depends_on_parameters(n.inputs[0])) {
                verify(Action::prepare_backward, i, n.facts.prepared_backward);
            }
        }
        if (end > plan_.prepared_size) throw Failure("there is no room for all prepared weights");
        if (std::size_t(next) != plan_.steps.size()) throw Failure("steps are left over");
    }

    void verify_counts() const {
        if (losses_ != (plan_.nodes.empty() ? 0 : 1)) throw Failure("no loss, or several");
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            const FusedNode& n = plan_.nodes[i];
            const int norm = n.facts.over_batch ? 1 : 0;
            const int finishes = norm * (mode_.gradients && depends_on_parameters(n.inputs[0]) ? 1 : 0);
            const int backward = mode_.gradients && depends_on_parameters(int(i) + 1) ? 1 : 0;
            if (counts_[i].forward != 1 || counts_[i].backward != backward || counts_[i].statistics != norm ||
                counts_[i].finish != finishes) {
                throw Failure("node " + std::to_string(i) + " does not run as often as it should");
            }
        }
    }

    const GrowingPlan& plan_;
    Extent input_;
    NamedValues taps_;
    NumberSizes numbers_;
    Mode mode_;
    int samples_;
    int grain_ = line;  // numbers of a cell
    int sample_ = 0;
    std::vector<std::array<std::uint64_t, most_inputs>> parts_;  // of each node's inputs
    std::uint64_t output_part_ = 0;                              // of the loss in the output's gradient
    std::vector<std::uint64_t> tap_parts_;                       // likewise of each tap
    std::vector<std::uint64_t> whole_;                           // all parts of a value's gradient
    std::vector<int> segments_;                                  // of values
    std::vector<Counts> counts_;
    std::map<std::size_t, Token> left_;  // by a norm over the batch in the gradient of its output
    std::vector<Token> arena_;
    std::vector<Token> store_;
    std::vector<Use> first_use_;  // of the store, in this pass
    const Step* step_ = nullptr;
    int pass_ = 0;
    int losses_ = 0;
};

}  // namespace graph_support
