// Rules with a planted fault, one at a time, as a hand that is tired writes them.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi_test {

using shikumi::Tensor;

/// Which rule of an operation has the fault.
enum class Rule {
    vjp,      ///< reverse mode
    jvp,      ///< forward mode
    batched,  ///< of `vmap`
};
inline constexpr std::array all_rules{Rule::vjp, Rule::jvp, Rule::batched};

/// What is wrong with it.
enum class Change {
    sign,              ///< the result has the other sign
    doubled,           ///< a factor
    dropped,           ///< a term is missing: the derivative by one input
    last_missing,      ///< the last element of the result is left out
    transposed,        ///< the last two axes are exchanged
    reversed,          ///< an axis runs backwards; of a batch, that of the examples
    first_for_all,     ///< the first of an axis stands for all of it; of a batch, the first example
    inputs_exchanged,  ///< the rule uses another input in place of its own
    output_for_input,  ///< it uses the result in place of an input
    input_for_output,  ///< it uses an input in place of the result
    without_cotangent  ///< ones in place of the cotangent
};
inline constexpr std::array all_changes{
    Change::sign,          Change::doubled,          Change::dropped,
    Change::last_missing,  Change::transposed,       Change::reversed,
    Change::first_for_all, Change::inputs_exchanged, Change::output_for_input,
    Change::input_for_output, Change::without_cotangent};

/// One fault of one operation.
struct Fault {
    Rule rule;
    Change change;
    std::size_t input;  ///< by which it differentiates, or whose tangent it takes

    auto operator<=>(const Fault&) const = default;
};
/// "vjp 0: sign".
std::string to_string(const Fault& fault);

/// The operations between a result and what it was computed from, in which a fault can be planted:
/// not those of several outputs. Their order is the same for each call of a function.
std::vector<Tensor> operations(const Tensor& y, const std::vector<Tensor>& inputs);
/// The same values as `y`, where the operation at this place among `operations` has a fault.
Tensor with_fault(const Tensor& y, const std::vector<Tensor>& inputs, std::size_t place,
                  const Fault& fault);

}  // namespace shikumi_test
