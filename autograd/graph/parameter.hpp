// Parameter: a named slot that holds a tensor and can be given another one.
#pragma once

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
    bool assigned = false;  ///< while an evaluation checks that none is assigned twice

    explicit ParameterState(std::string parameter_name) : name(std::move(parameter_name)) {}
    ~ParameterState();
    ParameterState(const ParameterState&) = delete;
    ParameterState& operator=(const ParameterState&) = delete;
};

}  // namespace detail

/// The one thing that changes: a named slot holding the current value. Copying shares the slot.
/// Recorded expressions keep the value they were recorded with. Converts to a Tensor wherever one
/// is wanted.
class Parameter {
public:
    /// Refers to nothing.
    Parameter() = default;
    /// Evaluates `value`. Integers and bools are states: not trainable.
    Parameter(std::string name, const Tensor& value);
    /// Another handle on the parameter of this state.
    explicit Parameter(detail::ParameterState& state) : state_(state.shared_from_this()) {}

    bool defined() const noexcept { return state_ != nullptr; }
    const std::string& name() const { return state().name; }
    const Tensor& value() const { return state().value; }
    operator const Tensor&() const { return value(); }
    const Shape& shape() const { return value().shape(); }
    DType dtype() const { return value().dtype(); }
    Index size() const { return value().size(); }

    /// What `Tensor::backward` has added up since the last `zero_grad`. Throws GradientError where
    /// there is none.
    const Tensor& grad() const;
    bool has_grad() const { return state().gradient.defined(); }
    void zero_grad() { state().gradient = Tensor(); }

    bool trainable() const { return state().trainable; }
    void set_trainable(bool on) { state().trainable = on; }

    /// Gives the slot another value of the same shape and dtype (evaluated now). Throws ShapeError,
    /// DTypeError; the old value stays then.
    void assign(const Tensor& value);

    /// Equal when both are the same slot.
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
