// Parameter: a named variable, whose value is a tensor and can be replaced.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

namespace detail {

/// What all handles of one Parameter share.
struct ParameterState : std::enable_shared_from_this<ParameterState> {
    std::string name;
    /// A leaf that points back here, except inside a captured function that has assigned the
    /// parameter: there, the value that is to come.
    Tensor value;
    Tensor gradient;  ///< undefined: none yet
    bool trainable = true;
    bool assigned = false;       ///< while an evaluation checks that none is assigned twice
    const std::uint64_t number;  ///< not 0, and no other Parameter's

    explicit ParameterState(std::string parameter_name);
    ~ParameterState();
    ParameterState(const ParameterState&) = delete;
    ParameterState& operator=(const ParameterState&) = delete;
};

}  // namespace detail

/// A named variable, the one thing that changes. Copies are handles on the same variable. Recorded
/// expressions keep the value that they were recorded with. Converts to a Tensor wherever one is
/// wanted. Any number of threads may read it while none assigns it.
class Parameter {
public:
    /// Refers to nothing.
    Parameter() = default;
    /// A new variable with this value, which is evaluated now. Trainable where its dtype is f32 or
    /// f64; integers and bools are states.
    Parameter(std::string name, const Tensor& value);
    /// Another handle on the parameter of this state.
    explicit Parameter(detail::ParameterState& state) : state_(state.shared_from_this()) {}

    /// False where it refers to nothing; all else throws StateError then.
    bool defined() const noexcept { return state_ != nullptr; }
    /// The name in errors, summaries and files.
    const std::string& name() const { return state().name; }
    /// The current value.
    const Tensor& value() const { return state().value; }
    /// The current value.
    operator const Tensor&() const { return value(); }
    /// The value's shape, which never changes.
    const Shape& shape() const { return value().shape(); }
    /// The value's dtype, which never changes.
    DType dtype() const { return value().dtype(); }
    /// Number of elements.
    Index size() const { return value().size(); }

    /// The sum of the gradients that `Tensor::backward` has added since the last `zero_grad`.
    /// Throws GradientError where there is none.
    const Tensor& grad() const;
    /// True where `grad` gives something.
    bool has_grad() const { return state().gradient.defined(); }
    /// Forgets the gradient.
    void zero_grad() { state().gradient = Tensor(); }

    /// Whether gradients and optimisers concern it.
    bool trainable() const { return state().trainable; }
    /// Freezes it (false) or lets it learn (true).
    void set_trainable(bool on) { state().trainable = on; }

    /// Replaces the value by another one of the same shape and dtype, which is evaluated now.
    /// Throws ShapeError, DTypeError; the old value stays then.
    void assign(const Tensor& value);

    /// Equal where both are handles on the same variable.
    friend bool operator==(const Parameter&, const Parameter&) = default;

    /// What all handles share: for the engine.
    detail::ParameterState& state() const;

private:
    std::shared_ptr<detail::ParameterState> state_;
};

namespace detail {

/// Makes `leaf` the parameter's value, and the leaf before it an ordinary one. A leaf that another
/// parameter holds, or that still has inputs, gets a detached leaf that shares its buffer.
void rebind(ParameterState& parameter, const Tensor& leaf);
/// A leaf with the values of the evaluated tensor `t`, sharing its buffer.
Tensor detached_leaf(const Tensor& t);

}  // namespace detail

}  // namespace shikumi
