// exchange FOLDER…: runs every case (a folder with a case.json) in the folders and those below:
// files that other frameworks wrote. Prints a line for each case that does not hold, and for each
// one left out.
#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <shikumi/formats/detail/events.hpp>

#include "case.hpp"

namespace shikumi::exchange {

namespace {

namespace fs = std::filesystem;

struct Counts {
    int passed = 0, failed = 0, skipped = 0;
};

// What kinds of files there are, by the beginnings of the cases' names.
bool is_of(const std::string& name, std::initializer_list<const char*> prefixes) {
    return std::ranges::any_of(prefixes, [&](const char* p) { return name.starts_with(p); });
}

// Whatever is in a case is looked at, or the case fails.
void check_keys(const json& facts) {
    static const std::set<std::string> known{
        "name",   "about",   "made_by",  "files",     "expect",        "refuse",  "architecture",
        "inputs", "outputs", "tensors",  "tolerance", "tensors_total", "mapping", "digest",
        "events", "note",    "metadata", "truncated", "write_back"};
    for (const auto& item : facts.items()) {
        if (!known.contains(item.key())) throw Different("the case has the unknown " + item.key());
    }
}

void run_read(const Case& the_case) {
    if (the_case.facts.contains("events")) return run_events(the_case);
    run_tensors(the_case);
    if (the_case.facts.contains("architecture")) run_model(the_case);
}

void run_refuse(const Case& the_case) {
    try {
        read_all(the_case);
    } catch (const Error& e) {
        const std::string said = e.what();
        for (const std::string name : the_case.facts.at("refuse").at("names")) {
            if (said.find(name) == std::string::npos)
                throw Different("the error doesn't mention " + name + ": " + said);
        }
        return;
    }
    throw Different("it was read, and has to be refused: " +
                    the_case.facts.at("refuse").at("reason").get<std::string>());
}

void run_case(const fs::path& folder, Counts& counts) {
    const std::string name = folder.filename().string();
    if (!is_of(name, {"safetensors_", "npy_", "tfevents_"})) {
        std::cout << "skipped " << name << ": files of this kind can't be read yet\n";
        ++counts.skipped;
        return;
    }
    try {
        std::ifstream in(folder / "case.json");
        const Case the_case{folder, json::parse(in)};
        check_keys(the_case.facts);
        if (the_case.facts.at("expect") == "refuse")
            run_refuse(the_case);
        else
            run_read(the_case);
        ++counts.passed;
    } catch (const std::exception& e) {
        std::cout << "FAILED " << name << ": " << e.what() << '\n';
        ++counts.failed;
    }
}

std::vector<fs::path> cases_in(const std::vector<std::string>& folders) {
    std::vector<fs::path> cases;
    for (const std::string& folder : folders) {
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            if (entry.path().filename() == "case.json") cases.push_back(entry.path().parent_path());
        }
    }
    std::sort(cases.begin(), cases.end());
    if (cases.empty())
        throw std::runtime_error("exchange: there is no case (case.json) in these folders");
    return cases;
}

}  // namespace

void read_all(const Case& the_case) {
    for (const json& file : the_case.facts.at("files")) {
        const fs::path path = the_case.folder / file.at("path");
        if (file.at("format") == "tfevents")
            formats::detail::read_events(path);
        else
            for (const formats::NamedTensor& tensor : tensors_in(path)) tensor.value.tensor();
    }
}

}  // namespace shikumi::exchange

int main(int argc, char** argv) {
    using namespace shikumi::exchange;
    if (argc < 2) {
        std::cerr << "usage: exchange FOLDER…\n";
        return 2;
    }
    Counts counts;
    try {
        for (const auto& folder : cases_in({argv + 1, argv + argc})) run_case(folder, counts);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 2;
    }
    std::cout << counts.passed << " passed, " << counts.failed << " failed, " << counts.skipped
              << " skipped\n";
    return counts.failed == 0 ? 0 : 1;
}
