// The main function of a program that runs cases in folders, each by itself.
#pragma once

#include <algorithm>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace shikumi_test {

/// Thrown by a case that has to be left out, with the reason.
class Skipped : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// How the cases went.
struct CaseCounts {
    int passed = 0, failed = 0, skipped = 0;
    std::string only = {};  ///< part of the names of the cases that count; empty: of all

    /// Runs a case. Prints a line where it fails or is left out.
    void run(const std::string& name, const std::function<void()>& the_case) {
        if (name.find(only) == std::string::npos) return;
        try {
            the_case();
            ++passed;
        } catch (const Skipped& e) {
            std::cout << "skipped " << name << ": " << e.what() << '\n';
            ++skipped;
        } catch (const std::exception& e) {
            std::cout << "FAILED " << name << ": " << e.what() << '\n';
            ++failed;
        }
    }
};

/// Runs all files named on the command line, and those in the folders named there and below that
/// `is_case` takes, in the order of their paths; an error describes them by `pattern`. Behind
/// `--only` stands a part of the names of those cases that run. Gives what main returns: 0 unless a
/// case fails.
inline int run_cases(std::string_view program, std::string_view pattern, int argc, char** argv,
                     const std::function<bool(const std::filesystem::path&)>& is_case,
                     const std::function<void(const std::filesystem::path&, CaseCounts&)>& run) {
    if (argc < 2) {
        std::cerr << "usage: " << program << " FOLDER… [--only PART_OF_NAME]\n";
        return 2;
    }
    CaseCounts counts;
    try {
        std::vector<std::filesystem::path> files;
        for (int i = 1; i < argc; ++i) {
            if (std::string_view(argv[i]) == "--only" && i + 1 < argc) {
                counts.only = argv[++i];
                continue;
            }
            if (std::filesystem::is_regular_file(argv[i])) {
                files.emplace_back(argv[i]);
                continue;
            }
            for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
                if (is_case(entry.path())) files.push_back(entry.path());
            }
        }
        if (files.empty())
            throw std::runtime_error(std::string(program) + ": there is no case (" +
                                     std::string(pattern) + ") in these folders");
        std::sort(files.begin(), files.end());
        for (const auto& file : files) run(file, counts);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 2;
    }
    std::cout << counts.passed << " passed, " << counts.failed << " failed, " << counts.skipped
              << " skipped\n";
    return counts.failed == 0 ? 0 : 1;
}

}  // namespace shikumi_test
