// golden FOLDER…: runs every golden case (*.json) in the folders and those below. Prints a line for
// each case that does not hold, with the first number that differs, and for each one left out.
#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "cases.hpp"

namespace shikumi::golden {

namespace {

std::map<std::string, CaseRunner>& kinds() {
    static std::map<std::string, CaseRunner> all;
    return all;
}

struct Counts {
    int passed = 0, failed = 0, skipped = 0;
};

void run_case(const json& theme, const json& the_case, const std::string& name, Counts& counts) {
    try {
        const std::string kind = theme.value("kind", "training");
        const auto found = kinds().find(kind);
        if (found == kinds().end()) throw Unknown("no reader for the kind '" + kind + "'");
        found->second(theme, the_case);
        ++counts.passed;
    } catch (const Skipped& e) {
        std::cout << "skipped " << name << ": " << e.what() << '\n';
        ++counts.skipped;
    } catch (const std::exception& e) {
        std::cout << "FAILED " << name << ": " << e.what() << '\n';
        ++counts.failed;
    }
}

// A file is a theme with many cases, or a case by itself.
void run_file(const std::filesystem::path& file, Counts& counts) {
    const std::string stem = file.stem().string();
    std::ifstream in(file);
    const json theme = json::parse(in);
    if (!theme.contains("cases")) return run_case(theme, theme, stem, counts);
    const std::string kind = theme.value("kind", "training");
    int number = 0;
    for (const json& the_case : theme.at("cases")) {
        const std::string about = the_case.value("about", "");
        run_case(theme, the_case,
                 kind + '/' + stem + ' ' + std::to_string(++number) + " (" + about + ')', counts);
    }
}

std::vector<std::filesystem::path> files_in(const std::vector<std::string>& folders) {
    std::vector<std::filesystem::path> files;
    for (const std::string& folder : folders) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (entry.path().extension() == ".json") files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    if (files.empty())
        throw std::runtime_error("golden: there is no case (*.json) in these folders");
    return files;
}

}  // namespace

Kind::Kind(const char* name, CaseRunner runner) { kinds().emplace(name, runner); }

}  // namespace shikumi::golden

int main(int argc, char** argv) {
    using namespace shikumi::golden;
    if (argc < 2) {
        std::cerr << "usage: golden FOLDER…\n";
        return 2;
    }
    Counts counts;
    try {
        for (const auto& file : files_in({argv + 1, argv + argc})) run_file(file, counts);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 2;
    }
    std::cout << counts.passed << " passed, " << counts.failed << " failed, " << counts.skipped
              << " skipped\n";
    return counts.failed == 0 ? 0 : 1;
}
