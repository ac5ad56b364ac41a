// Cases with tensors: safetensors, npy and npz.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <vector>

#include <shikumi/formats.hpp>
#include <shikumi/shikumi.hpp>

#include "arrays.hpp"
#include "build.hpp"
#include "case.hpp"
#include "sha256.hpp"
#include "support/temporary.hpp"
#include "tensors.hpp"

namespace shikumi::exchange {

namespace fs = std::filesystem;
using formats::NamedTensor;
using formats::StoredTensor;

namespace {

Shape shape_of(const json& sizes) {
    const auto all = sizes.get<std::vector<Index>>();
    return Shape(std::span<const Index>(all));
}

bool same_bytes(const StoredTensor& a, const StoredTensor& b) {
    return std::ranges::equal(a.bytes(), b.bytes());
}

// The types that NumPy lacks stand as float32 in the case.
void compare_values(const std::string& name, const StoredTensor& got,
                    const StoredTensor& expected) {
    if (got.type() == expected.type())
        return want(same_bytes(got, expected), name + " has other values");
    const StoredTensor widened(got.tensor());
    want(widened.type() == expected.type() && same_bytes(widened, expected),
         name + " has other values once it is widened");
}

std::string file_of(const Case& the_case, const json& tensor) {
    return tensor.value("file", the_case.facts.at("files").at(0).at("path").get<std::string>());
}

ByName tensors_by_name(const fs::path& file) {
    ByName all;
    for (NamedTensor& tensor : tensors_in(file))
        want(all.emplace(tensor.name, tensor.value).second, "'" + tensor.name + "' comes twice");
    return all;
}

}  // namespace

ByName by_name(const formats::TensorFile& file) {
    ByName all;
    for (const std::string& name : file.names()) all.emplace(name, file.read_stored(name));
    return all;
}

bool same_tensor(const StoredTensor& a, const StoredTensor& b) {
    return a.type() == b.type() && a.shape() == b.shape() && same_bytes(a, b);
}

void compare_tensor(const Case& the_case, const json& facts, const std::string& name,
                    const ByName& tensors) {
    const auto found = tensors.find(name);
    want(found != tensors.end(), "'" + name + "' wasn't read");
    const StoredTensor& got = found->second;
    const std::string dtype(formats::name(got.type()));
    want(dtype == facts.at("dtype"),
         name + " is " + dtype + ", expected " + facts.at("dtype").get<std::string>());
    want(got.shape() == shape_of(facts.at("shape")),
         name + " is " + to_string(got.shape()) + ", expected " + facts.at("shape").dump());
    if (facts.contains("sha256"))
        want(sha256(got.bytes()) == facts.at("sha256"), name + " has another SHA-256");
    if (facts.contains("npy"))
        compare_values(name, got, formats::read_stored_npy(the_case.folder / facts.at("npy")));
}

namespace {

void compare_digest(const json& digest, const ByName& tensors) {
    std::vector<std::byte> all;
    for (const auto& [name, tensor] : tensors)
        all.insert(all.end(), tensor.bytes().begin(), tensor.bytes().end());
    want(sha256(all) == digest, "the digest of all tensors differs");
}

void write_back(const fs::path& file, const std::string& format, bool by_the_library) {
    const shikumi_test::TemporaryFolder folder;
    const fs::path copy = folder.path() / file.filename();
    const std::vector<NamedTensor> tensors = tensors_in(file);
    if (format == "npy") {
        formats::write_npy(copy, tensors.at(0).value);
    } else if (format == "npz") {
        formats::write_npz(copy, tensors);
    } else {
        const formats::SafetensorsFile original(file);
        formats::write_safetensors(copy, tensors,
                                   {.metadata = original.metadata(), .checksums = false});
        want(formats::SafetensorsFile(copy).metadata() == original.metadata(),
             "the metadata written back differ");
        // Several metadata have no fixed order there.
        if (by_the_library && original.metadata().size() < 2)
            want(shikumi_test::contents(copy) == shikumi_test::contents(file),
                 "the file written back has other bytes");
    }
    const ByName before = tensors_by_name(file), after = tensors_by_name(copy);
    want(before.size() == after.size(), "another number of tensors was written back");
    for (const auto& [name, tensor] : before) {
        const auto found = after.find(name);
        want(found != after.end() && same_tensor(found->second, tensor),
             "'" + name + "' was not written back as it was");
    }
}

}  // namespace

std::vector<NamedTensor> tensors_in(const fs::path& file) {
    if (file.extension() == ".npy") return {{file.stem().string(), formats::read_stored_npy(file)}};
    const auto in = formats::open_tensor_file(file);
    std::vector<NamedTensor> tensors;
    for (const std::string& name : in->names()) tensors.push_back({name, in->read_stored(name)});
    return tensors;
}

void run_tensors(const Case& the_case) {
    std::map<std::string, ByName> files;
    for (const json& file : the_case.facts.at("files"))
        files.emplace(file.at("path"), tensors_by_name(the_case.folder / file.at("path")));
    std::size_t expected = 0, got = 0;
    for (const json& tensor : the_case.list("tensors")) {
        compare_tensor(the_case, tensor, tensor.at("name"), files.at(file_of(the_case, tensor)));
        ++expected;
    }
    for (const auto& [path, tensors] : files) got += tensors.size();
    want(got == the_case.facts.value("tensors_total", expected),
         std::to_string(got) + " tensors were read, expected " + std::to_string(expected));
    if (the_case.facts.contains("digest"))
        compare_digest(the_case.facts.at("digest"), files.begin()->second);
    if (the_case.facts.contains("metadata")) {
        const formats::SafetensorsFile file(the_case.folder / files.begin()->first);
        want(json(file.metadata()) == the_case.facts.at("metadata"), "the metadata differ");
    }
    if (the_case.list("write_back").empty()) return;
    const bool by_the_library =
        the_case.facts.at("about").get<std::string>().find("by hand") == std::string::npos;
    for (const json& file : the_case.facts.at("files"))
        write_back(the_case.folder / file.at("path"), file.at("format"), by_the_library);
}

void run_model(const Case& the_case) {
    const ByName tensors =
        tensors_by_name(the_case.folder / the_case.facts.at("files").at(0).at("path"));
    const auto model = build(the_case);
    take_mapped(the_case, *model,
                [&](const std::string& name) { return tensors.at(name).tensor(); });
    compare_predictions(the_case, *model);
}

}  // namespace shikumi::exchange
