#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>

#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/plan.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/op.hpp"
#include "norma/ops/widened.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// The kernels of a task: one of the two.
template <class T>
struct TaskKernels {
    void (*run)(const Arguments<T>& arguments) = nullptr;                         ///< for one sample
    void (*prepare)(const ScalarOf<T>* weight, ScalarOf<T>* prepared) = nullptr;  ///< once a step
};

/// The kernels of the op `O` for one action. They depend on nothing else, so networks share them.
template <class T, auto O, Action A, Contributions To>
constexpr TaskKernels<T> kernels_of_task() {
    constexpr bool widens = std::is_same_v<T, Bf16> && !O.facts().takes_bf16;
    using Kernels = typename std::conditional_t<widens, std::type_identity<ops::WidenedKernels<O>>,
                                                std::type_identity<ops::KernelsOf<T, O>>>::type;
    if constexpr (A == Action::forward) {
        return {&Kernels::template forward<false>};
    } else if constexpr (A == Action::recompute) {
        return {&Kernels::template forward<true>};
    } else if constexpr (A == Action::statistics) {
        return {&Kernels::statistics};
    } else if constexpr (A == Action::backward) {
        return {&Kernels::template backward<To>};
    } else if constexpr (A == Action::finish) {
        return {&Kernels::template finish<To>};
    } else if constexpr (A == Action::prepare_forward) {
        return {nullptr, &Kernels::prepare_forward};
    } else {
        return {nullptr, &Kernels::prepare_backward};
    }
}

/// `to` with every member written. As template arguments, GCC 12 takes constants for equal that differ only in which
/// element of an array is not 0, if the others were never written.
constexpr Contributions written_out(const Contributions& to) {
    return [&]<std::size_t... K>(std::index_sequence<K...>) {
        return Contributions{Contribution{to[K].wanted, to[K].is_output_gradient, to[K].write}...};
    }(std::make_index_sequence<std::size_t(most_inputs)>{});
}

/// The kernels of all tasks of a plan.
template <class T, const auto& PlanOfNetwork>
inline constexpr auto task_kernels = []<std::size_t... Index>(std::index_sequence<Index...>) {
    constexpr auto of = []<std::size_t N>() {
        constexpr const Task& task = PlanOfNetwork.tasks[N];
        constexpr const Op& op = PlanOfNetwork.nodes[std::size_t(task.node)].op;
        return kernels_of_task<T, std::get<(op.index)()>(op), task.action, written_out(task.to)>();
    };
    return std::array<TaskKernels<T>, sizeof...(Index)>{of.template operator()<Index>()...};
}(std::make_index_sequence<PlanOfNetwork.tasks.size()>{});

}  // namespace norma::inline NORMA_TARGET::detail
