// Runs the cases of schedules: the rate in each step.
#include <map>

#include "compare.hpp"
#include "readers.hpp"

namespace shikumi::golden {

namespace {

using optim::Scheduled;

// A configuration, whose keys must all be asked for.
class Config {
public:
    Config(const json& config, std::string type) : config_(config), type_(std::move(type)) {}
    template <class T>
    T operator()(const char* key, T otherwise) {
        known_.emplace_back(key);
        return config_.value(key, otherwise);
    }
    double number(const char* key) {
        known_.emplace_back(key);
        return config_.at(key).get<double>();
    }
    const json& operator[](const char* key) {
        known_.emplace_back(key);
        return config_.at(key);
    }
    bool has(const char* key) const { return config_.contains(key); }
    Scheduled checked(Scheduled schedule) const {
        only(config_, type_, known_);
        return schedule;
    }

private:
    const json& config_;
    std::string type_;
    std::vector<std::string> known_;
};

using KerasReader = Scheduled (*)(Config& c);

const std::map<std::string, KerasReader>& keras_readers() {
    static const std::map<std::string, KerasReader> all{
        {"ExponentialDecay",
         [](Config& c) -> Scheduled {
             return optim::ExponentialDecay(c.number("initial_learning_rate"),
                                            c.number("decay_steps"), c.number("decay_rate"),
                                            c("staircase", false));
         }},
        {"InverseTimeDecay",
         [](Config& c) -> Scheduled {
             return optim::InverseTimeDecay(c.number("initial_learning_rate"),
                                            c.number("decay_steps"), c.number("decay_rate"),
                                            c("staircase", false));
         }},
        {"CosineDecay",
         [](Config& c) -> Scheduled {
             optim::CosineDecayOptions options{.alpha = c("alpha", 0.0),
                                               .warmup_steps = c("warmup_steps", 0.0)};
             if (c.has("warmup_target")) options.warmup_target = c.number("warmup_target");
             return optim::CosineDecay(c.number("initial_learning_rate"), c.number("decay_steps"),
                                       options);
         }},
        {"CosineDecayRestarts",
         [](Config& c) -> Scheduled {
             return optim::CosineDecayRestarts(
                 c.number("initial_learning_rate"), c.number("first_decay_steps"),
                 {.t_mul = c("t_mul", 2.0), .m_mul = c("m_mul", 1.0), .alpha = c("alpha", 0.0)});
         }},
        {"PiecewiseConstantDecay",
         [](Config& c) -> Scheduled {
             return optim::PiecewiseConstantDecay(c["boundaries"], c["values"]);
         }},
        {"PolynomialDecay",
         [](Config& c) -> Scheduled {
             return optim::PolynomialDecay(c.number("initial_learning_rate"),
                                           c.number("decay_steps"),
                                           {.end_learning_rate = c("end_learning_rate", 0.0001),
                                            .power = c("power", 1.0),
                                            .cycle = c("cycle", false)});
         }},
    };
    return all;
}

// ---- PyTorch's ----------------------------------------------------------------------------------

optim::OneCycleLROptions one_cycle(Config& c) {
    return {.pct_start = c("pct_start", 0.3),
            .anneal_strategy = c("anneal_strategy", std::string("cos")) == "linear"
                                   ? optim::Anneal::linear
                                   : optim::Anneal::cos,
            .div_factor = c("div_factor", 25.0),
            .final_div_factor = c("final_div_factor", 1e4),
            .three_phase = c("three_phase", false)};
}

Index total_steps(Config& c) {
    return c.has("epochs") ? c["epochs"].get<Index>() * c["steps_per_epoch"].get<Index>()
                           : c["total_steps"].get<Index>();
}

Scheduled read_torch(const std::string& type, const json& config, double rate);

Scheduled sequential(Config& c, double rate) {
    std::vector<Scheduled> parts;
    for (const json& part : c["schedulers"])
        parts.push_back(read_torch(part.at(0), part.at(1), rate));
    return optim::SequentialLR(std::move(parts), c["milestones"]);
}

Scheduled cyclic(Config& c) {
    const std::string mode = c("mode", std::string("triangular"));
    return optim::CyclicLR(c.number("base_lr"), c.number("max_lr"),
                           {.step_size_up = c("step_size_up", Index{2000}),
                            .mode = mode == "triangular2" ? optim::CycleMode::triangular2
                                    : mode == "exp_range" ? optim::CycleMode::exp_range
                                                          : optim::CycleMode::triangular,
                            .gamma = c("gamma", 1.0)});
}

using TorchReader = Scheduled (*)(Config& c, double rate);

const std::map<std::string, TorchReader>& torch_readers() {
    static const std::map<std::string, TorchReader> all{
        {"ExponentialLR",
         [](Config& c, double rate) { return optim::ExponentialLR(rate, c.number("gamma")); }},
        {"StepLR",
         [](Config& c, double rate) {
             return optim::StepLR(rate, c["step_size"].get<Index>(), c("gamma", 0.1));
         }},
        {"MultiStepLR",
         [](Config& c, double rate) {
             return optim::MultiStepLR(rate, c["milestones"], c("gamma", 0.1));
         }},
        {"ConstantLR",
         [](Config& c, double rate) {
             return optim::ConstantLR(rate, c("factor", 1.0 / 3), c("total_iters", Index{5}));
         }},
        {"LinearLR",
         [](Config& c, double rate) {
             return optim::LinearLR(rate, {.start_factor = c("start_factor", 1.0 / 3),
                                           .end_factor = c("end_factor", 1.0),
                                           .total_iters = c("total_iters", Index{5})});
         }},
        {"PolynomialLR",
         [](Config& c, double rate) {
             return optim::PolynomialLR(rate, c("total_iters", Index{5}), c("power", 1.0));
         }},
        {"CosineAnnealingLR",
         [](Config& c, double rate) {
             return optim::CosineAnnealingLR(rate, c["T_max"].get<Index>(), c("eta_min", 0.0));
         }},
        {"CosineAnnealingWarmRestarts",
         [](Config& c, double rate) {
             return optim::CosineAnnealingWarmRestarts(
                 rate, c["T_0"].get<Index>(),
                 {.T_mult = c("T_mult", Index{1}), .eta_min = c("eta_min", 0.0)});
         }},
        {"CyclicLR", [](Config& c, double) { return cyclic(c); }},
        {"OneCycleLR",
         [](Config& c, double) {
             return optim::OneCycleLR(c.number("max_lr"), total_steps(c), one_cycle(c));
         }},
        {"SequentialLR", sequential},
    };
    return all;
}

Scheduled read_torch(const std::string& type, const json& config, double rate) {
    const auto found = torch_readers().find(type);
    if (found == torch_readers().end()) throw Unknown("schedule " + type);
    Config c(config, type);
    return c.checked(found->second(c, rate));
}

// ---- running ------------------------------------------------------------------------------------

std::vector<double> values_of(const Scheduled& schedule, std::size_t count) {
    std::vector<double> values;
    for (std::size_t t = 0; t < count; ++t)
        values.push_back(schedule(scalar(static_cast<double>(t), f64)).item<double>());
    return values;
}

std::vector<double> plateau(const json& c) {
    Config config(c.at("config"), "ReduceLROnPlateau");
    const bool higher = config("mode", std::string("min")) == "max";
    const bool absolute = config("threshold_mode", std::string("rel")) == "abs";
    optim::SGD sgd({.learning_rate = c.at("optimizer_lr").get<double>()});
    optim::ReduceLROnPlateau reduce(
        sgd, {.mode = higher ? optim::PlateauMode::max : optim::PlateauMode::min,
              .factor = config("factor", 0.1),
              .patience = config("patience", Index{10}),
              .threshold = config("threshold", 1e-4),
              .threshold_mode = absolute ? optim::ThresholdMode::abs : optim::ThresholdMode::rel,
              .cooldown = config("cooldown", Index{0}),
              .min_lr = config("min_lr", 0.0),
              .eps = config("eps", 1e-8)});
    std::vector<double> values{sgd.learning_rate()};
    for (const double metric : read_numbers(c.at("metrics"))) {
        reduce.step(metric);
        values.push_back(sgd.learning_rate());
    }
    config.checked(0);
    return values;
}

const Kind kind("schedules", [](const json& theme, const json& c) {
    const std::string type = c.at("class_name");
    const std::vector<double> expected = read_numbers(c.at("values"));
    const double tolerance = c.at("tolerance");
    if (type == "ReduceLROnPlateau")
        return compare_numbers("rate", plateau(c), expected, tolerance);
    const Scheduled schedule = theme.at("library") == "torch"
                                   ? read_torch(type, c.at("config"), c.at("optimizer_lr"))
                                   : read_schedule(c);
    compare_numbers("rate", values_of(schedule, expected.size()), expected, tolerance);
    if (!c.contains("momentum")) return;
    Config config(c.at("config"), type);
    const Scheduled momentum = optim::OneCycleMomentum(total_steps(config), one_cycle(config));
    compare_numbers("momentum", values_of(momentum, expected.size()),
                    read_numbers(c.at("momentum")), tolerance);
});

}  // namespace

optim::Scheduled read_schedule(const json& j) {
    const std::string type = j.at("class_name");
    const auto found = keras_readers().find(type);
    if (found == keras_readers().end()) throw Unknown("schedule " + type);
    Config c(j.at("config"), type);
    return c.checked(found->second(c));
}

}  // namespace shikumi::golden
