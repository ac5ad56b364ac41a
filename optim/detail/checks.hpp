// Limits of hyper-parameters that several optimisers share.
#pragma once

#include <cstdint>
#include <string_view>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::optim::detail {

/// Throws ValueError unless `value` lies in [0, 1).
inline void check_decay(std::string_view optimizer, std::string_view name, double value) {
    if (!(value >= 0 && value < 1))
        fail<ValueError>(optimizer, name, " must lie in [0, 1), got ", value);
}

/// Throws ValueError unless `value` lies in [0, 1].
inline void check_share(std::string_view optimizer, std::string_view name, double value) {
    if (!(value >= 0 && value <= 1))
        fail<ValueError>(optimizer, name, " must lie in [0, 1], got ", value);
}

/// Throws ValueError unless `value` is 0 or more.
inline void check_not_negative(std::string_view optimizer, std::string_view name, double value) {
    if (!(value >= 0)) fail<ValueError>(optimizer, name, " must not be negative, got ", value);
}

/// Throws ValueError unless a count that a file holds lies in [0, 2⁵³], where it can be counted on.
inline void check_count(std::string_view optimizer, std::string_view name, std::int64_t count) {
    if (count < 0 || count > std::int64_t{1} << 53)
        fail<ValueError>(optimizer, "the state to restore has ", count, " ", name);
}

}  // namespace shikumi::optim::detail
