#include <shikumi/nn/io/onnx.hpp>

#include <memory>
#include <string>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>
#include <shikumi/formats.hpp>
#include <shikumi/optim/sgd.hpp>

#include "catch.hpp"
#include "support/libraries.hpp"

using namespace shikumi;
using namespace shikumi::formats;
using namespace shikumi::nn;
using shikumi_test::contains;

namespace {

using Ints = std::vector<Index>;

OnnxValue value(const std::string& name, std::vector<OnnxDimension> shape = {},
                StoredType type = StoredType::f32) {
    return {.name = name, .type = type, .shape = std::move(shape)};
}

OnnxModel model_of(std::vector<OnnxNode> nodes, OnnxValue input,
                   std::vector<NamedTensor> initializers = {},
                   const std::vector<std::string>& outputs = {"y"}) {
    OnnxModel model;
    model.opsets = {{"", 17}};
    model.graph = {.name = "g",
                   .nodes = std::move(nodes),
                   .initializers = std::move(initializers),
                   .inputs = {std::move(input)}};
    for (const std::string& output : outputs) model.graph.outputs.push_back(value(output));
    return model;
}

std::vector<std::string> classes(Model& model) {
    std::vector<std::string> names;
    for (Layer* layer : model.inner_layers()) names.push_back(layer->class_name());
    return names;
}

Tensor numbers(const Shape& shape) { return reshape(sin(arange(shape.size()).cast(f32)), shape); }

void check_close(const Tensor& a, const Tensor& b) {
    REQUIRE(a.shape() == b.shape());
    CHECK((max)(abs(a - b)).item<double>() < 1e-5);
}

// The model, after its predictions have been compared with those of the graph as one layer.
Model checked(const OnnxModel& file, const Tensor& x) {
    Model model = model_from_onnx(file);
    const OnnxLayer layer = layer_from_onnx(file);
    const std::vector<Tensor> expected = (*layer.layer)(std::vector<Tensor>{x});
    const std::vector<Tensor> got = model.predict(std::vector<Tensor>{x});
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) check_close(got[i], expected[i]);
    return model;
}

void check_refused(const OnnxModel& file, const std::vector<std::string>& words) {
    try {
        model_from_onnx(file);
        FAIL_CHECK("it was read");
    } catch (const Error& e) {
        for (const std::string& word : words) CHECK_THAT(e.what(), contains(word));
    }
}

const OnnxValue rows = value("x", {{.name = "n"}, {.size = 4}});
const OnnxValue pictures = value("x", {{.name = "n"}, {.size = 2}, {.size = 6}, {.size = 5}});

}  // namespace

TEST_CASE("products of an ONNX graph become Dense layers", "[onnx]") {
    const OnnxModel file = model_of(
        {{.op = "Gemm",
          .inputs = {"x", "w", "b"},
          .outputs = {"h"},
          .attributes = {{"transB", Index{1}}}},
         {.op = "Relu", .inputs = {"h"}, .outputs = {"r"}},
         {.op = "MatMul", .inputs = {"r", "v"}, .outputs = {"m"}},
         {.op = "Add", .inputs = {"m", "c"}, .outputs = {"y"}}},
        rows,
        {{"w", numbers({3, 4})}, {"b", numbers({3})}, {"v", numbers({3, 2})}, {"c", ones({2})}});
    const Tensor x = numbers({5, 4});
    Model model = checked(file, x);
    CHECK(classes(model) == std::vector<std::string>{"Dense", "Activation", "Dense"});
    check_close(
        model.predict(x),
        matmul(relu(matmul(x, transpose(numbers({3, 4}))) + numbers({3})), numbers({3, 2})) + 1);
    model.compile({.optimizer = optim::SGD({.learning_rate = 0.1}), .loss = mean_squared_error});
    const double before = model.train_on_batch(x, zeros({5, 2}))["loss"];
    for (int i = 0; i < 5; ++i) model.train_on_batch(x, zeros({5, 2}));
    CHECK(model.train_on_batch(x, zeros({5, 2}))["loss"] < before);
}

TEST_CASE("pictures of an ONNX graph are turned once", "[onnx]") {
    const OnnxModel file = model_of(
        {{.op = "Conv",
          .inputs = {"x", "k", "b"},
          .outputs = {"c"},
          .attributes = {{"pads", Ints{1, 1, 1, 1}}}},
         {.op = "Relu", .inputs = {"c"}, .outputs = {"r"}},
         {.op = "MaxPool",
          .inputs = {"r"},
          .outputs = {"p"},
          .attributes = {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}}},
         {.op = "Conv",
          .inputs = {"p", "d"},
          .outputs = {"e"},
          .attributes = {{"group", Index{3}}, {"pads", Ints{0, 1, 0, 1}}}},
         {.op = "BatchNormalization", .inputs = {"e", "s", "t", "m", "v"}, .outputs = {"n"}},
         {.op = "GlobalAveragePool", .inputs = {"n"}, .outputs = {"g"}},
         {.op = "Flatten", .inputs = {"g"}, .outputs = {"y"}}},
        pictures,
        {{"k", numbers({3, 2, 3, 3})},
         {"b", numbers({3})},
         {"d", numbers({6, 1, 1, 3})},
         {"s", numbers({6})},
         {"t", numbers({6})},
         {"m", numbers({6})},
         {"v", ones({6})}});
    Model model = checked(file, numbers({2, 2, 6, 5}));
    const auto layers = classes(model);
    CHECK(std::ranges::count(layers, "Permute") == 1);
    CHECK(std::ranges::count(layers, "Conv2D") == 1);
    CHECK(std::ranges::count(layers, "DepthwiseConv2D") == 1);
    CHECK(std::ranges::count(layers, "BatchNormalization") == 1);
}

TEST_CASE("transpositions and sizes that are computed leave no layers", "[onnx]") {
    const OnnxModel file =
        model_of({{.op = "Transpose",
                   .inputs = {"x"},
                   .outputs = {"t"},
                   .attributes = {{"perm", Ints{1, 0, 2}}}},
                  {.op = "MatMul", .inputs = {"t", "w"}, .outputs = {"m"}},
                  {.op = "Transpose",
                   .inputs = {"m"},
                   .outputs = {"b"},
                   .attributes = {{"perm", Ints{1, 0, 2}}}},
                  {.op = "Shape", .inputs = {"x"}, .outputs = {"s"}},
                  {.op = "Gather", .inputs = {"s", "zero"}, .outputs = {"n"}},
                  {.op = "Concat",
                   .inputs = {"n", "rest"},
                   .outputs = {"to"},
                   .attributes = {{"axis", Index{0}}}},
                  {.op = "Reshape", .inputs = {"b", "to"}, .outputs = {"y"}}},
                 value("x", {{.name = "n"}, {.size = 3}, {.size = 4}}),
                 {{"w", numbers({4, 2})}, {"zero", tensor({0}, i64)}, {"rest", tensor({-1}, i64)}});
    Model model = checked(file, numbers({2, 3, 4}));
    CHECK(classes(model) == std::vector<std::string>{"Dense", "Flatten"});
}

TEST_CASE("what is no layer becomes one that is trained", "[onnx]") {
    // Batch and rows are one axis between two Reshapes.
    const OnnxModel file = model_of({{.op = "Reshape", .inputs = {"x", "flat"}, .outputs = {"f"}},
                                     {.op = "Gemm", .inputs = {"f", "w"}, .outputs = {"g"}},
                                     {.op = "Reshape", .inputs = {"g", "back"}, .outputs = {"h"}},
                                     {.op = "Erf", .inputs = {"h"}, .outputs = {"y"}}},
                                    value("x", {{.name = "n"}, {.size = 3}, {.size = 4}}),
                                    {{"w", numbers({4, 2})},
                                     {"flat", tensor({-1, 4}, i64)},
                                     {"back", tensor({-1, 3, 2}, i64)}});
    Model model = checked(file, numbers({2, 3, 4}));
    CHECK(model.trainable_weights().size() == 1);
    CHECK(model.parameters()[0].name().ends_with("/w"));
    CHECK(model.summary().find("onnx_reshape_gemm") != std::string::npos);
    const Model copy = model.clone();
    CHECK_THROWS_AS(model.get_config(), StateError);
}

TEST_CASE("a weight that several nodes read is one", "[onnx]") {
    const OnnxModel file = model_of({{.op = "MatMul", .inputs = {"x", "w"}, .outputs = {"a"}},
                                     {.op = "Tanh", .inputs = {"a"}, .outputs = {"t"}},
                                     {.op = "MatMul", .inputs = {"t", "w"}, .outputs = {"y"}}},
                                    rows, {{"w", numbers({4, 4})}});
    Model model = checked(file, numbers({3, 4}));
    CHECK(model.trainable_weights().size() == 1);
}

TEST_CASE("a weight stays one where a step that computes with sizes reads it, too", "[onnx]") {
    // The state of an unrolled recurrence begins with zeros, as many as there are samples.
    const OnnxModel file =
        model_of({{.op = "Shape", .inputs = {"x"}, .outputs = {"sizes"}},
                  {.op = "Expand", .inputs = {"zero", "sizes"}, .outputs = {"h0"}},
                  {.op = "MatMul", .inputs = {"h0", "w"}, .outputs = {"a0"}},
                  {.op = "Add", .inputs = {"a0", "b"}, .outputs = {"s0"}},
                  {.op = "Add", .inputs = {"s0", "x"}, .outputs = {"z0"}},
                  {.op = "Tanh", .inputs = {"z0"}, .outputs = {"h1"}},
                  {.op = "MatMul", .inputs = {"h1", "w"}, .outputs = {"a1"}},
                  {.op = "Add", .inputs = {"a1", "b"}, .outputs = {"y"}}},
                 rows,
                 {{"zero", zeros({})}, {"w", numbers({4, 4})}, {"b", numbers({4})}});
    Model model = checked(file, numbers({3, 4}));
    CHECK(model.trainable_weights().size() == 2);
}

TEST_CASE("one number of several axes in arithmetic is no weight", "[onnx]") {
    const OnnxModel file = model_of({{.op = "MatMul", .inputs = {"x", "w"}, .outputs = {"a"}},
                                     {.op = "Add", .inputs = {"a", "epsilon"}, .outputs = {"y"}}},
                                    rows,
                                    {{"w", numbers({4, 2})}, {"epsilon", numbers({1, 1}) + 1e-3F}});
    Model model = checked(file, numbers({3, 4}));
    CHECK(model.trainable_weights().size() == 1);
}

TEST_CASE("PyTorch's newer exporter says what its tensors were", "[onnx]") {
    const std::string kind = "pkg.torch.export.graph_signature.InputSpec.kind";
    const std::string folded = "pkg.onnxscript.optimizer.folded_from";
    OnnxModel file = model_of({{.op = "MatMul", .inputs = {"x", "val_1"}, .outputs = {"a"}},
                               {.op = "Mul", .inputs = {"a", "val_2"}, .outputs = {"b"}},
                               {.op = "Add", .inputs = {"b", "bias"}, .outputs = {"c"}},
                               {.op = "Sub", .inputs = {"c", "places"}, .outputs = {"d"}},
                               {.op = "Div", .inputs = {"d", "val_3"}, .outputs = {"y"}}},
                              rows,
                              {{"val_1", numbers({4, 2})},
                               {"val_2", numbers({2})},
                               {"bias", numbers({2})},
                               {"places", numbers({2})},
                               {"val_3", numbers({2}) + 2}});
    file.graph.values = {{.name = "val_1", .metadata = {{folded, "['net.weight', 'val_0']"}}},
                         {.name = "val_2", .metadata = {{folded, "['val_7', 'val_10']"}}},
                         {.name = "bias", .metadata = {{kind, "PARAMETER"}}},
                         {.name = "places", .metadata = {{kind, "BUFFER"}}},
                         {.name = "val_3"}};
    Model other = checked(file, numbers({3, 4}));
    CHECK(other.trainable_weights().size() == 5);
    file.producer = "pytorch";
    Model model = checked(file, numbers({3, 4}));
    CHECK(model.trainable_weights().size() == 2);  // val_1 and bias
}

TEST_CASE("recurrences become LSTM, GRU and Bidirectional", "[onnx]") {
    for (const std::string op : {"LSTM", "GRU"}) {
        for (const bool both : {false, true}) {
            INFO(op << both);
            const Index gates = op == "LSTM" ? 4 : 3, d = both ? 2 : 1;
            OnnxNode node{.op = op,
                          .inputs = {"t", "w", "r", "b"},
                          .outputs = {"s"},
                          .attributes = {{"hidden_size", Index{5}}}};
            if (op == "GRU") node.attributes.push_back({"linear_before_reset", Index{1}});
            if (both) node.attributes.push_back({"direction", std::string("bidirectional")});
            const OnnxModel file =
                model_of({{.op = "Transpose",
                           .inputs = {"x"},
                           .outputs = {"t"},
                           .attributes = {{"perm", Ints{1, 0, 2}}}},
                          node,
                          {.op = "Transpose",
                           .inputs = {"s"},
                           .outputs = {"u"},
                           .attributes = {{"perm", Ints{2, 0, 1, 3}}}},
                          {.op = "Reshape", .inputs = {"u", "to"}, .outputs = {"y"}}},
                         value("x", {{.name = "n"}, {.size = 3}, {.size = 4}}),
                         {{"w", numbers({d, gates * 5, 4})},
                          {"r", numbers({d, gates * 5, 5})},
                          {"b", numbers({d, 2 * gates * 5})},
                          {"to", tensor({Index{0}, Index{0}, d * 5}, i64)}});
            Model model = checked(file, numbers({2, 3, 4}));
            CHECK(classes(model) == std::vector<std::string>{both ? "Bidirectional" : op});
        }
    }
}

TEST_CASE("a batch that the file fixes may have another size", "[onnx]") {
    const OnnxModel file = model_of({{.op = "Reshape", .inputs = {"x", "to"}, .outputs = {"f"}},
                                     {.op = "MatMul", .inputs = {"f", "w"}, .outputs = {"y"}}},
                                    value("x", {{.size = 4}, {.size = 2}, {.size = 3}}),
                                    {{"to", tensor({4, 6}, i64)}, {"w", numbers({6, 2})}});
    Model model = model_from_onnx(file);
    CHECK(model.predict(numbers({7, 2, 3})).shape() == Shape{7, 2});
}

TEST_CASE("functions are inlined, and branches on constants taken", "[onnx]") {
    const auto branch = [](const std::string& op) {
        const auto graph = std::make_shared<OnnxGraph>();
        graph->nodes = {{.op = op, .inputs = {"h"}, .outputs = {"out"}}};
        graph->outputs = {value("out")};
        return OnnxAttribute::Value(std::shared_ptr<const OnnxGraph>(graph));
    };
    OnnxModel file =
        model_of({{.op = "Leaky",
                   .domain = "mine",
                   .inputs = {"x"},
                   .outputs = {"h"},
                   .attributes = {{"slope", 0.5F}}},
                  {.op = "If",
                   .inputs = {"no"},
                   .outputs = {"y"},
                   .attributes = {{"then_branch", branch("Exp")}, {"else_branch", branch("Neg")}}}},
                 rows, {{"no", scalar(false, bool_)}});
    file.opsets.push_back({"mine", 1});
    file.functions = {{.name = "Leaky",
                       .domain = "mine",
                       .inputs = {"a"},
                       .outputs = {"b"},
                       .attributes = {"slope"},
                       .nodes = {{.op = "LeakyRelu",
                                  .inputs = {"a"},
                                  .outputs = {"b"},
                                  .attributes = {{"alpha", OnnxReference{"slope"}}}}},
                       .opsets = {{"", 17}}}};
    const Tensor x = numbers({3, 4});
    Model model = checked(file, x);
    check_close(model.predict(x), -leaky_relu(x, 0.5));
}

TEST_CASE("sizes that the file leaves open are to be said", "[onnx]") {
    const OnnxModel file = model_of({{.op = "Softmax", .inputs = {"x"}, .outputs = {"y"}}},
                                    value("x", {{.name = "n"}, {.name = "time"}, {.size = 2}}));
    check_refused(file, {"'x'", "OnnxOptions::samples"});
    Model model = model_from_onnx(file, {.samples = {{"x", {3, 2}}}});
    CHECK(model.predict(numbers({4, 3, 2})).shape() == Shape{4, 3, 2});
    const OnnxLayer layer = layer_from_onnx(file);
    CHECK((*layer.layer)(std::vector<Tensor>{numbers({4, 9, 2})})[0].shape() == Shape{4, 9, 2});
}

TEST_CASE("what can't be done in an ONNX graph is refused with node and operator", "[onnx]") {
    const auto one = [](OnnxNode node) {
        node.name = "node 7";
        node.inputs = {"x"};
        node.outputs = {"y"};
        return model_of({std::move(node)}, rows);
    };
    check_refused(one({.op = "Frobnicate"}), {"node 7", "Frobnicate", "opset 17"});
    check_refused(one({.op = "Relu", .domain = "com.example"}), {"node 7", "com.example"});
    check_refused(one({.op = "QLinearConv"}), {"quantised", "QLinearConv"});
    check_refused(one({.op = "Loop"}), {"node 7", "control flow"});
    check_refused(one({.op = "Relu", .attributes = {{"strange", Index{1}}}}),
                  {"node 7", "'strange'"});
    check_refused(one({.op = "Reshape"}), {"node 7", "input 2"});
    OnnxModel old = one({.op = "Relu"});
    old.opsets = {{"", 6}};
    check_refused(old, {"opset 6", "7"});
    check_refused(model_of({{.name = "ring", .op = "Add", .inputs = {"x", "b"}, .outputs = {"y"}},
                            {.op = "Relu", .inputs = {"y"}, .outputs = {"b"}}},
                           rows),
                  {"circle", "ring"});
    check_refused(model_of({{.op = "Relu", .inputs = {"nowhere"}, .outputs = {"y"}}}, rows),
                  {"'nowhere'"});
    check_refused(model_of({{.op = "Relu", .inputs = {"x"}, .outputs = {"y"}},
                            {.op = "Exp", .inputs = {"x"}, .outputs = {"y"}}},
                           rows),
                  {"'y'", "twice"});
    // Sizes that depend on the data.
    check_refused(
        model_of(
            {{.op = "Cast", .inputs = {"x"}, .outputs = {"s"}, .attributes = {{"to", Index{7}}}},
             {.name = "late", .op = "Reshape", .inputs = {"x", "s"}, .outputs = {"y"}}},
            rows),
        {"late", "Reshape", "depends on the data"});
    check_refused(model_of({{.op = "Transpose", .inputs = {"x"}, .outputs = {"y"}}}, rows),
                  {"'y'", "batch"});
}

TEST_CASE("the operators' entries say opsets that don't overlap", "[onnx]") {
    using nn::detail::OnnxOperator;
    std::vector<OnnxOperator> all;
    for (const auto family : nn::detail::onnx_families())
        all.insert(all.end(), family.begin(), family.end());
    CHECK(all.size() > 140);
    for (const OnnxOperator& a : all) {
        INFO(a.name);
        CHECK(a.since <= a.until);
        CHECK(a.run);
        const auto same = [&](const OnnxOperator& b) {
            return a.name == b.name && a.domain == b.domain && a.since <= b.until &&
                   b.since <= a.until;
        };
        CHECK(std::ranges::count_if(all, same) == 1);
    }
}
