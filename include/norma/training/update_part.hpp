#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "norma/core/function_ref.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/network_numbers.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Gets what later steps depend on: names, and numbers to read or to set.
template <class T>
struct StateVisitor {
    FunctionRef<void(const std::string& name, std::int64_t& count)> count;
    FunctionRef<void(const std::string& name, double& weight)> weight;
    FunctionRef<void(const std::string& name, std::span<T> numbers)> array;
};

/// A part of what a training does with gradients and weights beside the optimiser; each does some of these.
template <class T>
class UpdatePart {
public:
    UpdatePart(const UpdatePart&) = delete;
    UpdatePart& operator=(const UpdatePart&) = delete;
    virtual ~UpdatePart() = default;

    /// Appends its options, as names and values.
    virtual void add_settings(std::vector<Setting>&) const {}
    /// Before an epoch, and before the rest of a resumed one.
    virtual void begin_epoch(const NetworkNumbers<T>&) {}
    /// Takes the gradient of a batch of this weight. True: there is a step, by what is in the gradient then,
    /// which it may write (`=`).
    virtual bool takes(std::span<T>, double /*weight*/, const TrainingTime&) { return true; }
    /// Changes the gradient of a step, in place.
    virtual void change(std::span<T>) {}
    /// After a step of the optimiser.
    virtual void after_step(const NetworkNumbers<T>&, const TrainingTime&) {}
    /// See `WeightUpdate::finish`.
    virtual void finish(const NetworkNumbers<T>&) const {}
    /// See `WeightUpdate::copy_average_to`.
    virtual void copy_average_to(const NetworkNumbers<T>&) const {}
    /// See `WeightUpdate::evaluates_average`.
    virtual bool evaluates_average() const { return false; }
    /// Visits what later steps depend on.
    virtual void visit(const StateVisitor<T>&) {}

protected:
    UpdatePart() = default;
};

/// Makes the part that carries out an option of type `Value`, for a network with numbers of these sizes; null if there
/// is nothing to do.
template <class Value, class T>
using MakePart = Owned<UpdatePart<T>>(const Value& value, const NetworkNumbers<T>& network);

/// The code of an option of type `Value`: `Part<T>::made` makes it.
template <class Value, template <class> class Part>
struct PartCode {
    MakePart<Value, float>* make_float = nullptr;
    MakePart<Value, double>* make_double = nullptr;

    /// With all of the code.
    static PartCode all() { return {Part<float>::made, Part<double>::made}; }
    /// The function for numbers of type `T`.
    template <class T>
    MakePart<Value, T>* make() const {
        if constexpr (std::same_as<T, float>) {
            return make_float;
        } else {
            static_assert(std::same_as<T, double>);
            return make_double;
        }
    }
};

/// Shows the copy of a network that a part named `name` keeps.
template <class T, class Kept>
void visit_copy(const StateVisitor<T>& visitor, const std::string& name, Kept& kept) {
    visitor.count(name + ".count", kept.count());
    visitor.array(name + ".parameters", kept.numbers().array(0));
    visitor.array(name + ".running_mean", kept.numbers().array(1));
    visitor.array(name + ".running_var", kept.numbers().array(2));
}

}  // namespace norma::inline NORMA_TARGET::detail
