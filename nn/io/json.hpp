// Config as JSON text, and back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <shikumi/autograd/core/config.hpp>

namespace shikumi::nn {

/// How JSON is laid out.
struct JsonStyle {
    int indent = 0;  ///< spaces a level; 0: all on one line
};

/// How much a JSON text may hold before it is refused.
struct JsonBudget {
    std::size_t bytes = std::size_t{32} << 20;  ///< of the text
    std::size_t values = 500'000;               ///< in all lists and objects together
    int depth = 100;                            ///< lists and objects inside of each other
};

/// JSON (RFC 8259) of a configuration. Keys keep their order; numbers have the fewest digits that
/// read back as the same value; what is no finite number becomes the text "inf", "-inf" or "nan",
/// which a configuration's reader takes as a number. Throws ValueError for text that is no UTF-8,
/// and for more than 100 levels.
std::string to_json(const Config& config, const JsonStyle& style = {});
/// Reads JSON. Integers stay integers; those beyond 64 bits become numbers. Throws ValueError,
/// which begins with `who`, for anything but one JSON value, a name twice in an object, a number
/// that no double can hold, text that is no UTF-8, and what is beyond the budget.
Config parse_json(std::string_view text, std::string_view who, const JsonBudget& budget = {});

}  // namespace shikumi::nn
