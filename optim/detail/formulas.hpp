// Formulas of kernels/update_formulas.hpp, recorded in operations.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <span>
#include <utility>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/kernels/update_formulas.hpp>
#include <shikumi/autograd/ops/detail/averages.hpp>
#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::optim::detail {

namespace updates = kernels::updates;

/// A tensor as a formula's value.
struct Value {
    Tensor tensor;
};
/// A tensor that a formula reads, not copied.
struct Read {
    const Tensor& tensor;
};
template <class T>
concept Valued = std::same_as<T, Value> || std::same_as<T, Read>;

template <Valued A, Valued B>
Value operator+(const A& a, const B& b) {
    return {a.tensor + b.tensor};
}
template <Valued A, Valued B>
Value operator-(const A& a, const B& b) {
    return {a.tensor - b.tensor};
}
template <Valued A, Valued B>
Value operator*(const A& a, const B& b) {
    return {a.tensor * b.tensor};
}
template <Valued A, Valued B>
Value operator/(const A& a, const B& b) {
    return {a.tensor / b.tensor};
}
template <Valued A>
Value square(const A& x) {
    return {shikumi::square(x.tensor)};
}
template <Valued A>
Value sqrt(const A& x) {
    return {shikumi::sqrt(x.tensor)};
}
template <Valued A>
Value rsqrt(const A& x) {
    return {shikumi::rsqrt(x.tensor)};
}
template <Valued A>
Value abs(const A& x) {
    return {shikumi::abs(x.tensor)};
}
template <Valued A>
Value sign(const A& x) {
    return {shikumi::sign(x.tensor)};
}
template <Valued A, Valued B>
Value maximum(const A& a, const B& b) {
    return {shikumi::maximum(a.tensor, b.tensor)};
}
template <Valued A, Valued B, Valued C>
Value moving_average(const A& a, const B& b, const C& weight) {
    return {shikumi::detail::moving_average(a.tensor, b.tensor, weight.tensor)};
}

/// A formula's number: a constant, or a scalar of the weight's dtype, not copied.
class Number {
public:
    Number(double constant) : constant_(constant) {}
    Number(const Tensor& scalar) : scalar_(&scalar) {}
    Number(Tensor&&) = delete;
    Value as(DType dtype) const {
        return {scalar_ ? *scalar_ : shikumi::detail::literal("optimizer", constant_, dtype)};
    }

private:
    double constant_ = 0;
    const Tensor* scalar_ = nullptr;
};

/// 1 − β as the dtype rounds it, which Keras does in some optimisers: 0.00099998713, not 0.001.
inline double rest(double beta, DType dtype) {
    return dtype == f32 ? 1 - static_cast<float>(beta) : 1 - beta;
}

/// The new weight by a formula; replaces the slots.
template <class Formula>
Tensor updated(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
               const std::array<Number, Formula::numbers>& numbers) {
    const auto array_of = []<std::size_t... i>(std::index_sequence<i...>, const auto& value) {
        return std::array<Value, sizeof...(i)>{value(i)...};
    };
    auto values = array_of(std::make_index_sequence<Formula::slots>(),
                           [&](std::size_t i) { return Value{std::move(slots[i])}; });
    const auto scalars = array_of(std::make_index_sequence<Formula::numbers>(),
                                  [&](std::size_t i) { return numbers[i].as(w.dtype()); });
    Tensor next = Formula::update(Read{w}, Read{gradient}, values, scalars).tensor;
    for (std::size_t i = 0; i < values.size(); ++i) slots[i] = std::move(values[i].tensor);
    return next;
}

}  // namespace shikumi::optim::detail
