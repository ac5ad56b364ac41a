// Golden cases: figures that other programs gave, by kind.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace shikumi::golden {

using nlohmann::json;

/// Throws where a case does not hold: `Different`, `Unknown`, or whatever the library threw.
/// `theme` is the whole file, `the_case` one of its cases.
using CaseRunner = void (*)(const json& theme, const json& the_case);

/// A static object of this type registers the runner of a kind's cases. Each kind has a file of its
/// own.
struct Kind {
    Kind(const char* name, CaseRunner runner);
};

/// A case uses an unsupported feature.
struct Unknown : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace shikumi::golden
