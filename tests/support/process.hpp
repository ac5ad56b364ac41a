// Fresh processes: a test may start its own program again, for one other test.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace shikumi_test {

using Variables = std::vector<std::pair<std::string, std::string>>;

// Starts the program that is running for a test of that name, with further environment variables.
// What it prints goes to the file `said`.
inline pid_t start_test(std::string test, const Variables& variables,
                        const std::filesystem::path& said) {
    std::string self = "/proc/self/exe";
    std::vector<std::string> assignments;
    for (const auto& [name, value] : variables) assignments.push_back(name + "=" + value);
    for (char** v = environ; *v; ++v) assignments.emplace_back(*v);
    std::vector<char*> environment;
    for (std::string& v : assignments) environment.push_back(v.data());
    environment.push_back(nullptr);
    char* const arguments[] = {self.data(), test.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, said.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0666);
    pid_t pid = 0;
    REQUIRE(posix_spawn(&pid, self.c_str(), &actions, nullptr, arguments, environment.data()) == 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

// Runs such a test to its end. Whether it passed.
inline bool test_passes(const std::string& test, const Variables& variables,
                        const std::filesystem::path& said) {
    const pid_t pid = start_test(test, variables, said);
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace shikumi_test
