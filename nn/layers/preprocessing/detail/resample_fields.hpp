// The options of layers that move, turn and zoom pictures, in files.
#pragma once

namespace shikumi::nn::detail {

/// The fields of ResampleOptions, for a ConfigWriter or a ConfigReader.
void visit_resampling(auto& fields, auto& o) {
    fields("fill_mode", o.fill_mode)("interpolation", o.interpolation);
    fields("fill_value", o.fill_value).always("data_format", "channels_last").ignore("seed");
    fields.ignore("rng_type");
}

}  // namespace shikumi::nn::detail
