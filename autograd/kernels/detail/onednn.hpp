// Products by oneDNN, the second implementation beside BLAS: onednn.cpp. A build without oneDNN
// takes without_onednn.cpp in its place.
#pragma once

#include <shikumi/autograd/kernels/gemm.hpp>

namespace shikumi::kernels::detail {

/// OpenBLAS computes products of fewer operations: oneDNN takes 0.3 ms to prepare for new sizes, as
/// long as such a product takes, and each call allocates.
inline constexpr double onednn_least = 6e7;

/// How many classes of sizes are told apart on each side of a product: the first one holds 8 to 15,
/// each one twice as much as the one before, the last one all beyond.
inline constexpr int onednn_classes = 9;

/// Whether oneDNN takes clearly less time than OpenBLAS for an f32 product of these sizes and
/// flags: measured once and written down in onednn_choice.hpp; nothing is timed at run time.
bool onednn_is_faster(const Product& p) noexcept;

/// An f32 product whose rows' lengths are all given, by this thread alone. Does nothing and is
/// false where oneDNN is not there.
bool multiply_by_onednn(const Product& p, const float* a, const float* b, float* c);

}  // namespace shikumi::kernels::detail
