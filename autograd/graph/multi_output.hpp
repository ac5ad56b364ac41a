// MultiOutput: an operation that computes several tensors at once.
#pragma once

#include <array>
#include <concepts>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/op.hpp>

namespace shikumi {

/// The specs of an operation's outputs: a list of fixed capacity.
class OutputSpecs {
public:
    static constexpr std::size_t most = 8;  ///< outputs of one operation

    /// Throws ValueError for no or more than eight outputs.
    OutputSpecs(std::initializer_list<Spec> specs) : OutputSpecs(std::span(specs)) {}
    /// Throws ValueError for no or more than eight outputs.
    explicit OutputSpecs(std::span<const Spec> specs);
    /// Number of outputs.
    std::size_t size() const noexcept { return size_; }
    /// The spec of output `i`.
    const Spec& operator[](std::size_t i) const noexcept { return specs_[i]; }
    /// The first output's spec.
    const Spec* begin() const noexcept { return specs_.data(); }
    /// Past the last output's spec.
    const Spec* end() const noexcept { return specs_.data() + size_; }

private:
    std::array<Spec, most> specs_;
    std::size_t size_;
};

/// An operation of several outputs, which are computed together and differentiated together. One
/// output will do, too: an operation whose inputs' cotangents come from one computation.
///
/// It is recorded as one node, whose value is a pack: the bytes of all outputs, one after the
/// other. Each output is a view of the pack. So all are computed once, as soon as one of them is,
/// and share the pack's memory until the last of them goes.
class MultiOutput : public Op {
public:
    /// Checks shapes and dtypes and gives those of the outputs. Throws ShapeError, DTypeError,
    /// ValueError.
    virtual OutputSpecs infer_all(Specs in) const = 0;
    /// Computes all outputs from the inputs' values.
    virtual void eval_all(ConstViews in, std::span<const View> out) const = 0;
    /// The cotangent of each input (undefined: zero), given those of the outputs (undefined: zero).
    virtual std::vector<Tensor> vjp_all(Tensors in, Tensors out, Tensors cotangents) const = 0;
    /// The tangent of each output (undefined: zero), given those of the inputs (undefined: zero).
    /// An empty list asks the engine to work them out from `vjp_all`.
    virtual std::vector<Tensor> jvp_all(Tensors in, Tensors out, Tensors tangents) const;
    /// Each output for all examples of a batch along a new first axis: the batching rule. An empty
    /// list asks `vmap` to apply the operation to one example after the other.
    virtual std::vector<Tensor> batched_all(const MappedInputs& in) const;

    /// The pack: its size in bytes.
    Spec infer(Specs in) const final;
    /// `eval_all` into the parts of the pack.
    void eval(ConstViews in, View pack) const final;
    /// A pack is not differentiated; its outputs are.
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const final { return {}; }
    Tensor jvp(Tensors, const Tensor&, Tensors) const final { return {}; }
    Tensor batched(const MappedInputs&) const final { return {}; }
};

namespace detail {

/// Output number `index` of a pack: its bytes from `offset` on, as `spec` says.
struct Projection final : General {
    Projection(const Spec& s, std::size_t bytes, std::uint32_t i)
        : spec(s), offset(bytes), index(i) {}
    bool operator==(const Projection&) const = default;
    std::string_view name() const noexcept override { return "output"; }
    Form form() const noexcept override { return Form::view; }
    Spec infer(Specs) const override { return spec; }
    std::size_t view_offset(Specs) const noexcept override { return offset; }
    void eval(ConstViews in, View out) const override;
    /// Never asked for: derivatives go from a pack's outputs to its inputs.
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }

    Spec spec;
    std::size_t offset;
    std::uint32_t index;
};

/// The operation whose value `node` is the pack of; null for any other node.
const MultiOutput* multi_output(const Node& node) noexcept;
/// Output number `k` of `pack`, whose outputs have these specs.
Tensor output(const Tensor& pack, const OutputSpecs& specs, std::size_t k);
/// Takes over a count of `op`. Records `op` on `in`, and its outputs.
std::vector<Tensor> record_all(const MultiOutput& op, std::span<const Node* const> in);

}  // namespace detail

/// Adds a node for `op` applied to `in`, and one for each output, in their order. Checks the inputs
/// first (`infer_all`), computes nothing.
template <detail::Recordable O, std::same_as<Tensor>... T>
requires std::derived_from<O, MultiOutput> std::vector<Tensor> record_all(O&& op, const T&... in) {
    const std::array<const Node*, sizeof...(T)> inputs{in.node()...};
    return detail::record_all(
        static_cast<const MultiOutput&>(detail::interned(std::forward<O>(op))), inputs);
}
/// Like the above, for any number of inputs.
template <detail::Recordable O>
requires std::derived_from<O, MultiOutput> std::vector<Tensor> record_all(O&& op, Tensors in) {
    std::vector<const Node*> inputs;
    for (const Tensor& t : in) inputs.push_back(t.node());
    return detail::record_all(
        static_cast<const MultiOutput&>(detail::interned(std::forward<O>(op))), inputs);
}

/// A pack alone would be of no use.
template <std::derived_from<MultiOutput> O, class... T>
requires detail::Recordable<O> Tensor record(O&& op, const T&... in)
= delete;

}  // namespace shikumi
