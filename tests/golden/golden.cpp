// golden FOLDER…: runs every golden case (*.json) in the folders and those below. Prints a line for
// each case that does not hold, with the first number that differs, and for each one left out.
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "cases.hpp"
#include "support/case_program.hpp"

namespace shikumi::golden {

namespace {

std::map<std::string, CaseRunner>& kinds() {
    static std::map<std::string, CaseRunner> all;
    return all;
}

using shikumi_test::CaseCounts;

void run_case(const json& theme, const json& the_case, const std::string& name,
              CaseCounts& counts) {
    counts.run(name, [&] {
        const std::string kind = theme.value("kind", "training");
        const auto found = kinds().find(kind);
        if (found == kinds().end()) throw Unknown("no reader for the kind '" + kind + "'");
        found->second(theme, the_case);
    });
}

// A file is a theme with many cases, or a case by itself.
void run_file(const std::filesystem::path& file, CaseCounts& counts) {
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

}  // namespace

Kind::Kind(const char* name, CaseRunner runner) { kinds().emplace(name, runner); }

}  // namespace shikumi::golden

int main(int argc, char** argv) {
    const auto is_case = [](const std::filesystem::path& path) {
        return path.extension() == ".json";
    };
    return shikumi_test::run_cases("golden", "*.json", argc, argv, is_case,
                                   shikumi::golden::run_file);
}
