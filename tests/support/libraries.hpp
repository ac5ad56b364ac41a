// What a build can do only with a library that it may lack.
#pragma once

#include <concepts>
#include <string>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/hdf5_file.hpp>
#include <shikumi/formats/npz.hpp>

#include "catch.hpp"
#include "support/temporary.hpp"

namespace shikumi_test {

// Whether this build has the library of that Debian package, which `use` takes; says so where it
// doesn't.
template <std::invocable Use>
bool has_library(const std::string& package, Use use) {
    try {
        use();
        return true;
    } catch (const shikumi::IoError& e) {
        CHECK_THAT(e.what(), contains(package));
        WARN("without " << package << " this isn't tested");
        return false;
    }
}

inline bool has_zip() {
    return has_library("libzip-dev", [] {
        const TemporaryFolder folder;
        shikumi::formats::write_npz(folder.path() / "try.npz", {});
    });
}

inline bool has_hdf5() {
    return has_library("libhdf5-dev", [] { shikumi::formats::hdf5_bytes({}); });
}

}  // namespace shikumi_test
