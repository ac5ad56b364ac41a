// How operations and their derivatives are written on paper.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/node.hpp>

namespace shikumi::detail {

/// An operation and its derivatives, written with the names of its operands.
struct Written {
    std::string value;               ///< "x·W"
    std::vector<std::string> local;  ///< by each operand: "∂h/∂z = h·(1 - h)", "∂z/∂x: δ ↦ δ·Wᵀ"
    std::vector<std::string> pulled;  ///< what each operand's adjoint gets: "δh·h·(1 - h)"
};

/// An operand of an operation on paper: its name, or a number, and its shape.
struct WrittenOperand {
    std::string name;
    Spec spec;
};

/// How the operation of `node`, whose value is called `name`, is written. What the table of
/// notations lacks is written by the operation's name.
Written written(const Node& node, const std::string& name,
                std::span<const WrittenOperand> operands);

/// "δ" before a name, which stands for the derivative of the result by it.
std::string delta(const std::string& name);

}  // namespace shikumi::detail
