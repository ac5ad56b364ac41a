#include <shikumi/optim/plateau.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/optim/detail/checks.hpp>

namespace shikumi::optim {

namespace {

constexpr auto plateau_name = "ReduceLROnPlateau";
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr shikumi::detail::NameRow<PlateauMode> known_modes[] = {
    {PlateauMode::min, {"min"}},
    {PlateauMode::max, {"max"}},
};
constexpr shikumi::detail::NameTable<PlateauMode> modes("mode", known_modes);

constexpr shikumi::detail::NameRow<ThresholdMode> known_threshold_modes[] = {
    {ThresholdMode::rel, {"rel"}},
    {ThresholdMode::abs, {"abs"}},
};
constexpr shikumi::detail::NameTable<ThresholdMode> threshold_modes("threshold_mode",
                                                                    known_threshold_modes);

}  // namespace

Config to_config(PlateauMode value) { return modes.name_of(value); }
void from_config(const Config& config, PlateauMode& value, std::string_view reading) {
    value = modes.read(config, reading);
}

Config to_config(ThresholdMode value) { return threshold_modes.name_of(value); }
void from_config(const Config& config, ThresholdMode& value, std::string_view reading) {
    value = threshold_modes.read(config, reading);
}

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer optimizer, const ReduceLROnPlateauOptions& options)
    : optimizer_(std::move(optimizer)),
      options_(options),
      best_(options.mode == PlateauMode::min ? infinity : -infinity) {
    detail::check_decay(plateau_name, "factor", options.factor);
    detail::check_not_negative(plateau_name, "patience", static_cast<double>(options.patience));
    detail::check_not_negative(plateau_name, "cooldown", static_cast<double>(options.cooldown));
    detail::check_not_negative(plateau_name, "threshold", options.threshold);
    detail::check_not_negative(plateau_name, "min_lr", options.min_lr);
    detail::check_not_negative(plateau_name, "eps", options.eps);
    for (std::size_t i = 0; i < optimizer_.groups(); ++i)
        optimizer_.set_learning_rate(optimizer_.learning_rate(i), i);  // throws where it can't
}

bool ReduceLROnPlateau::improves(double measure) const noexcept {
    const bool relative = options_.threshold_mode == ThresholdMode::rel;
    if (options_.mode == PlateauMode::min)
        return measure < (relative ? best_ * (1 - options_.threshold) : best_ - options_.threshold);
    return measure > (relative ? best_ * (1 + options_.threshold) : best_ + options_.threshold);
}

void ReduceLROnPlateau::step(double measure) {
    if (improves(measure)) {
        best_ = measure;
        bad_ = 0;
    } else {
        ++bad_;
    }
    if (cooling_ > 0) {
        --cooling_;
        bad_ = 0;
    }
    if (bad_ <= options_.patience) return;
    reduce();
    cooling_ = options_.cooldown;
    bad_ = 0;
}

Config ReduceLROnPlateau::state() const {
    return {{"best", best_}, {"bad", bad_}, {"cooling", cooling_}};
}

void ReduceLROnPlateau::restore(const Config& state) {
    ConfigReader reader(plateau_name, state);
    const auto best = reader.get<double>("best");
    const auto bad = reader.get<Index>("bad"), cooling = reader.get<Index>("cooling");
    detail::check_count(plateau_name, "bad measures", bad);
    detail::check_count(plateau_name, "measures to cool down", cooling);
    best_ = best;
    bad_ = bad;
    cooling_ = cooling;
}

void ReduceLROnPlateau::reduce() {
    for (std::size_t i = 0; i < optimizer_.groups(); ++i) {
        const double rate = optimizer_.learning_rate(i);
        const double lower = std::max(rate * options_.factor, options_.min_lr);
        if (rate - lower > options_.eps) optimizer_.set_learning_rate(lower, i);
    }
}

}  // namespace shikumi::optim
