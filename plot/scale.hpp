// How an axis spreads its values.
#pragma once

namespace shikumi::plot {

/// How an axis spreads its values.
enum class Scale {
    linear,  ///< equal differences are equally long
    log,     ///< equal ratios are equally long; values that aren't positive leave gaps
};

}  // namespace shikumi::plot
