#include <shikumi/nn/metrics/configs.hpp>

#include <array>
#include <tuple>
#include <utility>

#include <shikumi/autograd/core/class_config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/nn/losses/configs.hpp>
#include <shikumi/nn/metrics/detail/all_metrics.hpp>
#include <shikumi/nn/metrics/detail/mean_of_loss.hpp>
#include <shikumi/nn/metrics/names.hpp>

namespace shikumi::nn {

namespace {

using shikumi::detail::class_in;
using shikumi::detail::ClassConfig;
using shikumi::detail::NameRow;
using shikumi::detail::NameTable;
using shikumi::detail::Registry;

constexpr auto module = "keras.metrics", mean_of = "MeanMetricWrapper";

struct Known {
    std::string_view class_name;
    const Metric* constant;
    const Loss* loss;
    Metric (*read)(ConfigReader& fields, const Config& config);
};

template <const auto& entries, std::size_t i>
Metric read(ConfigReader& fields, const Config& config) {
    constexpr auto entry = std::get<i>(entries);
    if constexpr (requires { entry.read(fields); }) {
        return entry.read(fields);
    } else {
        const Metric mean =
            loss_from_config({{"class_name", entry.loss->name()}, {"config", config}});
        // Some are called otherwise than the loss.
        return config.find("name") ? mean : mean.named(std::string(entry.names[0]));
    }
}

template <const auto& entries>
constexpr auto rows_of() {
    return []<std::size_t... i>(std::index_sequence<i...>) {
        return std::array{
            NameRow<Known>{{std::get<i>(entries).names[1], std::get<i>(entries).constant,
                            std::get<i>(entries).loss, read<entries, i>},
                           std::get<i>(entries).names}...};
    }
    (std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(entries)>>>());
}
constexpr std::array rows = rows_of<detail::all_metrics>();
constexpr std::array rows_of_arguments = rows_of<detail::metrics_of_arguments>();
constexpr NameTable<Known> known("metric", rows), known_of_arguments("metric", rows_of_arguments);

const Known* find(std::string_view name) {
    const Known* const found = known.find(name);
    return found ? found : known_of_arguments.find(name);
}

auto& own_metrics() {
    static Registry<std::function<Metric(const Config&)>> all("metric");
    return all;
}

// ---- writing ------------------------------------------------------------------------------------

Config without_reduction(const Config& of_loss) {
    Config all = Config::Object{};
    for (const auto& [name, value] : *of_loss.object()) {
        if (name != "reduction") all.set(name, value);
    }
    return all;
}

// A class of Keras's where it has one for this loss; it has no reduction.
ClassConfig mean_of_loss(const Loss& loss) {
    Config of_loss = to_config(loss);
    for (const NameRow<Known>& row : known.rows()) {
        if (row.value.loss && row.value.loss->function().name() == loss.function().name() &&
            of_loss.find("registered_name")->is_null())
            return {module, std::string(row.value.class_name),
                    without_reduction(*of_loss.find("config"))};
    }
    return {module, mean_of, {{"fn", std::move(of_loss)}}};
}

// What is made of arguments, of its function's or its rule's name.
ClassConfig made_of_arguments(const Metric& metric) {
    const std::string name(metric.first_name());
    const Config arguments =
        metric.rule() ? metric.rule()->get_config() : metric.function().get_config();
    const Config none = Config::Object{};
    if (const Known* const found = find(name)) {
        const bool constant = found->constant && metric.function() == found->constant->function();
        if (constant || arguments.object())
            return {module, std::string(found->class_name), constant ? none : arguments};
    }
    if (!own_metrics().find(name))
        fail<ValueError>("metric", "'", name,
                         "' is one of your own, which a file can't hold: register it by "
                         "register_metric");
    return {{}, name, arguments.is_null() ? none : arguments};
}

// ---- reading ------------------------------------------------------------------------------------

// Results are f64 here; in Keras they have the dtype.
void check_dtype(ConfigReader& fields) {
    DType dtype = f32;
    fields("dtype", dtype);
    if (dtype != f32 && dtype != f64)
        fail<ValueError>(fields.owner(), "a metric's dtype is float32 or float64");
}

// Whether it is a name and no arguments: a text, or a function in Keras's form.
bool is_name(const Config& config) {
    const Config* const arguments = config.find("config");
    return config.text() || (arguments && arguments->text());
}

// What MeanMetricWrapper takes the mean of.
Metric of_function(const Config* function) {
    if (!function) fail<ValueError>(mean_of, "the field 'fn' is missing");
    if (is_name(*function)) return metric(class_in(*function, mean_of).class_name);
    return loss_from_config(*function);
}

Metric made(const ClassConfig& object, ConfigReader& fields) {
    if (object.class_name == mean_of) return of_function(object.config.find("fn"));
    if (const auto own = own_metrics().find(object.class_name)) return (*own)(object.config);
    if (const Known* const found = find(object.class_name))
        return found->read(fields, object.config);
    return metric(object.class_name);  // throws
}

}  // namespace

Config to_config(const Metric& metric) {
    ClassConfig object;
    if (const auto* const mean = dynamic_cast<const detail::MeanOfLoss*>(metric.rule())) {
        object = mean_of_loss(mean->loss());
    } else if (!metric.rule() && metric.function() == accuracy.function()) {
        if (metric.name() == "accuracy" || metric.name() == "acc") return metric.name();
        object = {module, mean_of, {{"fn", accuracy.name()}}};
    } else {
        object = made_of_arguments(metric);
    }
    object.config.set("name", metric.name());
    object.config.set("dtype", to_config(f32));
    return to_config(object);
}

Metric metric_from_config(const Config& config) {
    const ClassConfig object = class_in(config, "metric");
    if (is_name(config) && !own_metrics().find(object.class_name)) return metric(object.class_name);
    ConfigReader fields(object.class_name, object.config);
    check_dtype(fields);
    Metric read = made(object, fields);
    std::string name(read.name());
    fields("name", name);
    return name == read.name() ? read : read.named(name);
}

void register_metric(std::string name, std::function<Metric(const Config& config)> make) {
    own_metrics().add(std::move(name), std::move(make));
}

}  // namespace shikumi::nn
