// Optimizer: turns gradients into new weights, by a Rule.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/optim/schedules.hpp>

namespace shikumi::optim {

/// A tensor that an optimiser keeps for each weight, of the weight's dtype.
struct Slot {
    std::string name;   ///< the tensor is called "weight_name", as in Keras
    double start = 0;   ///< the value of all its elements before the first update
    Tensor value = {};  ///< where defined, the value before the first update, of any shape
};

/// What happens around the formula in each step, in this order. The options of each optimiser have
/// members of these names, as in Keras.
struct StepOptions {
    /// Whether the gradient's sign is turned, so that the loss grows.
    bool maximize = false;
    /// Gradients are divided by it; `minimize` multiplies the loss by it, so that gradients of f32
    /// do not vanish.
    std::optional<double> loss_scale_factor = {};
    /// Weights change at each k-th call only, by the mean of k gradients. A schedule counts calls.
    Index gradient_accumulation_steps = 1;
    // One of these at most.
    std::optional<double> clipnorm = {};         ///< longest Euclidean norm of each gradient
    std::optional<double> global_clipnorm = {};  ///< longest norm of all gradients together
    std::optional<double> clipvalue = {};        ///< largest absolute value of an element
    double weight_decay = 0;                     ///< λ: how fast weights decay; 0 or more
    /// True: w ← w − η λ w comes before the formula, as in Keras. False: λ w is added to the
    /// gradient, as in PyTorch.
    bool decoupled_weight_decay = true;
    /// Whether an average of each weight over the steps is kept, in the slot "average".
    bool use_ema = false;
    double ema_momentum = 0.99;  ///< the share of the average that each call keeps
    /// After so many updates the weights are overwritten by their averages. Absent: only by
    /// `finalize_variable_values`.
    std::optional<Index> ema_overwrite_frequency = {};

    /// Those that an optimiser's options have.
    template <class Options>
    static StepOptions of(const Options& o) {
        StepOptions all;
        if constexpr (requires { o.maximize; }) all.maximize = o.maximize;
        if constexpr (requires { o.decoupled_weight_decay; })
            all.decoupled_weight_decay = o.decoupled_weight_decay;
        all.loss_scale_factor = o.loss_scale_factor;
        all.gradient_accumulation_steps = o.gradient_accumulation_steps;
        all.clipnorm = o.clipnorm;
        all.global_clipnorm = o.global_clipnorm;
        all.clipvalue = o.clipvalue;
        all.weight_decay = o.weight_decay;
        all.use_ema = o.use_ema;
        all.ema_momentum = o.ema_momentum;
        all.ema_overwrite_frequency = o.ema_overwrite_frequency;
        return all;
    }
};

namespace detail {
/// The members that the options of optimisers have for StepOptions, and those of that itself.
void visit_step_fields(auto& fields, auto& o) {
    fields.or_null("weight_decay", o.weight_decay);
    if constexpr (requires { o.decoupled_weight_decay; })
        fields("decoupled_weight_decay", o.decoupled_weight_decay);
    if constexpr (requires { o.maximize; }) fields("maximize", o.maximize);
    fields("clipnorm", o.clipnorm);
    fields("global_clipnorm", o.global_clipnorm);
    fields("clipvalue", o.clipvalue);
    fields("use_ema", o.use_ema);
    fields("ema_momentum", o.ema_momentum);
    fields("ema_overwrite_frequency", o.ema_overwrite_frequency);
    fields("loss_scale_factor", o.loss_scale_factor);
    fields.or_null("gradient_accumulation_steps", o.gradient_accumulation_steps, Index{1});
}
}  // namespace detail

/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<StepOptions> auto& o) {
    detail::visit_step_fields(fields, o);
}

/// Weights that learn in their own way.
struct ParameterGroup {
    std::vector<std::string> names = {};  ///< weights whose name contains one of these belong to it
    std::vector<Parameter> parameters = {};          ///< and so do these, which no file can hold
    std::optional<LearningRate> learning_rate = {};  ///< absent: the optimiser's
    std::optional<double> weight_decay = {};         ///< absent: the optimiser's
};
/// States what files hold by its names.
void visit_fields(auto& fields, FieldsOf<ParameterGroup> auto& group) {
    fields.need("names", group.names);
    fields("learning_rate", group.learning_rate);
    fields("weight_decay", group.weight_decay);
}

/// An optimiser's formula: the slots of each weight, and how weight and slots change.
class Rule {
public:
    virtual ~Rule() = default;
    /// Keras's name, such as "SGD"; a literal.
    virtual std::string_view name() const noexcept = 0;
    /// The slots of a weight.
    virtual std::vector<Slot> slots(const Parameter& weight) const = 0;
    /// What is kept once for all weights: f64 scalars, called by their names alone.
    virtual std::vector<Slot> shared_slots() const { return {}; }
    /// The numbers that all weights share in update `t` = 1, 2, …: the learning rate unless
    /// overridden. Replaces the shared slots by their new values. All are f64 scalars: 1 − 0.999^t
    /// loses five digits in f32.
    virtual std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                        std::span<Tensor> shared) const;
    /// The weight's new value; replaces the slots by their new values. The scalars have w's dtype.
    virtual Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                          std::span<const Tensor> scalars) const = 0;
    /// How fast a weight decays where the options say `given`: for rules that treat weights apart.
    virtual double weight_decay(const Parameter& weight, double given) const;
    /// True where `update` leaves a weight and its slots as they are while its gradient is 0. Then
    /// only the rows of a table that a sparse gradient consists of are read and written.
    virtual bool keeps_idle_weights() const noexcept { return false; }
    /// The arguments that a rule of one's own was made of, so that a file can hold it: see
    /// `register_optimizer`. The library's rules are known by their options.
    virtual Config get_config() const { return Config::Object{}; }
};

namespace detail {
struct OptimizerState;
}

/// A rule, a learning rate, and the state that they work on. Copies share the state.
class Optimizer {
public:
    /// Throws ValueError unless the learning rate (of a schedule: the first, which is a scalar of
    /// f64) is finite and not negative, the decay is not negative, at most one clip is given, which
    /// is positive, the average's momentum lies in [0, 1], and steps and the scale are positive.
    Optimizer(std::shared_ptr<const Rule> rule, const LearningRate& learning_rate,
              const StepOptions& options = {});

    /// The optimiser of that Keras name, with its defaults: "adam" is Adam(). Throws ValueError
    /// with the nearest names for any other.
    template <std::convertible_to<std::string_view> Name>
    Optimizer(const Name& name) : Optimizer(known_as(name)) {}

    /// The rule's name, such as "SGD".
    std::string_view name() const noexcept;
    /// Leaves weights whose name contains one of these out of the weight decay. Throws StateError
    /// once a step was recorded.
    void exclude_from_weight_decay(const std::vector<std::string>& names);
    /// Lets some weights learn in their own way; gives the group's number, from 1 on. Throws
    /// ValueError for a rate or a decay that the optimiser would refuse and for a group without
    /// names and parameters, StateError once a step was recorded.
    std::size_t add_group(const ParameterGroup& group);

    /// How many groups there are, with that of the weights in no other.
    std::size_t groups() const noexcept;

    /// Changes every parameter that has a gradient, in one evaluation, and clears the gradients
    /// (also where the evaluation fails). A parameter without one stays as it is. Throws
    /// GradientError where no parameter has one, StateError where one of them is frozen, ValueError
    /// where a group has none of the parameters or two groups have the same one, and where no
    /// parameter is left out of the decay although some should be.
    void step(const std::vector<Parameter>& parameters);
    /// The changes that given gradients make, not evaluated yet: for `evaluate`, together with
    /// whatever else is wanted of the same graph. Throws ShapeError where a gradient doesn't have
    /// its parameter's shape, StateError where a parameter is frozen: listing a frozen parameter is
    /// almost certainly a mistake; ValueError as `step` does.
    std::vector<Assignment> updates(const std::vector<Parameter>& parameters,
                                    std::vector<Tensor> gradients);
    /// The gradients of the scalar `loss`, not evaluated yet, as `updates` takes them: times
    /// `loss_scale_factor`. Throws as `grad` does.
    std::vector<Tensor> gradients(const Tensor& loss,
                                  const std::vector<Parameter>& parameters) const;
    /// The changes that make the scalar `loss` smaller, not evaluated yet. Throws as `updates` and
    /// `grad` do.
    std::vector<Assignment> minimize(const Tensor& loss, const std::vector<Parameter>& parameters);
    /// Overwrites weights by their averages. Does nothing without `use_ema`, and to weights that
    /// have made no step.
    void finalize_variable_values(const std::vector<Parameter>& parameters);

    /// The learning rate of the next update, for the weights of a group; 0: those of no group.
    /// Throws ValueError where there is no such group.
    double learning_rate(std::size_t group = 0) const;
    /// Throws ValueError unless `rate` is finite and not negative and the group exists, StateError
    /// where a schedule sets it.
    void set_learning_rate(double rate, std::size_t group = 0);
    /// How many updates have been made; where gradients are accumulated, fewer than calls.
    Index iterations() const;
    /// What surrounds the formula.
    const StepOptions& options() const noexcept;
    /// A slot of a weight, such as "momentum" or "average". Throws StateError before the weight's
    /// first step was recorded, ValueError with the names that exist.
    Parameter slot(const Parameter& weight, std::string_view name) const;
    /// A part of the state by its name, such as "kernel_momentum". Throws ValueError where there is
    /// none.
    Parameter slot(std::string_view name) const;
    /// The optimiser for a model, which is known by a pointer of its own: this one for the first
    /// model that asks, and for later ones another with the same options and learning rate, which
    /// has made no step yet.
    Optimizer for_model(const std::shared_ptr<const void>& model) const;
    /// Count of calls and learning rates, what is kept once, then the slots of each weight changed
    /// so far.
    std::vector<Parameter> state() const;
    /// Takes over the values of what `state()` of an optimiser with the same options gave, for
    /// weights of the same names, or of names that differ in the numbers of automatic ones
    /// ("dense_2" for "dense"); training goes on with the same bits. Of several parts with one
    /// name, the first belongs to the first weight. Weights without a part have made no step.
    /// Throws ValueError where a part is missing, unknown or there for some of the weights of one
    /// name only, and for a learning rate or a count that can't be; ShapeError and DTypeError where
    /// a part doesn't fit. Nothing has changed then.
    void restore(const std::vector<Parameter>& parameters, const std::vector<Parameter>& state);
    /// The optimiser's parts, for files.
    const detail::OptimizerState& parts() const noexcept { return *state_; }

private:
    static Optimizer known_as(std::string_view name);

    std::shared_ptr<detail::OptimizerState> state_;
};

}  // namespace shikumi::optim
