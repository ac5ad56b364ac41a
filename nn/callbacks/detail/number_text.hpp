// Numbers as Python writes them.
#pragma once

#include <string>

namespace shikumi::nn::detail {

/// The fewest digits that read back to `value`, with a point or an exponent: "1.0", "1e-05".
std::string number_text(double value);

}  // namespace shikumi::nn::detail
