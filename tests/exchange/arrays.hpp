// The arrays of a case: what goes into a model, and what has to come out.
#pragma once

#include <string>
#include <vector>

#include "case.hpp"

namespace shikumi::exchange {

/// Throws Different, saying so, unless something holds.
void want(bool holds, const std::string& what);

/// The array in an .npy file of the case.
Tensor array(const Case& the_case, const json& facts);
/// The arrays of a list: {name, npy} each, and "scale" for pictures as bytes.
std::vector<Tensor> arrays(const Case& the_case, const json& list);
/// Throws Different unless shapes are the same and
/// |got − expected| ≤ tolerance × max |expected| + absolute.
void compare(const std::string& what, const Tensor& got, const Tensor& expected, double tolerance,
             double absolute = 0);

}  // namespace shikumi::exchange
