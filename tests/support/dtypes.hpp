// All dtypes.
#pragma once

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi_test {

inline constexpr shikumi::DType dtypes[] = {shikumi::bool_, shikumi::u8,  shikumi::i32,
                                            shikumi::i64,   shikumi::f32, shikumi::f64};

}  // namespace shikumi_test
