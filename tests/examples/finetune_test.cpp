// The example finetune on networks that Keras and PyTorch have trained. Their files lie beside the
// source tree. Keras and PyTorch themselves open the results where a Python has them:
// $SHIKUMI_PYTHON, else python3.
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>

#include "catch.hpp"
#include "programs.hpp"

using shikumi_test::contains;
using shikumi_test::Outcome;
using shikumi_test::run;
using shikumi_test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

// What accuracy.py says of a file; "" where the package that opens it is missing, which is said.
std::string accuracy_in_python(const std::string& package, const fs::path& model,
                               const fs::path& data, const TemporaryFolder& folder) {
    const char* const given = std::getenv("SHIKUMI_PYTHON");
    const std::string python = given ? given : "python3";
    const std::string quiet = " >'" + (folder.path() / "said").string() + "' 2>&1";
    if (std::system((python + " -c 'import numpy, " + package + "'" + quiet).c_str()) != 0) {
        WARN("without Python's " << package << " it doesn't open what finetune writes");
        return "";
    }
    const int status =
        std::system((python + " '" SHIKUMI_TEST_SOURCE_DIR "/tests/examples/accuracy.py' '" +
                     model.string() + "' '" + data.string() + "'" + quiet)
                        .c_str());
    const std::string said = shikumi_test::contents(folder.path() / "said");
    INFO(said);
    CHECK(status == 0);
    std::smatch found;
    return std::regex_search(said, found, std::regex("accuracy ([0-9.]+)")) ? found.str(1)
                                                                            : "nothing";
}

void check_finetune(const std::string& name, const std::string& file, const std::string& package) {
    const fs::path model = fs::path(SHIKUMI_EXCHANGE_CASES) / name / file;
    if (!fs::exists(model)) {
        WARN("without " << model.string() << " finetune isn't tried on it");
        return;
    }
    const TemporaryFolder data, out;
    shikumi_test::write_digits(data, "train", 320);
    shikumi_test::write_digits(data, "t10k", 80);
    const Outcome said = run(
        "finetune", "--model '" + model.string() + "' --epochs 20 --learning-rate 0.02 --data '" +
                        data.path().string() + "' --out '" + out.path().string() + "'");
    INFO(said.text);
    if (said.text.find("built without") != said.text.npos) {
        WARN("finetune isn't tried on " << file << ", which this build can't read");
        return;
    }
    REQUIRE(said.status == 0);
    std::smatch found;
    REQUIRE(std::regex_search(said.text, found,
                              std::regex("test digits: ([0-9.]+) before, ([0-9.]+) after")));
    CHECK(std::stod(found[2]) > std::stod(found[1]));
    const fs::path result = out.path() / ("finetuned" + model.extension().string());
    const std::string theirs = accuracy_in_python(package, result, data.path(), out);
    if (!theirs.empty()) CHECK(theirs == found[2]);
}

}  // namespace

TEST_CASE("finetune trains networks of Keras on, and Keras opens the result", "[programs][python]") {
    check_finetune("keras3_mnist_mlp", "model.keras", "keras");
    check_finetune("keras3_mnist_mlp", "model.h5", "keras");
    check_finetune("keras3_mnist_cnn", "model.keras", "keras");
}

TEST_CASE("finetune trains networks of PyTorch on, and PyTorch opens the result", "[programs][python]") {
    check_finetune("torch_mnist_mlp", "model.pt", "torch");
    check_finetune("torch_mnist_cnn", "model.pt", "torch");
}

TEST_CASE("finetune wants a network", "[programs]") {
    const Outcome none = run("finetune");
    CHECK(none.status == 2);
    CHECK_THAT(none.text, contains("finetune wants a network: --model FILE"));
    CHECK(run("finetune", "--model /nowhere/model.keras").status == 1);
}
