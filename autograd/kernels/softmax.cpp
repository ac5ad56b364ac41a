#include <shikumi/autograd/kernels/softmax.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

constexpr Index block = Index{1} << 14;  // elements of one piece of work

// NaN wins.
template <class T>
T largest(const T* x, Index n, Index step) {
    T m = x[0];
    for (Index i = 1; i < n; ++i) {
        const T now = x[i * step];
        m = now > m || now != now ? now : m;
    }
    return m;
}

// y = exp(x - shift), and its sum.
template <class T>
T exponentials(const T* x, Index n, Index step, T shift, T* y) {
    T sum = 0;
    for (Index i = 0; i < n; ++i) {
        y[i * step] = std::exp(x[i * step] - shift);
        sum += y[i * step];
    }
    return sum;
}

template <class T>
T sum_of_exponentials(const T* x, Index n, Index step, T shift) {
    T sum = 0;
    for (Index i = 0; i < n; ++i) sum += std::exp(x[i * step] - shift);
    return sum;
}

template <class T>
void softmax_row(const T* x, Index n, Index step, T* y) {
    const T factor = 1 / exponentials(x, n, step, largest(x, n, step), y);
    for (Index i = 0; i < n; ++i) y[i * step] *= factor;
}

template <class T>
void log_softmax_row(const T* x, Index n, Index step, T* y) {
    const T shift = largest(x, n, step);
    const T log_sum = std::log(sum_of_exponentials(x, n, step, shift));
    for (Index i = 0; i < n; ++i) y[i * step] = x[i * step] - shift - log_sum;
}

// row(x, n, step, y) for every line of elements along the axis.
template <class T, class Row>
void each_line(ConstView x, int axis, View out, Row row) {
    if (x.size() == 0) return;
    const Shape& shape = x.spec.shape;
    const Index n = shape[axis];
    Index inner = 1;
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
    parallel_pieces(x.size() / n, std::max<Index>(1, block / n), [&](Index begin, Index end) {
        for (Index line = begin; line < end; ++line) {
            const Index start = line / inner * n * inner + line % inner;
            row(x.as<T>() + start, n, inner, out.as<T>() + start);
        }
    });
}

// f(row) for each row of `n` elements.
template <class F>
void each_row(Index rows, Index n, F f) {
    parallel_pieces(rows, std::max<Index>(1, block / std::max<Index>(1, n)),
                    [&](Index begin, Index end) {
                        for (Index row = begin; row < end; ++row) f(row);
                    });
}

// f(row, label) for each row, labels being indices.
template <class Label, class F>
void each_label(ConstView labels, Index classes, F f) {
    each_row(labels.size(), classes, [&](Index row) {
        const auto label = static_cast<Index>(labels.as<Label>()[row]);
        if (label < 0 || label >= classes)
            fail<ValueError>("cross_entropy", "label ", label, " of row ", row, " is outside ",
                             classes, " classes: wanted 0 to ", classes - 1);
        f(row, label);
    });
}

template <class F>
void dispatch_label(DType t, F&& f) {
    switch (t) {
        case u8:
            return f.template operator()<std::uint8_t>();
        case i32:
            return f.template operator()<std::int32_t>();
        default:
            return f.template operator()<std::int64_t>();
    }
}

}  // namespace

void softmax(ConstView x, int axis, View out) {
    dispatch_floating(x.spec.dtype, [&]<class T>() { each_line<T>(x, axis, out, softmax_row<T>); });
}

void log_softmax(ConstView x, int axis, View out) {
    dispatch_floating(x.spec.dtype,
                      [&]<class T>() { each_line<T>(x, axis, out, log_softmax_row<T>); });
}

void cross_entropy(ConstView x, ConstView labels, View out) {
    const Index n = x.spec.shape.back();
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        T* loss = out.as<T>();
        // -log softmax(x)[label] = log Σ exp(x - m) - (x[label] - m)
        if (is_integer(labels.spec.dtype)) {
            return dispatch_label(labels.spec.dtype, [&]<class Label>() {
                each_label<Label>(labels, n, [&](Index row, Index label) {
                    const T* line = x.as<T>() + row * n;
                    const T shift = largest(line, n, 1);
                    loss[row] =
                        std::log(sum_of_exponentials(line, n, 1, shift)) - (line[label] - shift);
                });
            });
        }
        each_row(out.size(), n, [&](Index row) {
            loss[row] = 0;
            if (n == 0) return;
            const T* line = x.as<T>() + row * n;
            const T* weight = labels.as<T>() + row * n;
            const T shift = largest(line, n, 1);
            const T log_sum = std::log(sum_of_exponentials(line, n, 1, shift));
            for (Index i = 0; i < n; ++i) {
                // A logit of -∞ costs nothing where no weight lies on it.
                if (weight[i] != 0) loss[row] += weight[i] * (log_sum - (line[i] - shift));
            }
        });
    });
}

void cross_entropy_gradient(ConstView x, ConstView labels, ConstView scale, View out) {
    const Index n = x.spec.shape.back();
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const T* g = scale.as<T>();
        const auto row_of = [&](Index row, T factor) {
            T* y = out.as<T>() + row * n;
            const T* line = x.as<T>() + row * n;
            factor /= exponentials(line, n, 1, largest(line, n, 1), y);
            for (Index i = 0; i < n; ++i) y[i] *= factor;
            return y;
        };
        if (is_integer(labels.spec.dtype)) {
            return dispatch_label(labels.spec.dtype, [&]<class Label>() {
                each_label<Label>(labels, n, [&](Index row, Index label) {
                    row_of(row, g[row])[label] -= g[row];
                });
            });
        }
        if (n == 0) return;
        each_row(scale.size(), n, [&](Index row) {
            const T* weight = labels.as<T>() + row * n;
            T total = 0;
            for (Index i = 0; i < n; ++i) total += weight[i];
            T* y = row_of(row, total * g[row]);
            for (Index i = 0; i < n; ++i) y[i] -= weight[i] * g[row];
        });
    });
}

}  // namespace shikumi::kernels
