// The kinds of cases.
#pragma once

#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "operations.hpp"

namespace shikumi::derivatives {

/// Calls `f` with `in` as it is, under Eager and, unless it `looks` at values, captured (recorded
/// and replayed), and `check` with each outcome and the name of the mode.
void in_every_mode(const std::function<Tensors(const Tensors&)>& f, const Tensors& in, bool looks,
                   const std::function<void(const std::string&, const Tensors&)>& check);

/// The sum over all floating `outputs` of cotangentᵀ · d output / d x, for each x of `wrt`.
Tensors pulled_back(const Tensors& outputs, const Tensors& wrt, const Tensors& cotangents);
/// The tangents of all floating `outputs`.
Tensors pushed_forward(const Tensors& outputs, const Tensors& wrt, const Tensors& tangents);

// Each runs one case. It throws Different, or what the library throws.

/// Value, vjp, jvp and second derivatives of an operation.
void run_operation(const json& the_case);
/// The value and both derivatives at a kink, a tie or an end of the domain.
void run_kink(const json& the_case);
/// A function of one or two numbers, point by point.
void run_pointwise(const json& the_case);
/// A transform of one of the functions that `theme`, the whole file, states by formulas.
void run_transform(const json& theme, const json& the_case);

}  // namespace shikumi::derivatives
