#include <shikumi/nn/io/c_source.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include <shikumi/shikumi.hpp>

#include "catch.hpp"
#include "support/c_program.hpp"
#include "support/every_layer.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi::nn;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::CProgramOfModel;
using shikumi_test::TemporaryFolder;

namespace {

bool compiler_is_missing() {
    if (shikumi_test::has_c_compiler()) return false;
    WARN("there is no C compiler 'cc': the sources aren't compiled");
    return true;
}

Tensor some_samples(const Spec& spec, std::uint64_t seed) {
    Generator rng(seed);
    const Shape shape = batch_of(3, without_batch(spec.shape));
    if (is_floating(spec.dtype)) return random_normal(shape, rng);
    return (random_uniform(shape, rng) * 5.0F).cast(spec.dtype);
}

// Other weights than the initial ones, of which many are 0 or 1.
void shake(Model& model) {
    Generator rng(3);
    std::vector<Tensor> weights;
    for (const Parameter& weight : model.parameters()) {
        const bool positive = weight.name().ends_with("variance");
        const Tensor noise = random_normal(weight.shape(), rng) * 0.1F;
        weights.push_back(weight.dtype() == f32
                              ? weight.value() + (positive ? square(noise) : noise)
                              : weight.value());
    }
    model.set_weights(weights);
}

// Compiles the model and compares what it says with `predict`, to 1e-5 of the largest value.
void check_c(Model& model, const std::string& how = shikumi_test::plain_c) {
    shake(model);
    std::vector<Tensor> x;
    for (const Spec& input : model.built_for()) x.push_back(some_samples(input, x.size() + 1));
    const CProgramOfModel program(model, how);
    const std::vector<Tensor> expected = model.predict(x), got = program.predict(x);
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        REQUIRE(got[i].shape() == expected[i].shape());
        const auto a = got[i].to_vector<float>(), b = expected[i].cast(f32).to_vector<float>();
        float apart = 0, largest = 0;
        for (std::size_t k = 0; k < a.size(); ++k) {
            apart = std::isfinite(a[k]) ? std::max(apart, std::abs(a[k] - b[k]))
                                        : std::numeric_limits<float>::infinity();
            largest = std::max(largest, std::abs(b[k]));
        }
        INFO(model.summary() << contents(program.folder() / "net.c").substr(0, 3000));
        CHECK(apart <= 1e-5F * largest);
    }
}

// The network of the lecture: iris by one hidden layer.
Sequential lecture() {
    return Sequential(Dense(8, {.activation = sigmoid, .input_dim = 4}),
                      Dense(3, {.activation = softmax}));
}

// The example mnist_cnn's.
Sequential mnist_cnn() {
    return Sequential(Conv2D(32, 3, {.activation = relu, .input_shape = {28, 28, 1}}),
                      MaxPooling2D(2), Conv2D(64, 3, {.activation = relu}), MaxPooling2D(2),
                      Flatten(), Dropout(0.5), Dense(10, {.activation = softmax}));
}

Sequential reader_of_words() {
    return Sequential(Input({9}, {.dtype = i32}), Embedding(20, 6),
                      Bidirectional(LSTM(5, {.return_sequences = true})), Dropout(0.2),
                      GRU(4, {.return_sequences = true}), SimpleRNN(3),
                      Dense(2, {.activation = softmax}));
}

// Chains that part and meet, a layer that is called twice, a model inside, two outputs.
Model net_of_branches() {
    const SymbolicTensor x = symbolic_input({{6, 5, 2}, f32}, "picture"),
                         more = symbolic_input({{4}, f32}, "numbers");
    const SharedLayer together = shared(Dense(4, {.activation = tanh}));
    const SymbolicTensor a = x | Sequential(Conv2D(3, 3, {.padding = Padding::same}),
                                            BatchNormalization(), Activation(relu));
    const SymbolicTensor pooled =
        connect(shared(Add()), {a, x | Conv2D(3, 1), a}) | GlobalAveragePooling2D();
    const SymbolicTensor wide =
        connect(shared(Concatenate()), {pooled, more, more | Dense(1)}) | Dense(4) | together;
    const SymbolicTensor again = connect(shared(Multiply()), {wide, more}) | together;
    return Model({x, more}, {again | Dense(2), wide, more});
}

std::string refusal(Model& model) {
    const TemporaryFolder folder;
    try {
        save_c(model, (folder.path() / "net.c").string());
    } catch (const ValueError& e) {
        CHECK(folder.entries() == 0);
        return e.what();
    }
    return {};
}

}  // namespace

TEST_CASE("networks as C say what they say here", "[c]") {
    if (compiler_is_missing()) return;
    Sequential small = lecture(), words = reader_of_words(), digits = mnist_cnn();
    check_c(small);
    check_c(words);
    check_c(digits);
    Model branches = net_of_branches();
    check_c(branches);
}

TEST_CASE("each layer is written as C, or refused by its name", "[c][slow]") {
    if (compiler_is_missing()) return;
    int written = 0, refused = 0;
    for (const shikumi_test::LayerCase& one : shikumi_test::every_layer_case()) {
        Model model = one.model();
        INFO(one.name());
        try {
            check_c(model);
            ++written;
        } catch (const ValueError& e) {
            CHECK_THAT(e.what(), contains(one.name()) && contains("C"));
            ++refused;
        }
    }
    std::printf("as C: %d layers with these options, %d refused\n", written, refused);
    CHECK(written >= 70);
}

TEST_CASE("all activations are written as C", "[c][slow]") {
    if (compiler_is_missing()) return;
    for (const char* const name :
         {"linear",        "relu",        "relu6",        "leaky_relu",    "elu",
          "selu",          "gelu",        "gelu_tanh",    "silu",          "swish",
          "mish",          "sigmoid",     "hard_sigmoid", "hard_sigmoid6", "tanh",
          "softplus",      "softsign",    "exponential",  "softmax",       "celu",
          "hard_shrink",   "hard_silu",   "hard_swish",   "hard_tanh",     "log_sigmoid",
          "log_softmax",   "soft_shrink", "sparse_plus",  "squareplus",    "tanh_shrink",
          "sparse_sigmoid"}) {
        INFO(name);
        Sequential model(Dense(40, {.input_dim = 3}), Rescaling(3), Activation(name));
        check_c(model);
    }
    for (const char* const name : {"glu", "sparsemax"}) {
        Sequential model(Dense(4, {.input_dim = 3}), Activation(name, {.name = "last"}));
        CHECK_THAT(refusal(model), contains("Activation 'last'") && contains(name));
    }
}

TEST_CASE("options of layers are written as C", "[c][slow]") {
    if (compiler_is_missing()) return;
    const auto check = [](Sequential model) { check_c(model); };
    check(Sequential(
        Conv2D(4, {3, 2}, {.padding = Padding::same, .dilation_rate = 2, .input_shape = {8, 7, 3}}),
        AveragePooling2D({3, 2}, {.strides = 2, .padding = Padding::same}), Flatten()));
    check(Sequential(
        Conv1D(4, 3, {.strides = 2, .padding = Padding::causal, .input_shape = {9, 2}}),
        MaxPooling1D(2, {.strides = 1}), TimeDistributed(Dense(3)), GlobalMaxPooling1D()));
    check(Sequential(Conv2DTranspose(3, {2, 4}, {.strides = {3, 2}, .input_shape = {4, 5, 2}}),
                     Cropping2D({{1, 2}, {0, 1}}), UpSampling2D({2, 1}),
                     ZeroPadding2D({{0, 1}, {2, 0}}), Permute({3, 1, 2})));
    check(Sequential(
        Conv1DTranspose(3, 2, {.strides = 3, .padding = Padding::same, .input_shape = {5, 2}}),
        ZeroPadding1D({1, 2}), Cropping1D({2, 0}), UpSampling1D(2)));
    check(Sequential(Dense(6, {.use_bias = false, .input_shape = {4, 5}}),
                     LayerNormalization({.axis = {1, 2}, .center = false}), Softmax(1),
                     Flatten({.channels_first = true})));
    check(Sequential(Input({4, 3}),
                     Bidirectional(SimpleRNN(3, {.return_sequences = true}),
                                   {.merge_mode = MergeMode::mul, .name = "both"}),
                     Bidirectional(GRU(3), {.merge_mode = MergeMode::ave})));
}

TEST_CASE("C source runs clean under the sanitizers", "[c][slow]") {
    if (compiler_is_missing()) return;
    Sequential small = lecture(), words = reader_of_words(), digits = mnist_cnn();
    Model branches = net_of_branches();
    for (Model* const model : {static_cast<Model*>(&small), static_cast<Model*>(&words),
                               static_cast<Model*>(&digits), &branches})
        check_c(*model, shikumi_test::sanitized_c);
}

TEST_CASE("all layers as C run clean under the sanitizers", "[.c-sanitized]") {
    if (compiler_is_missing()) return;
    for (const shikumi_test::LayerCase& one : shikumi_test::every_layer_case()) {
        Model model = one.model();
        INFO(one.name());
        try {
            check_c(model, shikumi_test::sanitized_c);
        } catch (const ValueError&) {
            // refused by its name
        }
    }
}

TEST_CASE("what can't be written as C is refused by the layer's name", "[c]") {
    Sequential masked(Input({4}, {.dtype = i32}),
                      Embedding(5, 2, {.mask_zero = true, .name = "words"}), LSTM(2));
    CHECK(refusal(masked) ==
          "[Embedding 'words'] can't be written as C: it makes a mask (mask_zero)");
    Sequential wide(Dense(2, {.input_shape = {3}, .name = "wide", .dtype = f64}));
    CHECK_THAT(refusal(wide), contains("float64"));
    Sequential space(Conv3D(2, 2, {.input_shape = {4, 4, 4, 1}, .name = "space"}));
    CHECK(refusal(space) == "[Conv3D 'space'] can't be written as C: there is no C for this class");
    Sequential stateful(LSTM(2, {.stateful = true, .input_shape = {3, 2}, .name = "memory"}));
    CHECK_THAT(refusal(stateful), contains("LSTM 'memory'") && contains("'stateful'"));
    Sequential broken(Dense(1, {.input_shape = {1}, .name = "broken"}));
    broken.set_weights({tensor({{NAN}}), tensor({0.0F})});
    CHECK_THAT(refusal(broken), contains("broken/kernel") && contains("no constant for nan"));
    Sequential good = lecture();
    const TemporaryFolder folder;
    CHECK_THROWS_WITH(save_c(good, (folder.path() / "net.cpp").string()), contains("ends in .c"));
    Sequential unknown(Dense(2));
    CHECK_THROWS_AS(save_c(unknown, (folder.path() / "net.c").string()), Error);
}

TEST_CASE("names from models can't get into the C source", "[c]") {
    const TemporaryFolder folder;
    Sequential model(Dense(2, {.input_shape = {3},
                               .name = "a*/b\n#error ?"
                                       "?/ $1$ ä"}),
                     Dense(2, {.name = "int"}));
    if (!compiler_is_missing()) check_c(model);
    const std::string path = (folder.path() / "7 nets-x.c").string();
    save_c(model, path);
    CHECK_THAT(contents(path), contains("void net_7_nets_x_predict(const float *x, float *y)"));
    CHECK_THAT(contents(folder.path() / "7 nets-x.h"), contains("#define NET_7_NETS_X_X 3 "));
    save_c(model, path, {.name = "iris"});
    CHECK_THAT(contents(path), contains("void iris_predict("));
}

TEST_CASE("weights are in the C source to the bit", "[c]") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "net.c").string();
    Sequential model(Dense(1, {.use_bias = false, .input_shape = {4}, .name = "d"}));
    model.set_weights({tensor({{0.1F}, {-0.0F}, {1e-45F}, {-3.5F}})});
    save_c(model, path);
    CHECK_THAT(contents(path), contains("static const float w_d_kernel[4] = {\n"
                                        "    0x1.99999ap-4f, -0x0p+0f, 0x0.000002p-126f, -0x1.cp+1f,\n"
                                        "};"));
}
