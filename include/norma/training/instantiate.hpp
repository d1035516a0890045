#pragma once

#include <concepts>
#include <span>
#include <string>

#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/mode.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/network.hpp"
#include "norma/network/predict.hpp"
#include "norma/network/predictor.hpp"
#include "norma/network/summary.hpp"
#include "norma/training/cross_entropy.hpp"
#include "norma/training/evaluate.hpp"
#include "norma/training/source_ref.hpp"
#include "norma/training/target.hpp"
#include "norma/training/trainer.hpp"
#include "norma/training/update_bn.hpp"

/// Compiles a network once in a program of several files (docs/building.md, "Compile once"). NORMA_EXTERN(Net), after
/// the network's type in a header, tells every file not to compile it; NORMA_INSTANTIATE(Net), in one source file,
/// compiles it there. Both go outside all namespaces. They cover `Trainer<Net>`, `evaluate`, `predict`,
/// `Predictor<Net>`, `update_bn`, `summary` and `Executor<Net, mode>`, of every type of batch and source. What they do
/// not cover, such as an own optimiser, is compiled where it is used, as without them.
#define NORMA_EXTERN(...) NORMA_INSTANTIATION(extern template, __VA_ARGS__)
/// See NORMA_EXTERN.
#define NORMA_INSTANTIATE(...) NORMA_INSTANTIATION(template, __VA_ARGS__)
/// The same for a network that is trained with another loss: `NORMA_EXTERN_LOSS(norma::MeanSquaredError, Net)` covers
/// `Trainer<Net, norma::MeanSquaredError>` and `evaluate` with this loss, and all else of the above.
#define NORMA_EXTERN_LOSS(loss, ...) NORMA_INSTANTIATION_WITH(extern template, loss, __VA_ARGS__)
/// See NORMA_EXTERN_LOSS.
#define NORMA_INSTANTIATE_LOSS(loss, ...) NORMA_INSTANTIATION_WITH(template, loss, __VA_ARGS__)

namespace norma::inline NORMA_TARGET::detail {
template <class Net>
inline constexpr bool is_network = false;
template <class T, class Input, class... Layers>
inline constexpr bool is_network<BasicNetwork<T, Input, Layers...>> = true;
}  // namespace norma::inline NORMA_TARGET::detail

// The functions that are not inline, one by one: what a class of theirs has beside them is small.
#define NORMA_INSTANTIATION(prefix, ...) NORMA_INSTANTIATION_WITH(prefix, norma::CrossEntropy, __VA_ARGS__)
#define NORMA_INSTANTIATION_WITH(prefix, loss, ...)                                                             \
    static_assert(                                                                                              \
        norma::detail::is_network<__VA_ARGS__>,                                                                 \
        "norma: NORMA_EXTERN and NORMA_INSTANTIATE take the type of a network, such as Network<Shape<3, 32, "   \
        "32>, Linear<10>>.");                                                                                   \
    NORMA_INSTANTIATION_OF_MODE(prefix, norma::training_mode, __VA_ARGS__)                                      \
    NORMA_INSTANTIATION_OF_MODE(prefix, norma::evaluation_mode, __VA_ARGS__)                                    \
    prefix std::array<typename __VA_ARGS__::Scalar, std::size_t(__VA_ARGS__::outputs)> norma::predict(          \
        const __VA_ARGS__&, std::span<const typename __VA_ARGS__::Scalar>);                                     \
    prefix norma::Predictor<__VA_ARGS__>::Predictor(const __VA_ARGS__&);                                        \
    prefix std::string norma::summary<__VA_ARGS__>();                                                           \
    prefix void norma::detail::update_bn_source(                                                                \
        __VA_ARGS__&, const norma::SourceRef<typename __VA_ARGS__::Scalar, norma::NoTarget>&, norma::Threads&); \
    NORMA_INSTANTIATION_OF_LOSS(prefix, loss, __VA_ARGS__)

#define NORMA_INSTANTIATION_OF_LOSS(prefix, loss, ...)                                                             \
    prefix loss::Metrics::Result norma::detail::evaluate_source(                                                   \
        const __VA_ARGS__&, const norma::SourceRef<typename __VA_ARGS__::Scalar, loss::Target>&, norma::Threads&,  \
        const loss&, const norma::detail::ViewsCode<typename __VA_ARGS__::Scalar>&, norma::detail::Wanted);        \
    prefix norma::Trainer<__VA_ARGS__, loss>::Trainer(__VA_ARGS__&, norma::Threads&,                               \
                                                      const typename norma::Trainer<__VA_ARGS__, loss>::Options&); \
    prefix const norma::History& norma::Trainer<__VA_ARGS__, loss>::fit_sources(                                   \
        const norma::TrainingSourceRef<typename __VA_ARGS__::Scalar, loss::Target>&,                               \
        const norma::SourceRef<typename __VA_ARGS__::Scalar, loss::Target>*,                                       \
        const norma::SourceRef<typename __VA_ARGS__::Scalar, loss::Target>*, const norma::TrainingCallbacks&);     \
    prefix norma::Next norma::Trainer<__VA_ARGS__, loss>::train_source(                                            \
        const norma::TrainingSourceRef<typename __VA_ARGS__::Scalar, loss::Target>&, norma::EpochRecord&,          \
        const std::function<norma::Next(const norma::BatchReport&)>&)

#define NORMA_INSTANTIATION_OF_MODE(prefix, mode, ...) \
    prefix norma::Executor<__VA_ARGS__, mode>::Executor(norma::Threads&, int);
