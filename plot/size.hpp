// How large a chart is.
#pragma once

namespace shikumi::plot {

/// Width and height of a chart.
struct Size {
    double width = 720;   ///< in pixels
    double height = 400;  ///< in pixels
};

}  // namespace shikumi::plot
