#include <shikumi/nn/training/compile_config.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/losses/configs.hpp>
#include <shikumi/nn/metrics/configs.hpp>
#include <shikumi/optim/configs.hpp>

namespace shikumi::nn {

namespace {

constexpr auto who = "compile";

using Outputs = std::vector<std::string>;

// ---- writing ------------------------------------------------------------------------------------

// One value alone, a list, or an object by names.
template <class T>
Config written(const PerOutput<T>& values, auto write) {
    if (values.named()) {
        Config by_name = Config::Object{};
        for (const auto& [name, value] : values.values()) by_name.set(name, write(value));
        return by_name;
    }
    Config::List all;
    for (const auto& [name, value] : values.values()) all.push_back(write(value));
    return all.empty() ? Config() : all.size() == 1 ? all.front() : Config(std::move(all));
}

Config list_of(const std::vector<Metric>& metrics) {
    Config::List all;
    for (const Metric& metric : metrics) all.push_back(to_config(metric));
    return all;
}

// To Keras, a list for several outputs has one metric of each.
Config written(const Metrics& metrics, const Outputs& outputs) {
    if (!metrics.by_name().empty()) return written(metrics.by_name(), list_of);
    if (metrics.of_all().empty()) return {};
    Config each = list_of(metrics.of_all());
    return outputs.size() < 2 ? each : Config(Config::List(outputs.size(), each));
}

// ---- reading ------------------------------------------------------------------------------------

// An object of a class, which has names too, is a single value.
bool is_by_name(const Config& config) { return config.object() && !config.find("class_name"); }

void check_output(std::string_view what, const std::string& name, const Outputs& outputs) {
    if (!outputs.empty() && std::ranges::find(outputs, name) == outputs.end())
        fail<ValueError>(who, "got ", what, " for '", name, "', which is no output of the model");
}

void check_count(std::string_view what, std::size_t count, const Outputs& outputs) {
    if (!outputs.empty() && count != outputs.size())
        fail<ValueError>(who, "got ", count, " ", what, " for the ", outputs.size(),
                         " outputs of the model");
}

template <class T>
using Named = std::vector<std::pair<std::string, T>>;

// Outputs whose value is nothing have none.
template <class T>
Named<T> read_by_name(const Config& config, std::string_view what, const Outputs& outputs,
                      auto read) {
    Named<T> values;
    for (const auto& [name, value] : *config.object()) {
        check_output(what, name, outputs);
        if (!value.is_null()) values.emplace_back(name, read(value));
    }
    return values;
}

template <class T>
PerOutput<T> read_each(const Config& config, std::string_view what, const Outputs& outputs,
                       auto read) {
    if (config.is_null()) return {};
    if (is_by_name(config)) return {read_by_name<T>(config, what, outputs, read)};
    if (!config.list()) return {T(read(config))};
    const Config::List& list = *config.list();
    check_count(what, list.size(), outputs);
    if (std::ranges::none_of(list, &Config::is_null)) {
        std::vector<T> values;
        for (const Config& one : list) values.push_back(read(one));
        return PerOutput<T>(values);
    }
    if (outputs.empty())
        fail<ValueError>(who, "a list of ", what, " with gaps wants the names of the outputs");
    Named<T> values;
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (!list[i].is_null()) values.emplace_back(outputs[i], read(list[i]));
    }
    return {std::move(values)};
}

std::vector<Metric> metrics_in(const Config& config) {
    std::vector<Metric> all;
    if (!config.list()) return {metric_from_config(config)};
    for (const Config& one : *config.list()) {
        // Keras's place for nothing.
        if (!one.is_null()) all.push_back(metric_from_config(one));
    }
    return all;
}

// A list of lists, or one as long as there are outputs, has those of each output.
Metrics read_metrics(const Config& config, const Outputs& outputs) {
    if (config.is_null()) return {};
    constexpr auto what = "metrics";
    using List = std::vector<Metric>;
    if (is_by_name(config)) return {read_by_name<List>(config, what, outputs, metrics_in)};
    const bool nested = config.list() && std::ranges::any_of(*config.list(), [](const Config& one) {
                            return one.list() != nullptr;
                        });
    if (!nested &&
        (outputs.size() < 2 || !config.list() || config.list()->size() != outputs.size()))
        return Metrics(metrics_in(config));
    if (outputs.empty()) {
        if (config.list()->size() == 1) return Metrics(metrics_in(config.list()->front()));
        fail<ValueError>(who, "lists of metrics for each output want the names of the outputs");
    }
    check_count(what, config.list()->size(), outputs);
    Named<List> values;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const Config& one = (*config.list())[i];
        if (!one.is_null()) values.emplace_back(outputs[i], metrics_in(one));
    }
    return {std::move(values)};
}

double read_weight(const Config& config) {
    double weight = 0;
    from_config(config, weight, "compile: loss_weights");
    if (!std::isfinite(weight))
        fail<ValueError>(who, "a weight of a loss is a finite number, got ", weight);
    return weight;
}

}  // namespace

Config to_config(const CompileOptions& options, const Outputs& outputs) {
    const auto loss = [](const Loss& one) { return to_config(one); };
    const auto weight = [](double one) { return Config(one); };
    Config all{{"optimizer", optim::to_config(options.optimizer)},
               {"loss", written(options.loss, loss)},
               {"loss_weights", written(options.loss_weights, weight)},
               {"metrics", written(options.metrics, outputs)},
               {"weighted_metrics", written(options.weighted_metrics, outputs)},
               {"run_eagerly", options.run_eagerly}};
    if (options.memory_budget != EvaluationOptions().memory_budget)
        all.set("memory_budget", options.memory_budget);
    return all;
}

CompileOptions compile_options_from_config(const Config& config, const Outputs& outputs) {
    ConfigReader fields(who, config);
    CompileOptions options;
    const auto read = [&](std::string_view name, auto take) {
        const Config* const found = config.find(name);
        if (found && !found->is_null()) take(*found);
    };
    read("optimizer",
         [&](const Config& c) { options.optimizer = optim::optimizer_from_config(c); });
    read("loss", [&](const Config& c) {
        options.loss = read_each<Loss>(c, "losses", outputs, loss_from_config);
    });
    read("loss_weights", [&](const Config& c) {
        options.loss_weights = read_each<double>(c, "loss_weights", outputs, read_weight);
    });
    read("metrics", [&](const Config& c) { options.metrics = read_metrics(c, outputs); });
    read("weighted_metrics",
         [&](const Config& c) { options.weighted_metrics = read_metrics(c, outputs); });
    fields("run_eagerly", options.run_eagerly);
    std::optional<Index> budget;
    fields("memory_budget", budget);
    if (budget && *budget < 0)
        fail<ValueError>(who, "memory_budget must not be negative, got ", *budget);
    if (budget) options.memory_budget = static_cast<std::size_t>(*budget);
    return options;
}

}  // namespace shikumi::nn
