// Tensors from numbers.
#include <cmath>
#include <new>
#include <string>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/kernels/lerp.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

// `value` as T. Throws ValueError where T can't hold it.
template <Element T>
T exactly(std::string_view op, Scalar value) {
    if constexpr (std::is_floating_point_v<T>) {
        return value.to<T>();
    } else {
        if (!value.fits<T>())
            fail<ValueError>(op, "the number ", to_string(value), " does not fit into ",
                             dtype_of<T>);
        if (const auto real = value.to<double>(); !value.is_integer() && real != std::trunc(real))
            fail<DTypeError>(op, "the number ", real, " is no ", dtype_of<T>,
                             ": make a tensor of f32 and cast it to cut the fraction off");
        return value.to<T>();
    }
}

// The array of nested braces. The first element at each depth determines the shape.
class Braces {
public:
    Braces(const Nested& values, DType dtype) : array_({shape_of(values), dtype}) {
        dispatch(dtype, [&]<class T>() {
            T* next = array_.mutable_data<T>().data();
            fill(values, 0, next);
        });
    }
    const Array& array() const { return array_; }

private:
    static Shape shape_of(const Nested& values) {
        Shape::Sizes sizes;
        for (const Nested* at = &values; !at->leaf(); at = &at->list().front()) {
            sizes.push_back(static_cast<Index>(at->list().size()));
            if (at->list().empty()) break;
        }
        return Shape(sizes);
    }

    template <class T>
    void fill(const Nested& values, int depth, T*& next) {
        const Shape& shape = array_.shape();
        if (depth == shape.rank()) {
            if (!values.leaf()) ragged("a list where a number was expected");
            *next++ = exactly<T>("tensor", values.value());
            return;
        }
        if (values.leaf()) ragged("a number where a list was expected");
        const auto size = static_cast<Index>(values.list().size());
        if (size != shape[depth])
            ragged(sentence(size, " elements where ", shape[depth], " were expected"));
        for (Index i = 0; i < size; ++i) {
            place_.push_back(i);
            fill(values.list()[static_cast<std::size_t>(i)], depth + 1, next);
            place_.pop_back();
        }
    }

    [[noreturn]] void ragged(const std::string& what) const {
        std::string place;
        for (const Index i : place_) place += sentence("[", i, "]");
        fail<ShapeError>("tensor", "ragged braces: ", what, place.empty() ? "" : " at ", place);
    }

    Array array_;
    std::vector<Index> place_;
};

// The array whose i-th element is f(i).
template <class F>
Tensor generate(const Shape& shape, DType dtype, F f) {
    Array array({shape, dtype});
    dispatch(dtype, [&]<class T>() {
        const auto values = array.mutable_data<T>();
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = f.template operator()<T>(static_cast<Index>(i));
    });
    return Tensor(array);
}

bool all_integers(Scalar start, Scalar stop, Scalar step) {
    return start.is_integer() && stop.is_integer() && step.is_integer();
}

// How many steps lie in [start, stop).
Index count_steps(Scalar start, Scalar stop, Scalar step) {
    if (step.to<double>() == 0) fail<ValueError>("arange", "a step of 0 gets nowhere");
    if (all_integers(start, stop, step)) {
        // Unsigned: from the least to the greatest i64 is more than an i64 holds.
        const bool up = step.to<Index>() > 0;
        const auto from = static_cast<std::uint64_t>((up ? start : stop).to<Index>());
        const auto to = static_cast<std::uint64_t>((up ? stop : start).to<Index>());
        if (static_cast<Index>(from) >= static_cast<Index>(to)) return 0;
        const auto size = static_cast<std::uint64_t>(step.to<Index>());
        const std::uint64_t count = (to - from - 1) / (up ? size : 0 - size) + 1;
        if (count <= std::uint64_t{1} << 40) return static_cast<Index>(count);
        fail<ValueError>("arange", count, " elements are too many");
    }
    const auto from = start.to<double>(), to = stop.to<double>(), size = step.to<double>();
    const double way = to - from;
    const double count = std::ceil(std::isfinite(way) ? way / size : to / size - from / size);
    if (!(count <= 0x1p40) || !std::isfinite(from) || !std::isfinite(to) || !std::isfinite(size))
        fail<ValueError>("arange", "can't count from ", from, " to ", to, " in steps of ", size);
    return count > 0 ? static_cast<Index>(count) : 0;
}

}  // namespace

Tensor tensor(std::initializer_list<Nested> values, DType dtype) {
    return Tensor(Braces(Nested(values), dtype).array());
}

Tensor detail::number(std::string_view op, Scalar value, DType dtype) {
    return dispatch(dtype, [&]<class T>() {
        const T element = exactly<T>(op, value);
        Node* node = detail::new_node();
        node->spec.dtype = dtype;
        new (node->store_scalar()) T(element);
        return Tensor::adopt(node);
    });
}

Tensor scalar(Scalar value, DType dtype) { return detail::number("scalar", value, dtype); }
Tensor full(const Shape& shape, Scalar value, DType dtype) {
    return broadcast_to(detail::number("full", value, dtype), shape);
}
Tensor zeros(const Shape& shape, DType dtype) { return full(shape, 0, dtype); }
Tensor ones(const Shape& shape, DType dtype) { return full(shape, 1, dtype); }
Tensor zeros_like(const Tensor& x) { return zeros(x.shape(), x.dtype()); }
Tensor ones_like(const Tensor& x) { return ones(x.shape(), x.dtype()); }
Tensor full_like(const Tensor& x, Scalar value) { return full(x.shape(), value, x.dtype()); }

Tensor eye(Integer n, std::optional<Integer> m, DType dtype) {
    const Index rows = n, columns = m.value_or(n);
    if (rows < 0 || columns < 0)
        fail<ShapeError>("eye", "wants sizes of at least 0, got ", rows, " and ", columns);
    const Shape shape{rows, columns};
    return generate(shape, dtype, [&]<class T>(Index i) { return T(i / columns == i % columns); });
}

Tensor arange(Scalar start, Scalar stop, Scalar step, DType dtype) {
    for (const Scalar given : {start, stop, step}) {  // integers are counted in i64
        if (given.is_integer()) exactly<Index>("arange", given);
    }
    const Index count = count_steps(start, stop, step);
    return generate(Shape{count}, dtype, [&]<class T>(Index i) {
        if (start.is_integer() && step.is_integer()) {
            // Unsigned: i · step alone may exceed an i64.
            const auto at =
                static_cast<std::uint64_t>(start.to<Index>()) +
                static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(step.to<Index>());
            return exactly<T>("arange", Scalar(static_cast<Index>(at)));
        }
        const auto from = start.to<double>(), way = static_cast<double>(i) * step.to<double>();
        // Half of each where the way alone overflows.
        return exactly<T>(
            "arange", Scalar(std::isfinite(way) ? from + way
                                                : 2 * (from / 2 + static_cast<double>(i) *
                                                                      (step.to<double>() / 2))));
    });
}
Tensor arange(Scalar start, Scalar stop, Scalar step) {
    return arange(start, stop, step, all_integers(start, stop, step) ? i64 : f32);
}
Tensor arange(Scalar stop) { return arange(0, stop); }

Tensor linspace(double start, double stop, Integer count, DType dtype) {
    if (count < 0) fail<ValueError>("linspace", "wants a count of at least 0, got ", Index{count});
    detail::want_floating("linspace", dtype);
    detail::want_finite("linspace", "start", start, dtype);
    detail::want_finite("linspace", "stop", stop, dtype);
    return generate(Shape{count}, dtype, [&]<class T>(Index i) {
        if (i == 0) return T(start);
        return T(
            kernels::lerp(start, stop, static_cast<double>(i) / static_cast<double>(count - 1)));
    });
}

}  // namespace shikumi
