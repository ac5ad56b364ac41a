// Optimisers and schedules as configurations, and back.
#include <shikumi/optim/configs.hpp>

#include <limits>
#include <set>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/all_optimizers.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"
#include "support/optimizers.hpp"

using namespace shikumi;
using optim::optimizer_from_config;
using shikumi_test::contains;
using shikumi_test::everything;
using shikumi_test::make_steps;
using shikumi_test::some_weights;

namespace {

optim::Scheduled read(const Config& config) {
    optim::Scheduled schedule;
    from_config(config, schedule, "schedule");
    return schedule;
}

const std::vector<optim::Scheduled>& schedules() {
    using namespace optim;
    static const std::vector<Scheduled> all{
        0.25,
        ExponentialDecay(0.1, 7, 0.8, true),
        CosineDecay(0.01, 9, {.alpha = 0.2, .warmup_target = 0.1, .warmup_steps = 3}),
        CosineDecayRestarts(0.1, 4, {.t_mul = 1.5, .m_mul = 0.8, .alpha = 0.1}),
        InverseTimeDecay(0.1, 5, 0.5),
        PiecewiseConstantDecay({2, 5}, {0.1, 0.05, 0.01}),
        PolynomialDecay(0.1, 6, {.end_learning_rate = 0.01, .power = 2, .cycle = true}),
        ExponentialLR(0.1, 0.9),
        StepLR(0.1, 3, 0.5),
        MultiStepLR(0.1, {2, 4, 4}, 0.5),
        ConstantLR(0.1, 0.25, 4),
        LinearLR(0.1, {.start_factor = 0.1, .end_factor = 0.9, .total_iters = 7}),
        PolynomialLR(0.1, 8, 2),
        CosineAnnealingLR(0.1, 6, 0.01),
        CosineAnnealingWarmRestarts(0.1, 3, {.T_mult = 2, .eta_min = 0.01}),
        CyclicLR(
            0.01, 0.1,
            {.step_size_up = 3, .step_size_down = 2, .mode = CycleMode::exp_range, .gamma = 0.9}),
        CyclicMomentum({.step_size_up = 4, .mode = CycleMode::triangular2, .base_momentum = 0.7}),
        OneCycleLR(0.1, 12, {.pct_start = 0.4, .anneal_strategy = Anneal::linear}),
        OneCycleMomentum(15, {.max_momentum = 0.9, .three_phase = true}),
        SequentialLR({ConstantLR(0.1), Warmup(0.05, 2), ExponentialDecay(0.1, 2, 0.5)}, {3, 6}),
        Warmup(CosineDecay(0.1, 5), 4, 0.01),
    };
    return all;
}

std::vector<double> values(const optim::Scheduled& schedule) {
    std::vector<double> all;
    for (const double t : {0.0, 1.0, 2.0, 5.0, 7.0, 11.0, 30.0})
        all.push_back(schedule(scalar(t, f64)).item<double>());
    return all;
}

struct OwnRule final : optim::Rule {
    explicit OwnRule(double own_power) : power(own_power) {}
    std::string_view name() const noexcept override { return "OwnRule"; }
    std::vector<optim::Slot> slots(const Parameter&) const override { return {{"last"}}; }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        slots[0] = gradient;
        return w - scalars[0] * sign(gradient) * pow(abs(gradient), power);
    }
    Config get_config() const override { return {{"power", power}}; }
    double power;
};

}  // namespace

TEST_CASE("an optimiser written as a configuration is the same once it is read", "[optim]") {
    for (const auto& [name, make] : shikumi_test::optimizers()) {
        INFO(name);
        optim::Optimizer original = make();
        const Config written = to_config(original);
        optim::Optimizer again = optimizer_from_config(written);
        CHECK(to_config(again) == written);
        CHECK(again.name() == original.name());
        const std::vector<Parameter> weights = some_weights(), others = some_weights();
        make_steps(original, weights, 0, 5);
        make_steps(again, others, 0, 5);
        CHECK(everything(original, weights) == everything(again, others));
    }
}

TEST_CASE("the tests have tried every optimiser", "[optim]") {
    std::set<std::string> tried, known;
    for (const auto& [name, make] : shikumi_test::optimizers()) {
        const Config written = to_config(make());
        tried.insert(*written.find("module")->text() + "." + *written.find("class_name")->text());
    }
    const auto add = [&](const std::string& module, const auto& entries) {
        std::apply([&](const auto&... e) { (known.insert(module + std::string(e.name)), ...); },
                   entries);
    };
    add("keras.optimizers.", optim::detail::all_optimizers);
    add("torch.optim.", optim::detail::all_torch_forms);
    for (const char* of_torch : {"ASGD", "RAdam", "Rprop"})  // under one module each
        known.erase(std::string("keras.optimizers.") + of_torch);
    CHECK(tried == known);
}

TEST_CASE("a configuration has Keras's form", "[optim]") {
    const Config adam = to_config(optim::Adam({.learning_rate = 0.01, .clipnorm = 2.0}));
    CHECK(*adam.find("module") == "keras.optimizers");
    CHECK(*adam.find("class_name") == "Adam");
    CHECK(adam.find("registered_name")->is_null());
    const Config& options = *adam.find("config");
    CHECK(*options.find("learning_rate") == 0.01);
    CHECK(*options.find("clipnorm") == 2.0);
    CHECK(options.find("weight_decay")->is_null());
    CHECK(options.find("gradient_accumulation_steps")->is_null());
    CHECK(*to_config(optim::torch::Adam()).find("module") == "torch.optim");
}

TEST_CASE("Keras's own configuration is read, and what it says besides passed over", "[optim]") {
    const Config keras{{"module", "keras.optimizers"},
                       {"class_name", "SGD"},
                       {"config",
                        {{"name", "SGD"},
                         {"learning_rate", 0.009999999776482582},
                         {"weight_decay", Config()},
                         {"clipnorm", Config()},
                         {"momentum", 0.9},
                         {"nesterov", true},
                         {"ema_overwrite_frequency", Config()},
                         {"is_legacy_optimizer", false}}},
                       {"registered_name", Config()}};
    const optim::Optimizer sgd = optimizer_from_config(keras);
    CHECK(sgd.learning_rate() == 0.009999999776482582);
    CHECK(*to_config(sgd).find("config")->find("momentum") == 0.9);
    CHECK(optimizer_from_config("rmsprop").name() == "RMSprop");
    CHECK(optimizer_from_config({{"class_name", "Custom>Adam"}, {"config", Config()}}).name() ==
          "Adam");
}

TEST_CASE("a learning rate set by hand is written, and a schedule as such", "[optim]") {
    optim::Optimizer adam = optim::Adam();
    adam.set_learning_rate(0.125);
    CHECK(optimizer_from_config(to_config(adam)).learning_rate() == 0.125);
    const optim::Optimizer scheduled =
        optim::Adam({.learning_rate = optim::ExponentialDecay(0.1, 3, 0.5)});
    const Config rate = *to_config(scheduled).find("config")->find("learning_rate");
    CHECK(*rate.find("module") == "keras.optimizers.schedules");
    CHECK(*rate.find("config")->find("decay_steps") == 3.0);
}

TEST_CASE("groups and weights that don't decay are written", "[optim]") {
    const auto make = [] {
        optim::Optimizer adam =
            optim::AdamW({.learning_rate = optim::ExponentialDecay(0.1, 3, 0.5)});
        adam.exclude_from_weight_decay({"bias", "scale"});
        adam.add_group({.names = {"kernel"}, .learning_rate = 0.02, .weight_decay = 0.3});
        adam.add_group({.names = {"embedded"}});
        adam.add_group({.names = {"scale"}, .learning_rate = optim::CosineDecay(0.1, 4)});
        return adam;
    };
    optim::Optimizer original = make();
    original.set_learning_rate(0.03, 1);
    const Config written = to_config(original);
    optim::Optimizer again = optimizer_from_config(written);
    CHECK(to_config(again) == written);
    CHECK(again.groups() == 4);
    CHECK(again.learning_rate(1) == 0.03);
    const std::vector<Parameter> weights = some_weights(), others = some_weights();
    make_steps(original, weights, 0, 5);
    make_steps(again, others, 0, 5);
    CHECK(everything(original, weights) == everything(again, others));

    optim::Optimizer listed = optim::SGD();
    listed.add_group({.parameters = {weights[0]}});
    REQUIRE_THROWS_WITH(to_config(listed), contains("group 1 lists parameters"));
}

TEST_CASE("a schedule written as a configuration is the same once it is read", "[optim]") {
    for (const optim::Scheduled& schedule : schedules()) {
        const Config written = to_config(schedule);
        INFO((schedule.scheduled() ? std::string(schedule.schedule().name()) : "a number"));
        const optim::Scheduled again = read(written);
        CHECK(to_config(again) == written);
        CHECK(values(again) == values(schedule));
    }
    CHECK(to_config(schedules()[0]) == 0.25);
    CHECK(read(3)(scalar(0, f64)).item<double>() == 3);
}

TEST_CASE("schedules of one's own are refused by name unless they are registered", "[optim]") {
    const auto half = [](const Tensor& t) { return 0.5 / (1 + t); };
    const optim::Optimizer plain = optim::SGD({.learning_rate = half});
    REQUIRE_THROWS_WITH(to_config(plain), contains("[schedule] 'custom' is one of your own") &&
                                              contains("register_schedule"));
    const optim::LearningRate inner = optim::Schedule(half, "half of the inverse");
    const optim::LearningRate outer = optim::Warmup(inner, 3);
    REQUIRE_THROWS_WITH(to_config(outer), contains("'half of the inverse'"));
    optim::register_schedule("half of the inverse",
                             [=](const Config&) { return optim::Schedule(half); });
    const Config written = to_config(outer);
    CHECK(*written.find("config")->find("schedule")->find("registered_name") ==
          "half of the inverse");
    CHECK(values(read(written)) == values(outer));
    // Not the library's, whatever it is called.
    REQUIRE_THROWS_AS(to_config(optim::Scheduled(optim::Schedule(half, "CosineDecay"))),
                      ValueError);

    const auto share = [](double a) {
        return optim::Schedule([=](const Tensor& t) { return a * (t + 1); }, "share", {{"a", a}});
    };
    optim::register_schedule("share", [=](const Config& config) {
        return share(ConfigReader("share", config).get<double>("a"));
    });
    CHECK(values(read(to_config(optim::Scheduled(share(0.25))))) == values(share(0.25)));
}

TEST_CASE("rules of one's own are refused by name unless they are registered", "[optim]") {
    const auto make = [](double power, const optim::LearningRate& rate,
                         const optim::StepOptions& options) {
        return optim::Optimizer(std::make_shared<OwnRule>(power), rate, options);
    };
    optim::Optimizer original = make(0.5, 0.1, {.clipnorm = 0.5, .weight_decay = 0.1});
    REQUIRE_THROWS_WITH(to_config(original), contains("the rule 'OwnRule' is one of your own") &&
                                                 contains("register_optimizer"));
    REQUIRE_THROWS_WITH(optimizer_from_config("OwnRule"), contains("there is no 'OwnRule'"));
    optim::register_optimizer("OwnRule", [=](const Config& config) {
        ConfigReader fields("OwnRule", config);
        return make(fields.get<double>("power"), fields.get<optim::LearningRate>("learning_rate"),
                    fields.fields<optim::StepOptions>());
    });
    const Config written = to_config(original);
    CHECK(*written.find("registered_name") == "OwnRule");
    optim::Optimizer again = optimizer_from_config(written);
    CHECK(to_config(again) == written);
    const std::vector<Parameter> weights = some_weights(), others = some_weights();
    make_steps(original, weights, 0, 3);
    make_steps(again, others, 0, 3);
    CHECK(everything(original, weights) == everything(again, others));
}

TEST_CASE("bad configurations of optimisers are refused in words", "[optim]") {
    const auto adam = [](const Config& options) {
        return Config{{"class_name", "Adam"}, {"config", options}};
    };
    REQUIRE_THROWS_WITH(optimizer_from_config("adan"), contains("did you mean 'Adam'"));
    REQUIRE_THROWS_WITH(optimizer_from_config({{"class_name", "Adan"}}), contains("'Adam'"));
    REQUIRE_THROWS_AS(optimizer_from_config(""), ValueError);
    REQUIRE_THROWS_AS(optimizer_from_config(Config()), ValueError);
    REQUIRE_THROWS_WITH(optimizer_from_config(adam({{"beta_1", 1.5}})), contains("beta_1"));
    REQUIRE_THROWS_WITH(optimizer_from_config(adam({{"beta_1", "x"}})), contains("[Adam: beta_1]"));
    REQUIRE_THROWS_WITH(optimizer_from_config(adam({{"learning_rate", -1}})),
                        contains("learning rate"));
    REQUIRE_THROWS_AS(optimizer_from_config(adam({{"learning_rate", "fast"}})), ValueError);
    REQUIRE_THROWS_WITH(
        optimizer_from_config(adam({{"learning_rate", {{"class_name", "CosinDecay"}}}})),
        contains("did you mean 'CosineDecay'"));
    REQUIRE_THROWS_WITH(read({{"class_name", "CosineDecay"}, {"config", Config::Object{}}}),
                        contains("'initial_learning_rate' is missing"));
    REQUIRE_THROWS_WITH(
        read({{"class_name", "StepLR"}, {"config", {{"learning_rate", 1}, {"step_size", 0}}}}),
        contains("number of steps"));
    REQUIRE_THROWS_AS(optimizer_from_config(adam({{"gradient_accumulation_steps", 0}})),
                      ValueError);
    REQUIRE_THROWS_AS(optimizer_from_config(adam({{"gradient_accumulation_steps", 1e30}})),
                      ValueError);
    REQUIRE_THROWS_AS(optimizer_from_config(adam({{"clipnorm", 1.0}, {"clipvalue", 1.0}})),
                      ValueError);
    REQUIRE_THROWS_AS(optimizer_from_config(adam({{"parameter_groups", 3}})), ValueError);
    REQUIRE_THROWS_WITH(
        optimizer_from_config(adam({{"parameter_groups", Config::List{Config::Object{}}}})),
        contains("'names' is missing"));
    REQUIRE_THROWS_WITH(
        optimizer_from_config({{"class_name", "Muon"}, {"config", {{"ns_steps", 1'000'000}}}}),
        contains("ns_steps must lie in [1, 1000]"));
    REQUIRE_THROWS_AS(optim::register_schedule("", {}), ValueError);
}

TEST_CASE("an L-BFGS written as a configuration is the same once it is read", "[optim]") {
    const optim::LBFGS original({.learning_rate = 0.5,
                                 .max_iter = 7,
                                 .max_eval = 9,
                                 .tolerance_grad = 1e-6,
                                 .tolerance_change = 1e-8,
                                 .history_size = 4,
                                 .line_search = optim::LineSearch::strong_wolfe});
    const Config written = to_config(original);
    CHECK(to_config(optim::lbfgs_from_config(written)) == written);
    CHECK(*written.find("config")->find("line_search") == "strong_wolfe");
    REQUIRE_THROWS_WITH(optim::lbfgs_from_config("Adam"), contains("the configuration of Adam"));
    REQUIRE_THROWS_AS(
        optim::lbfgs_from_config({{"class_name", "LBFGS"}, {"config", {{"max_iter", 0}}}}),
        ValueError);
}

TEST_CASE("the options of a plateau are written and read", "[optim]") {
    const optim::ReduceLROnPlateauOptions options{.mode = optim::PlateauMode::max,
                                                  .patience = 3,
                                                  .threshold_mode = optim::ThresholdMode::abs};
    const Config written = ConfigWriter().fields(options);
    const Config again = ConfigWriter().fields(
        ConfigReader("plateau", written).fields<optim::ReduceLROnPlateauOptions>());
    CHECK(again == written);
    CHECK(*written.find("mode") == "max");
}
