// How layers move, turn and zoom pictures.
#pragma once

#include <string>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

/// The pixels outside a picture a b c d.
enum class Fill {
    reflect,   ///< d c b a | a b c d | d c b a
    constant,  ///< fill_value
    wrap,      ///< a b c d | a b c d | a b c d
    nearest,   ///< a a a a | a b c d | d d d d
};
/// "reflect", "constant", "wrap" or "nearest".
Config to_config(Fill fill);
/// Reads such a name.
void from_config(const Config& config, Fill& fill, std::string_view reading);

/// How layers read pictures between their pixels and beyond their borders.
struct ResampleOptions {
    Fill fill_mode = Fill::reflect;                         ///< the pixels beyond the borders
    Interpolation interpolation = Interpolation::bilinear;  ///< that, or nearest
    double fill_value = 0;                                  ///< the value of `Fill::constant`
    std::string name = {};                                  ///< numbered by class where it is empty
};

/// The range from which a layer draws a factor for each picture.
struct FactorRange {
    /// From −factor to factor.
    FactorRange(double factor) : low(-factor), high(factor) {}
    /// From one number to another.
    FactorRange(double from, double to) : low(from), high(to) {}
    double low;   ///< smallest factor
    double high;  ///< upper limit
};
/// [low, high].
Config to_config(const FactorRange& range);
/// Reads [low, high], or a number f for [−f, f].
void from_config(const Config& config, FactorRange& range, std::string_view reading);

}  // namespace shikumi::nn
