// Runs the cases of schedules: the rate in each step.
#include <utility>

#include "compare.hpp"
#include "readers.hpp"

namespace shikumi::golden {

namespace {

using optim::Scheduled;

// PyTorch's schedules know the optimiser's rate, and count steps in epochs.
shikumi::Config torch_config(const std::string& type, const json& config, double rate) {
    shikumi::Config own = read_config(config);
    own.set("learning_rate", rate);
    if (config.contains("epochs"))
        own.set("total_steps",
                config.at("epochs").get<Index>() * config.at("steps_per_epoch").get<Index>());
    if (config.contains("schedulers")) {
        shikumi::Config::List parts;
        for (const json& part : config.at("schedulers"))
            parts.push_back(torch_config(part.at(0), part.at(1), rate));
        own.set("schedules", std::move(parts));
    }
    return {{"class_name", type}, {"config", std::move(own)}};
}

// What it is made of survives being written.
Scheduled read(const shikumi::Config& config) {
    Scheduled schedule, again;
    from_config(config, schedule, "schedule");
    const shikumi::Config written = to_config(schedule);
    from_config(written, again, "schedule");
    if (to_config(again) != written) throw Different("its configuration, once read and written");
    return again;
}

// ---- running ------------------------------------------------------------------------------------

std::vector<double> values_of(const Scheduled& schedule, std::size_t count) {
    std::vector<double> values;
    for (std::size_t t = 0; t < count; ++t)
        values.push_back(schedule(scalar(static_cast<double>(t), f64)).item<double>());
    return values;
}

std::vector<double> plateau(const json& c) {
    const shikumi::Config config = read_config(c.at("config"));
    const auto options =
        ConfigReader("ReduceLROnPlateau", config).fields<optim::ReduceLROnPlateauOptions>();
    optim::SGD sgd({.learning_rate = c.at("optimizer_lr").get<double>()});
    optim::ReduceLROnPlateau reduce(sgd, options);
    std::vector<double> values{sgd.learning_rate()};
    for (const double metric : read_numbers(c.at("metrics"))) {
        reduce.step(metric);
        values.push_back(sgd.learning_rate());
    }
    return values;
}

const Kind kind("schedules", [](const json& theme, const json& c) {
    const std::string type = c.at("class_name");
    const std::vector<double> expected = read_numbers(c.at("values"));
    const double tolerance = c.at("tolerance");
    if (type == "ReduceLROnPlateau")
        return compare_numbers("rate", plateau(c), expected, tolerance);
    const bool torch = theme.at("library") == "torch";
    const shikumi::Config config =
        torch ? torch_config(type, c.at("config"), c.at("optimizer_lr")) : read_config(c);
    compare_numbers("rate", values_of(read(config), expected.size()), expected, tolerance);
    if (!c.contains("momentum")) return;
    const Scheduled momentum =
        read({{"class_name", "OneCycleMomentum"}, {"config", *config.find("config")}});
    compare_numbers("momentum", values_of(momentum, expected.size()),
                    read_numbers(c.at("momentum")), tolerance);
});

}  // namespace

}  // namespace shikumi::golden
