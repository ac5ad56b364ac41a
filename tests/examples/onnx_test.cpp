// The example onnx: on a file of its own, and on networks that PyTorch wrote, which lie beside the
// source tree.
#include <filesystem>
#include <regex>
#include <string>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/npy.hpp>

#include "catch.hpp"
#include "programs.hpp"

namespace fs = std::filesystem;
using shikumi_test::contains;
using shikumi_test::run;
using shikumi_test::TemporaryFolder;

TEST_CASE("onnx trains a network on and writes it back", "[programs]") {
    const TemporaryFolder out;
    const auto [status, text] = run("onnx", "--out '" + out.path().string() + "'");
    INFO(text);
    CHECK(status == 0);
    CHECK_THAT(text, contains("Total params: 131") && contains("predictions for 150 samples"));
    std::smatch found;
    REQUIRE(std::regex_search(text, found, std::regex("([0-9.]+) before, ([0-9.]+) after")));
    CHECK(std::stod(found[2]) >= 0.95);
    CHECK_THAT(shikumi_test::contents(out.path() / "iris.svg"), contains("</svg>"));
    const std::string again = "--out '" + out.path().string() + "' --model '" +
                              (out.path() / "finetuned-iris.onnx").string() + "'";
    CHECK_THAT(run("onnx", again).text, contains("Total params: 131"));
}

TEST_CASE("onnx predicts what ONNX Runtime does, and trains on", "[programs]") {
    for (const char* name : {"onnx_ts_lecture", "onnx_dynamo_cnn_plain"}) {
        CAPTURE(name);
        const fs::path files = fs::path(SHIKUMI_EXCHANGE_CASES) / name;
        if (!fs::exists(files)) {
            WARN("without " << files.string() << " onnx isn't tried on it");
            continue;
        }
        const TemporaryFolder out;
        const std::string arguments = "--out '" + out.path().string() + "' --model '" +
                                      (files / "model.onnx").string() + "' --input '";
        CHECK(run("onnx", arguments + (files / "in_input.npy").string() + "'").status == 0);
        const auto expected = shikumi::formats::read_npy((files / "out_output.npy").string());
        const auto said = shikumi::formats::read_npy((out.path() / "predictions.npy").string());
        CHECK(shikumi::allclose(said, expected, {.relative = 1e-5, .absolute = 1e-5}));

        const auto [status, text] =
            run("onnx", arguments + (files / "train_x.npy").string() + "' --target '" +
                            (files / "train_y.npy").string() + "' --epochs 100");
        INFO(text);
        CHECK(status == 0);
        CHECK_THAT(text, contains(" after\n") && contains("finetuned-model.onnx"));
    }
}

TEST_CASE("onnx says what it lacks", "[programs]") {
    CHECK_THAT(run("onnx", "--input x.npy").text, contains("want a network: --model FILE"));
    CHECK_THAT(run("onnx", "--model x.onnx --target y.npy").text, contains("--input FILE"));
    CHECK_THAT(run("onnx", "--model none.onnx").text, contains("can't read none.onnx"));
}
