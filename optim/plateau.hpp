// ReduceLROnPlateau: a learning rate that falls when a measure no longer improves.
#pragma once

#include <cstdint>
#include <string_view>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// Which measures are better.
enum class PlateauMode : std::uint8_t {
    min,  ///< lower ones
    max,  ///< higher ones
};
/// PyTorch's name, "min" or "max".
Config to_config(PlateauMode value);
/// Reads PyTorch's name. Throws ValueError for any other.
void from_config(const Config& config, PlateauMode& value, std::string_view reading);
/// What an improvement is compared with.
enum class ThresholdMode : std::uint8_t {
    rel,  ///< the best measure times the threshold
    abs,  ///< the threshold
};
/// PyTorch's name, "rel" or "abs".
Config to_config(ThresholdMode value);
/// Reads PyTorch's name. Throws ValueError for any other.
void from_config(const Config& config, ThresholdMode& value, std::string_view reading);

/// What ReduceLROnPlateau can be given. Defaults are PyTorch's.
struct ReduceLROnPlateauOptions {
    PlateauMode mode = PlateauMode::min;  ///< which measures are better
    double factor = 0.1;                  ///< what the rate is multiplied by; below 1
    Index patience = 10;                  ///< measures without improvement that are put up with
    double threshold = 1e-4;              ///< the smallest improvement that counts
    ThresholdMode threshold_mode = ThresholdMode::rel;  ///< what it is a share of
    Index cooldown = 0;                                 ///< measures after a fall that do not count
    double min_lr = 0;                                  ///< the lowest rate
    double eps = 1e-8;  ///< the rate stays where it would fall by less
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<ReduceLROnPlateauOptions> auto& o) {
    fields("mode", o.mode);
    fields("factor", o.factor);
    fields("patience", o.patience);
    fields("threshold", o.threshold);
    fields("threshold_mode", o.threshold_mode);
    fields("cooldown", o.cooldown);
    fields("min_lr", o.min_lr);
    fields("eps", o.eps);
}

/// Lowers the rates of an optimiser, as PyTorch's scheduler of this name does. (The callback for
/// `fit` is Keras's.)
class ReduceLROnPlateau {
public:
    /// Throws ValueError for a factor outside [0, 1), and a negative patience, cooldown, threshold,
    /// min_lr or eps; StateError where a schedule sets a rate.
    explicit ReduceLROnPlateau(Optimizer optimizer, const ReduceLROnPlateauOptions& options = {});
    /// Takes the measure of an epoch. NaN is no improvement.
    void step(double measure);
    /// The best measure so far.
    double best() const noexcept { return best_; }
    /// What it was given.
    const ReduceLROnPlateauOptions& options() const noexcept { return options_; }
    /// The best measure and the counts; the rates are part of the optimiser's state.
    Config state() const;
    /// Takes over what `state()` of one with the same options gave. Throws ValueError where a part
    /// is missing, and for a negative count; nothing has changed then.
    void restore(const Config& state);

private:
    bool improves(double measure) const noexcept;
    void reduce();

    Optimizer optimizer_;
    ReduceLROnPlateauOptions options_;
    double best_;
    Index bad_ = 0, cooling_ = 0;
};

}  // namespace shikumi::optim
