// Numbers as text, the same in every locale.
#pragma once

#include <string>

namespace shikumi::detail {

// NaN is "nan" whatever its sign, which means nothing.

/// The fewest digits that read back to `value`.
std::string shortest(double value);
/// `value` with so many decimals.
std::string fixed(double value, int decimals);
/// One digit before the point, so many behind it, and an exponent.
std::string scientific(double value, int decimals);
/// So many digits in all, without zeros at the end; with an exponent where `fixed` needs more.
std::string significant(double value, int digits);

}  // namespace shikumi::detail
