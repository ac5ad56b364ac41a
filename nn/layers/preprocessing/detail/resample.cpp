#include <shikumi/nn/layers/preprocessing/detail/resample.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

namespace {

// x less the multiple of n that makes it lie in [0, n).
Tensor modulo(const Tensor& x, double n) { return x - floor(x / n) * n; }

// Whole numbers, mapped into an axis of n pixels.
Tensor inside(const Tensor& position, double n, Fill fill) {
    switch (fill) {
        case Fill::reflect: {
            const Tensor twice = modulo(position, 2 * n);
            return minimum(twice, 2 * n - 1 - twice);
        }
        case Fill::wrap:
            return modulo(position, n);
        case Fill::constant:
        case Fill::nearest:
            break;
    }
    return clip(position, 0, n - 1);
}

Tensor lies_within(const Tensor& position, double n) {
    return logical_and(position >= 0, position <= n - 1);
}

class Pictures {
public:
    Pictures(const Tensor& pictures, const ResampleOptions& how)
        : shape_(pictures.shape()),
          pixels_(reshape(pictures, {-1, shape_.back()})),
          first_(reshape(arange(0, shape_.front(), 1, i64) * (shape_[1] * shape_[2]),
                         {shape_.front(), 1, 1})),
          fill_(how.fill_mode),
          fill_value_(how.fill_value) {}

    // The pixels at whole numbers.
    Tensor at(const Tensor& rows, const Tensor& columns) const {
        const auto height = static_cast<double>(shape_[1]), width = static_cast<double>(shape_[2]);
        const Tensor row = inside(rows, height, fill_), column = inside(columns, width, fill_);
        const Tensor found = take(pixels_, first_ + (row.cast(i64) * shape_[2] + column.cast(i64)));
        if (fill_ != Fill::constant) return found;
        const Tensor seen = logical_and(lies_within(rows, height), lies_within(columns, width));
        return where(expand_dims(seen, -1), found, fill_value_);
    }

private:
    Shape shape_;
    Tensor pixels_, first_;
    Fill fill_;
    double fill_value_;
};

}  // namespace

Tensor resample(const Tensor& pictures, const Tensor& rows, const Tensor& columns,
                const ResampleOptions& how) {
    if (how.interpolation != Interpolation::nearest && how.interpolation != Interpolation::bilinear)
        fail<ValueError>("resample", "reads pictures by nearest or bilinear interpolation only");
    const Pictures from(pictures, how);
    if (how.interpolation == Interpolation::nearest) return from.at(round(rows), round(columns));

    const Tensor above = floor(rows), left = floor(columns);
    const Tensor down = expand_dims(rows - above, -1), across = expand_dims(columns - left, -1);
    return lerp(lerp(from.at(above, left), from.at(above, left + 1), across),
                lerp(from.at(above + 1, left), from.at(above + 1, left + 1), across), down);
}

}  // namespace shikumi::nn::detail
