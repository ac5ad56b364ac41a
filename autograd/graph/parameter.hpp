// Parameter: a named slot that holds a tensor and can be given another one.
#pragma once

#include <memory>
#include <string>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

/// The state that all handles of one Parameter share.
struct Slot : std::enable_shared_from_this<Slot> {
    std::string name;
    /// A leaf that points back at this slot, but for a while inside a captured function: once it
    /// has assigned the slot, the value that is to come.
    Tensor value;
    Tensor gradient;  ///< undefined: none yet
    bool trainable = true;
    bool assigned = false;  ///< while an evaluation checks that none is assigned twice

    explicit Slot(std::string slot_name) : name(std::move(slot_name)) {}
    ~Slot();
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
};

/// The one thing that changes: a named slot holding the current value. Copying shares the slot.
/// Recorded expressions keep the value they were recorded with. Converts to a Tensor wherever one
/// is wanted.
class Parameter {
public:
    /// Refers to no slot.
    Parameter() = default;
    /// Evaluates `value`. Integers and bools are states: not trainable.
    Parameter(std::string name, const Tensor& value);
    /// Another handle on `slot`.
    explicit Parameter(Slot& slot) : slot_(slot.shared_from_this()) {}

    bool defined() const noexcept { return slot_ != nullptr; }
    const std::string& name() const { return slot().name; }
    const Tensor& value() const { return slot().value; }
    operator const Tensor&() const { return value(); }
    const Shape& shape() const { return value().shape(); }
    DType dtype() const { return value().dtype(); }
    Index size() const { return value().size(); }

    /// What `Tensor::backward` has added up since the last `zero_grad`. Throws GradientError where
    /// there is none.
    const Tensor& grad() const;
    bool has_grad() const { return slot().gradient.defined(); }
    void zero_grad() { slot().gradient = Tensor(); }

    bool trainable() const { return slot().trainable; }
    void set_trainable(bool on) { slot().trainable = on; }

    /// Gives the slot another value of the same shape and dtype (evaluated now). Throws ShapeError,
    /// DTypeError; the old value stays then.
    void assign(const Tensor& value);

    /// Equal when both are the same slot.
    friend bool operator==(const Parameter&, const Parameter&) = default;

    Slot& slot() const;

private:
    std::shared_ptr<Slot> slot_;
};

/// Makes `leaf` the slot's value, and the leaf before it an ordinary one. A leaf that another slot
/// holds, or that still has inputs, gets a twin that shares its buffer.
void rebind(Slot& slot, const Tensor& leaf);
/// A leaf with the values of the evaluated tensor `t`, sharing its buffer.
Tensor detached_leaf(const Tensor& t);

}  // namespace shikumi
