// Weights from and for PyTorch: every layer that both have, by equal outputs, with PyTorch itself;
// names, orders, and what is refused without it.
#include <shikumi/nn/io/torch_weights.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <shikumi/nn/io/architecture.hpp>
#include <shikumi/formats.hpp>
#include <shikumi/shikumi.hpp>

#include "catch.hpp"
#include "support/libraries.hpp"
#include "support/python.hpp"
#include "support/temporary.hpp"
#include "support/weight_values.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::has_zip;
using shikumi_test::TemporaryFolder;
using shikumi_test::weight_values;

namespace {

std::vector<std::string> names_in(const std::string& path) {
    return formats::TorchFile(path).names();
}

nn::Sequential two_dense(const std::string& first = {}, const std::string& second = {}) {
    return nn::Sequential{nn::Dense(4, {.input_dim = 3, .name = first}),
                          nn::Dense(2, {.name = second})};
}

// Numbers of a sort in a tensor.
Tensor some(const Shape& shape, double scale = 0.1) {
    const Tensor x = arange(static_cast<double>(shape.size())).cast(f32);
    return reshape(sin(x * 1.7) * scale, shape);
}

void make_uneven(nn::Model& model) {
    std::vector<Tensor> values;
    for (const Tensor& w : model.get_weights())
        values.push_back(some(w.shape()) + (w.rank() == 1 ? 0.5 : 0.0));
    model.set_weights(values);
}

}  // namespace

TEST_CASE("modules are called as the layers", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::string path = folder.path() / "x.pt";
    nn::Sequential model = two_dense(), other = two_dense();
    nn::save_torch_weights(model, path);
    CHECK(names_in(path) ==
          std::vector<std::string>{"dense.weight", "dense.bias", "dense_1.weight", "dense_1.bias"});
    const formats::TorchFile file(path);
    CHECK(file.spec("dense.weight").shape == Shape{4, 3});
    CHECK(file.read("dense.weight").to_vector<double>() ==
          transpose(model.get_weights()[0]).to_vector<double>());
    CHECK(nn::load_torch_weights(other, path).weights.complete());
    CHECK(weight_values<double>(other) == weight_values<double>(model));
    nn::save_torch_weights(model, path,
                           {.prefix = "net.", .modules = {{"dense", "0"}, {"dense_1", "2"}}});
    CHECK(names_in(path) ==
          std::vector<std::string>{"net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias"});
    const nn::TorchReport report = nn::load_torch_weights(other, path, {.prefix = "net."});
    CHECK(report.modules[1] == std::pair<std::string, std::string>("dense_1", "2"));
    CHECK_THAT(report.text(), contains("4 of 4 weights taken"));
    CHECK(nn::load_torch_weights(other, path).weights.complete());  // by the order of both
    nn::save_torch_weights(model, folder.path() / "x.safetensors");
    nn::Sequential third = two_dense();
    CHECK(nn::load_torch_weights(third, folder.path() / "x.safetensors").weights.complete());
    CHECK(weight_values<double>(third) == weight_values<double>(model));
}

TEST_CASE("what doesn't fit is reported, and nothing changes", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::string path = folder.path() / "x.pt";
    nn::Sequential model = two_dense("a", "b");
    const auto before = weight_values<double>(model);
    const Tensor good = zeros({4, 3});
    const auto write = [&](std::vector<formats::NamedTensor> tensors) {
        formats::write_torch(path, formats::TorchValue::StateDict{std::move(tensors)});
    };
    write({{"a.weight", good}, {"a.bias", zeros({5})}, {"b.weight", zeros({2, 4})}, {"c.x", good}});
    try {
        nn::load_torch_weights(model, path);
        FAIL("it was taken");
    } catch (const IoError& e) {
        CHECK_THAT(e.what(), contains("a.bias"));
        CHECK_THAT(e.what(), contains("missing: 'b.bias'"));
        CHECK_THAT(e.what(), contains("unexpected: 'c.x'"));
    }
    CHECK(weight_values<double>(model) == before);
    const nn::TorchReport report = nn::load_torch_weights(model, path, {.strict = false});
    CHECK(report.weights.taken.size() == 2);
    CHECK(weight_values<double>(model)[0] == std::vector<double>(12, 0.0));
    CHECK(weight_values<double>(model)[1] == before[1]);
    CHECK_THROWS_AS(nn::load_torch_weights(model, path, {.key = "model"}), IoError);
    write({{"a.weight", zeros({4, 3}, f64)},
           {"a.bias", zeros({4})},
           {"b.weight", zeros({2, 4})},
           {"b.bias", zeros({2})}});
    CHECK_THROWS_AS(nn::load_torch_weights(model, path), IoError);  // a narrower type
    nn::Sequential strange{nn::GRU(2, {.reset_after = false, .input_shape = {4, 3}})};
    CHECK_THROWS_AS(nn::load_torch_weights(strange, path), ValueError);
}

TEST_CASE("a checkpoint's state dict is found", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::string path = folder.path() / "x.pt";
    nn::Sequential model = two_dense("a", "b"), other = two_dense("x", "y");
    using formats::TorchValue;
    TorchValue::StateDict dict;
    for (const char* layer : {"a", "b"}) {
        const std::size_t i = layer[0] == 'a' ? 0 : 2;
        dict.tensors.push_back(
            {std::string("module.") + layer + ".weight", transpose(model.get_weights()[i])});
        dict.tensors.push_back(
            {std::string("module.") + layer + ".bias", model.get_weights()[i + 1]});
    }
    formats::write_torch(
        path,
        TorchValue::Dict{{"epoch", Config(3)}, {"state_dict", dict}, {"best", zeros({4, 3})}});
    const nn::TorchReport report = nn::load_torch_weights(other, path);
    CHECK(weight_values<double>(other) == weight_values<double>(model));
    CHECK_THAT(report.text(), contains("'module.'"));
    CHECK(nn::load_torch_weights(other, path, {.key = "state_dict", .prefix = "module."})
              .weights.complete());
}

TEST_CASE("both biases of an LSTM come back", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::string path = folder.path() / "x.pt", back = folder.path() / "back.pt";
    nn::Sequential model{nn::LSTM(2, {.input_shape = {3, 1}, .name = "rnn"})};
    const Tensor first = some({8}), second = some({8}, 0.7);
    formats::write_torch(path, formats::TorchValue::StateDict{{{"rnn.bias_hh_l0", second},
                                                               {"rnn.weight_ih_l0", some({8, 1})},
                                                               {"rnn.weight_hh_l0", some({8, 2})},
                                                               {"rnn.bias_ih_l0", first}}});
    nn::load_torch_weights(model, path);
    CHECK(model.get_weights()[2].to_vector<double>() == (first + second).to_vector<double>());
    nn::save_torch_weights(model, back, {.like = path});
    const formats::TorchFile file(back);
    CHECK(file.names() == names_in(path));  // the order, too
    CHECK(file.read("rnn.bias_hh_l0").to_vector<double>() == second.to_vector<double>());
    std::vector<Tensor> weights = model.get_weights();
    weights[2] = weights[2] + 1;
    model.set_weights(weights);
    nn::save_torch_weights(model, back, {.like = path});
    const formats::TorchFile later(back);
    CHECK(later.read("rnn.bias_ih_l0").to_vector<double>()[3] ==
          Approx(first.to_vector<double>()[3] + 0.5));
    CHECK(later.read("rnn.bias_hh_l0").to_vector<double>()[3] ==
          Approx(second.to_vector<double>()[3] + 0.5));
    nn::save_torch_weights(model, back);
    CHECK(formats::TorchFile(back).read("rnn.bias_hh_l0").to_vector<double>() ==
          std::vector<double>(8, 0.0));
}

TEST_CASE("a normalisation without gamma or beta is one with 1 or 0 there", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::string path = folder.path() / "x.pt";
    nn::Sequential model{nn::Input({4}), nn::BatchNormalization({.scale = false, .name = "a"}),
                         nn::GroupNormalization({.groups = 2, .center = false, .name = "b"}),
                         nn::LayerNormalization({.center = false, .name = "c"}),
                         nn::LayerNormalization({.scale = false, .name = "d"})};
    make_uneven(model);
    nn::save_torch_weights(model, path);
    const formats::TorchFile file(path);
    CHECK(file.read("a.weight").to_vector<double>() == std::vector<double>(4, 1.0));
    CHECK(file.read("b.bias").to_vector<double>() == std::vector<double>(4, 0.0));
    CHECK_FALSE(file.contains("c.bias"));  // PyTorch's LayerNorm can do without
    CHECK(file.read("d.weight").to_vector<double>() == std::vector<double>(4, 1.0));
    const auto before = weight_values<double>(model);
    CHECK(nn::load_torch_weights(model, path).weights.complete());
    CHECK(weight_values<double>(model) == before);
    std::vector<formats::NamedTensor> tensors;
    for (const std::string& name : file.names()) tensors.push_back({name, file.read(name)});
    const auto scale = std::ranges::find(tensors, "a.weight", &formats::NamedTensor::name);
    scale->value = full({4}, 2.0);
    formats::write_torch(path, formats::TorchValue::StateDict{std::move(tensors)});
    CHECK_THROWS_WITH(nn::load_torch_weights(model, path), contains("unexpected: 'a.weight'"));
    CHECK(weight_values<double>(model) == before);
}

TEST_CASE("a separable convolution is found under a name of the file's own", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::string path = folder.path() / "x.pt";
    const auto make = [](const std::string& name) {
        return nn::Sequential{
            nn::SeparableConv2D(4, 3, {.input_shape = {5, 5, 2}, .name = name}),
            nn::SeparableConv2D(4, 3, {.use_bias = false, .name = name + "_two"})};
    };
    nn::Sequential model = make("a"), other = make("b");
    nn::save_torch_weights(model, path, {.modules = {{"a", "net.0"}, {"a_two", "net.1"}}});
    const nn::TorchReport report = nn::load_torch_weights(other, path);
    CHECK(report.modules[1] == std::pair<std::string, std::string>("b_two", "net.1"));
    CHECK(weight_values<double>(other) == weight_values<double>(model));
    nn::Sequential single{// the two as layers of their own
                          nn::DepthwiseConv2D(3, {.use_bias = false, .input_shape = {5, 5, 2}}),
                          nn::Conv2D(4, 1), nn::DepthwiseConv2D(3, {.use_bias = false}),
                          nn::Conv2D(4, 1, {.use_bias = false})};
    nn::load_torch_weights(single, path);
    CHECK(weight_values<double>(single) == weight_values<double>(model));
}

TEST_CASE("PReLU behind a Flatten has PyTorch's order of features", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::string path = folder.path() / "x.pt";
    nn::Sequential model{nn::MaxPooling2D(1, {.input_shape = {1, 2, 3}}), nn::Flatten(),
                         nn::PReLU({.name = "p"})};
    model.parameters();
    model.set_weights({tensor({1.0, 2.0, 3.0, 4.0, 5.0, 6.0}).cast(f32)});
    nn::save_torch_weights(model, path);
    CHECK(formats::TorchFile(path).read("p.weight").to_vector<double>() ==
          std::vector<double>{1, 4, 2, 5, 3, 6});
    nn::load_torch_weights(model, path);
    CHECK(weight_values<double>(model)[0] == std::vector<double>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("what a module of PyTorch's can't do is refused by the layer's name", "[torch]") {
    const auto refusal = [](nn::Sequential model) {
        const TemporaryFolder folder;
        try {
            nn::save_torch_weights(model, folder.path() / "x.pt");
        } catch (const ValueError& e) {
            return std::string(e.what());
        }
        return std::string("written");
    };
    using nn::Sequential;
    const Shape sequence{4, 3};
    CHECK_THAT(refusal(Sequential{nn::LSTM(
                   2, {.recurrent_activation = nn::hard_sigmoid6, .input_shape = sequence})}),
               contains("'lstm") && contains("no other activations than tanh and sigmoid"));
    CHECK_THAT(refusal(Sequential{nn::GRU(2, {.activation = nn::relu, .input_shape = sequence})}),
               contains("no other activations"));
    CHECK_THAT(
        refusal(Sequential{nn::SimpleRNN(2, {.activation = nn::elu, .input_shape = sequence})}),
        contains("no other activations"));
    CHECK_THAT(refusal(Sequential{
                   nn::RNN(nn::GRUCell(2, {.activation = nn::relu}), {.input_shape = sequence})}),
               contains("no other activations"));
    CHECK_THAT(refusal(Sequential{nn::Dense(3, {.input_shape = sequence}), nn::PReLU()}),
               contains("a number for each channel"));
}

// ---- with PyTorch -------------------------------------------------------------------------------

namespace {

struct Kind {
    const char* name;
    const char* layers;        // Keras's configurations
    std::vector<Index> input;  // sizes of a sample
    const char* module;        // PyTorch's
    bool pictures = false;     // whether channels come first there
};

// Modules whose results are tuples, and such as have two parts, are classes of the program.
const Kind kinds[] = {
    {"linear",
     R"({"class_name":"Dense","config":{"name":"m","units":3}})",
     {5},
     "M(nn.Linear(5, 3))"},
    {"linear without bias",
     R"({"class_name":"Dense","config":{"name":"m","units":3,"use_bias":false}})",
     {5},
     "M(nn.Linear(5, 3, bias=False))"},
    {"conv1d",
     R"({"class_name":"Conv1D","config":{"name":"m","filters":6,"kernel_size":[3],"strides":[2],"groups":2}})",
     {9, 4},
     "M(nn.Conv1d(4, 6, 3, stride=2, groups=2))",
     true},
    {"conv2d",
     R"({"class_name":"Conv2D","config":{"name":"m","filters":6,"kernel_size":[3,2],"dilation_rate":[2,1]}})",
     {8, 7, 4},
     "M(nn.Conv2d(4, 6, (3, 2), dilation=(2, 1)))",
     true},
    {"conv3d",
     R"({"class_name":"Conv3D","config":{"name":"m","filters":3,"kernel_size":[2,3,2]}})",
     {4, 5, 4, 2},
     "M(nn.Conv3d(2, 3, (2, 3, 2)))",
     true},
    {"conv transpose 1d",
     R"({"class_name":"Conv1DTranspose","config":{"name":"m","filters":3,"kernel_size":[3],"strides":[2]}})",
     {5, 4},
     "M(nn.ConvTranspose1d(4, 3, 3, stride=2))",
     true},
    {"conv transpose 2d",
     R"({"class_name":"Conv2DTranspose","config":{"name":"m","filters":3,"kernel_size":[3,2],"strides":[2,2]}})",
     {5, 4, 4},
     "M(nn.ConvTranspose2d(4, 3, (3, 2), stride=2))",
     true},
    {"depthwise",
     R"({"class_name":"DepthwiseConv2D","config":{"name":"m","kernel_size":[3,3],"depth_multiplier":2}})",
     {6, 5, 3},
     "M(nn.Conv2d(3, 6, 3, groups=3))",
     true},
    {"separable",
     R"({"class_name":"SeparableConv2D","config":{"name":"m","filters":5,"kernel_size":[3,3],"depth_multiplier":2}})",
     {6, 5, 3},
     "M(Separable())",
     true},
    {"batch norm",
     R"({"class_name":"BatchNormalization","config":{"name":"m","epsilon":1e-5}})",
     {4, 5, 3},
     "M(nn.BatchNorm2d(3))",
     true},
    {"layer norm",
     R"({"class_name":"LayerNormalization","config":{"name":"m","epsilon":1e-5}})",
     {4, 6},
     "M(nn.LayerNorm(6))"},
    {"layer norm of pictures",
     R"({"class_name":"Conv2D","config":{"name":"c","filters":2,"kernel_size":[1,1]}},
        {"class_name":"LayerNormalization","config":{"name":"n","axis":[1,2,3],"epsilon":1e-5}})",
     {3, 4, 2},
     "nn.Sequential(OrderedDict(c=nn.Conv2d(2, 2, 1), n=nn.LayerNorm([2, 3, 4])))",
     true},
    {"group norm",
     R"({"class_name":"GroupNormalization","config":{"name":"m","groups":2,"epsilon":1e-5}})",
     {4, 5, 6},
     "M(nn.GroupNorm(2, 6))",
     true},
    {"prelu",
     R"({"class_name":"PReLU","config":{"name":"m","shared_axes":[1,2]}})",
     {4, 5, 3},
     "M(nn.PReLU(3))",
     true},
    {"lstm",
     R"({"class_name":"LSTM","config":{"name":"m","units":5,"return_sequences":true}})",
     {4, 3},
     "M(nn.LSTM(3, 5, batch_first=True))"},
    {"gru",
     R"({"class_name":"GRU","config":{"name":"m","units":5,"return_sequences":true}})",
     {4, 3},
     "M(nn.GRU(3, 5, batch_first=True))"},
    {"rnn",
     R"({"class_name":"SimpleRNN","config":{"name":"m","units":5,"return_sequences":true}})",
     {4, 3},
     "M(nn.RNN(3, 5, batch_first=True))"},
    {"lstm without bias",
     R"({"class_name":"LSTM","config":{"name":"m","units":5,"return_sequences":true,"use_bias":false}})",
     {4, 3},
     "M(nn.LSTM(3, 5, bias=False, batch_first=True))"},
    {"two levels",
     R"({"class_name":"GRU","config":{"name":"m.0","units":5,"return_sequences":true}},
        {"class_name":"GRU","config":{"name":"m.1","units":5,"return_sequences":true}})",
     {4, 3},
     "M(nn.GRU(3, 5, num_layers=2, batch_first=True))"},
    {"bidirectional",
     R"({"class_name":"Bidirectional","config":{"name":"m","layer":{"class_name":"LSTM","config":{"name":"l","units":4,"return_sequences":true}}}})",
     {4, 3},
     "M(nn.LSTM(3, 4, bidirectional=True, batch_first=True))"},
    {"flatten of pictures",
     R"({"class_name":"Conv2D","config":{"name":"c","filters":3,"kernel_size":[2,2]}},
        {"class_name":"Flatten","config":{"name":"f"}},
        {"class_name":"Dropout","config":{"name":"d","rate":0.5}},
        {"class_name":"BatchNormalization","config":{"name":"n","epsilon":1e-5}},
        {"class_name":"Dense","config":{"name":"o","units":4}})",
     {4, 5, 2},
     "nn.Sequential(OrderedDict(c=nn.Conv2d(2, 3, 2), f=nn.Flatten(), d=nn.Dropout(0.5), "
     "n=nn.BatchNorm1d(36), o=nn.Linear(36, 4)))",
     true}};

// What both programs know.
constexpr auto program_head = R"(
import json, numpy as np, torch
from collections import OrderedDict
from torch import nn
torch.manual_seed(0)
class M(nn.Module):
    def __init__(self, m):
        super().__init__()
        self.m = m
    def forward(self, x):
        y = self.m(x)
        return y[0] if isinstance(y, tuple) else y
class Separable(nn.Module):
    def __init__(self):
        super().__init__()
        self.depthwise = nn.Conv2d(3, 6, 3, groups=3, bias=False)
        self.pointwise = nn.Conv2d(6, 5, 1)
    def forward(self, x):
        return self.pointwise(self.depthwise(x))
def put(x, pictures):
    return np.ascontiguousarray(np.moveaxis(x, -1, 1)) if pictures and x.ndim > 2 else x
def back(x, pictures):
    return np.ascontiguousarray(np.moveaxis(x, 1, -1)) if pictures and x.ndim > 2 else x
def near(got, expected):
    scale = np.abs(expected).max()
    assert np.abs(got - expected).max() <= 2e-5 * scale, (name, np.abs(got - expected).max() / scale)
)";

// PyTorch loads ours strictly and predicts the same; then it writes weights of its own.
constexpr auto program_of_kind = R"(
    x = np.load(f'{i}.x.npy')
    module.load_state_dict(torch.load(f'{i}.pt', weights_only=True), strict=True)
    module.eval()
    with torch.no_grad():
        near(back(module(torch.tensor(put(x, pictures))).numpy(), pictures), np.load(f'{i}.y.npy'))
        for p in module.parameters():
            p.copy_(torch.randn_like(p) * 0.3 + 0.1)
        module.train()
        for _ in range(3):
            module(torch.randn(6, *put(x, pictures).shape[1:]) + 0.3)
        module.eval()
        torch.save(module.state_dict(), f'{i}.theirs.pt')
        np.save(f'{i}.theirs.npy',
                back(module(torch.tensor(put(x, pictures))).numpy(), pictures))
)";

std::shared_ptr<nn::Model> model_of(const Kind& kind) {
    std::string sizes;
    for (const Index size : kind.input) sizes += ',' + std::to_string(size);
    return nn::model_from_json(
        std::string(R"({"class_name":"Sequential","config":{"name":"model","layers":[)") +
        R"({"class_name":"InputLayer","config":{"name":"x","dtype":"float32","batch_shape":[null)" +
        sizes + "]}}," + kind.layers + "]}}");
}

void check_near(const std::string& name, const Tensor& got, const Tensor& expected) {
    INFO(name);
    REQUIRE(got.shape() == expected.shape());
    const auto a = got.to_vector<double>(), b = expected.to_vector<double>();
    double largest = 0, difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        largest = std::max(largest, std::abs(b[i]));
        difference = std::max(difference, std::abs(a[i] - b[i]));
    }
    CHECK(difference <= 2e-5 * largest);
}

}  // namespace

TEST_CASE("PyTorch has each layer's weights as we have them, both ways", "[torch][python]") {
    const TemporaryFolder folder;
    if (!has_zip() || !shikumi_test::has_python(folder, "torch")) return;
    std::string program = program_head;
    std::vector<std::shared_ptr<nn::Model>> models;
    for (const Kind& kind : kinds) {
        const std::string i = std::to_string(models.size());
        models.push_back(model_of(kind));
        nn::Model& model = *models.back();
        make_uneven(model);
        std::vector<Index> sizes = kind.input;
        sizes.insert(sizes.begin(), 3);
        const Tensor x = some(Shape(std::span<const Index>(sizes)), 1.0);
        formats::write_npy(folder.path() / (i + ".x.npy"), x);
        formats::write_npy(folder.path() / (i + ".y.npy"), model.predict(x));
        nn::save_torch_weights(model, folder.path() / (i + ".pt"));
        program += "for name, i, pictures, module in [('" + std::string(kind.name) + "', " + i +
                   ", " + (kind.pictures ? "True" : "False") + ", " + kind.module +
                   ")]:" + program_of_kind;
    }
    shikumi_test::check_python(folder, program);
    for (std::size_t k = 0; k < models.size(); ++k) {
        const std::string i = std::to_string(k);
        const std::string theirs = folder.path() / (i + ".theirs.pt");
        if (!std::filesystem::exists(theirs)) continue;
        INFO(kinds[k].name);
        CHECK(nn::load_torch_weights(*models[k], theirs).weights.complete());
        const Tensor x = formats::read_npy(folder.path() / (i + ".x.npy"));
        check_near(kinds[k].name, models[k]->predict(x),
                   formats::read_npy(folder.path() / (i + ".theirs.npy")));
        nn::save_torch_weights(*models[k], folder.path() / (i + ".back.pt"), {.like = theirs});
        const formats::TorchFile before(theirs), after(folder.path() / (i + ".back.pt"));
        REQUIRE(after.names() == before.names());
        for (const std::string& name : after.names())
            CHECK(after.read(name).to_vector<double>() == before.read(name).to_vector<double>());
    }
}
