// Runs the cases of optimisers: their variables and slots after given gradients.
#include <cctype>
#include <map>

#include "compare.hpp"
#include "readers.hpp"

namespace shikumi::golden {

namespace {

// PyTorch's names of options by ours.
json in_our_words(const json& config) {
    static const std::map<std::string, std::string> names{{"lr", "learning_rate"},
                                                          {"eps", "epsilon"}};
    json ours = json::object();
    const auto pair = [&](const json& values, const char* first, const char* second) {
        ours[first] = values.at(0);
        ours[second] = values.at(1);
    };
    for (const auto& [key, value] : config.items()) {
        if (key == "betas")
            pair(value, "beta_1", "beta_2");
        else if (key == "etas")
            pair(value, "eta_minus", "eta_plus");
        else if (key == "step_sizes")
            pair(value, "min_step", "max_step");
        else
            ours[names.contains(key) ? names.at(key) : key] = value;
    }
    return ours;
}

// Sets options that a configuration has.
class Setter {
public:
    explicit Setter(const json& config) : config_(config) {}

    template <class T>
    void operator()(const char* key, T& option) {
        known_.emplace_back(key);
        if (config_.contains(key)) read(config_.at(key), option);
    }
    // Refuses what has not been asked for.
    void check(const std::string& type) const { only(config_, type, known_); }

private:
    template <class T>
    static void read(const json& value, T& option) {
        option = value.get<T>();
    }
    template <class T>
    static void read(const json& value, std::optional<T>& option) {
        option.reset();
        if (!value.is_null()) option = value.get<T>();
    }
    static void read(const json& value, optim::Scheduled& option) {
        option = value.is_object() ? read_schedule(value) : optim::Scheduled(value.get<double>());
    }
    static void read(const json& value, std::vector<std::string>& option) {
        if (!value.is_null()) option = value.get<std::vector<std::string>>();
    }

    const json& config_;
    std::vector<std::string> known_;
};

template <class Options>
void set_common(Setter& set, Options& o) {
    set("learning_rate", o.learning_rate);
    set("weight_decay", o.weight_decay);
    set("clipnorm", o.clipnorm);
    set("global_clipnorm", o.global_clipnorm);
    set("clipvalue", o.clipvalue);
    set("use_ema", o.use_ema);
    set("ema_momentum", o.ema_momentum);
    set("ema_overwrite_frequency", o.ema_overwrite_frequency);
    set("loss_scale_factor", o.loss_scale_factor);
    set("gradient_accumulation_steps", o.gradient_accumulation_steps);
    if constexpr (requires { o.maximize; }) set("maximize", o.maximize);
    if constexpr (requires { o.decoupled_weight_decay; })
        set("decoupled_weight_decay", o.decoupled_weight_decay);
}

template <class Options>
void set_own(Setter& set, Options& o) {
    if constexpr (requires { o.momentum; }) set("momentum", o.momentum);
    if constexpr (requires { o.nesterov; }) set("nesterov", o.nesterov);
    if constexpr (requires { o.dampening; }) set("dampening", o.dampening);
    if constexpr (requires { o.beta_1; }) set("beta_1", o.beta_1);
    if constexpr (requires { o.beta_2; }) set("beta_2", o.beta_2);
    if constexpr (requires { o.epsilon; }) set("epsilon", o.epsilon);
    if constexpr (requires { o.amsgrad; }) set("amsgrad", o.amsgrad);
    if constexpr (requires { o.rho; }) set("rho", o.rho);
    if constexpr (requires { o.alpha; }) set("alpha", o.alpha);
    if constexpr (requires { o.centered; }) set("centered", o.centered);
    if constexpr (requires { o.lr_decay; }) set("lr_decay", o.lr_decay);
    if constexpr (requires { o.momentum_decay; }) set("momentum_decay", o.momentum_decay);
    if constexpr (requires { o.warmup_steps; }) set("warmup_steps", o.warmup_steps);
    if constexpr (requires { o.initial_accumulator_value; })
        set("initial_accumulator_value", o.initial_accumulator_value);
    if constexpr (requires { o.lambd; }) {
        set("lambd", o.lambd);
        set("t0", o.t0);
    }
    if constexpr (requires { o.eta_minus; }) {
        set("eta_minus", o.eta_minus);
        set("eta_plus", o.eta_plus);
        set("min_step", o.min_step);
        set("max_step", o.max_step);
    }
}

void set_own(Setter& set, optim::FtrlOptions& o) {
    set("learning_rate_power", o.learning_rate_power);
    set("initial_accumulator_value", o.initial_accumulator_value);
    set("l1_regularization_strength", o.l1_regularization_strength);
    set("l2_regularization_strength", o.l2_regularization_strength);
    set("l2_shrinkage_regularization_strength", o.l2_shrinkage_regularization_strength);
    set("beta", o.beta);
}

void set_own(Setter& set, optim::AdafactorOptions& o) {
    bool relative_step = true;  // both take the smaller of the rate and 1/√t
    set("relative_step", relative_step);
    set("beta_2_decay", o.beta_2_decay);
    set("epsilon_1", o.epsilon_1);
    set("epsilon_2", o.epsilon_2);
    set("clip_threshold", o.clip_threshold);
}

void set_own(Setter& set, optim::MuonOptions& o) {
    set("exclude_layers", o.exclude_layers);
    set("adam_lr_ratio", o.adam_lr_ratio);
    set("momentum", o.momentum);
    set("ns_steps", o.ns_steps);
    set("nesterov", o.nesterov);
    set("rms_rate", o.rms_rate);
}

using Reader = optim::Optimizer (*)(const std::string& type, const json& config);

template <class Optimizer, class Options>
optim::Optimizer read(const std::string& type, const json& config) {
    Options options;
    Setter set(config);
    set_common(set, options);
    set_own(set, options);
    set.check(type);
    return Optimizer(options);
}

const std::map<std::string, Reader>& keras_readers() {
    using namespace optim;
    static const std::map<std::string, Reader> all{
        {"Adadelta", read<Adadelta, AdadeltaOptions>},
        {"Adafactor", read<Adafactor, AdafactorOptions>},
        {"Adagrad", read<Adagrad, AdagradOptions>},
        {"Adam", read<Adam, AdamOptions>},
        {"AdamW", read<AdamW, AdamWOptions>},
        {"Adamax", read<Adamax, AdamaxOptions>},
        {"Ftrl", read<Ftrl, FtrlOptions>},
        {"Lamb", read<Lamb, LambOptions>},
        {"Lion", read<Lion, LionOptions>},
        {"Muon", read<Muon, MuonOptions>},
        {"Nadam", read<Nadam, NadamOptions>},
        {"RMSprop", read<RMSprop, RMSpropOptions>},
        {"SGD", read<SGD, SGDOptions>},
        {"ScheduleFreeAdamW", read<ScheduleFreeAdamW, ScheduleFreeAdamWOptions>}};
    return all;
}

const std::map<std::string, Reader>& torch_readers() {
    using namespace optim;
    static const std::map<std::string, Reader> all{
        {"ASGD", read<ASGD, ASGDOptions>},
        {"Adadelta", read<optim::torch::Adadelta, optim::torch::AdadeltaOptions>},
        {"Adagrad", read<optim::torch::Adagrad, optim::torch::AdagradOptions>},
        {"Adam", read<optim::torch::Adam, optim::torch::AdamOptions>},
        {"AdamW", read<optim::torch::AdamW, optim::torch::AdamWOptions>},
        {"Adamax", read<optim::torch::Adamax, optim::torch::AdamaxOptions>},
        {"NAdam", read<optim::torch::NAdam, optim::torch::NAdamOptions>},
        {"RAdam", read<RAdam, RAdamOptions>},
        {"RMSprop", read<optim::torch::RMSprop, optim::torch::RMSpropOptions>},
        {"Rprop", read<Rprop, RpropOptions>},
        {"SGD", read<optim::torch::SGD, optim::torch::SGDOptions>}};
    return all;
}

optim::Optimizer read_by(const std::map<std::string, Reader>& readers, const json& j) {
    const std::string type = j.at("class_name");
    const auto found = readers.find(type);
    if (found == readers.end()) throw Unknown("optimizer " + type);
    return found->second(type, in_our_words(j.at("config")));
}

// The slot that Keras calls weight_slot and PyTorch weight.slot. What PyTorch counts for each
// weight is one number for all of them here, and ASGD computes eta and mu from it.
void compare_slot(const optim::Optimizer& optimizer, std::string name, const json& expected,
                  double tolerance) {
    const std::string key = name.substr(name.find('.') + 1);
    if (key == "eta" || key == "mu") return;
    if (key == "step") return compare_number(name, optimizer.iterations(), expected, 0);
    if (key == "mu_product") name = key;
    std::ranges::replace(name, '.', '_');
    const Tensor& slot = optimizer.slot(name);
    if (expected.is_object() && slot.size() > 1)
        return compare_tensor(name, slot, expected, tolerance);
    compare_numbers(name, slot.to_vector<double>(), read_numbers(expected), tolerance);
}

void compare_state(const optim::Optimizer& optimizer, const std::vector<Parameter>& weights,
                   const json& expected, double tolerance) {
    for (const Parameter& w : weights)
        compare_tensor(w.name(), w, expected.at("variables").at(w.name()), tolerance);
    for (const auto& [name, slot] : expected.at("slots").items())
        compare_slot(optimizer, name, slot, tolerance);
    if (expected.contains("iterations"))
        compare_number("iterations", optimizer.iterations(), expected.at("iterations"), 0);
    if (expected.contains("learning_rate"))
        compare_number("learning_rate", optimizer.learning_rate(), expected.at("learning_rate"),
                       tolerance);
}

void run_steps(optim::Optimizer optimizer, const json& c) {
    const double tolerance = c.at("tolerance");
    std::vector<Parameter> weights;
    for (const json& v : c.at("variables")) weights.emplace_back(v.at("name"), read_tensor(v));
    if (c.contains("exclude_from_weight_decay"))
        optimizer.exclude_from_weight_decay(c.at("exclude_from_weight_decay"));
    const json change = c.value("learning_rate_change", json::object());
    int step = 0;
    for (const json& of_step : c.at("gradients")) {
        ++step;
        if (change.value("before_step", 0) == step)
            optimizer.set_learning_rate(change.at("learning_rate"));
        std::vector<Tensor> gradients;
        for (std::size_t i = 0; i < weights.size(); ++i)
            gradients.push_back(tensor(read_numbers(of_step.at(i)), weights[i].shape()).cast(f32));
        evaluate({}, optimizer.updates(weights, std::move(gradients)));
        const std::string key = std::to_string(step);
        if (c.at("after").contains(key))
            compare_state(optimizer, weights, c.at("after").at(key), tolerance);
    }
    if (!c.contains("finalized")) return;
    optimizer.finalize_variable_values(weights);
    for (const Parameter& w : weights)
        compare_tensor("finalized " + w.name(), w, c.at("finalized").at(w.name()), tolerance);
}

// ---- L-BFGS -------------------------------------------------------------------------------------

Tensor function_of(const json& function, const Tensor& x) {
    if (function.at("name") == "quadratic") {
        const Tensor a = read_tensor(function.at("A"), x.dtype());
        const Tensor b = read_tensor(function.at("b"), x.dtype());
        return sum(x * matmul(a, x)) / 2 - sum(b * x);
    }
    if (function.at("name") != "rosenbrock")
        throw Unknown("function " + function.at("name").get<std::string>());
    return square(1 - x[0]) + 100 * square(x[1] - square(x[0]));
}

void run_lbfgs(const json& c) {
    optim::LBFGSOptions options;
    std::string search;
    const json config = in_our_words(c.at("config"));
    Setter own(config);
    own("learning_rate", options.learning_rate);
    own("max_iter", options.max_iter);
    own("history_size", options.history_size);
    own("line_search_fn", search);
    own.check("LBFGS");
    if (search == "strong_wolfe") options.line_search = optim::LineSearch::strong_wolfe;

    const double tolerance = c.at("tolerance");
    const Parameter x("x", read_tensor(c.at("start"), f64));
    optim::LBFGS lbfgs(options);
    for (const json& expected : c.at("trajectory")) {
        const double returned =
            lbfgs.step({x}, [&] { return function_of(c.at("function"), x.value()); });
        compare_number("returned", returned, expected.at("returned"), tolerance);
        compare_tensor("x", x, expected.at("x"), tolerance);
        compare_number("func_evals", lbfgs.evaluations(), expected.at("func_evals"), 0);
        compare_number("n_iter", lbfgs.iterations(), expected.at("n_iter"), 0);
    }
}

const Kind keras_kind("optimizers",
                      [](const json&, const json& c) { run_steps(read_optimizer(c), c); });

const Kind torch_kind("torch_optimizers", [](const json&, const json& c) {
    if (c.at("class_name") != "LBFGS") return run_steps(read_by(torch_readers(), c), c);
    run_lbfgs(c);
});

}  // namespace

optim::Optimizer read_optimizer(const json& j) { return read_by(keras_readers(), j); }

}  // namespace shikumi::golden
