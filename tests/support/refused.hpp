// Bad files.
#pragma once

#include <concepts>
#include <string>

#include <shikumi/autograd/core/error.hpp>

#include "catch.hpp"
#include "support/temporary.hpp"

namespace shikumi_test {

// A file of these bytes is refused in words that hold `part` and the file's name.
template <std::invocable<const std::string&> Read>
void check_refused(const TemporaryFolder& folder, const std::string& bytes, const std::string& part,
                   Read read) {
    const std::string path = folder.write("bad", bytes).string();
    INFO(bytes.substr(0, 200));
    CHECK_THROWS_AS(read(path), shikumi::IoError);
    CHECK_THROWS_WITH(read(path), contains(part) && contains(path));
}

}  // namespace shikumi_test
