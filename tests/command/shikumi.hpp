// Running the command as a user does.
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "support/temporary.hpp"

namespace shikumi_test {

struct Said {
    int code;         // with which it ended; -1 where a signal ended it
    std::string out;  // standard output
    std::string err;  // standard error
};

// A file name as one word of a shell's command line.
inline std::string shell_word(const std::filesystem::path& path) {
    return "'" + path.string() + "'";
}

// Runs `shikumi` with the words of `arguments`.
inline Said shikumi_says(const std::string& arguments) {
    const TemporaryFolder folder;
    const std::string out = (folder.path() / "out").string(),
                      err = (folder.path() / "err").string();
    const std::string line = "'" SHIKUMI_TEST_BINARY_DIR "/shikumi' " + arguments + " >" + out +
                             " 2>" + err + " </dev/null";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(out), contents(err)};
}

}  // namespace shikumi_test
