// Includes Catch2 v2 or v3. Tests write `Approx` without a namespace, as in v2.
#pragma once

#ifdef SHIKUMI_CATCH2_V3
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

#include <string>

namespace shikumi_test {

// Matches a text that contains `part`, e.g. REQUIRE_THROWS_WITH(f(), contains("[matmul]")).
inline auto contains(const std::string& part) {
#ifdef SHIKUMI_CATCH2_V3
    return Catch::Matchers::ContainsSubstring(part);
#else
    return Catch::Matchers::Contains(part);
#endif
}

}  // namespace shikumi_test
