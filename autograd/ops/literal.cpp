#include <shikumi/autograd/ops/detail/pointwise.hpp>

namespace shikumi::detail {

Tensor literal(std::string_view op, Scalar value, DType dtype) {
    if (is_floating(dtype)) return scalar(value, dtype);
    if (!value.is_integer())
        fail<DTypeError>(op, "the real number ", value.to<double>(), " meets a tensor of ", dtype,
                         "; cast the tensor first, e.g. x.cast(f32)");
    const auto whole = value.to<std::int64_t>();
    const auto kept =
        dispatch(dtype, [&]<class T>() { return static_cast<std::int64_t>(value.to<T>()); });
    if (kept != whole)
        fail<DTypeError>(op, "the number ", whole, " does not fit into ", dtype,
                         ", the tensor's dtype; cast the tensor first, e.g. x.cast(i64)");
    return scalar(value, dtype);
}

}  // namespace shikumi::detail
