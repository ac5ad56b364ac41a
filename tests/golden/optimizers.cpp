// Runs the cases of optimisers: their variables and slots after given gradients.
#include <map>

#include "compare.hpp"
#include "readers.hpp"

namespace shikumi::golden {

namespace {

// PyTorch's names of options by ours.
json in_our_words(const json& config) {
    static const std::map<std::string, std::string> names{
        {"lr", "learning_rate"}, {"eps", "epsilon"}, {"line_search_fn", "line_search"}};
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

// What it is made of survives being written.
optim::Optimizer read_again(const optim::Optimizer& optimizer) {
    const shikumi::Config written = to_config(optimizer);
    optim::Optimizer again = optim::optimizer_from_config(written);
    if (to_config(again) != written) throw Different("its configuration, once read and written");
    return again;
}

shikumi::Config torch_config(const json& c) {
    return {{"module", "torch.optim"},
            {"class_name", c.at("class_name").get<std::string>()},
            {"config", read_config(in_our_words(c.at("config")))}};
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
    const double tolerance = c.at("tolerance");
    const Parameter x("x", read_tensor(c.at("start"), f64));
    optim::LBFGS lbfgs = optim::lbfgs_from_config(torch_config(c));
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
    if (c.at("class_name") != "LBFGS")
        return run_steps(read_again(optim::optimizer_from_config(torch_config(c))), c);
    run_lbfgs(c);
});

}  // namespace

optim::Optimizer read_optimizer(const json& j) {
    return read_again(optim::optimizer_from_config(read_config(j)));
}

}  // namespace shikumi::golden
