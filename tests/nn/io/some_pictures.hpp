// Pictures for models that are written and read.
#pragma once

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi_test {

/// f32 (8, 6, 6, 2)
inline shikumi::Tensor some_pictures() {
    return reshape(cos(shikumi::arange(8 * 6 * 6 * 2).cast(shikumi::f32)), {8, 6, 6, 2});
}

}  // namespace shikumi_test
