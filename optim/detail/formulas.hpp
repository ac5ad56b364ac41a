// Formulas of kernels/update_formulas.hpp, recorded in operations.
#pragma once

#include <algorithm>
#include <array>
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
inline Value operator+(const Value& a, const Value& b) { return {a.tensor + b.tensor}; }
inline Value operator-(const Value& a, const Value& b) { return {a.tensor - b.tensor}; }
inline Value operator*(const Value& a, const Value& b) { return {a.tensor * b.tensor}; }
inline Value operator/(const Value& a, const Value& b) { return {a.tensor / b.tensor}; }
inline Value square(const Value& x) { return {shikumi::square(x.tensor)}; }
inline Value sqrt(const Value& x) { return {shikumi::sqrt(x.tensor)}; }
inline Value rsqrt(const Value& x) { return {shikumi::rsqrt(x.tensor)}; }
inline Value abs(const Value& x) { return {shikumi::abs(x.tensor)}; }
inline Value sign(const Value& x) { return {shikumi::sign(x.tensor)}; }
inline Value maximum(const Value& a, const Value& b) {
    return {shikumi::maximum(a.tensor, b.tensor)};
}
inline Value moving_average(const Value& a, const Value& b, const Value& weight) {
    return {shikumi::detail::moving_average(a.tensor, b.tensor, weight.tensor)};
}

/// A formula's number: a constant, or a scalar of the weight's dtype.
class Number {
public:
    Number(double constant) : constant_(constant) {}
    Number(Tensor scalar) : scalar_(std::move(scalar)) {}
    Tensor as(DType dtype) const {
        return scalar_.defined() ? scalar_
                                 : shikumi::detail::literal("optimizer", constant_, dtype);
    }

private:
    double constant_ = 0;
    Tensor scalar_;
};

/// 1 − β as the dtype rounds it, which Keras does in some optimisers: 0.00099998713, not 0.001.
inline double rest(double beta, DType dtype) {
    return dtype == f32 ? 1 - static_cast<float>(beta) : 1 - beta;
}

/// The new weight by a formula; replaces the slots.
template <class Formula>
Tensor updated(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
               const std::array<Number, Formula::numbers>& numbers) {
    std::array<Value, Formula::slots> values;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = {std::move(slots[i])};
    std::array<Value, Formula::numbers> scalars;
    for (std::size_t i = 0; i < scalars.size(); ++i) scalars[i] = {numbers[i].as(w.dtype())};
    Tensor next = Formula::update(Value{w}, Value{gradient}, values, scalars).tensor;
    for (std::size_t i = 0; i < values.size(); ++i) slots[i] = std::move(values[i].tensor);
    return next;
}

}  // namespace shikumi::optim::detail
