#include <shikumi/formats/onnx_file.hpp>

#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/file_format.hpp>

#include "catch.hpp"
#include "support/io_faults.hpp"
#include "support/libraries.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi::formats;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::TemporaryFolder;

namespace {

bool has_onnx() {
    const TemporaryFolder folder;
    try {
        write_onnx((folder.path() / "x.onnx").string(), {});
        return true;
    } catch (const IoError& e) {
        CHECK_THAT(e.what(), contains("libprotozero-dev"));
        WARN("ONNX files aren't tested: " << e.what());
        return false;
    }
}

OnnxModel some_model() {
    const auto branch = std::make_shared<OnnxGraph>();
    branch->nodes = {{.name = "inner", .op = "Neg", .inputs = {"x"}, .outputs = {"minus"}}};
    branch->outputs = {{.name = "minus"}};
    OnnxModel model{.ir_version = 9, .producer = "a test", .producer_version = "1"};
    model.opsets = {{"", 17}, {"local", 1}};
    model.graph.name = "graph";
    model.graph.nodes = {{.name = "node",
                          .op = "Gemm",
                          .inputs = {"x", "w", ""},
                          .outputs = {"y"},
                          .attributes = {{"alpha", 0.5F},
                                         {"transB", Index{-1}},
                                         {"text", std::string("a\0b", 3)},
                                         {"tensor", StoredTensor(tensor({{1.0, 2.0}}, f64))},
                                         {"body", std::shared_ptr<const OnnxGraph>(branch)},
                                         {"floats", std::vector<float>{1, -2}},
                                         {"ints", std::vector<Index>{1, -2, Index{1} << 40}},
                                         {"strings", std::vector<std::string>{"a", ""}}}},
                         {.op = "Twice", .domain = "local", .inputs = {"y"}, .outputs = {"z"}}};
    model.graph.initializers = {{"w", tensor({{1.0, 2.0}, {3.0, 4.0}})},
                                {"half", StoredTensor(tensor({1.5})).as(StoredType::f16)},
                                {"none", zeros({0, 3}, i64)}};
    model.graph.inputs = {
        {.name = "x", .type = StoredType::f32, .shape = {{{.name = "batch"}, {.size = 2}, {}}}},
        {.name = "number", .type = StoredType::f32, .shape = std::vector<OnnxDimension>()}};
    model.graph.outputs = {{.name = "z", .type = StoredType::f32, .shape = {}}};
    model.functions = {{.name = "Twice",
                        .domain = "local",
                        .inputs = {"a"},
                        .outputs = {"b"},
                        .attributes = {"must"},
                        .defaults = {{"may", 1.5F}},
                        .nodes = {{.op = "Mul",
                                   .inputs = {"a", "a"},
                                   .outputs = {"b"},
                                   .attributes = {{"k", OnnxReference{"may"}}}}},
                        .opsets = {{"", 17}}}};
    model.metadata = {{"author", "nobody"}};
    return model;
}

}  // namespace

TEST_CASE("an ONNX file is written and read back as the same values", "[onnx]") {
    if (!has_onnx()) return;
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "x.onnx").string();
    write_onnx(path, some_model());
    CHECK(file_format(path) == FileFormat::onnx);
    const OnnxModel read = read_onnx(path);
    CHECK(read.ir_version == 9);
    CHECK(read.producer == "a test");
    CHECK(read.opsets[1].domain == "local");
    CHECK(read.metadata == Metadata{{"author", "nobody"}});
    REQUIRE(read.graph.nodes.size() == 2);
    const OnnxNode& node = read.graph.nodes[0];
    CHECK(node.inputs == std::vector<std::string>{"x", "w", ""});
    CHECK(std::get<float>(node.find("alpha")->value) == 0.5F);
    CHECK(std::get<Index>(node.find("transB")->value) == -1);
    CHECK(std::get<std::string>(node.find("text")->value) == std::string("a\0b", 3));
    CHECK(std::get<StoredTensor>(node.find("tensor")->value).tensor().to_vector<double>() ==
          std::vector<double>{1, 2});
    const auto& body = std::get<std::shared_ptr<const OnnxGraph>>(node.find("body")->value);
    CHECK(body->nodes[0].op == "Neg");
    CHECK(std::get<std::vector<float>>(node.find("floats")->value) == std::vector<float>{1, -2});
    CHECK(std::get<std::vector<Index>>(node.find("ints")->value)[2] == Index{1} << 40);
    CHECK(std::get<std::vector<std::string>>(node.find("strings")->value).size() == 2);
    CHECK(node.find("beta") == nullptr);
    REQUIRE(read.graph.initializers.size() == 3);
    CHECK(read.graph.initializers[1].value.type() == StoredType::f16);
    CHECK(read.graph.initializers[1].value.tensor().item<double>() == 1.5);
    CHECK(read.graph.initializers[2].value.shape() == Shape{0, 3});
    const auto& shape = *read.graph.inputs[0].shape;
    REQUIRE(shape.size() == 3);
    CHECK(shape[0].name == "batch");
    CHECK(shape[1].size == Index{2});
    CHECK(!shape[2].size);
    REQUIRE(read.graph.inputs[1].shape);
    CHECK(read.graph.inputs[1].shape->empty());
    CHECK(!read.graph.outputs[0].shape);
    REQUIRE(read.functions.size() == 1);
    CHECK(std::get<OnnxReference>(read.functions[0].nodes[0].find("k")->value).name == "may");
    CHECK(std::get<float>(read.functions[0].defaults[0].value) == 1.5F);
    const std::string first = contents(path);
    write_onnx(path, read);
    CHECK(contents(path) == first);
}

TEST_CASE("a damaged ONNX file is refused with its name", "[onnx]") {
    if (!has_onnx()) return;
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "x.onnx").string();
    write_onnx(path, some_model());
    const std::string good = contents(path);
    const auto check = [&](const std::string& bytes, const std::vector<std::string>& words,
                           const FileBudget& budget = {}) {
        const std::string bad = folder.write("bad.onnx", bytes).string();
        try {
            read_onnx(bad, budget);
            FAIL_CHECK("it was read");
        } catch (const IoError& e) {
            CHECK_THAT(e.what(), contains("bad.onnx"));
            for (const std::string& word : words) CHECK_THAT(e.what(), contains(word));
        }
    };
    check("", {"empty"});
    check("\x08\x09", {"no graph"});
    check(good.substr(0, good.size() / 2), {});
    check(good, {"budget"}, {.tensors = 5});
    check(good, {"too large"}, {.bytes = 20});
    OnnxModel twice = some_model();
    twice.graph.initializers.push_back({"w", tensor({1.0})});
    write_onnx(path, twice);
    check(contents(path), {"two initialisers", "'w'"});
    CHECK_THROWS_AS(read_onnx((folder.path() / "absent.onnx").string()), IoError);
}

TEST_CASE("an older ONNX file stays where the disk refuses a new one", "[onnx]") {
    if (!has_onnx()) return;
    const TemporaryFolder folder;
    const auto path = folder.write("x.onnx", "old");
    const shikumi_test::IoFaults faults(0, ENOSPC, true);
    CHECK_THROWS_AS(write_onnx(path.string(), some_model()), IoError);
    CHECK(contents(path) == "old");
}
