// What layers make of the indices that they find.
#pragma once

#include <cstdint>
#include <string_view>

#include <shikumi/autograd/core/config.hpp>

namespace shikumi::nn {

/// What layers make of the indices of a sample, (batch, n).
enum class OutputMode : std::uint8_t {
    index,      ///< the indices themselves, i64: Keras's "int"
    one_hot,    ///< 1 at each index by itself: (batch, n, depth), or (batch, depth) where n is 1
    multi_hot,  ///< 1 at each index that occurs: (batch, depth)
    count,      ///< how often each index occurs: (batch, depth)
    tf_idf,     ///< the same, times the weight of the index: less for those in most documents
};
/// "int", "one_hot", …
Config to_config(OutputMode mode);
/// Reads such a name.
void from_config(const Config& config, OutputMode& mode, std::string_view reading);

}  // namespace shikumi::nn
