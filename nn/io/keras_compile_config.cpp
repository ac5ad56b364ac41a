// What `compile` was told, in Keras's forms.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/class_config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/keras_config.hpp>
#include <shikumi/nn/training/compile_config.hpp>
#include <shikumi/optim/configs.hpp>

namespace shikumi::nn {

namespace {

constexpr auto who = "compile";

// Nothing to Keras where each batch is a step, and 1 here.
constexpr auto accumulation = "gradient_accumulation_steps";

bool is_one_of(std::string_view name, const auto& names) {
    return std::ranges::find(names, name) != std::end(names);
}

bool is_off(const Config& value) { return value.is_null() || value == false; }

// ---- reading ------------------------------------------------------------------------------------

// The names of TensorFlow.js, and of Keras before 2.3.
std::string name_here(const std::string& name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> others{
        {{"learningRate", "learning_rate"},
         {"lr", "learning_rate"},
         {"beta1", "beta_1"},
         {"beta2", "beta_2"}}};
    for (const auto& [other, here] : others) {
        if (name == other) return std::string(here);
    }
    return name;
}

// Optimisers before Keras 2.11 divide the learning rate by 1 + decay · steps.
void set_decay(Config& options, const Config& decay) {
    const Config* const rate = options.find("learning_rate");
    if (is_off(decay) || decay == 0 || decay == 0.0) return;
    if (!rate || rate->object())
        fail<ValueError>(who, "the optimiser has a decay, and no constant learning rate");
    options.set("learning_rate",
                {{"class_name", "InverseTimeDecay"},
                 {"config",
                  {{"initial_learning_rate", *rate}, {"decay_steps", 1}, {"decay_rate", decay}}}});
}

void note_unknown(const std::string& class_name, const Config& options,
                  const optim::Optimizer& made, KerasReport& report) {
    constexpr std::array<std::string_view, 6> meaningless{
        "name", "jit_compile", "is_legacy_optimizer", "fused", "decay", "initial_decay"};
    const Config whole = optim::to_config(made);
    for (const auto& [name, value] : *options.object()) {
        if (!is_off(value) && !is_one_of(name, meaningless) && !whole.find("config")->find(name))
            report.notes.push_back(sentence("the optimiser ", class_name, " has no '", name,
                                            "' (it is ", value.description(), ")"));
    }
}

Config optimizer_here(const Config& config, KerasReport& report) {
    if (config.text()) return config;
    const auto object = shikumi::detail::class_in(config, "optimizer");
    Config options = Config::Object{};
    for (const auto& [name, value] : *object.config.object()) {
        if (name != accumulation || !value.is_null()) options.set(name_here(name), value);
    }
    // Keras 2 writes how often averages overwrite weights also where there are none.
    const Config* const averaged = options.find("use_ema");
    if (!averaged || is_off(*averaged)) options.set("ema_overwrite_frequency", Config());
    const Config* const decay = options.find("decay");
    // Keras 2's forms of RMSprop from before 2.11.
    if (decay && object.class_name == "RMSprop" && options.find("momentum") &&
        (*options.find("momentum") == 0.0 || *options.find("momentum") == 0))
        report.notes.push_back(
            "the optimiser RMSprop of Keras before 2.11 adds epsilon outside of "
            "the root, and inside here");
    if (decay) set_decay(options, Config(*decay));
    Config here{{"class_name", object.class_name}, {"config", options}};
    if (!object.module.empty()) here.set("module", object.module);
    note_unknown(object.class_name, options, optim::optimizer_from_config(here), report);
    return here;
}

// Keras 2's reduction "auto" is the usual one.
Config without_auto(const Config& config) {
    if (const Config::List* const list = config.list()) {
        Config::List all;
        for (const Config& one : *list) all.push_back(without_auto(one));
        return all;
    }
    if (!config.object()) return config;
    Config all = Config::Object{};
    for (const auto& [name, value] : *config.object()) {
        if (name != "reduction" || value != "auto") all.set(name, without_auto(value));
    }
    return all;
}

// ---- writing ------------------------------------------------------------------------------------

void refuse_own(const Config& config, std::string_view what) {
    if (const Config::List* const list = config.list()) {
        for (const Config& one : *list) refuse_own(one, what);
    }
    if (!config.object()) return;
    const Config *const module = config.find("module"), *const name = config.find("class_name");
    if (module && name && (!module->text() || !module->text()->starts_with("keras")))
        fail<ValueError>(who, "Keras has no ", what, " '", *name->text(), "'");
    for (const auto& [key, value] : *config.object()) refuse_own(value, what);
}

// Without the modules, as files of Keras 2 have it.
Config legacy(const Config& config) {
    if (const Config::List* const list = config.list()) {
        Config::List all;
        for (const Config& one : *list) all.push_back(legacy(one));
        return all;
    }
    if (!config.object()) return config;
    Config all = Config::Object{};
    for (const auto& [name, value] : *config.object()) {
        if (name != "module" && name != "registered_name") all.set(name, legacy(value));
    }
    return all;
}

Config keras3_optimizer(const Config& optimizer) {
    Config whole = optimizer, options = *optimizer.find("config");
    const Config* const steps = options.find(accumulation);
    if (steps && *steps == 1) options.set(accumulation, {});
    whole.set("config", std::move(options));
    return whole;
}

// Only Keras 3's optimisers have these.
Config keras2_optimizer(const Config& optimizer) {
    constexpr std::array<std::string_view, 2> only_in_keras3{"loss_scale_factor", accumulation};
    Config options = Config::Object{};
    for (const auto& [name, value] : *optimizer.find("config")->object()) {
        if (!is_one_of(name, only_in_keras3))
            options.set(name, legacy(value));
        else if (!value.is_null())
            fail<ValueError>(who, "Keras 2's optimisers have no '", name, "'");
    }
    return {{"class_name", "Custom>" + *optimizer.find("class_name")->text()}, {"config", options}};
}

}  // namespace

std::optional<CompileOptions> compile_options_from_keras_config(
    const Config& config, const std::vector<std::string>& outputs, KerasReport& report) {
    constexpr std::array<std::string_view, 5> read{"loss", "loss_weights", "metrics",
                                                   "weighted_metrics", "run_eagerly"};
    constexpr std::array<std::string_view, 5> passed_over{"optimizer", "optimizer_config",
                                                          "steps_per_execution", "jit_compile",
                                                          "sample_weight_mode"};
    if (!config.object() || config.object()->empty()) return std::nullopt;
    const Config* optimizer = config.find("optimizer");
    if (!optimizer || optimizer->is_null()) optimizer = config.find("optimizer_config");
    if (!optimizer || optimizer->is_null()) {
        report.notes.push_back(
            "the optimiser is unknown, since the file doesn't say which it was: "
            "the model isn't compiled");
        return std::nullopt;
    }
    Config here{{"optimizer", optimizer_here(*optimizer, report)}};
    for (const auto& [name, value] : *config.object()) {
        if (value.is_null()) continue;
        if (is_one_of(name, read))
            here.set(name, without_auto(value));
        else if (!is_one_of(name, passed_over) && !is_off(value))
            report.notes.push_back(
                sentence("compile has no '", name, "' (it is ", value.description(), ")"));
    }
    return compile_options_from_config(here, outputs);
}

Config keras_compile_config(const CompileOptions& options,
                            const std::vector<std::string>& outputs) {
    const Config whole = to_config(options, outputs);
    Config all = Config::Object{};
    for (const auto& [name, value] : *whole.object()) {
        if (name == "memory_budget") continue;
        refuse_own(value, name == "optimizer" ? "optimiser or schedule" : "loss or metric");
        all.set(name, value);
    }
    for (const char* const own : {"exclude_from_weight_decay", "parameter_groups"}) {
        if (all.find("optimizer")->find("config")->find(own))
            fail<ValueError>(who, "Keras's optimisers have no '", own, "' in their configuration");
    }
    all.set("optimizer", keras3_optimizer(*all.find("optimizer")));
    all.set("steps_per_execution", 1);
    all.set("jit_compile", false);
    return all;
}

Config keras_training_config(const CompileOptions& options, const std::vector<std::string>& outputs,
                             KerasLine line) {
    const Config whole = keras_compile_config(options, outputs);
    const bool keras2 = line == KerasLine::keras2;
    const Config& optimizer = *whole.find("optimizer");
    Config all = Config::Object{};
    for (const auto& [name, value] : *whole.object()) {
        if (name != "optimizer") all.set(name, keras2 ? legacy(value) : value);
    }
    all.set("optimizer_config", keras2 ? keras2_optimizer(optimizer)
                                       : Config{{"class_name", *optimizer.find("class_name")},
                                                {"config", *optimizer.find("config")}});
    return all;
}

}  // namespace shikumi::nn
