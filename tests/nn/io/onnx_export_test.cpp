#include <shikumi/nn/io/onnx_export.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats.hpp>
#include <shikumi/nn/io/detail/onnx_translations.hpp>
#include <shikumi/nn/io/model_file.hpp>
#include <shikumi/nn/io/onnx.hpp>

#include "catch.hpp"
#include "support/every_layer.hpp"
#include "support/libraries.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi::formats;
using shikumi_test::contains;

namespace {

using List = std::vector<Tensor>;

void check_close(const List& got, const List& expected) {
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        REQUIRE(got[i].shape() == expected[i].shape());
        CHECK(got[i].dtype() == expected[i].dtype());
        const Tensor a = got[i].cast(f64), b = expected[i].cast(f64);
        if (a.size() > 0) CHECK((max)(abs(a - b)).item<double>() < 1e-5);
    }
}

Tensor random_input(const Spec& spec, Generator& rng) {
    if (is_floating(spec.dtype)) return random_normal(spec.shape, rng).cast(spec.dtype);
    return (random_uniform(spec.shape, rng) * 5.F).cast(spec.dtype);
}

List run(const OnnxModel& file, const List& inputs) {
    return (*nn::layer_from_onnx(file).layer)(inputs);
}

std::size_t count(const OnnxModel& file, const std::string& op) {
    return static_cast<std::size_t>(std::ranges::count(file.graph.nodes, op, &OnnxNode::op));
}

std::vector<std::string> classes(const nn::Model& model) {
    std::vector<std::string> names;
    for (const nn::Layer* layer : model.inner_layers()) names.push_back(layer->class_name());
    return names;
}

const NamedTensor* weight(const OnnxModel& file, const std::string& name) {
    const auto found = std::ranges::find(file.graph.initializers, name, &NamedTensor::name);
    return found == file.graph.initializers.end() ? nullptr : &*found;
}

template <class E>
void check_refused(const std::function<void()>& write, const std::vector<std::string>& words) {
    try {
        write();
        FAIL_CHECK("it was written");
    } catch (const E& e) {
        for (const std::string& word : words) CHECK_THAT(e.what(), contains(word));
    }
}

// Writes a function of such inputs, and compares what it gives with what is read back.
void check_function(const nn::OnnxFunctionBody& function, const std::vector<Spec>& inputs) {
    Generator rng(3);
    List x;
    for (const Spec& input : inputs) x.push_back(random_input(input, rng));
    const OnnxModel file = nn::onnx_from_function(function, inputs);
    check_close(run(file, x), function(x));
}

}  // namespace

TEST_CASE("onnx_export: every layer is read back and predicts the same") {
    int number = 0;
    for (const shikumi_test::LayerCase& layer : shikumi_test::every_layer_case()) {
        INFO("layer " << number++ << ": " << layer.name());
        nn::set_random_seed(1);
        nn::Model model = layer.model();
        Generator rng(2);
        List x;
        for (const Spec& input : layer.inputs)
            x.push_back(random_input({nn::batch_of(3, input.shape), input.dtype}, rng));
        check_close(run(nn::onnx_from_model(model), x), model.predict(x));
    }
}

TEST_CASE("onnx_export: functions of tensors are written operation by operation") {
    const Spec matrix{{4, 6}, f32}, cube{{4, 3, 6}, f32}, integers{{4, 3}, i64};
    const auto one = [&](const std::function<Tensor(const Tensor&)>& f, const Spec& input) {
        check_function([&](const List& x) { return List{f(x[0])}; }, {input});
    };
    const auto two = [&](const std::function<Tensor(const Tensor&, const Tensor&)>& f,
                         const Spec& a, const Spec& b) {
        check_function([&](const List& x) { return List{f(x[0], x[1])}; }, {a, b});
    };
    SECTION("functions of one number") {
        for (const auto& f : std::vector<std::function<Tensor(const Tensor&)>>{
                 [](const Tensor& x) { return exp(x) + expm1(x) + exp2(x); },
                 [](const Tensor& x) { return log(abs(x)) + log2(abs(x)) + log10(abs(x)); },
                 [](const Tensor& x) { return log1p(square(x)) + sqrt(square(x) + 1); },
                 [](const Tensor& x) { return rsqrt(square(x) + 1) + reciprocal(x * x + 2); },
                 [](const Tensor& x) { return sin(x) + cos(x) + tan(x * 0.1F); },
                 [](const Tensor& x) { return asin(tanh(x)) + acos(tanh(x)) + atan(x); },
                 [](const Tensor& x) { return sinh(x) + cosh(x) + asinh(x); },
                 [](const Tensor& x) { return acosh(square(x) + 1) + atanh(tanh(x) * 0.5F); },
                 [](const Tensor& x) { return floor(x) + ceil(x) * 2 + round(x) + trunc(x); },
                 [](const Tensor& x) { return sign(x) + cbrt(x) + erf(x) + erfc(x) - x; },
                 [](const Tensor& x) { return relu(x) + relu6(x * 4) + sigmoid(x); },
                 [](const Tensor& x) { return gelu(x) + gelu(x, true) + silu(x) + mish(x); },
                 [](const Tensor& x) { return softplus(x) + softsign(x) + elu(x, 0.5); },
                 [](const Tensor& x) { return selu(x) + celu(x) + leaky_relu(x, 0.1); },
                 [](const Tensor& x) { return clip(x, -0.5, 0.5) + hard_sigmoid(x); },
                 [](const Tensor& x) { return isfinite(x).cast(f32) + isnan(log(x)).cast(f32); },
             })
            one(f, matrix);
    }
    SECTION("functions of two numbers") {
        const Spec row{{4, 1}, f32};
        two([](auto& a, auto& b) { return a + b - a * b / (square(b) + 1); }, matrix, row);
        two([](auto& a, auto& b) { return maximum(a, b) + minimum(a, b) * 2; }, matrix, row);
        two([](auto& a, auto& b) { return pow(abs(a) + 1, b); }, matrix, row);
        two([](auto& a, auto& b) { return where(a > b, a, b * 2); }, matrix, row);
        two([](auto& a, auto& b) { return logical_and(a > b, logical_not(a >= 1)); }, matrix, row);
        two([](auto& a, auto& b) { return logical_or(not_equal(a, b), a <= b); }, matrix, row);
        two([](auto& a, auto& b) { return where(a > 0, b > 0, logical_xor(a > 1, b > 1)); }, matrix,
            row);
        two([](auto& a, auto& b) { return hypot(a, b) + logaddexp(a, b) + remainder(a, b); },
            matrix, row);
    }
    SECTION("integers") {
        two([](auto& a, auto& b) { return floor_divide(a, b + 1) + remainder(a, b + 1); }, integers,
            integers);
        one([](auto& x) { return one_hot(x, 6); }, integers);
        one([](auto& x) { return cumsum(x, 1) + sum(x, 1, true); }, integers);
        two([](auto& x, auto& i) { return take_along_axis(x, i, 1); }, matrix, integers);
        one([](auto& x) { return take(tensor({1.F, 3.F, 5.F, 7.F, 9.F, 11.F}), x); }, integers);
    }
    SECTION("reductions") {
        one([](auto& x) { return sum(x, {1, 2}) + mean(x, {1, 2}) + max(x, {1, 2}); }, cube);
        one([](auto& x) { return sum(x, 1, true) * mean(x, -1, true) - min(x, 1, true); }, cube);
        one([](auto& x) { return shikumi::std(x, 2) + var(x, 2); }, cube);
        one([](auto& x) { return argmax(x, 2) + argmin(x, 2); }, cube);
        one([](auto& x) { return any(x > 1, 2).cast(f32) + all(x > -1, 2).cast(f32); }, cube);
        one([](auto& x) { return softmax(x, 1) + log_softmax(x, 2) + cumsum(x, 2); }, cube);
        one([](auto& x) { return mean(x, 0); }, cube);  // over the batch
        one([](auto& x) { return logsumexp(x, 1) + norm(x, {1}); }, cube);
    }
    SECTION("shapes") {
        one([](auto& x) { return transpose(x, {0, 2, 1}) * 2; }, cube);
        one([](auto& x) { return transpose(x, {1, 0, 2}); }, cube);
        one([](auto& x) { return reshape(x, {x.shape().front(), 18}); }, cube);
        one([](auto& x) { return reshape(x, {-1, 6}) + 1; }, cube);
        one([](auto& x) { return slice(x, 1, {0, 3, 2}) + slice(x, 1, {1, 3}); }, cube);
        one([](auto& x) { return flip(x, 1) + flip(x, 2) + flip(x, 0); }, cube);
        one([](auto& x) { return slice(x, 0, {.start = 1}); }, cube);
        one([](auto& x) { return pad(x, {{0, 0}, {1, 2}, {0, 1}}); }, cube);
        one(
            [](auto& x) {
                return concatenate({x, transpose(transpose(x, {0, 2, 1}), {0, 2, 1})}, 2);
            },
            cube);
        one([](auto& x) { return stack({x, x * 2}, 1); }, cube);
        one(
            [](auto& x) {
                return broadcast_to(expand_dims(x, 1), {x.shape().front(), 2, 3, 6});
            },
            cube);
        one([](auto& x) { return x + zeros(x.shape()); }, cube);
    }
    SECTION("products") {
        two([](auto& a, auto& b) { return matmul(a, transpose(b, {0, 2, 1})); }, cube, cube);
        two([](auto& a, auto& b) { return matmul(transpose(a, {0, 2, 1}), b); }, cube, cube);
        one([](auto& x) { return matmul(x, ones({6, 2})); }, cube);
        two([](auto& a, auto& b) { return einsum("bij,bkj->bik", {a, b}); }, cube, cube);
    }
}

TEST_CASE("onnx_export: a model is named as it is here, and any batch will do") {
    nn::Sequential model{nn::Dense(3, {.activation = nn::relu, .input_shape = {4}}),
                         nn::BatchNormalization(), nn::Dense(2)};
    const OnnxModel file = nn::onnx_from_model(model);
    CHECK(file.ir_version == 8);
    REQUIRE(file.opsets.size() == 1);
    CHECK(file.opsets[0].version == 17);
    CHECK(file.graph.name == model.name());
    std::vector<std::string> nodes;
    for (const OnnxNode& node : file.graph.nodes) nodes.push_back(node.name);
    CHECK(nodes == std::vector<std::string>{"dense/MatMul", "dense/Add", "dense/Relu",
                                            "batch_normalization/BatchNormalization",
                                            "dense_1/MatMul", "dense_1/Add"});
    for (const std::string name : {"dense/kernel", "dense/bias", "batch_normalization/gamma",
                                   "batch_normalization/moving_variance", "dense_1/kernel"})
        CHECK(weight(file, name));
    CHECK(file.graph.initializers.size() == 8);
    const OnnxValue& input = file.graph.inputs.at(0);
    CHECK(input.shape->at(0).name == "batch");
    CHECK_FALSE(input.shape->at(0).size);
    CHECK(input.shape->at(1).size == 4);
    CHECK(file.graph.outputs.at(0).shape->at(0).name == "batch");

    nn::Model again = nn::model_from_onnx(file);
    CHECK(again.count_params() == model.count_params());
    CHECK(classes(again) ==
          std::vector<std::string>{"Dense", "Activation", "BatchNormalization", "Dense"});
    for (const Index batch : {1, 9}) {
        Generator rng(1);
        const Tensor x = random_normal({batch, 4}, rng);
        check_close({again.predict(x)}, {model.predict(x)});
    }
    const OnnxModel fixed =
        nn::onnx_from_model(model, {.inputs = {"x"}, .outputs = {"y"}, .any_batch = false});
    CHECK(fixed.graph.inputs.at(0).shape->at(0).size == 1);
    CHECK(fixed.graph.inputs.at(0).name == "x");
    CHECK(fixed.graph.nodes.back().outputs == std::vector<std::string>{"y"});
}

TEST_CASE("onnx_export: pictures are transposed where they enter and leave") {
    nn::Sequential model{
        nn::Conv2D(3, 3,
                   {.padding = Padding::same, .activation = nn::relu, .input_shape = {8, 8, 2}}),
        nn::BatchNormalization(),
        nn::MaxPooling2D(2),
        nn::ZeroPadding2D(1),
        nn::Conv2D(4, 1, {.activation = nn::silu}),
        nn::DepthwiseConv2D(3),
        nn::Dense(2),
        nn::Conv2DTranspose(3, 3, {.strides = 2})};
    const OnnxModel file = nn::onnx_from_model(model);
    CHECK(count(file, "Transpose") == 2);
    CHECK(count(file, "Conv") == 4);
    CHECK(count(file, "ConvTranspose") == 1);
    CHECK(count(file, "BatchNormalization") == 1);
    CHECK(count(file, "Add") == 0);  // biases are in the convolutions
    Generator rng(1);
    const Tensor x = random_normal({3, 8, 8, 2}, rng);
    check_close(run(file, {x}), {model.predict(x)});
}

TEST_CASE("onnx_export: recurrences are their operators, time first") {
    nn::Sequential model{nn::LSTM(4, {.return_sequences = true, .input_shape = {5, 3}}),
                         nn::SimpleRNN(4, {.activation = nn::relu, .return_sequences = true}),
                         nn::Bidirectional(nn::GRU(3)), nn::Dense(2)};
    const OnnxModel file = nn::onnx_from_model(model);
    CHECK(count(file, "LSTM") == 1);
    CHECK(count(file, "GRU") == 2);
    CHECK(count(file, "RNN") == 1);
    CHECK(count(file, "Concat") == 1);
    for (const OnnxNode& node : file.graph.nodes) CHECK_FALSE(node.find("layout"));
    Generator rng(1);
    const Tensor x = random_normal({2, 5, 3}, rng);
    check_close(run(file, {x}), {model.predict(x)});
    nn::Model again = nn::model_from_onnx(file);
    check_close({again.predict(x)}, {model.predict(x)});
    const std::vector<std::string> names = classes(again);
    CHECK(std::ranges::count(names, "LSTM") == 1);
    CHECK(std::ranges::count(names, "GRU") == 2);
    CHECK(std::ranges::count(names, "Dense") == 1);
}

namespace {

class TwoHeads : public nn::Model {
public:
    List call_all(const List& x, nn::Mode mode) override {
        const Tensor h = relu(first_(x[0], mode) + second_(x[1], mode));
        return {h, softmax(third_(h, mode), -1)};
    }

private:
    void build_all(const std::vector<Spec>&) override {}

    nn::Dense first_{4}, second_{4}, third_{3};
};

}  // namespace

TEST_CASE("onnx_export: a class of one's own, with several inputs and outputs") {
    TwoHeads model;
    Generator rng(1);
    const List x{random_normal({2, 3}, rng), random_normal({2, 5}, rng)};
    const List expected = model.predict(x);
    const OnnxModel file = nn::onnx_from_model(model);
    REQUIRE(file.graph.inputs.size() == 2);
    CHECK(file.graph.inputs[1].name == "input_1");
    CHECK(file.graph.outputs[1].name == "output_2");
    check_close(run(file, x), expected);
}

TEST_CASE("onnx_export: inputs, constants and one tensor twice are outputs, too") {
    const OnnxModel file = nn::onnx_from_function(
        [](const List& x) {
            const Tensor y = x[0] + 1;
            return List{x[0], y, y, tensor({1.F, 2.F})};
        },
        {{{3, 2}, f32}});
    const Tensor x = tensor({{1.F, 2.F}});
    check_close(run(file, {x}), {x, x + 1, x + 1, tensor({1.F, 2.F})});
}

TEST_CASE("onnx_export: what can't be written is refused by its name") {
    const Spec matrix{{3, 3}, f32};
    const auto write = [&](const nn::OnnxFunctionBody& function) {
        return [=] { nn::onnx_from_function(function, {matrix}); };
    };
    check_refused<ValueError>(write([](const List& x) { return List{x[0] + lgamma(x[0])}; }),
                              {"onnx_from_function", "lgamma", "no operators of ONNX"});
    check_refused<ValueError>(write([](const List& x) {
                                  Generator rng(1);
                                  return List{x[0] * random_normal(x[0].shape(), rng)};
                              }),
                              {"random", "draws random numbers"});
    check_refused<StateError>(
        write([](const List& x) { return List{sum(x[0]).item<float>() > 0 ? x[0] : -x[0]}; }),
        {"looked at"});
    check_refused<ValueError>(write([](const List& x) {
                                  Tensor y = x[0];
                                  for (Index i = 0; i < x[0].shape().front(); ++i) y = y + 1;
                                  return List{y};
                              }),
                              {"size of the batch"});
    check_refused<ValueError>(
        write([](const List& x) { return List{x[0] * (1.0 / x[0].shape().front())}; }),
        {"constant that depends on the size of the batch"});
    nn::Sequential model{nn::Dense(2, {.input_shape = {3}}),
                         nn::Lambda([](const Tensor& x) { return digamma(x); })};
    check_refused<ValueError>([&] { nn::onnx_from_model(model); },
                              {"save_onnx", "digamma", "lambda"});
    nn::Sequential good{nn::Dense(2, {.input_shape = {3}})};
    check_refused<ValueError>(
        [&] {
            nn::onnx_from_model(good, {.inputs = {"a", "b"}});
        },
        {"2 names", "1"});
    check_refused<ValueError>(
        [&] { nn::onnx_from_model(good, {.inputs = {"a"}, .outputs = {"a"}}); }, {"'a'"});
    nn::Sequential open{nn::Dense(2)};
    check_refused<StateError>([&] { nn::onnx_from_model(open); }, {});
}

TEST_CASE("onnx_export: no operation is in the table twice") {
    std::vector<std::string_view> names;
    for (const auto family :
         {nn::detail::pointwise_translations(), nn::detail::shaping_translations(),
          nn::detail::product_translations(), nn::detail::reduction_translations(),
          nn::detail::recurrence_translations()})
        for (const auto& entry : family) names.push_back(entry.operation);
    std::ranges::sort(names);
    CHECK(std::ranges::adjacent_find(names) == names.end());
}

TEST_CASE("onnx_export: save writes ONNX where the name says so") {
    const shikumi_test::TemporaryFolder folder;
    const std::string path = (folder.path() / "model.onnx").string();
    if (!shikumi_test::has_library("libprotozero-dev", [&] { write_onnx(path + "0", {}); })) return;
    nn::Sequential model{nn::Dense(2, {.input_shape = {3}})};
    nn::save(model, path);
    Generator rng(1);
    const Tensor x = random_normal({4, 3}, rng);
    check_close({nn::load_onnx(path).predict(x)}, {model.predict(x)});
    nn::save(model, path, {.keep = 1});
    check_close({nn::load_onnx(path + ".1").predict(x)}, {model.predict(x)});
}
