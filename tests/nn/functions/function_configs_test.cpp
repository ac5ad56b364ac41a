// Activations, initialisers, penalties and constraints in files.
#include <shikumi/nn/nn.hpp>

#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;

namespace {

std::vector<double> first_values(const nn::Initializer& initializer) {
    Generator rng(3);
    return initializer({4, 4}, rng).to_vector<double>();
}

const Tensor weight = tensor({{3, -0.3}, {-4, 0.4}}, f64);

}  // namespace

TEST_CASE("initialisers come back from their configurations", "[nn]") {
    const nn::Initializer all[] = {
        nn::zeros_init(),
        nn::ones_init(),
        nn::constant(0.25),
        nn::random_normal(1, 0.5),
        nn::random_uniform(-2, 3),
        nn::truncated_normal(1, 0.5),
        nn::identity_init(2),
        nn::variance_scaling(3, nn::Fan::out, nn::Distribution::untruncated_normal),
        nn::variance_scaling(2, nn::Fan::average, nn::Distribution::uniform),
        nn::glorot_normal(),
        nn::glorot_uniform(),
        nn::he_normal(),
        nn::he_uniform(),
        nn::lecun_normal(),
        nn::lecun_uniform(),
        nn::orthogonal(0.5)};
    for (const nn::Initializer& initializer : all) {
        INFO(initializer.name());
        const Config config = nn::to_config(initializer);
        nn::Initializer back = nn::zeros_init();
        nn::from_config(config, back, "test");
        CHECK(nn::to_config(back) == config);
        CHECK(first_values(back) == first_values(initializer));
    }
    nn::Initializer back = nn::zeros_init();
    nn::from_config("he_normal", back, "test");
    CHECK(back.name() == "he_normal");
    nn::from_config(
        {{"class_name", "VarianceScaling"}, {"config", {{"distribution", "normal"}, {"seed", 3}}}},
        back, "test");
    CHECK(first_values(back) == first_values(nn::variance_scaling()));
    CHECK_THROWS_WITH(nn::from_config({}, back, "Dense: kernel_initializer"),
                      "[Dense: kernel_initializer] wants a name, or an object with class_name and "
                      "config, got nothing");
    CHECK_THROWS_WITH(
        nn::from_config({{"class_name", "VarianceScaling"}, {"config", {{"mode", "fan"}}}}, back,
                        "k"),
        Catch::Matchers::StartsWith("[k: VarianceScaling: mode] there is no 'fan'"));
    const nn::Initializer own([](const Shape& s, Generator&, DType d) { return ones(s, d); });
    CHECK_THROWS_WITH(nn::to_config(own),
                      "[initializer] a file can't hold the function 'custom': it isn't one of the "
                      "library's");
}

TEST_CASE("penalties come back from their configurations", "[nn]") {
    for (const nn::Regularizer& penalty :
         {nn::L1(0.5), nn::L2(0.25), nn::L1L2(0.5, 0.25), nn::OrthogonalRegularizer(2),
          nn::OrthogonalRegularizer(2, {.columns = true})}) {
        INFO(penalty.name());
        const Config config = nn::to_config(penalty);
        nn::Regularizer back;
        nn::from_config(config, back, "test");
        CHECK(nn::to_config(back) == config);
        CHECK(back(weight).item<double>() == penalty(weight).item<double>());
    }
    CHECK(nn::to_config(nn::Regularizer()).is_null());
    nn::Regularizer back = nn::L1();
    nn::from_config({}, back, "test");
    CHECK_FALSE(back);
    nn::from_config("l2", back, "test");
    CHECK(back.name() == "L2(0.01)");
    CHECK_THROWS_WITH(nn::from_config({{"class_name", "L3"}}, back, "k"),
                      Catch::Matchers::StartsWith("[k] there is no 'L3'"));
    CHECK_THROWS_WITH(nn::from_config({{"class_name", "L2"}, {"config", {{"l2", -1}}}}, back, "k"),
                      "[L2] the factor must be a number >= 0, got -1");
}

TEST_CASE("constraints come back from their configurations, and have names", "[nn]") {
    for (const nn::Constraint& constraint :
         {nn::MaxNorm(1.5, 1), nn::MaxNorm(1, {0, 1}), nn::NonNeg(), nn::UnitNorm(1),
          nn::MinMaxNorm({.min_value = 0.5, .max_value = 2, .rate = 0.5, .axis = 1})}) {
        INFO(constraint.name());
        const Config config = nn::to_config(constraint);
        nn::Constraint back;
        nn::from_config(config, back, "test");
        CHECK(nn::to_config(back) == config);
        CHECK(back(weight).to_vector<double>() == constraint(weight).to_vector<double>());
    }
    CHECK(nn::to_config(nn::Constraint()).is_null());
    CHECK(nn::Constraint("non_neg").name() == "NonNeg");
    CHECK(nn::constraint("MaxNorm").name() == "MaxNorm(2)");
    CHECK_THROWS_WITH(nn::constraint("unit_nrom"),
                      Catch::Matchers::StartsWith("[constraint] there is no 'unit_nrom': did you "
                                                  "mean 'unit_norm'"));
}

TEST_CASE("activations have Keras 3's names in files", "[nn]") {
    nn::ActivationFunction back = nn::relu;
    for (const char* const name :
         {"linear",      "relu",           "relu6",        "leaky_relu",  "elu",
          "selu",        "gelu",           "silu",         "swish",       "mish",
          "sigmoid",     "tanh",           "softplus",     "softsign",    "exponential",
          "softmax",     "celu",           "glu",          "hard_shrink", "hard_silu",
          "hard_swish",  "hard_tanh",      "log_sigmoid",  "log_softmax", "soft_shrink",
          "sparse_plus", "sparse_sigmoid", "sparsemax",    "squareplus",  "tanh_shrink",
          "gelu_tanh",   "hard_sigmoid",   "hard_sigmoid5"}) {
        nn::from_config(name, back, "test");
        CHECK(nn::to_config(back) == name);
    }
    CHECK(nn::to_config(nn::ActivationFunction(nn::hard_sigmoid6)) == "hard_sigmoid");
    CHECK(nn::to_config(nn::ActivationFunction(nn::hard_sigmoid)) == "hard_sigmoid5");
    nn::from_config("hard_sigmoid", back, "test");
    CHECK(back(tensor({1.0})).item<double>() == Approx(1.0 / 6 + 0.5));
    nn::from_config({}, back, "test");
    CHECK(back.name() == "linear");
    nn::from_config({{"module", "builtins"},
                     {"class_name", "function"},
                     {"config", "relu"},
                     {"registered_name", "function"}},
                    back, "test");
    CHECK(back.name() == "relu");
    CHECK_THROWS_WITH(nn::from_config({{"class_name", "PReLU"}, {"config", Config::Object{}}}, back,
                                      "Dense: activation"),
                      shikumi_test::contains("there is no 'PReLU'") &&
                          shikumi_test::contains("in Dense: activation"));
}
