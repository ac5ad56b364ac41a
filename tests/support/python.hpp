// Programs in Python that look at our files. A Python with the packages is $SHIKUMI_PYTHON, else
// python3.
#pragma once

#include <cstdlib>
#include <string>

#include "catch.hpp"
#include "support/temporary.hpp"

namespace shikumi_test {

/// Runs a program in a folder; what it prints is in "out".
inline bool run_python(const TemporaryFolder& folder, const std::string& program) {
    const char* const given = std::getenv("SHIKUMI_PYTHON");
    folder.write("program.py", program);
    const std::string command = "cd " + folder.path().string() + " && " +
                                (given ? given : "python3") + " program.py >out 2>&1";
    return std::system(command.c_str()) == 0;
}

/// Whether there is a package; says so where there isn't.
inline bool has_python(const TemporaryFolder& folder, const std::string& package) {
    if (run_python(folder, "import " + package)) return true;
    WARN("without Python's " << package << " this isn't tested");
    return false;
}

/// Runs a program, which has to end well.
inline void check_python(const TemporaryFolder& folder, const std::string& program) {
    const bool done = run_python(folder, program);
    INFO(contents(folder.path() / "out"));
    CHECK(done);
}

}  // namespace shikumi_test
