// Transpose. matmul looks for it, since BLAS reads transposed matrices without moving elements.
#pragma once

#include <array>
#include <cstdint>

#include <shikumi/autograd/graph/op.hpp>

namespace shikumi::detail {

/// out's axis i is x's axis order[i]; adjoint: the inverse order
struct Transpose final : Multilinear {
    using Order = std::array<std::int8_t, Shape::max_rank>;

    explicit Transpose(const Order& o) : order(o) {}
    bool operator==(const Transpose&) const = default;
    std::string_view name() const noexcept override { return "transpose"; }
    Spec infer(Specs in) const override;
    void eval(ConstViews in, View out) const override;
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override;
    Tensor batched(const MappedInputs& in) const override;

    /// True where it swaps the last two of `rank` axes and nothing else.
    bool swaps_last_two(int rank) const noexcept;

    Order order;
};

}  // namespace shikumi::detail
