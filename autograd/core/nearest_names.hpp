// What a wrong name was probably meant to be.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shikumi::detail {

/// The known names nearest to a wrong one, by letters to insert, delete or change; case and
/// underscores count nothing. Those that differ in most letters are left out, of two that differ in
/// these alone the second; at most three.
std::vector<std::string_view> nearest_names(std::string_view wrong,
                                            std::span<const std::string_view> known);

/// Throws ValueError: "[who] there is no 'wrong': did you mean 'a' or 'b'?", and lists the known
/// names where none is near or there are few; of those that differ in case and underscores alone
/// the first.
[[noreturn]] void refuse_name(std::string_view who, std::string_view wrong,
                              std::span<const std::string_view> known);

}  // namespace shikumi::detail
