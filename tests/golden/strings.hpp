// Cases of what turns strings into tensors.
#pragma once

#include "cases.hpp"

namespace shikumi::golden {

/// Whether a case is about StringLookup or TextVectorization.
bool is_of_strings(const json& the_case);
/// Adapts, calls and compares.
void run_strings(const json& the_case);

}  // namespace shikumi::golden
