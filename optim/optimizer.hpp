// Optimizer: turns gradients into new weights, by a Rule.
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

/// A tensor that an optimiser keeps for each weight, of the weight's shape and dtype.
struct Slot {
    std::string name;  ///< the tensor is called "weight/name"
    double start = 0;  ///< the value of all its elements before the first update
};

/// What happens to gradients and weights before any formula. The options of each optimiser have
/// members of these names, as in Keras.
struct Preparation {
    double weight_decay = 0;  ///< λ of w ← w − η λ w, which comes first: 0 or more
    // One of these at most.
    std::optional<double> clipnorm = {};         ///< longest Euclidean norm of each gradient
    std::optional<double> global_clipnorm = {};  ///< longest norm of all gradients together
    std::optional<double> clipvalue = {};        ///< largest absolute value of an element

    /// Taken from an optimiser's options.
    template <class Options>
    static Preparation of(const Options& o) {
        return {o.weight_decay, o.clipnorm, o.global_clipnorm, o.clipvalue};
    }
};

/// An optimiser's formula: the slots of each weight, and how weight and slots change.
class Rule {
public:
    virtual ~Rule() = default;
    /// Keras's name, such as "SGD"; a literal.
    virtual std::string_view name() const noexcept = 0;
    /// The slots of each weight.
    virtual std::vector<Slot> slots() const = 0;
    /// The numbers that all weights share in update `t` = 1, 2, …: the learning rate unless
    /// overridden. All are f64 scalars: 1 − 0.999^t loses five digits in f32.
    virtual std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t) const;
    /// The weight's new value; replaces the slots by their new values. The scalars have w's dtype.
    virtual Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                          std::span<const Tensor> scalars) const = 0;
    /// True where `update` leaves a weight and its slots as they are while its gradient is 0. Then
    /// only the rows of a table that a sparse gradient consists of are read and written.
    virtual bool keeps_idle_weights() const noexcept { return false; }
};

/// A rule, a learning rate, and the state that they work on. Copies share the state.
class Optimizer {
public:
    /// Throws ValueError unless the learning rate (of a schedule: the first) is finite and not
    /// negative, the decay is not negative, and at most one clip is given, which is positive.
    Optimizer(std::shared_ptr<const Rule> rule, const LearningRate& learning_rate,
              const Preparation& preparation = {});

    /// The rule's name, such as "SGD".
    std::string_view name() const noexcept;
    /// Changes every parameter that has a gradient, in one evaluation, and clears the gradients
    /// (also where the evaluation fails). A parameter without one stays as it is. Throws
    /// GradientError where no parameter has one, StateError where one of them is frozen.
    void step(const std::vector<Parameter>& parameters);
    /// The changes that given gradients make, not evaluated yet: for `evaluate`, together with
    /// whatever else is wanted of the same graph. Throws ShapeError where a gradient doesn't have
    /// its parameter's shape, StateError where a parameter is frozen: listing a frozen parameter is
    /// almost certainly a mistake.
    std::vector<Assignment> updates(const std::vector<Parameter>& parameters,
                                    std::vector<Tensor> gradients);
    /// The changes that make the scalar `loss` smaller, not evaluated yet. Throws as `updates` and
    /// `grad` do.
    std::vector<Assignment> minimize(const Tensor& loss, const std::vector<Parameter>& parameters);

    /// The learning rate of the next update.
    double learning_rate() const;
    /// Throws ValueError unless `rate` is finite and not negative, StateError where a schedule sets
    /// it.
    void set_learning_rate(double rate);
    /// How many updates have been made.
    Index iterations() const;
    /// The optimiser for a model, which is known by a pointer of its own: this one for the first
    /// model that asks, and for later ones another with the same options and learning rate, which
    /// has made no step yet.
    Optimizer for_model(const std::shared_ptr<const void>& model) const;
    /// Iteration count and learning rate, then the slots of each weight changed so far.
    std::vector<Parameter> state() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace shikumi::optim
