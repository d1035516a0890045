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

// Carries plans out with tokens in place of numbers: each cache line of memory holds the name of what was written there
// last, and each step says which name it must find.
namespace graph_support {

using namespace norma;

/// What is in a cache line of memory.
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
    Rehearsal(const GrowingPlan& plan, Extent input, const NamedValues& taps, Mode mode, int samples = 1)
        : plan_(plan), input_(input), taps_(taps), mode_(mode), samples_(samples) {
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
    }

    void run() {
        if (plan_.arena_size % line != 0 || plan_.store_size % line != 0) throw Failure("sizes are no cache lines");
        if (plan_.reused_size % line != 0 || plan_.scratch_size % line != 0) throw Failure("sizes are no cache lines");
        store_.assign(std::size_t(samples_ * plan_.store_size / line), {});
        int next = 0;
        for (std::size_t p = 0; p < plan_.passes.size(); ++p) {
            const Pass& pass = plan_.passes[p];
            arena_.assign(std::size_t((plan_.reused_size + samples_ * plan_.arena_size + plan_.scratch_size) / line),
                          {});
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
    static constexpr int line = 16;
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
    /// Lines of a value or of its gradient.
    int lines(int value) const {
        const int size = value == 0 ? input_.size() : plan_.nodes[std::size_t(value) - 1].facts.output.size();
        return (size + line - 1) / line;
    }
    int mask_lines() const {
        constexpr int block = kernels::dropout_block;
        return (node().facts.mask_count + block - 1) / block * block / int(sizeof(float)) / line;
    }
    int moment_lines() const { return 2 * ((node().facts.moment_count + line - 1) / line); }

    Token& cell(const Place& place, int i, Use use) {
        if (!place.exists()) fail("has no place for what it uses");
        if (place.reused && step_->by_block) fail("has one array for several samples");
        std::vector<Token>& memory = place.stored ? store_ : arena_;
        long long begin = place.reused ? place.offset : samples_ * place.offset + sample_ * place.size;
        if (!place.stored && !place.reused) begin += plan_.reused_size;
        const std::size_t at = std::size_t(begin / line + i);
        const long long end = place.stored   ? samples_ * plan_.store_size
                              : place.reused ? plan_.reused_size
                                             : plan_.reused_size + samples_ * plan_.arena_size;
        if (place.offset < 0 || begin % line != 0 || static_cast<long long>(at) >= end / line) {
            fail("leaves its memory");
        }
        if (place.stored && first_use_[at] == Use::none) first_use_[at] = use;
        return memory[at];
    }
    void write(const Place& place, int count, Token token) {
        token.sample = sample_;
        for (int i = 0; i < count; ++i) cell(place, i, Use::write) = token;
    }
    void read(const Place& place, int count, Token expected) {
        expected.sample = sample_;
        for (int i = 0; i < count; ++i) {
            const Token found = cell(place, i, Use::read);
            if (found != expected) fail("wants " + text(expected) + " and finds " + text(found));
        }
    }
    void read_value(const Place& place, int value) { read(place, lines(value), {Kind::value, value}); }

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
            use_scratch();
        }
        switch (step.action) {
            case Action::load:
                return write(step.places.output, lines(0), {Kind::value, 0});
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

    /// Kernels leave anything in their scratch memory.
    void use_scratch() {
        const bool forward = step_->action == Action::forward || step_->action == Action::recompute;
        const bool backward = step_->action == Action::backward;
        const OpFacts& facts = node().facts;
        const long long needs = forward ? facts.scratch_forward : backward ? facts.scratch_backward : 0;
        const long long begin = plan_.reused_size + samples_ * plan_.arena_size;
        for (long long at = begin; at < begin + needs; at += line) {
            if (std::size_t(at / line) >= arena_.size()) fail("has too little scratch memory");
            arena_[std::size_t(at / line)] = {};
        }
    }

    void read_kept() {
        const StepPlaces& places = step_->places;
        if (node().facts.mask_count > 0) read(places.mask, mask_lines(), {Kind::mask, step_->node});
        if (node().facts.moment_count > 0) read(places.moments, moment_lines(), {Kind::moments, step_->node});
        if (node().facts.mask_count == 0 && places.mask.exists()) fail("has a mask and drops nothing");
    }

    void forward(bool again) {
        const StepPlaces& places = step_->places;
        const FusedNode& n = node();
        const bool first = sample_ == 0;
        if (first && (counts().forward > 0) != again) fail(again ? "has not run before" : "has run before");
        if (again && !may_run_again()) fail("costs more than to store its output");
        if (!again && first) ++counts().forward;
        if (!again && n.facts.moment_count > 0) write(places.moments, moment_lines(), {Kind::moments, step_->node});
        if (!again && n.facts.mask_count > 0) write(places.mask, mask_lines(), {Kind::mask, step_->node});
        read_inputs(false);
        if (n.overwrites_input && places.output != places.inputs[0]) fail("does not write over its input");
        write(places.output, lines(step_->node + 1), {Kind::value, step_->node + 1});
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

    /// What is cheap may run again in the backward pass of its segment; a norm that is nothing else and a convolution
    /// of few products in any pass.
    bool may_run_again() const {
        const OpFacts& facts = node().facts;
        const bool goes_back = pass_ == 2 * (plan_.segments - 1) - segments_[std::size_t(step_->node) + 1];
        const bool is_norm_alone = facts.over_batch && facts.inputs == 1 && facts.mask_count == 0;
        const bool few_products = facts.multiply_adds <= 16ll * facts.output.size();
        return (facts.is_cheap && goes_back) || is_norm_alone ||
               (std::holds_alternative<ops::Convolution>(node().op) && few_products);
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
        if (places.output_gradient.exists() != mode_.gradients) fail("has no gradient, or one too many");
        for (std::size_t k = 0; k < taps_.size(); ++k) {
            const PlannedTap& tap = plan_.taps[k];
            const int value = taps_[k].value;
            if (tap.name != taps_[k].name || tap.extent.size() > lines(value) * line) fail("mistakes a tap");
            if (tap.gradient.exists() != mode_.gradients) fail("has no gradient of a tap, or one too many");
            if (!mode_.gradients) continue;
            write(tap.gradient, lines(value), {Kind::gradient, value, tap_parts_[k]});
        }
        if (!mode_.gradients) return;
        write(places.output_gradient, lines(plan_.output), {Kind::gradient, plan_.output, output_part_});
        read_all();
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
        read(step_->places.output_gradient, lines(out), whole);
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
        const bool finishes = n.facts.over_batch && n.inputs[0] > 0;
        // Where nothing needs it any more, the kernel may have left anything in the gradient of the output.
        if (is_left || !finishes) write(step_->places.output_gradient, lines(out), left);
        if (finishes) left_[std::size_t(step_->node)] = is_left ? left : whole;
    }

    /// Gives input `k` its gradient. The gradient of the output stays `whole` for the other inputs. If its array
    /// becomes that of the input's gradient, it is `left` there after the step.
    void give(std::size_t k, const Token& whole, Token& left, bool& is_left) {
        const FusedNode& n = node();
        const Contribution& to = plan_.tasks[std::size_t(step_->task)].to[k];
        const bool exists = k < n.reads().size() && n.inputs[k] > 0;
        if (to.wanted != (exists && (n.facts.passes_gradient[k] || !n.facts.over_batch))) {
            fail("does not give the gradients that it should");
        }
        if (!to.wanted) return;
        const bool same_place = step_->places.input_gradients[k] == step_->places.output_gradient;
        const bool is_over = k == 0 && n.facts.gradient_over_output && to.write == kernels::Write::assign;
        if (!to.is_output_gradient && !(is_over && same_place)) {
            contribute(k, to.write);
            read(step_->places.output_gradient, lines(whole.id), whole);
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
        if (counts().backward == 0 || n.inputs[0] == 0) fail("comes where it has no use");
        if (sample_ == 0) ++counts().finish;
        const Token& left = left_[std::size_t(step_->node)];
        const auto read_all = [&] {
            read_value(step_->places.inputs[0], n.inputs[0]);
            read(step_->places.output_gradient, lines(step_->node + 1), left);
        };
        read_all();
        const Contributions& to = plan_.tasks[std::size_t(step_->task)].to;
        if (!to[0].wanted || to[0].is_output_gradient || to[1].wanted || to[2].wanted || to[3].wanted) {
            fail("does not give its input alone a gradient");
        }
        contribute(0, to[0].write);
        read_all();
        if (left.id == step_->node + 1) write(step_->places.output_gradient, lines(step_->node + 1), {});
    }

    void contribute(std::size_t k, kernels::Write how) {
        const Place& place = step_->places.input_gradients[k];
        const int value = node().inputs[k];
        const std::uint64_t part = parts_[std::size_t(step_->node)][k];
        Token token{Kind::gradient, value, part};
        if (how == kernels::Write::add) {
            const Token before = cell(place, 0, Use::read);
            if (before.kind != Kind::gradient || before.id != value || (before.parts & part) != 0 ||
                before.sample != sample_) {
                fail("adds to " + text(before));
            }
            read(place, lines(value), before);
            token.parts |= before.parts;
        }
        write(place, lines(value), token);
    }

    /// The pass fetches only what it reads from the store before it writes there.
    void verify_reads(const Pass& pass) const {
        for (int r = pass.reads_first; r < pass.reads_last; ++r) {
            const kernels::ArrayRange& range = plan_.reads[std::size_t(r)];
            for (long long at = range.begin / line; at < (range.begin + range.size + line - 1) / line; ++at) {
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
            if (mode_.gradients && n.facts.prepared_backward > 0 && n.inputs[0] > 0) {
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
            const int finishes = norm * (mode_.gradients && n.inputs[0] > 0 ? 1 : 0);
            if (counts_[i].forward != 1 || counts_[i].backward != (mode_.gradients ? 1 : 0) ||
                counts_[i].statistics != norm || counts_[i].finish != finishes) {
                throw Failure("node " + std::to_string(i) + " does not run as often as it should");
            }
        }
    }

    const GrowingPlan& plan_;
    Extent input_;
    NamedValues taps_;
    Mode mode_;
    int samples_;
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
