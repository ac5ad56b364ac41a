// The command on files that other programs have written. They lie beside the source tree; without
// them these tests say so and pass.
#include <filesystem>
#include <string>
#include <vector>

#include <shikumi/formats.hpp>
#include <shikumi/shikumi.hpp>

#include "catch.hpp"
#include "shikumi.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::Said;
using shikumi_test::shell_word;
using shikumi_test::shikumi_says;
using shikumi_test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

const fs::path& cases() {
    static const fs::path folder = SHIKUMI_EXCHANGE_CASES;
    return folder;
}

// Whether there are files, and all libraries that read them.
bool has_cases() {
    if (!fs::exists(cases())) {
        WARN("without " << cases().string() << " the command isn't tried on real files");
        return false;
    }
    const Said said = shikumi_says("show " + shell_word(cases() / "keras3_lecture/model.keras"));
    if (said.err.find("built without") == said.err.npos) return true;
    WARN("the command isn't tried on real files: " << said.err);
    return false;
}

Config case_of(const fs::path& folder) {
    return nn::parse_json(shikumi_test::contents(folder / "case.json"), "case.json");
}

// The file of a case that is read, or refused.
std::vector<fs::path> files_of(const fs::path& folder) {
    std::vector<fs::path> files;
    const Config about = case_of(folder);
    for (const Config& file : *about.find("files")->list()) {
        const std::string& format = *file.find("format")->text();
        if (format != "onnx" && format != "onnx_data" && format != "tfjs" && format != "tfevents")
            files.push_back(folder / *file.find("path")->text());
    }
    return files;
}

double largest_difference(const Tensor& a, const Tensor& b) {
    return max(abs(a - b)).item<double>();
}

}  // namespace

TEST_CASE("show shows real files", "[real_files]") {
    if (!has_cases()) return;
    const Said keras = shikumi_says("show " + shell_word(cases() / "keras3_lecture/model.keras"));
    INFO(keras.out << keras.err);
    CHECK(keras.code == 0);
    CHECK_THAT(keras.out, contains("Keras archive (.keras), model") &&
                              contains("dense_1      Dense       units 3, activation softmax") &&
                              contains("layers/dense/vars/0") && contains("optimizer: SGD\n"));
    const Said h5 = shikumi_says("show " + shell_word(cases() / "keras2_lecture/model.h5"));
    CHECK(h5.code == 0);
    CHECK_THAT(h5.out, contains("HDF5, model") && contains("model_weights/dense/dense/kernel:0"));
    const Said torch =
        shikumi_says("show " + shell_word(cases() / "torch_checkpoint_objects/model.pt"));
    CHECK(torch.code == 0);
    CHECK_THAT(torch.out, contains("model.0.weight") && contains("\npassed over:\n") &&
                              contains("config: types.SimpleNamespace\n"));
    CHECK(torch.out.find("_metadata") == torch.out.npos);
}

TEST_CASE("files that are to be refused are, in one line", "[real_files]") {
    if (!has_cases()) return;
    const TemporaryFolder folder;
    std::size_t tried = 0;
    for (const auto& entry : fs::directory_iterator(cases())) {
        const std::string name = entry.path().filename().string();
        if (name.find("_refuse_") == name.npos || name.starts_with("onnx")) continue;
        for (const fs::path& file : files_of(entry.path())) {
            INFO(file.string());
            // Weights alone are sound; it is a model that they don't fit.
            if (file.string().ends_with(".weights.h5") && name.find("h5") == name.npos) continue;
            const std::string to = shell_word(folder.path() / "out.safetensors");
            const Said said = shikumi_says("convert " + shell_word(file) + ' ' + to);
            INFO(said.out << said.err);
            CHECK(said.code == 2);
            CHECK(said.err.starts_with("shikumi: "));
            CHECK(said.err.find('\n') == said.err.size() - 1);
            ++tried;
        }
    }
    CHECK(tried > 50);
    CHECK(folder.entries() == 0);
}

TEST_CASE("a model of Keras goes through every format", "[real_files]") {
    if (!has_cases()) return;
    const TemporaryFolder folder;
    const fs::path lecture = cases() / "keras3_lecture";
    const std::string model = shell_word(lecture / "model.keras");
    for (const char* name :
         {"a.safetensors", "a.keras", "a.h5", "a.weights.h5", "a.npz", "a.pt", "a.pth"}) {
        const std::string to = shell_word(folder.path() / name);
        const Said said = shikumi_says("convert " + model + ' ' + to);
        INFO(name << ": " << said.err);
        REQUIRE(said.code == 0);
        const Said same = shikumi_says("diff " + model + ' ' + to);
        INFO(same.out << same.err);
        CHECK(same.code == 0);
    }
    const std::string back = shell_word(folder.path() / "back.keras");
    for (const char* name : {"a.h5", "a.weights.h5", "a.npz", "a.pt"}) {
        const Said said = shikumi_says("convert " + shell_word(folder.path() / name) + ' ' + back +
                                       " --architecture " + model);
        INFO(name << ": " << said.err);
        CHECK(said.code == 0);
        CHECK(shikumi_says("diff " + model + ' ' + back).code == 0);
    }
}

TEST_CASE("predict says what Keras said", "[real_files]") {
    if (!has_cases()) return;
    const TemporaryFolder folder;
    const fs::path lecture = cases() / "keras3_lecture";
    const Config about = case_of(lecture);
    const std::string to = (folder.path() / "y.npy").string();
    const auto array = [&](const char* kind) {
        return lecture / *about.find(kind)->list()->front().find("npy")->text();
    };
    for (const char* name : {"model.keras", "model.h5"}) {
        const Said said = shikumi_says("predict " + shell_word(lecture / name) + " --input " +
                                       shell_word(array("inputs")) + " --output " + shell_word(to));
        INFO(name << ": " << said.err);
        REQUIRE(said.code == 0);
        CHECK(largest_difference(formats::read_npy(to),
                                 formats::read_npy(array("outputs").string())) < 1e-5);
    }
}
