// Running the programs as a user does, and data for them.
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>
#include <utility>

#include "catch.hpp"
#include "support/temporary.hpp"

namespace shikumi_test {

struct Outcome {
    int status;
    std::string text;  // stdout and stderr
};

inline Outcome run(const std::string& name, const std::string& arguments = "") {
    const std::string command =
        "'" SHIKUMI_TEST_BINARY_DIR "/examples/" + name + "' " + arguments + " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe);
    std::string text;
    char part[4096];
    while (const std::size_t n = std::fread(part, 1, sizeof part, pipe)) text.append(part, n);
    const int status = pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

// Writes files in MNIST's format: `count` images of a bar whose position depends on the class.
inline void write_digits(const TemporaryFolder& folder, const std::string& name, int count) {
    const auto number = [](int n) {
        return std::string{0, 0, static_cast<char>(n >> 8), static_cast<char>(n & 0xFF)};
    };
    std::string images = number(0x803) + number(count) + number(28) + number(28);
    std::string labels = number(0x801) + number(count);
    for (int i = 0; i < count; ++i) {
        std::string row(28, '\0');
        row.replace(4 + 2 * static_cast<std::size_t>(i % 10), 2, 2, '\xff');
        for (int r = 0; r < 28; ++r) images += row;
        labels += static_cast<char>(i % 10);
    }
    folder.write(name + "-images-idx3-ubyte", images);
    folder.write(name + "-labels-idx1-ubyte", labels);
}

}  // namespace shikumi_test
