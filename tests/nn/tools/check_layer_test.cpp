// check_layer passes correct layers and finds planted mistakes.
#include <memory>
#include <utility>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;

namespace {

struct Bump : nn::Layer {
    void build(const Spec& input) override {
        centre = add_weight("centre", {input.shape.back()}, nn::zeros_init());
        width = add_weight("width", {input.shape.back()}, nn::ones_init());
    }
    Tensor call(const Tensor& x, Mode) override { return exp(-square(width * (x - centre))); }
    Parameter centre, width;
};

// x³ with the derivative of x².
struct WrongCube : General {
    std::string_view name() const noexcept override { return "wrong_cube"; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews in, View out) const override {
        for (Index i = 0; i < out.size(); ++i) {
            const double x = in[0].as<double>()[i];
            out.as<double>()[i] = x * x * x;
        }
    }
    Tensor vjp(int, Tensors in, const Tensor&, const Tensor& cotangent) const override {
        return cotangent * in[0] * 2;
    }
};
struct WrongGradient : nn::Layer {
    Tensor call(const Tensor& x, Mode) override { return record(WrongCube{}, x); }
};
struct WrongWeightGradient : Bump {
    Tensor call(const Tensor& x, Mode) override {
        return x * centre + record(WrongCube{}, width.value());
    }
};
struct CutGradient : Bump {
    Tensor call(const Tensor& x, Mode) override { return stop_gradient(x) * width + centre; }
};
struct Unused : Bump {
    Tensor call(const Tensor& x, Mode) override { return x * width; }
};
struct MixesBatch : nn::Layer {
    Tensor call(const Tensor& x, Mode) override { return x - mean(x, 0); }
};
struct SumsBatch : nn::Layer {
    Tensor call(const Tensor& x, Mode) override { return sum(x, 0, true); }
};
struct FixedBatch : nn::Layer {
    void build(const Spec& input) override { batch = input.shape.front(); }
    Tensor call(const Tensor& x, Mode) override { return reshape(x, {batch, -1}); }
    Index batch = 0;
};
struct RandomWhenUsed : nn::Layer {
    Tensor call(const Tensor& x, Mode) override {
        return x + random_normal(x.shape(), rng(), 0, 1, x.dtype());
    }
};
struct OtherShapeInTraining : nn::Layer {
    Tensor call(const Tensor& x, Mode mode) override {
        return mode == Mode::train ? sum(x, -1, true) : x;
    }
};
struct WrongInTraining : nn::Layer {
    Tensor call(const Tensor& x, Mode mode) override {
        return mode == Mode::train ? record(WrongCube{}, x) : x;
    }
};
struct Narrows : nn::Layer {
    Tensor call(const Tensor& x, Mode) override { return x.cast(f32); }
};
struct KeepsOldWeight : nn::Layer {
    void build(const Spec& input) override {
        kernel = add_weight("kernel", {input.shape.back()}, nn::ones_init());
    }
    Tensor call(const Tensor& x, Mode) override { return x * kernel; }
    Tensor kernel;  // should be a Parameter
};

// Adapts layers that don't take one real input: rounds it to indices or derives a second input.
struct OfIndices : nn::Layer {
    explicit OfIndices(nn::Embedding given) : embedding(std::move(given)) {}
    Tensor call(const Tensor& x, Mode) override { return embedding(floor(square(x))); }
    nn::Embedding embedding;
};
template <class Merge>
nn::Model merged(Merge merge) {
    const nn::Input x({3, 2}, {.dtype = f64});
    return {x, nn::connect(std::move(merge), {x | nn::Dense(2, {.dtype = f64}), x})};
}

}  // namespace

TEST_CASE("a layer of the library passes with a cell of one's own inside", "[check_layer]") {
    struct Sum final : nn::RecurrentCell {
        std::vector<Shape> state_shapes() const override { return {{2}}; }
        std::vector<Tensor> step(const Tensor& x, const std::vector<Tensor>& states) override {
            return {states[0] + tanh(x)};
        }
    };
    nn::check_layer(nn::RNN(Sum()), {4, 3, 2});
}

TEST_CASE("check_layer passes every layer of the library", "[nn]") {
    nn::check_layer(Bump(), {5, 7});
    nn::check_layer(nn::Dense(3, {.activation = nn::tanh}), {4, 5});
    nn::check_layer(nn::Dense(3, {.activation = nn::softmax, .use_bias = false}), {4, 2, 5});
    nn::check_layer(nn::Flatten(), {2, 3, 4});
    nn::check_layer(nn::Reshape({3, -1}), {2, 6, 2});
    nn::check_layer(nn::Activation(nn::gelu), {3, 4});
    nn::check_layer(nn::Dropout(0.3), {3, 4});
    nn::check_layer(nn::Dropout(0), {3, 4});
    nn::check_layer(nn::Input({4}, {.dtype = f64}), {3, 4});
    nn::check_layer(nn::Permute({2, 1}), {2, 3, 4});
    nn::check_layer(nn::Lambda([](const Tensor& x) { return sin(x) * x; }), {2, 3});
    nn::check_layer(nn::Masking(), {2, 3, 2});
    nn::check_layer(nn::GaussianNoise(0.5), {3, 4});
    nn::check_layer(nn::GaussianDropout(0.5), {3, 4});
    nn::check_layer(nn::AlphaDropout(0.5), {3, 4});
    nn::check_layer(OfIndices(nn::Embedding(30, 3)), {2, 3});
}

TEST_CASE("check_layer passes models, and the layers of several inputs in them", "[nn]") {
    nn::check_layer(nn::Sequential{nn::Dense(3, {.activation = nn::tanh}), nn::Dense(2)}, {3, 4});
    nn::check_layer(merged(nn::Add()), {2, 3, 2});
    nn::check_layer(merged(nn::Subtract()), {2, 3, 2});
    nn::check_layer(merged(nn::Multiply()), {2, 3, 2});
    nn::check_layer(merged(nn::Average()), {2, 3, 2});
    nn::check_layer(merged(nn::Maximum()), {2, 3, 2});
    nn::check_layer(merged(nn::Minimum()), {2, 3, 2});
    nn::check_layer(merged(nn::Concatenate()), {2, 3, 2});
    nn::check_layer(merged(nn::Dot(2)), {2, 3, 2});
}

TEST_CASE("check_layer finds wrong gradients", "[nn]") {
    REQUIRE_THROWS_AS(nn::check_layer(WrongGradient(), {3, 4}), GradientError);
    REQUIRE_THROWS_WITH(nn::check_layer(WrongGradient(), {3, 4}),
                        contains("check_layer of WrongGradient (Mode::infer)"));
    REQUIRE_THROWS_AS(nn::check_layer(WrongWeightGradient(), {3, 4}), GradientError);
    REQUIRE_THROWS_AS(nn::check_layer(CutGradient(), {3, 4}), GradientError);
    REQUIRE_THROWS_AS(nn::check_layer(Unused(), {3, 4}), GradientError);
    REQUIRE_THROWS_WITH(nn::check_layer(Unused(), {3, 4}), contains("/centre'"));
    REQUIRE_THROWS_AS(nn::check_layer(WrongInTraining(), {3, 4}), GradientError);
    REQUIRE_THROWS_WITH(nn::check_layer(WrongInTraining(), {3, 4}), contains("Mode::train"));
}

TEST_CASE("check_layer finds wrong shapes and types", "[nn]") {
    REQUIRE_THROWS_AS(nn::check_layer(SumsBatch(), {3, 4}), ShapeError);
    REQUIRE_THROWS_AS(nn::check_layer(FixedBatch(), {3, 4}), ShapeError);
    REQUIRE_THROWS_AS(nn::check_layer(OtherShapeInTraining(), {3, 4}), ShapeError);
    REQUIRE_THROWS_AS(nn::check_layer(Narrows(), {3, 4}), DTypeError);
}

TEST_CASE("check_layer finds outputs that depend on other samples", "[nn]") {
    REQUIRE_THROWS_AS(nn::check_layer(MixesBatch(), {3, 4}), ValueError);
    REQUIRE_THROWS_AS(nn::check_layer(RandomWhenUsed(), {3, 4}), ValueError);
    REQUIRE_THROWS_WITH(nn::check_layer(KeepsOldWeight(), {3, 4}), contains("Parameter"));
}

TEST_CASE("check_layer wants a fresh layer and a batch", "[nn]") {
    nn::Dense built(3);
    built(ones({2, 4}));
    REQUIRE_THROWS_AS(nn::check_layer(built, {2, 4}), StateError);
    REQUIRE_THROWS_AS(nn::check_layer(nn::Dense(3), {1, 4}), ValueError);
    REQUIRE_THROWS_AS(nn::check_layer(nn::Dense(3), {}), ValueError);
}

TEST_CASE("check_layer takes no name from the models", "[nn]") {
    nn::clear_session();
    nn::check_layer(Bump(), {5, 7});
    CHECK(Bump().name() == "bump");
}
