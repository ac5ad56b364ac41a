// derivatives FOLDER…: runs every case of derivatives (*.json) in the folders and those below:
// values, derivatives and transforms that other programs worked out. Prints a line for each case
// that does not hold.
#include <filesystem>
#include <fstream>
#include <string>

#include "cases.hpp"
#include "support/case_program.hpp"

namespace shikumi::derivatives {

namespace {

void run_case(const json& the_case) {
    if (the_case.contains("jax")) return run_kink(the_case);
    if (the_case.contains("f64")) return run_pointwise(the_case);
    run_operation(the_case);
}

// A list of cases, or functions and cases of their transforms.
void run_file(const std::filesystem::path& file, shikumi_test::CaseCounts& counts) {
    std::ifstream in(file);
    const json all = json::parse(in);
    const std::string stem = file.stem().string() + ": ";
    const bool transforms = all.is_object();
    for (const json& the_case : transforms ? all.at("cases") : all) {
        counts.run(stem + the_case.at("name").get<std::string>(),
                   [&] { transforms ? run_transform(all, the_case) : run_case(the_case); });
    }
}

}  // namespace

}  // namespace shikumi::derivatives

int main(int argc, char** argv) {
    const auto is_case = [](const std::filesystem::path& path) {
        return path.extension() == ".json";
    };
    return shikumi_test::run_cases("derivatives", "*.json", argc, argv, is_case,
                                   shikumi::derivatives::run_file);
}
