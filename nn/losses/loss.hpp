// Losses as values with names.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn {

/// The form of targets that a loss works on.
enum class Targets {
    like_predictions,  ///< of the predictions' shape and dtype
    class_rows,        ///< the same, where the last axis has a column for each class, two or more
    class_indices,     ///< integers, of the predictions' shape without the last axis
    labels,            ///< a label a sample, (N,) or (N, 1), of any dtype
    label_sequences,   ///< integers, (N, L)
    as_given,          ///< whatever the user gives
};

/// How the values of a loss, (N,) or (N, T), become one number.
enum class Reduction {
    sum_over_batch_size,      ///< Σ w v by the number of values; of those that a mask shows
    sum,                      ///< Σ w v
    mean_with_sample_weight,  ///< Σ w v/Σ w; 0 where no weight counts
    none,                     ///< w v: they stay apart
};
/// Keras's name, such as "sum_over_batch_size".
Config to_config(Reduction value);
/// Reads Keras's name; nothing is "none". Throws ValueError with the nearest names for any other.
void from_config(const Config& config, Reduction& value, std::string_view reading);

/// What a loss expects, and how its values become one number.
struct LossForm {
    Targets targets = Targets::as_given;  ///< the form of targets that it works on
    bool from_logits = false;  ///< softmax or sigmoid is still to be applied to the predictions
    int axis = -1;             ///< of the classes: it is moved to the end before anything else
    std::optional<Index> ignore_class = {};  ///< class indices whose values are 0 and count nowhere
    bool leaves_out_zeros = false;           ///< values of 0 count nowhere
    Reduction reduction = Reduction::sum_over_batch_size;  ///< how the values become one number
};

/// What a loss that has no other options can be given.
struct LossOptions {
    Reduction reduction = Reduction::sum_over_batch_size;  ///< how the values become one number
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<LossOptions> auto& o) { fields("reduction", o.reduction); }

/// The values of a loss, and which of them count; undefined: all of them.
struct LossValues {
    Tensor values;  ///< (N,) or (N, T), before weights and reduction
    Tensor counts;  ///< bool, of their shape
};

/// Targets and predictions (N, …) become loss values: one a sample, (N,), or one a step of a
/// sequence, (N, T). Any such function is a loss; it is called "loss" unless it has a name.
class Loss {
public:
    /// Computes the values from targets that fit the predictions.
    using Function = NamedFunction<Tensor(const Tensor& targets, const Tensor& predictions)>;

    /// A constant of the library.
    constexpr Loss(StaticName name, Tensor (*values_of)(const Tensor&, const Tensor&),
                   Targets targets = Targets::like_predictions, bool from_logits = false) noexcept
        : function_(name, values_of), form_{.targets = targets, .from_logits = from_logits} {}
    /// A constant of the library, of any form.
    constexpr Loss(StaticName name, Tensor (*values_of)(const Tensor&, const Tensor&),
                   const LossForm& form) noexcept
        : function_(name, values_of), form_(form) {}
    /// Any callable.
    template <shikumi::detail::FunctionFor<Loss, const Tensor&, const Tensor&> F>
    Loss(F f, std::string name = "loss", Targets targets = Targets::as_given)
        : Loss(std::move(f), std::move(name), LossForm{.targets = targets}) {}
    /// Any callable, and how to treat its targets and values. `config` holds the arguments that it
    /// was made of, so that a file can hold it: see `register_loss`.
    template <shikumi::detail::FunctionFor<Loss, const Tensor&, const Tensor&> F>
    Loss(F f, std::string name, const LossForm& form, Config config = {})
        : function_(std::move(f), std::move(name), std::move(config)), form_(form) {}
    /// The loss of that Keras name, such as "mse": see `loss`.
    template <std::convertible_to<std::string_view> Name>
    Loss(const Name& known) : Loss(known_as(known)) {}

    /// The name that logs and errors show.
    std::string_view name() const noexcept { return own_name_ ? *own_name_ : function_.name(); }
    /// What computes the values.
    const Function& function() const noexcept { return function_; }
    /// The form of targets that the loss works on.
    Targets targets() const noexcept { return form_.targets; }
    /// Whether softmax or sigmoid is still to be applied to the predictions.
    bool from_logits() const noexcept { return form_.from_logits; }
    /// All that is known about it.
    const LossForm& form() const noexcept { return form_; }

    /// The same loss with another reduction.
    Loss with(Reduction reduction) const;
    /// The same loss under another name.
    Loss named(std::string name) const;
    /// The values before weights and reduction: of the predictions' shape without the axis that the
    /// loss goes over, so (N,) for predictions (N, K), and (N, T) for (N, T, K). Targets are
    /// brought into the form that `targets` says, as by `match_targets` and `match_labels`, which
    /// throw where that can't be done. Targets as given of a single output, (N,) or (N, 1), get the
    /// other of these shapes where the function would pair each of them with all predictions
    /// otherwise. Throws ShapeError for a loss over classes where there is only one, ValueError
    /// where a loss from logits gets the output of a softmax or sigmoid.
    Tensor values(const Tensor& targets, const Tensor& predictions) const;
    /// The same, and which of them count: not those of an ignored class. A function of one's own
    /// that has less than `axes` axes is asked for each step of the sequences, as if it were a
    /// sample.
    LossValues values_by_step(const Tensor& targets, const Tensor& predictions, int axes) const;
    /// One number a sample, (N,): the mean of its values. Throws as `values` does.
    Tensor operator()(const Tensor& targets, const Tensor& predictions) const;
    /// The values, weighed and reduced. Weights (N,), or (N, 1) and (N, T) for sequences, and a
    /// mask of the first axes may be undefined. Throws as `values` does,
    /// and ShapeError where weights or mask don't fit: weights (N,) are none of steps (N, T).
    Tensor reduced(const Tensor& targets, const Tensor& predictions, const Tensor& weights = {},
                   const Tensor& mask = {}) const;

private:
    static Loss known_as(std::string_view name);
    Tensor class_labels(const Tensor& targets, const Tensor& predictions) const;

    Function function_;
    LossForm form_;
    std::shared_ptr<const std::string> own_name_ = {};
};

}  // namespace shikumi::nn
