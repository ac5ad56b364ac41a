// exchange FOLDER…: runs every case (a folder with a case.json) in the folders and those below:
// files that other frameworks wrote. Prints a line for each case that does not hold, and for each
// one left out.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <shikumi/formats.hpp>
#include <shikumi/formats/detail/events.hpp>
#include <shikumi/nn/io/onnx.hpp>
#include <shikumi/nn/io/tfjs.hpp>

#include "case.hpp"
#include "support/case_program.hpp"

namespace shikumi::exchange {

namespace {

namespace fs = std::filesystem;

// What kinds of files there are, by the beginnings of the cases' names.
bool is_of(const std::string& name, std::initializer_list<const char*> prefixes) {
    return std::ranges::any_of(prefixes, [&](const char* p) { return name.starts_with(p); });
}

// Whatever is in a case is looked at, or the case fails.
void check_keys(const json& facts) {
    static const std::set<std::string> known{
        "name", "about", "made_by", "files", "expect", "refuse", "architecture", "inputs",
        "outputs", "tensors", "tolerance", "tensors_total", "mapping", "digest", "events", "note",
        "metadata", "truncated", "write_back", "opaque", "values", "checkpoint", "report", "layout",
        "training", "test_accuracy", "labels_of_inputs", "architecture_file",
        "framework_cannot_read", "floatx",
        // how the figures were found, and how far they are from those in float64
        "observed", "no_float64",
        // what an ONNX file is made of
        "graph", "node"};
    for (const auto& item : facts.items()) {
        if (!known.contains(item.key())) throw Different("the case has the unknown " + item.key());
    }
}

void run_read(const Case& the_case) {
    if (is_of(the_case.facts.at("name"), {"keras2_", "keras3_"})) return run_keras(the_case);
    if (is_of(the_case.facts.at("name"), {"torch_"})) return run_torch(the_case);
    if (is_of(the_case.facts.at("name"), {"onnx_"})) return run_onnx(the_case);
    if (is_of(the_case.facts.at("name"), {"tfjs_"})) return run_tfjs(the_case);
    if (the_case.facts.contains("events")) return run_events(the_case);
    run_tensors(the_case);
    if (the_case.facts.contains("architecture")) run_model(the_case);
}

// Reads a file in each way that its format has.
void read(const Case& the_case, const json& file) {
    const std::string format = file.at("format");
    const fs::path path = the_case.folder / file.at("path");
    if (format == "tfevents")
        formats::detail::read_events(path);
    else if (format == "onnx")
        nn::load_onnx_layer(path.string());
    else if (format == "tfjs")
        nn::load_tfjs(path.string());
    else if (format.starts_with("keras"))
        read_keras(the_case, file);
    else
        for (const formats::NamedTensor& tensor : tensors_in(path)) tensor.value.tensor();
}

void refuse(const Case& the_case, const json& file) {
    const json& refused = the_case.facts.at("refuse");
    try {
        read(the_case, file);
    } catch (const Error& e) {
        const std::string said = e.what();
        for (const std::string name : refused.at("names")) {
            if (said.find(name) == std::string::npos)
                throw Different("the error doesn't mention " + name + ": " + said);
        }
        return;
    }
    throw Different(file.at("path").get<std::string>() +
                    " was read, and has to be refused: " + refused.at("reason").get<std::string>());
}

void run_case(const fs::path& file, shikumi_test::CaseCounts& counts) {
    const fs::path folder = file.parent_path();
    const std::string name = folder.filename().string();
    counts.run(name, [&] {
        if (!is_of(name, {"safetensors_", "npy_", "tfevents_", "keras2_", "keras3_", "torch_",
                          "onnx_", "tfjs_"}))
            throw shikumi_test::Skipped("files of this kind can't be read yet");
        std::ifstream in(file);
        const Case the_case{folder, json::parse(in)};
        check_keys(the_case.facts);
        if (the_case.facts.at("expect") == "refuse")
            for (const json& file : the_case.facts.at("files")) refuse(the_case, file);
        else
            run_read(the_case);
    });
}

}  // namespace

}  // namespace shikumi::exchange

int main(int argc, char** argv) {
    // MNIST, where it lies beside the cases and nobody says otherwise.
    if (argc > 1) {
        const std::filesystem::path data = std::filesystem::path(argv[1]) / ".." / "data";
        if (std::filesystem::exists(data)) ::setenv("SHIKUMI_DATA", data.c_str(), 0);
    }
    const auto is_case = [](const std::filesystem::path& path) {
        return path.filename() == "case.json";
    };
    return shikumi_test::run_cases("exchange", "case.json", argc, argv, is_case,
                                   shikumi::exchange::run_case);
}
