// The equations of einsum.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shikumi::detail {

/// "ab,bc->ac": which axes the inputs have, and which the output has. A letter names an axis; a dot
/// stands for all axes of an ellipsis.
struct Equation {
    std::vector<std::string> inputs;
    std::string output;
};

/// Reads an equation. Without "->" the output has the ellipsis, then the letters that occur once,
/// in alphabetical order. Throws ValueError that begins with `op` for anything but letters, commas,
/// ellipses and one arrow, for an ellipsis that occurs twice in a term, and for a letter that
/// occurs twice in the output or that no input has.
Equation parse_equation(std::string_view op, std::string_view equation);

}  // namespace shikumi::detail
