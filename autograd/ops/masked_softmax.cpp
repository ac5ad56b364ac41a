// Softmax of some elements.
#include <limits>

#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

// A row that is masked whole goes through softmax as zeros, so that its derivative isn't NaN.
Tensor masked_softmax(const Tensor& x, const Tensor& mask, Integer axis) {
    detail::want_floating("masked_softmax", x.spec());
    if (mask.dtype() != bool_)
        fail<DTypeError>("masked_softmax", "wants a mask of bool, got ", mask.spec());
    const int at = normalize_axis("masked_softmax", axis, x.rank());
    if (broadcast("masked_softmax", x.shape(), mask.shape()) != x.shape())
        fail<ShapeError>("masked_softmax", "the mask ", mask.shape(), " is larger than ",
                         x.shape());
    const Tensor whole = broadcast_to(mask, x.shape());
    const Tensor some = any(whole, at, true);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const Tensor kept = where(whole, x, where(some, -infinity, 0, x.dtype()));
    return where(some, softmax(kept, at), 0);
}

}  // namespace shikumi
