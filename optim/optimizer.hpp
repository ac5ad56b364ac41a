// Optimizer: what turns gradients into new weights. One is written by giving its Rule.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/optim/schedules.hpp>

namespace shikumi::optim {

/// Something that is remembered for each weight: a tensor of the weight's shape and dtype, called
/// "weight/name".
struct Memory {
    std::string name;
    double start = 0;  ///< the value of all its elements before the first update
};

/// What can be done to gradients and weights before any formula. The options of each optimiser have
/// members of these names, as in Keras.
struct Preparation {
    double weight_decay = 0;  ///< w ← w − η λ w first: decoupled from the gradient
    // One of these at most.
    std::optional<double> clipnorm = {};         ///< longest Euclidean norm of each gradient
    std::optional<double> global_clipnorm = {};  ///< longest norm of all gradients together
    std::optional<double> clipvalue = {};        ///< largest absolute value of an element

    template <class Options>
    static Preparation of(const Options& o) {
        return {o.weight_decay, o.clipnorm, o.global_clipnorm, o.clipvalue};
    }
};

/// An optimiser's formula: what it remembers for each weight, and how weight and memory change.
class Rule {
public:
    virtual ~Rule() = default;
    virtual std::string_view name() const noexcept = 0;
    virtual std::vector<Memory> memories() const = 0;
    /// The scalars of update number `t` = 1, 2, … that all weights share, where they aren't the
    /// learning rate alone. All are f64: 1 - 0.999^t loses five digits in f32.
    virtual std::vector<Tensor> rates(const Tensor& learning_rate, const Tensor& t) const;
    /// The weight's new value; replaces the remembered tensors by their new ones. The rates have
    /// w's dtype.
    virtual Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> memories,
                          std::span<const Tensor> rates) const = 0;
    /// True where `update` leaves a weight and its memory as they are while its gradient is 0. Of a
    /// table only the rows that a sparse gradient consists of are read and written then.
    virtual bool keeps_idle_weights() const noexcept { return false; }
};

/// A value that shares its state when it is copied: the state belongs to the training it serves.
class Optimizer {
public:
    /// Throws ValueError unless the learning rate (of a schedule: the first) is finite and not
    /// negative, the decay not negative, and one clip at most is given, which is positive.
    Optimizer(std::shared_ptr<const Rule> rule, const LearningRate& learning_rate,
              const Preparation& preparation = {});

    std::string_view name() const noexcept;
    /// Changes every parameter that has a gradient, in one evaluation, and clears the gradients
    /// (also where the evaluation fails). A parameter without one is left as it is. Throws
    /// GradientError where no parameter has one, StateError where one of them is frozen.
    void step(const std::vector<Parameter>& parameters);
    /// The same change for given gradients, not evaluated: to be handed to `evaluate` together with
    /// whatever else is wanted of the same graph. Throws ShapeError where a gradient doesn't have
    /// its parameter's shape, StateError where a parameter is frozen: who lists one believes that
    /// it is trained.
    std::vector<Assignment> updates(const std::vector<Parameter>& parameters,
                                    std::vector<Tensor> gradients);
    /// The updates that make the scalar `loss` smaller.
    std::vector<Assignment> minimize(const Tensor& loss, const std::vector<Parameter>& parameters);

    /// That of the next update.
    double learning_rate() const;
    /// Throws ValueError unless `rate` is finite and not negative, StateError where a schedule sets
    /// it.
    void set_learning_rate(double rate);
    /// How many updates have been made.
    Index iterations() const;
    /// Iteration count and learning rate, then what is remembered for each weight met so far.
    std::vector<Parameter> state() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace shikumi::optim
