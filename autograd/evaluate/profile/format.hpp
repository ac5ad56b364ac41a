// Numbers as a profile writes them.
#pragma once

#include <string>

namespace shikumi::detail {

/// `value` with so many decimals, in the C locale, whatever the program's is.
std::string fixed(double value, int decimals);

}  // namespace shikumi::detail
