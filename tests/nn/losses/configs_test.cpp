// Losses as configurations, and back.
#include <shikumi/nn/losses/configs.hpp>

#include <set>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/all_losses.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::loss_from_config;
using shikumi_test::contains;

namespace {

// Each with options other than the usual ones.
const std::vector<nn::Loss>& losses() {
    using namespace nn;
    static const std::vector<Loss> all{
        BinaryCrossentropy({.from_logits = true, .label_smoothing = 0.1}),
        BinaryFocalCrossentropy({.apply_class_balancing = true,
                                 .alpha = 0.4,
                                 .gamma = 3,
                                 .label_smoothing = 0.2,
                                 .reduction = Reduction::sum}),
        CategoricalCrossentropy({.label_smoothing = 0.3, .axis = 1}),
        CategoricalFocalCrossentropy({.alpha = {0.2, 0.3, 0.5}, .gamma = 1.5}),
        CategoricalGeneralizedCrossEntropy({.q = 0.7}),
        CategoricalHinge({.reduction = Reduction::mean_with_sample_weight}),
        Circle({.gamma = 32, .margin = 0.25, .remove_diagonal = false}),
        CosineSimilarity({.axis = 1}),
        CTC({.reduction = Reduction::none}),
        Dice({.axis = {1}}),
        Hinge(),
        Huber({.delta = 0.5, .reduction = Reduction::none}),
        KLDivergence(),
        LogCosh(),
        MeanAbsoluteError({.reduction = Reduction::sum}),
        MeanAbsolutePercentageError(),
        MeanSquaredError().named("how far"),
        MeanSquaredLogarithmicError(),
        Poisson(),
        SparseCategoricalCrossentropy({.from_logits = true, .ignore_class = 1}),
        SquaredHinge(),
        Tversky({.alpha = 0.3, .beta = 0.7, .axis = {0, 1}}),
    };
    return all;
}

// Some values of a loss, or the words of its error.
std::string behaviour(const nn::Loss& loss) {
    using nn::Targets;
    const Tensor p = tensor({{0.2, 0.5, 0.3}, {0.7, 0.1, 0.2}}).cast(f32);
    Tensor t = tensor({{0.0, 1, 0}, {1, 0, 0}}).cast(f32), predictions = p;
    if (loss.targets() == Targets::class_indices) t = tensor({1, 0}).cast(i64);
    if (loss.targets() == Targets::labels) t = tensor({3, 3}).cast(i64);
    if (loss.targets() == Targets::label_sequences) {
        t = tensor({{1, 0}, {2, 0}}).cast(i64);
        predictions = stack({p, p + 1}, 1);
    }
    std::string all;
    for (const double v : loss.reduced(t, predictions).to_vector<double>())
        all += std::to_string(v) + " ";
    return all;
}

double bits(const nn::Loss& loss, const Tensor& t, const Tensor& p) {
    return loss.reduced(t, p).item<double>();
}

}  // namespace

TEST_CASE("a loss written as a configuration is the same once it is read", "[nn][loss]") {
    std::set<std::string> tried;
    for (const nn::Loss& loss : losses()) {
        INFO(loss.name());
        const Config written = to_config(loss);
        const nn::Loss again = loss_from_config(written);
        CHECK(to_config(again) == written);
        CHECK(again.name() == loss.name());
        CHECK(again.form().reduction == loss.form().reduction);
        CHECK(again.form().ignore_class == loss.form().ignore_class);
        CHECK(again.form().axis == loss.form().axis);
        CHECK(behaviour(again) == behaviour(loss));
        tried.insert(*written.find("class_name")->text());
    }
    std::set<std::string> known;
    std::apply([&](const auto&... entry) { (known.insert(std::string(entry.names[1])), ...); },
               nn::detail::all_losses);
    CHECK(tried == known);
}

TEST_CASE("the library's constants are written as their classes", "[nn][loss]") {
    const auto check = [](const nn::Loss& loss, const char* name) {
        const Config written = to_config(loss);
        INFO(name);
        CHECK(*written.find("module") == "keras.losses");
        CHECK(*written.find("class_name") == name);
        CHECK(written.find("registered_name")->is_null());
        const nn::Loss again = loss_from_config(written);
        CHECK(to_config(again) == written);
        CHECK(again.from_logits() == loss.from_logits());
        CHECK(behaviour(again) == behaviour(loss));
    };
    std::apply([&](const auto&... entry) { (check(*entry.constant, entry.names[1].data()), ...); },
               nn::detail::all_losses);
    check(nn::binary_crossentropy_from_logits, "BinaryCrossentropy");
    check(nn::categorical_crossentropy_from_logits, "CategoricalCrossentropy");
    check(nn::sparse_categorical_crossentropy_from_logits, "SparseCategoricalCrossentropy");
    check(nn::Loss("mse").with(nn::Reduction::sum), "MeanSquaredError");
}

TEST_CASE("a loss's configuration has Keras's form", "[nn][loss]") {
    const Config written = to_config(nn::Huber({.delta = 2}));
    CHECK(written ==
          Config{
              {"module", "keras.losses"},
              {"class_name", "Huber"},
              {"config", {{"delta", 2.0}, {"reduction", "sum_over_batch_size"}, {"name", "huber"}}},
              {"registered_name", Config()}});
    CHECK(*to_config(nn::Dice()).find("config")->find("axis") == Config());
}

TEST_CASE("names, functions and unknown fields of Keras are read", "[nn][loss]") {
    CHECK(loss_from_config("mse").name() == "mean_squared_error");
    CHECK(loss_from_config({{"module", "builtins"},
                            {"class_name", "function"},
                            {"config", "mean_absolute_error"},
                            {"registered_name", "function"}})
              .name() == "mean_absolute_error");
    const nn::Loss huber = loss_from_config(
        {{"class_name", "Huber"},
         {"config",
          {{"name", "huber_loss"}, {"reduction", Config()}, {"delta", 3}, {"dtype", "float32"}}}});
    CHECK(huber.name() == "huber_loss");
    CHECK(huber.form().reduction == nn::Reduction::none);
}

TEST_CASE("losses of one's own are refused by name unless they are registered", "[nn][loss]") {
    const auto cubed = [](const Tensor& t, const Tensor& p) {
        return mean(pow(abs(t - p), 3.0), -1);
    };
    const nn::Loss plain(cubed, "cubed");
    REQUIRE_THROWS_WITH(to_config(plain),
                        contains("[loss] 'cubed' is one of your own") && contains("register_loss"));
    // Not the library's, whatever it is called.
    REQUIRE_THROWS_AS(to_config(nn::Loss(cubed, "mean_squared_error")), ValueError);
    REQUIRE_THROWS_WITH(loss_from_config("cubed"), contains("there is no 'cubed'"));

    nn::register_loss("cubed", [=](const Config&) { return nn::Loss(cubed, "cubed"); });
    const nn::Loss changed = plain.with(nn::Reduction::sum).named("third power");
    const Config written = to_config(changed);
    CHECK(*written.find("registered_name") == "cubed");
    const nn::Loss again = loss_from_config(written);
    CHECK(again.name() == "third power");
    const Tensor t = tensor({{1.0, 2}, {3, 4}}), p = tensor({{1.5, 2}, {2, 6}});
    CHECK(bits(again, t, p) == bits(changed, t, p));

    const auto power = [](double n) {
        return nn::Loss(
            [=](const Tensor& a, const Tensor& b) { return mean(pow(abs(a - b), n), -1); }, "power",
            nn::LossForm{}, {{"n", n}});
    };
    nn::register_loss("power", [=](const Config& config) {
        return power(ConfigReader("power", config).get<double>("n"));
    });
    CHECK(bits(loss_from_config(to_config(power(1.5))), t, p) == bits(power(1.5), t, p));
    REQUIRE_THROWS_AS(nn::register_loss("", {}), ValueError);
}

TEST_CASE("bad configurations of losses are refused in words", "[nn][loss]") {
    const auto bad = [](const char* name, const Config& config) {
        return Config{{"class_name", name}, {"config", config}};
    };
    REQUIRE_THROWS_WITH(loss_from_config("mean_square_error"), contains("did you mean"));
    REQUIRE_THROWS_AS(loss_from_config(Config()), ValueError);
    REQUIRE_THROWS_AS(loss_from_config(""), ValueError);
    REQUIRE_THROWS_WITH(loss_from_config(bad("Huber", {{"delta", -1}})),
                        contains("delta must be positive"));
    REQUIRE_THROWS_WITH(loss_from_config(bad("Huber", {{"delta", "x"}})),
                        contains("[Huber: delta]"));
    REQUIRE_THROWS_WITH(loss_from_config(bad("Huber", {{"reduction", "summ"}})),
                        contains("did you mean 'sum'"));
    REQUIRE_THROWS_AS(loss_from_config(bad("Huber", 3)), ValueError);
    REQUIRE_THROWS_AS(loss_from_config(bad("Dice", {{"axis", "all"}})), ValueError);
    REQUIRE_THROWS_AS(loss_from_config(bad("CosineSimilarity", {{"axis", 1e12}})), ValueError);
    REQUIRE_THROWS_AS(loss_from_config(bad("BinaryCrossentropy", {{"label_smoothing", 2}})),
                      ValueError);
}
