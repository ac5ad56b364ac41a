#include <shikumi/autograd/kernels/softmax.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/block.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/kernels/vector_math.hpp>

namespace shikumi::kernels {

namespace {

constexpr Index block = Index{1} << 14;  // elements of one piece of work
constexpr Index lanes = 16;
constexpr Index chunk = 512;  // elements or lines that are taken together: they stay in the cache

// f(0) + f(1) + …, in lanes that are added up at the end.
template <class T, class F>
T total(Index n, F f) {
    T sum = 0;
    Index i = 0;
    if (n >= lanes) {
        T lane[lanes] = {};
        for (; n - i >= lanes; i += lanes) {
            for (Index l = 0; l < lanes; ++l) lane[l] += f(i + l);
        }
        for (Index half = lanes / 2; half > 0; half /= 2) {
            for (Index l = 0; l < half; ++l) lane[l] += lane[l + half];
        }
        sum = lane[0];
    }
    for (; i < n; ++i) sum += f(i);
    return sum;
}

// NaN wins.
template <class T>
T larger(T a, T b) {
    const bool take = (b > a) | (b != b);
    return take ? b : a;
}

template <class T>
T largest(const T* x, Index n) {
    T m = x[0];
    Index i = 0;
    if (n >= lanes) {
        T lane[lanes];
        std::copy_n(x, lanes, lane);
        for (i = lanes; n - i >= lanes; i += lanes) {
            for (Index l = 0; l < lanes; ++l) lane[l] = larger(lane[l], x[i + l]);
        }
        for (const T now : lane) m = larger(m, now);
    }
    for (; i < n; ++i) m = larger(m, x[i]);
    return m;
}

// y = exp(x - m) for m, the largest of n contiguous elements; their sum
template <class T>
T exponentials(const T* x, Index n, T m, T* y) {
    detail::each(n, [=](Index i) { y[i] = math::exp(x[i] - m); });
    return total<T>(n, [=](Index i) { return y[i]; });
}

template <class T, bool log>
struct SoftmaxRow {
    static void run(const T* x, Index n, T factor, T* y) {
        const T m = largest(x, n);
        const T sum = exponentials(x, n, m, y);
        if constexpr (log) {
            const T log_sum = std::log(sum);
            detail::each(n, [=](Index i) { y[i] = x[i] - m - log_sum; });
        } else {
            const T scale = factor / sum;
            detail::each(n, [=](Index i) { y[i] *= scale; });
        }
    }
};

template <class T>
struct LogSumRow {
    static void run(const T* x, Index n, T* log_sum, T* m) {
        T e[chunk];
        *m = largest(x, n);
        T sum = 0;
        for (Index at = 0; at < n; at += chunk)
            sum += exponentials(x + at, std::min(chunk, n - at), *m, static_cast<T*>(e));
        *log_sum = std::log(sum);
    }
};

// Lines of n elements that no vector can run along: their elements lie `stride` apart, or they are
// shorter than a vector (`adjacent` is false: line after line). So vectors run across: each holds
// the same element of several lines.
template <class T, bool adjacent>
struct Lines {
    const T* x;
    Index n, stride, lines;

    // f(line, offset of its element i)
    template <class F>
    void across(Index i, F f) const {
        const Index first = i * stride;
        const Index length = n;
        detail::each(lines, [=](Index l) { f(l, first + (adjacent ? l : l * length)); });
    }
    void find_largest(T* m) const {
        const T* in = x;
        across(0, [=](Index l, Index at) { m[l] = in[at]; });
        for (Index i = 1; i < n; ++i)
            across(i, [=](Index l, Index at) { m[l] = larger(m[l], in[at]); });
    }
    // use(offset, exp(x - m)) for every element; sums of these
    template <class F>
    void sum_exponentials(const T* m, T* sum, F use) const {
        const T* in = x;
        std::fill_n(sum, lines, T{0});
        for (Index i = 0; i < n; ++i) {
            across(i, [=](Index l, Index at) {
                const T e = math::exp(in[at] - m[l]);
                use(at, e);
                sum[l] += e;
            });
        }
    }
};

// y = factor softmax(x), with a factor for each line, or 1; or log softmax(x)
template <class T, bool adjacent, bool log>
struct SoftmaxLines {
    static void run(const T* x, Index n, Index stride, Index lines, const T* factor, T* y) {
        T largest_ones[chunk], sums[chunk];
        T *const m = largest_ones, *const sum = sums;
        const Lines<T, adjacent> all{x, n, stride, lines};
        all.find_largest(m);
        all.sum_exponentials(m, sum, [=](Index at, T e) { y[at] = e; });
        if constexpr (log) {
            detail::each(lines, [=](Index l) { sum[l] = math::log(sum[l]); });
            for (Index i = 0; i < n; ++i)
                all.across(i, [=](Index l, Index at) { y[at] = x[at] - m[l] - sum[l]; });
        } else {
            if (factor)
                detail::each(lines, [=](Index l) { sum[l] = factor[l] / sum[l]; });
            else
                detail::each(lines, [=](Index l) { sum[l] = 1 / sum[l]; });
            for (Index i = 0; i < n; ++i)
                all.across(i, [=](Index l, Index at) { y[at] *= sum[l]; });
        }
    }
};

// log_sum = log Σ exp(x - m) and m, the largest, of each line
template <class T>
struct LogSumLines {
    static void run(const T* x, Index n, Index lines, T* log_sum, T* m) {
        const Lines<T, false> all{x, n, 1, lines};
        all.find_largest(m);
        all.sum_exponentials(m, log_sum, [](Index, T) {});
        detail::each(lines, [=](Index l) { log_sum[l] = math::log(log_sum[l]); });
    }
};

// loss = Σ weight (log_sum - (x - m)) of each row. A logit of -∞ costs nothing where no weight lies
// on it.
template <class T>
struct WeightedLoss {
    static void run(const T* x, const T* weight, Index rows, Index n, const T* log_sum, const T* m,
                    T* loss) {
        for (Index row = 0; row < rows; ++row, x += n, weight += n) {
            const T *in = x, *w = weight;
            const T sum = log_sum[row], top = m[row];
            loss[row] = total<T>(n, [=](Index i) {
                const T cost = w[i] * (sum - (in[i] - top));
                return w[i] != 0 ? cost : 0;
            });
        }
    }
};

// factor = g Σ weight of each row
template <class T>
struct WeightFactors {
    static void run(const T* weight, Index rows, Index n, const T* g, T* factor) {
        for (Index row = 0; row < rows; ++row, weight += n) {
            const T* w = weight;
            factor[row] = total<T>(n, [=](Index i) { return w[i]; }) * g[row];
        }
    }
};

// y -= weight g, with a g for each row
template <class T>
struct SubtractWeights {
    static void run(const T* weight, Index rows, Index n, const T* g, T* y) {
        for (Index row = 0; row < rows; ++row, weight += n, y += n) {
            T* out = y;
            const T* w = weight;
            const T scale = g[row];
            detail::each(n, [=](Index i) { out[i] -= w[i] * scale; });
        }
    }
};

// f(first row, rows) for pieces of rows of n elements, on all threads.
template <class F>
void each_piece(Index rows, Index n, F f) {
    parallel_pieces(rows, std::max<Index>(1, block / std::max<Index>(1, n)),
                    [&](Index begin, Index end) { f(begin, end - begin); });
}

// y = factor softmax(x) of contiguous rows, with a factor for each, or 1; or log softmax(x)
template <class T, bool log>
void softmax_rows(const T* x, Index rows, Index n, const T* factor, T* y) {
    if (n >= lanes) {
        const auto row = widest<SoftmaxRow<T, log>>();
        for (Index i = 0; i < rows; ++i) row(x + i * n, n, factor ? factor[i] : 1, y + i * n);
        return;
    }
    const auto some = widest<SoftmaxLines<T, false, log>>();
    for (Index i = 0; i < rows; i += chunk) {
        some(x + i * n, n, 1, std::min(chunk, rows - i), factor ? factor + i : nullptr, y + i * n);
    }
}

// f(first row, rows, log Σ exp(x - m), m) for some of these contiguous rows at a time, m being each
// one's largest element
template <class T, class F>
void log_sums(const T* x, Index rows, Index n, F f) {
    const auto one = widest<LogSumRow<T>>();
    const auto some = widest<LogSumLines<T>>();
    for (Index first = 0; first < rows; first += chunk) {
        T log_sum[chunk], m[chunk];
        const Index count = std::min(chunk, rows - first);
        if (n < lanes) {
            some(x + first * n, n, count, log_sum, m);
        } else {
            for (Index i = 0; i < count; ++i) one(x + (first + i) * n, n, log_sum + i, m + i);
        }
        f(first, count, static_cast<const T*>(log_sum), static_cast<const T*>(m));
    }
}

// Softmax along any axis, or its logarithm.
template <class T, bool log>
void along(ConstView x, int axis, View out) {
    if (x.size() == 0) return;
    const Shape& shape = x.spec.shape;
    const Index n = shape[axis];
    Index inner = 1;
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
    const T* in = x.as<T>();
    T* y = out.as<T>();
    if (inner == 1) {
        return each_piece(x.size() / n, n, [&](Index first, Index rows) {
            softmax_rows<T, log>(in + first * n, rows, n, nullptr, y + first * n);
        });
    }
    const auto lines = widest<SoftmaxLines<T, true, log>>();
    const Index strips = (inner + chunk - 1) / chunk;
    each_piece(
        x.size() / n / inner * strips, n * std::min(inner, chunk), [&](Index first, Index pieces) {
            for (Index piece = first; piece < first + pieces; ++piece) {
                const Index column = piece % strips * chunk;
                const Index start = piece / strips * n * inner + column;
                lines(in + start, n, inner, std::min(chunk, inner - column), nullptr, y + start);
            }
        });
}

// Calls f with the type of the labels where they are indices; each must be one of `classes`.
template <class F>
void with_indices(ConstView labels, Index classes, F f) {
    const auto use = [&]<class Label>() {
        const Label* label = labels.as<Label>();
        for (Index row = 0; row < labels.size(); ++row) {
            const auto l = static_cast<Index>(label[row]);
            if (l < 0 || l >= classes)
                fail<ValueError>("cross_entropy", "label ", l, " of row ", row, " is outside ",
                                 classes, " classes: wanted 0 to ", classes - 1);
        }
        f(label);
    };
    switch (labels.spec.dtype) {
        case u8:
            return use.template operator()<std::uint8_t>();
        case i32:
            return use.template operator()<std::int32_t>();
        default:
            return use.template operator()<std::int64_t>();
    }
}

}  // namespace

void softmax(ConstView x, int axis, View out) {
    dispatch_floating(x.spec.dtype, [&]<class T>() { along<T, false>(x, axis, out); });
}

void log_softmax(ConstView x, int axis, View out) {
    dispatch_floating(x.spec.dtype, [&]<class T>() { along<T, true>(x, axis, out); });
}

// -log softmax(x)[label] = log Σ exp(x - m) - (x[label] - m)
void cross_entropy(ConstView x, ConstView labels, View out) {
    const Index n = x.spec.shape.back();
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const T* in = x.as<T>();
        T* loss = out.as<T>();
        if (is_integer(labels.spec.dtype)) {
            return with_indices(labels, n, [&](const auto* label) {
                each_piece(out.size(), n, [&](Index first, Index rows) {
                    const auto lose = [&](Index start, Index count, const T* log_sum, const T* m) {
                        for (Index i = 0; i < count; ++i) {
                            const Index row = first + start + i;
                            const auto column = static_cast<Index>(label[row]);
                            loss[row] = log_sum[i] - (in[row * n + column] - m[i]);
                        }
                    };
                    log_sums(in + first * n, rows, n, lose);
                });
            });
        }
        if (n == 0) {
            std::fill_n(loss, out.size(), T{0});
            return;
        }
        const T* weight = labels.as<T>();
        const auto weighted = widest<WeightedLoss<T>>();
        each_piece(out.size(), n, [&](Index first, Index rows) {
            const auto lose = [&](Index start, Index count, const T* log_sum, const T* m) {
                const Index row = first + start;
                weighted(in + row * n, weight + row * n, count, n, log_sum, m, loss + row);
            };
            log_sums(in + first * n, rows, n, lose);
        });
    });
}

void cross_entropy_gradient(ConstView x, ConstView labels, ConstView scale, View out) {
    const Index n = x.spec.shape.back();
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const T *in = x.as<T>(), *g = scale.as<T>();
        T* y = out.as<T>();
        if (is_integer(labels.spec.dtype)) {
            return with_indices(labels, n, [&](const auto* label) {
                each_piece(scale.size(), n, [&](Index first, Index rows) {
                    softmax_rows<T, false>(in + first * n, rows, n, g + first, y + first * n);
                    for (Index row = first; row < first + rows; ++row)
                        y[row * n + static_cast<Index>(label[row])] -= g[row];
                });
            });
        }
        if (n == 0) return;
        const T* weight = labels.as<T>();
        const auto factors = widest<WeightFactors<T>>();
        const auto subtract = widest<SubtractWeights<T>>();
        each_piece(scale.size(), n, [&](Index first, Index rows) {
            for (Index row = first; row < first + rows; row += chunk) {
                const Index some = std::min(chunk, first + rows - row);
                std::array<T, chunk> factor;
                factors(weight + row * n, some, n, g + row, factor.data());
                softmax_rows<T, false>(in + row * n, some, n, factor.data(), y + row * n);
                subtract(weight + row * n, some, n, g + row, y + row * n);
            }
        });
    });
}

}  // namespace shikumi::kernels
