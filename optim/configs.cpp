#include <shikumi/optim/configs.hpp>

#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/class_config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/optim/detail/all_optimizers.hpp>
#include <shikumi/optim/detail/optimizer_state.hpp>
#include <shikumi/optim/detail/rule_of.hpp>
#include <shikumi/optim/detail/schedule_arguments.hpp>
#include <shikumi/optim/names.hpp>

namespace shikumi::optim {

namespace {

using shikumi::detail::class_in;
using shikumi::detail::ClassConfig;
using shikumi::detail::NameRow;
using shikumi::detail::NameTable;
using shikumi::detail::Registry;

constexpr std::string_view keras = "keras.optimizers", torch_module = "torch.optim";

// ---- schedules ----------------------------------------------------------------------------------

struct KnownSchedule {
    std::string_view module;
    Scheduled (*read)(ConfigReader& fields);
};

constexpr std::string_view of_keras = "keras.optimizers.schedules",
                           of_torch = "torch.optim.lr_scheduler", of_ours = "shikumi.optim";

const NameRow<KnownSchedule> schedule_rows[] = {
    {{of_keras,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::DecayArguments>();
          return ExponentialDecay(a.initial_learning_rate, a.decay_steps, a.decay_rate,
                                  a.staircase);
      }},
     {"ExponentialDecay"}},
    {{of_keras,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::DecayArguments>();
          return InverseTimeDecay(a.initial_learning_rate, a.decay_steps, a.decay_rate,
                                  a.staircase);
      }},
     {"InverseTimeDecay"}},
    {{of_keras,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::StepsArguments<CosineDecayOptions>>();
          return CosineDecay(a.initial_learning_rate, a.decay_steps, a.options);
      }},
     {"CosineDecay"}},
    {{of_keras,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::CosineDecayRestartsArguments>();
          return CosineDecayRestarts(a.initial_learning_rate, a.first_decay_steps, a.options);
      }},
     {"CosineDecayRestarts"}},
    {{of_keras,
      [](ConfigReader& fields) -> Scheduled {
          auto a = fields.fields<detail::PiecewiseConstantDecayArguments>();
          return PiecewiseConstantDecay(std::move(a.boundaries), std::move(a.values));
      }},
     {"PiecewiseConstantDecay"}},
    {{of_keras,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::StepsArguments<PolynomialDecayOptions>>();
          return PolynomialDecay(a.initial_learning_rate, a.decay_steps, a.options);
      }},
     {"PolynomialDecay"}},
    {{of_torch,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::ExponentialLRArguments>();
          return ExponentialLR(a.learning_rate, a.gamma);
      }},
     {"ExponentialLR"}},
    {{of_torch,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::StepLRArguments>();
          return StepLR(a.learning_rate, a.step_size, a.gamma);
      }},
     {"StepLR"}},
    {{of_torch,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::MultiStepLRArguments>();
          return MultiStepLR(a.learning_rate, a.milestones, a.gamma);
      }},
     {"MultiStepLR"}},
    {{of_torch,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::ConstantLRArguments>();
          return ConstantLR(a.learning_rate, a.factor, a.total_iters);
      }},
     {"ConstantLR"}},
    {{of_torch,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::LinearLRArguments>();
          return LinearLR(a.learning_rate, a.options);
      }},
     {"LinearLR"}},
    {{of_torch,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::PolynomialLRArguments>();
          return PolynomialLR(a.learning_rate, a.total_iters, a.power);
      }},
     {"PolynomialLR"}},
    {{of_torch,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::CosineAnnealingLRArguments>();
          return CosineAnnealingLR(a.learning_rate, a.T_max, a.eta_min);
      }},
     {"CosineAnnealingLR"}},
    {{of_torch,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::WarmRestartsArguments>();
          return CosineAnnealingWarmRestarts(a.learning_rate, a.T_0, a.options);
      }},
     {"CosineAnnealingWarmRestarts"}},
    {{of_torch,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::CyclicLRArguments>();
          return CyclicLR(a.base_lr, a.max_lr, a.options);
      }},
     {"CyclicLR"}},
    {{of_ours,
      [](ConfigReader& fields) { return CyclicMomentum(fields.fields<CyclicLROptions>()); }},
     {"CyclicMomentum"}},
    {{of_torch,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::OneCycleLRArguments>();
          return OneCycleLR(a.max_lr, a.total_steps, a.options);
      }},
     {"OneCycleLR"}},
    {{of_ours,
      [](ConfigReader& fields) {
          const auto a = fields.fields<detail::OneCycleMomentumArguments>();
          return OneCycleMomentum(a.total_steps, a.options);
      }},
     {"OneCycleMomentum"}},
    {{of_torch,
      [](ConfigReader& fields) -> Scheduled {
          auto a = fields.fields<detail::SequentialLRArguments>();
          std::vector<LearningRate> schedules;
          for (detail::Inner& one : a.schedules) schedules.push_back(std::move(one.value));
          return SequentialLR(std::move(schedules), std::move(a.milestones));
      }},
     {"SequentialLR"}},
    {{of_ours,
      [](ConfigReader& fields) -> Scheduled {
          const auto a = fields.fields<detail::WarmupArguments>();
          return Warmup(a.schedule.value, a.steps, a.start);
      }},
     {"Warmup"}},
};
const NameTable<KnownSchedule> known_schedules("schedule", schedule_rows);

auto& own_schedules() {
    static Registry<std::function<Schedule(const Config&)>> all("schedule");
    return all;
}

Config completed(const std::string& name, const Config& arguments);

// The schedules inside of another one have class and arguments only.
Config with_completed(const Config& value) {
    if (const Config* const name = value.find("class_name"); name && !value.find("module"))
        return completed(*name->text(), *value.find("config"));
    if (!value.list()) return value;
    Config::List all;
    for (const Config& one : *value.list()) all.push_back(with_completed(one));
    return all;
}

Config completed(const std::string& name, const Config& arguments) {
    if (const KnownSchedule* const known = known_schedules.find(name);
        known && arguments.object()) {
        Config all = Config::Object{};
        for (const auto& [key, value] : *arguments.object()) all.set(key, with_completed(value));
        return to_config(ClassConfig{std::string(known->module), name, std::move(all)});
    }
    if (!own_schedules().find(name))
        fail<ValueError>("schedule", "'", name,
                         "' is one of your own, which a file can't hold: register it by "
                         "register_schedule");
    return to_config(
        ClassConfig{{}, name, arguments.is_null() ? Config(Config::Object{}) : arguments});
}

// ---- optimisers ---------------------------------------------------------------------------------

struct KnownOptimizer {
    std::string_view module, name, small;
    Optimizer (*read)(ConfigReader& fields);
    Config (*write)(const Rule& rule);  // nothing for another rule
};

template <class Entry>
Config written(const Rule& rule) {
    const auto* const own = dynamic_cast<const detail::RuleOf<typename Entry::Options>*>(&rule);
    if (!own) return {};
    return ConfigWriter().fields(own->o);
}

constexpr auto rows_of(std::string_view module, const auto& entries) {
    return std::apply(
        [&]<class... Entry>(const Entry&... entry) {
            return std::array{
                KnownOptimizer{module, entry.name, entry.small,
                               [](ConfigReader& fields) -> Optimizer {
                                   return typename Entry::Optimizer(
                                       fields.template fields<typename Entry::Options>());
                               },
                               written<Entry>}...};
        },
        entries);
}
constexpr std::array keras_forms = rows_of(keras, detail::all_optimizers);
constexpr std::array torch_forms = rows_of(torch_module, detail::all_torch_forms);

const KnownOptimizer* find(std::span<const KnownOptimizer> forms, std::string_view name) {
    const auto found = std::ranges::find_if(forms, [&](const KnownOptimizer& k) {
        return !name.empty() && (k.name == name || k.small == name);
    });
    return found == forms.end() ? nullptr : &*found;
}

// PyTorch's form where the module says so, or Keras has none of that name.
const KnownOptimizer* find(const ClassConfig& object) {
    if (!object.module.starts_with("torch")) {
        if (const KnownOptimizer* const found = find(keras_forms, object.class_name)) return found;
    }
    return find(torch_forms, object.class_name);
}

auto& own_optimizers() {
    static Registry<std::function<Optimizer(const Config&)>> all("optimizer");
    return all;
}

// Class and options.
ClassConfig class_of(const detail::OptimizerState& state) {
    const Rule& rule = *state.rule;
    for (const std::span<const KnownOptimizer> forms :
         {std::span<const KnownOptimizer>(torch_forms), {keras_forms}}) {
        for (const KnownOptimizer& known : forms) {
            Config options = known.write(rule);
            if (!options.is_null())
                return {std::string(known.module), std::string(known.name), std::move(options)};
        }
    }
    const std::string name(rule.name());
    if (!own_optimizers().find(name))
        fail<ValueError>("optimizer", "the rule '", name,
                         "' is one of your own, which a file can't hold: register it by "
                         "register_optimizer");
    Config options = rule.get_config();
    const Config step = ConfigWriter().fields(state.options);
    for (const auto& [key, value] : *step.object()) options.set(key, value);
    return {{}, name, std::move(options)};
}

Config rate_of(const detail::Group& group) {
    if (group.schedule.scheduled()) return to_config(group.schedule);
    return group.learning_rate.value().item<double>();
}

Config groups_of(const detail::OptimizerState& state) {
    Config::List all;
    for (std::size_t i = 1; i < state.groups.size(); ++i) {
        const detail::Group& group = state.groups[i];
        if (!group.given.parameters.empty())
            fail<ValueError>("optimizer", "group ", i,
                             " lists parameters, which a file can't hold: give it their names");
        Config written = ConfigWriter().fields(group.given);
        if (state.has_rate_of_its_own(i)) written.set("learning_rate", rate_of(group));
        all.push_back(std::move(written));
    }
    return all;
}

// Those that no class of Keras or PyTorch has.
void add_own(Optimizer& optimizer, const Config& options) {
    ConfigReader fields("optimizer", options);
    std::vector<std::string> without_decay;
    fields("exclude_from_weight_decay", without_decay);
    optimizer.exclude_from_weight_decay(without_decay);
    const Config* const groups = options.find("parameter_groups");
    if (!groups || groups->is_null()) return;
    if (!groups->list())
        fail<ValueError>("optimizer", "parameter_groups wants a list, got ", groups->description());
    for (const Config& group : *groups->list())
        optimizer.add_group(ConfigReader("parameter_groups", group).fields<ParameterGroup>());
}

}  // namespace

Config to_config(const Scheduled& scheduled) {
    const Schedule& schedule = scheduled.schedule();
    if (!schedule) return scheduled.constant();
    return completed(std::string(schedule.name()), schedule.get_config());
}

void from_config(const Config& config, Scheduled& value, std::string_view reading) {
    if (config.integer() || config.number()) {
        double number = 0;
        from_config(config, number, reading);
        value = number;
        return;
    }
    const ClassConfig object = class_in(config, reading);
    if (const auto own = own_schedules().find(object.class_name)) {
        value = (*own)(object.config);
        return;
    }
    ConfigReader fields(object.class_name, object.config);
    value = known_schedules[object.class_name].read(fields);
}

Config to_config(const Optimizer& optimizer) {
    const detail::OptimizerState& state = optimizer.parts();
    ClassConfig object = class_of(state);
    object.config.set("learning_rate", rate_of(state.groups[0]));
    if (!state.without_decay.empty())
        object.config.set("exclude_from_weight_decay", shikumi::to_config(state.without_decay));
    if (state.groups.size() > 1) object.config.set("parameter_groups", groups_of(state));
    return to_config(object);
}

Optimizer optimizer_from_config(const Config& config) {
    const ClassConfig object = class_in(config, "optimizer");
    const auto own = own_optimizers().find(object.class_name);
    const KnownOptimizer* const known = find(object);
    if (!own && !known) return optimizer(object.class_name);  // throws
    ConfigReader fields(object.class_name, object.config);
    Optimizer made = own ? (*own)(object.config) : known->read(fields);
    add_own(made, object.config);
    return made;
}

Config to_config(const LBFGS& lbfgs) {
    return to_config(
        ClassConfig{std::string(torch_module), "LBFGS", ConfigWriter().fields(lbfgs.options())});
}

LBFGS lbfgs_from_config(const Config& config) {
    const ClassConfig object = class_in(config, "LBFGS");
    if (object.class_name != "LBFGS")
        fail<ValueError>("LBFGS", "got the configuration of ", object.class_name);
    ConfigReader fields("LBFGS", object.config);
    return LBFGS(fields.fields<LBFGSOptions>());
}

void register_optimizer(std::string name, std::function<Optimizer(const Config& config)> make) {
    own_optimizers().add(std::move(name), std::move(make));
}

void register_schedule(std::string name, std::function<Schedule(const Config& config)> make) {
    own_schedules().add(std::move(name), std::move(make));
}

}  // namespace shikumi::optim
