// Random integers, categories and orders.
#include <cstdint>

#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

// A uniform f64 has 53 bits: for a range up to 2³² no integer comes up more often than another by
// more than one in 2²¹.
Tensor random_integers(const Shape& shape, Generator& rng, Integer low, Integer high, DType dtype) {
    if (!is_integer(dtype)) fail<DTypeError>("random_integers", "wants integers, got ", dtype);
    const Index first = low, end = high;
    if (first >= end)
        fail<ValueError>("random_integers", "wants low below high, got ", first, " and ", end);
    const auto count = static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(first);
    if (count > std::uint64_t{1} << 32)
        fail<ValueError>("random_integers", "wants at most 2^32 numbers to choose from, got ",
                         count);
    detail::number("random_integers", first, dtype);
    detail::number("random_integers", end - 1, dtype);
    const Tensor places = random_uniform(shape, rng, 0, static_cast<double>(count), f64);
    return (floor(places).cast(i64) + first).cast(dtype);
}

// u in (0, 1), never 0, whose logarithm is infinite
Tensor random_gumbel(const Shape& shape, Generator& rng, DType dtype) {
    detail::want_floating("random_gumbel", dtype);
    const double least = dtype == f32 ? 0x1p-25 : 0x1p-54;
    return -log(-log(random_uniform(shape, rng, least, 1, dtype)));
}

// E. Gumbel's trick: the largest of the logits plus such noise.
Tensor random_categorical(const Tensor& logits, Generator& rng) {
    detail::want_floating("random_categorical", logits.spec());
    if (logits.rank() == 0 || logits.shape().back() == 0)
        fail<ShapeError>("random_categorical", "wants logits of at least one class, got ",
                         logits.shape());
    return argmax(logits + random_gumbel(logits.shape(), rng, logits.dtype()), -1);
}

Tensor random_shuffle(const Tensor& x, Generator& rng, Integer axis) {
    const int at = normalize_axis("random_shuffle", axis, x.rank());
    return take(x, random_permutation(x.shape()[at], rng), at);
}

}  // namespace shikumi
