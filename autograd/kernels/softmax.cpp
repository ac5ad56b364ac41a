#include <shikumi/autograd/kernels/softmax.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/block.hpp>
#include <shikumi/autograd/kernels/detail/around_axis.hpp>
#include <shikumi/autograd/kernels/detail/dispatch_index.hpp>
#include <shikumi/autograd/kernels/detail/larger.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/kernels/vector_math.hpp>

namespace shikumi::kernels {

namespace {

using detail::larger;

constexpr Index block = Index{1} << 14;  // elements of one piece of work
constexpr Index lanes = 16;
constexpr Index chunk = 512;  // elements or columns taken together: they stay in the cache

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

template <class T>
T largest(const T* x, Index n) {
    T m = x[0];
    Index i = 0;
    if (n >= lanes) {
        T lane[lanes];
        std::copy_n(x, lanes, lane);
        for (i = lanes; n - i >= lanes; i += lanes) {
            for (Index l = 0; l < lanes; ++l) lane[l] = larger(x[i + l], lane[l]);
        }
        for (const T now : lane) m = larger(now, m);
    }
    for (; i < n; ++i) m = larger(x[i], m);
    return m;
}

// y = exp(x - m) for m, the largest of n contiguous elements
template <class T>
void exponentials(const T* x, Index n, T m, T* y) {
    detail::vectorized_for(n, [=](Index i) { y[i] = math::exp(x[i] - m); });
}

// 1 for an exponential that is 1, else 0. One choice serves both sums below: g++ does not vectorise
// a loop in which each has its own.
template <class T>
T tie_of(T e) {
    return e >= 1 ? T{1} : T{0};
}

// Σ e as ties + rest, for exponentials e of which the largest are 1: so that what lies above a
// single 1, which the logarithm of the sum and the derivatives near certainty are made of, keeps
// its digits.
template <class T>
struct SumAboveOne {
    T ties = 0, rest = 0;
    void add(T e) {
        const T tie = tie_of(e);
        ties += tie;
        rest += e - tie;
    }
    T above() const { return (ties - 1) + rest; }
};

template <class T>
SumAboveOne<T> sum_above_one(const T* e, Index n) {
    return {total<T>(n, [=](Index i) { return tie_of(e[i]); }),
            total<T>(n, [=](Index i) { return e[i] - tie_of(e[i]); })};
}

template <class T, bool log>
struct SoftmaxRow {
    static void run(const T* x, Index n, T* y) {
        const T m = largest(x, n);
        exponentials(x, n, m, y);
        if constexpr (log) {
            const T log_sum = std::log1p(sum_above_one(y, n).above());
            detail::vectorized_for(n, [=](Index i) { y[i] = x[i] - m - log_sum; });
        } else {
            const T scale = 1 / total<T>(n, [=](Index i) { return y[i]; });
            detail::vectorized_for(n, [=](Index i) { y[i] *= scale; });
        }
    }
};

template <class T>
struct LogSumRow {
    static void run(const T* x, Index n, T* log_sum, T* m) {
        T e[chunk];
        *m = largest(x, n);
        SumAboveOne<T> sum;
        for (Index at = 0; at < n; at += chunk) {
            const Index size = std::min(chunk, n - at);
            exponentials(x + at, size, *m, static_cast<T*>(e));
            const SumAboveOne<T> part = sum_above_one<T>(e, size);
            sum = {sum.ties + part.ties, sum.rest + part.rest};
        }
        *log_sum = std::log1p(sum.above());
    }
};

// Neighbouring columns of n elements, `stride` apart. Vectors run across, each with one element of
// several columns.
template <class T>
struct Columns {
    const T* x;
    Index n, stride, columns;

    // f(column, offset of its element i)
    template <class F>
    void across(Index i, F f) const {
        const Index first = i * stride;
        detail::vectorized_for(columns, [=](Index l) { f(l, first + l); });
    }
    void find_largest(T* m) const {
        const T* in = x;
        std::copy_n(in, columns, m);
        for (Index i = 1; i < n; ++i)
            across(i, [=](Index l, Index at) { m[l] = larger(in[at], m[l]); });
    }
    // use(column, offset, exp(x - m)) for every element
    template <class F>
    void each_exponential(const T* m, F use) const {
        const T* in = x;
        for (Index i = 0; i < n; ++i)
            across(i, [=](Index l, Index at) { use(l, at, math::exp(in[at] - m[l])); });
    }
};

// y = softmax(x) or log softmax(x)
template <class T, bool log>
struct SoftmaxColumns {
    static void run(const T* x, Index n, Index stride, Index columns, T* y) {
        T largest_ones[chunk], sums[chunk];
        T *const m = largest_ones, *const sum = sums;
        const Columns<T> all{x, n, stride, columns};
        all.find_largest(m);
        if constexpr (log) {
            SumAboveOne<T> parts[chunk];
            SumAboveOne<T>* const part = parts;
            all.each_exponential(m, [=](Index l, Index, T e) { part[l].add(e); });
            detail::vectorized_for(columns,
                                   [=](Index l) { sum[l] = math::log1p(part[l].above()); });
            for (Index i = 0; i < n; ++i)
                all.across(i, [=](Index l, Index at) { y[at] = x[at] - m[l] - sum[l]; });
        } else {
            std::fill_n(sum, columns, T{0});
            all.each_exponential(m, [=](Index l, Index at, T e) {
                y[at] = e;
                sum[l] += e;
            });
            detail::vectorized_for(columns, [=](Index l) { sum[l] = 1 / sum[l]; });
            for (Index i = 0; i < n; ++i)
                all.across(i, [=](Index l, Index at) { y[at] *= sum[l]; });
        }
    }
};

// f(r) for each of at most sixteen rows; unrolled for exactly sixteen.
template <class F>
void each_row(Index rows, F f) {
    if (rows == lanes) {
        [=]<Index... r>(std::integer_sequence<Index, r...>) { (f(r), ...); }
        (std::make_integer_sequence<Index, lanes>{});
    } else {
        for (Index r = 0; r < rows; ++r) f(r);
    }
}

// Sixteen rows that are shorter than a vector, transposed so that vectors run across: element i of
// row r is at[i][r]. Missing rows are zero.
template <class T>
struct Transposed {
    using Across = T[lanes];
    Across at[lanes];

    Transposed(const T* x, Index rows, Index n) {
        for (Index i = 0; i < n; ++i) {
            Across& to = at[i];
            for (Index r = rows; r < lanes; ++r) to[r] = 0;
            each_row(rows, [=, &to](Index r) { to[r] = x[r * n + i]; });
        }
    }
    void put(T* x, Index rows, Index n) const {
        for (Index i = 0; i < n; ++i) {
            const Across& from = at[i];
            each_row(rows, [=, &from](Index r) { x[r * n + i] = from[r]; });
        }
    }
    // x - m for m, the largest of each row
    void shift(Index n, Across& m) {
        for (Index r = 0; r < lanes; ++r) m[r] = -std::numeric_limits<T>::infinity();
        for (Index i = 0; i < n; ++i) {
            for (Index r = 0; r < lanes; ++r) m[r] = larger(at[i][r], m[r]);
        }
        for (Index i = 0; i < n; ++i) {
            for (Index r = 0; r < lanes; ++r) at[i][r] -= m[r];
        }
    }
    // The sum of each row.
    void add_up(Index n, Across& sum) const {
        for (Index r = 0; r < lanes; ++r) sum[r] = 0;
        for (Index i = 0; i < n; ++i) {
            for (Index r = 0; r < lanes; ++r) sum[r] += at[i][r];
        }
    }
    // The sum of the exponentials of each row, which replace it.
    void add_exponentials(Index n, Across& sum) {
        for (Index r = 0; r < lanes; ++r) sum[r] = 0;
        for (Index i = 0; i < n; ++i) {
            for (Index r = 0; r < lanes; ++r) {
                const T e = math::exp(at[i][r]);
                at[i][r] = e;
                sum[r] += e;
            }
        }
    }
    // That sum less 1; `keep`: the exponentials replace the row.
    template <bool keep>
    void add_above_one(Index n, Across& above) {
        Across ties = {}, rest = {};
        for (Index i = 0; i < n; ++i) {
            for (Index r = 0; r < lanes; ++r) {
                const T e = math::exp(at[i][r]);
                const T tie = tie_of(e);
                if constexpr (keep) at[i][r] = e;
                ties[r] += tie;
                rest[r] += e - tie;
            }
        }
        for (Index r = 0; r < lanes; ++r) above[r] = (ties[r] - 1) + rest[r];
    }
    // log Σ exp of each row
    void log_sum(Index n, Across& log_sum) {
        add_above_one<false>(n, log_sum);
        for (Index r = 0; r < lanes; ++r) log_sum[r] = math::log1p(log_sum[r]);
    }
};

// f(first row, rows) for at most sixteen rows at a time
template <class F>
void by_sixteen(Index rows, F f) {
    for (Index first = 0; first < rows; first += lanes) f(first, std::min(lanes, rows - first));
}

// y = softmax(x) or log softmax(x)
template <class T, bool log>
struct NarrowSoftmax {
    static void run(const T* x, Index rows, Index n, T* y) {
        by_sixteen(rows, [=](Index first, Index count) {
            Transposed<T> all(x + first * n, count, n);
            T m[lanes], sum[lanes];
            all.shift(n, m);
            if constexpr (log)
                all.log_sum(n, sum);
            else
                all.add_exponentials(n, sum);
            for (Index i = 0; i < n; ++i) {
                for (Index r = 0; r < lanes; ++r)
                    all.at[i][r] = log ? all.at[i][r] - sum[r] : all.at[i][r] * (1 / sum[r]);
            }
            all.put(y + first * n, count, n);
        });
    }
};

// log_sum = log Σ exp(x - m) and m, the largest, of each of at most sixteen rows
template <class T>
struct NarrowLogSum {
    static void run(const T* x, Index rows, Index n, T* log_sum, T* m) {
        Transposed<T> all(x, rows, n);
        T sum[lanes], largest_ones[lanes];
        all.shift(n, largest_ones);
        all.log_sum(n, sum);
        std::copy_n(sum, lanes, log_sum);
        std::copy_n(largest_ones, lanes, m);
    }
};

// A logit of -∞ costs nothing where no weight lies on it.
template <class T>
T weighted(T weight, T cost) {
    const T product = weight * cost;
    return weight != 0 ? product : 0;
}

// loss = Σ weight (log_sum - (x - m)) of each row
template <class T>
struct NarrowLoss {
    static void run(const T* x, const T* weight, Index rows, Index n, T* loss) {
        by_sixteen(rows, [=](Index first, Index count) {
            Transposed<T> all(x + first * n, count, n);
            const Transposed<T> weights(weight + first * n, count, n);
            T m[lanes], log_sum[lanes], sum[lanes] = {};
            all.shift(n, m);
            all.log_sum(n, log_sum);
            for (Index i = 0; i < n; ++i) {
                for (Index r = 0; r < lanes; ++r)
                    sum[r] += weighted(weights.at[i][r], log_sum[r] - all.at[i][r]);
            }
            std::copy_n(sum, count, loss + first);
        });
    }
};

// The derivatives (p Σ t - t) g of at most sixteen rows, p = e / Σ e being a row's softmax and t
// its labels: with scale = g Σ t / Σ e they are e scale - t g. That of the largest e, 1, is
// (Σ t - t) g - rest for rest = scale (Σ e - 1) as well, which keeps the digits of 1 - p.
template <class T>
struct Derivatives {
    T scale[lanes], rest[lanes];

    void set(Index r, T above, T g, T total) {
        scale[r] = g * total / (1 + above);
        rest[r] = scale[r] * above;
    }
    // y = e scale is the row's derivative for t = 0; that for t = 1 = Σ t
    T at_label(Index r, T y, T g) const { return y == scale[r] ? -rest[r] : y - g; }
};

// The e whose derivative has the second form: the largest, where it is more than half of Σ e, and
// else none.
template <class T>
T prevailing(T above) {
    return above < 1 ? T{1} : T{2};
}
template <class T>
T weighted_derivative(T e, T prevailing, T t, T g, T total, T scale, T rest) {
    const T own = (total - t) * g - rest, other = e * scale - t * g;
    return e == prevailing ? own : other;
}

// y = (softmax(x) Σ weight - weight) g, or softmax(x) g without weights, of at most sixteen rows
template <class T, bool weights>
struct NarrowGradient {
    static void run(const T* x, const T* weight, Index rows, Index n, const T* g, T* y,
                    Derivatives<T>* rules) {
        Transposed<T> all(x, rows, n);
        const Transposed<T> w(weight, weights ? rows : 0, weights ? n : 0);
        T m[lanes], above[lanes], factor[lanes] = {}, total[lanes];
        std::copy_n(g, rows, factor);
        std::fill_n(total, lanes, T{1});
        all.shift(n, m);
        all.template add_above_one<true>(n, above);
        if constexpr (weights) w.add_up(n, total);
        Derivatives<T> rule;
        for (Index r = 0; r < lanes; ++r) rule.set(r, above[r], factor[r], total[r]);
        for (Index i = 0; i < n; ++i) {
            for (Index r = 0; r < lanes; ++r) {
                T& e = all.at[i][r];
                if constexpr (weights)
                    e = weighted_derivative(e, prevailing(above[r]), w.at[i][r], factor[r],
                                            total[r], rule.scale[r], rule.rest[r]);
                else
                    e *= rule.scale[r];
            }
        }
        all.put(y, rows, n);
        *rules = rule;
    }
};

// loss = Σ weight (log_sum - (x - m)) of one row
template <class T>
struct RowLoss {
    static T run(const T* x, const T* weight, Index n, T log_sum, T m) {
        return total<T>(n, [=](Index i) { return weighted(weight[i], log_sum - (x[i] - m)); });
    }
};

// y = (softmax(x) Σ weight - weight) g of one row, or softmax(x) g without weights
template <class T, bool weights>
struct RowGradient {
    static void run(const T* x, const T* weight, Index n, T g, T* y, Derivatives<T>* rules,
                    Index r) {
        const T total_weight = weights ? total<T>(n, [=](Index i) { return weight[i]; }) : T{1};
        exponentials(x, n, largest(x, n), y);
        const T above = sum_above_one(y, n).above();
        rules->set(r, above, g, total_weight);
        const T scale = rules->scale[r];
        if constexpr (weights) {
            const T own = prevailing(above), rest = rules->rest[r];
            detail::vectorized_for(n, [=](Index i) {
                y[i] = weighted_derivative(y[i], own, weight[i], g, total_weight, scale, rest);
            });
        } else {
            detail::vectorized_for(n, [=](Index i) { y[i] *= scale; });
        }
    }
};

// f(first row, rows) for pieces of rows of n elements, on all threads
template <class F>
void each_piece(Index rows, Index n, F f) {
    parallel_pieces(rows, std::max<Index>(1, block / std::max<Index>(1, n)),
                    [&](Index begin, Index end) { f(begin, end - begin); });
}

bool is_one_piece(const Spec& x) { return x.size() > 0 && x.size() <= block; }

// y = softmax(x) or log softmax(x) of contiguous rows
template <class T, bool log>
void softmax_rows(const T* x, Index rows, Index n, T* y) {
    if (n < lanes) {
        static const auto narrow = multiversioned<NarrowSoftmax<T, log>>();
        return narrow(x, rows, n, y);
    }
    const auto row = multiversioned<SoftmaxRow<T, log>>();
    for (Index i = 0; i < rows; ++i) row(x + i * n, n, y + i * n);
}

// f(first row, rows, log Σ exp(x - m), m) for some of these contiguous rows at a time, m being each
// one's largest element
template <class T, class F>
void log_sums(const T* x, Index rows, Index n, F f) {
    const auto row = multiversioned<LogSumRow<T>>();
    const auto narrow = multiversioned<NarrowLogSum<T>>();
    by_sixteen(rows, [&](Index first, Index count) {
        T log_sum[lanes], m[lanes];
        if (n < lanes) {
            narrow(x + first * n, count, n, log_sum, m);
        } else {
            for (Index i = 0; i < count; ++i) row(x + (first + i) * n, n, log_sum + i, m + i);
        }
        f(first, count, static_cast<const T*>(log_sum), static_cast<const T*>(m));
    });
}

template <class T>
void loss_rows(const T* x, const T* weight, Index rows, Index n, T* loss) {
    if (n < lanes) {
        static const auto narrow = multiversioned<NarrowLoss<T>>();
        return narrow(x, weight, rows, n, loss);
    }
    const auto row = multiversioned<RowLoss<T>>();
    log_sums(x, rows, n, [&](Index first, Index count, const T* log_sum, const T* m) {
        for (Index i = 0; i < count; ++i) {
            const Index at = (first + i) * n;
            loss[first + i] = row(x + at, weight + at, n, log_sum[i], m[i]);
        }
    });
}

// The derivatives of contiguous rows; f(first row, rows, rules) after each few of them
template <class T, bool weights, class F>
void gradient_rows(const T* x, const T* weight, Index rows, Index n, const T* g, T* y, F f) {
    static const auto narrow = multiversioned<NarrowGradient<T, weights>>();
    static const auto row = multiversioned<RowGradient<T, weights>>();
    const auto weight_at = [&](Index i) { return weights ? weight + i : nullptr; };
    by_sixteen(rows, [&](Index first, Index count) {
        Derivatives<T> rules;
        const Index at = first * n;
        if (n < lanes) {
            narrow(x + at, weight_at(at), count, n, g + first, y + at, &rules);
        } else {
            for (Index i = 0; i < count; ++i)
                row(x + at + i * n, weight_at(at + i * n), n, g[first + i], y + at + i * n, &rules,
                    i);
        }
        f(first, count, static_cast<const Derivatives<T>&>(rules));
    });
}

// The derivatives of contiguous rows with weights.
template <class T>
void weighted_gradient_rows(const T* x, const T* weight, Index rows, Index n, const T* g, T* y) {
    gradient_rows<T, true>(x, weight, rows, n, g, y, [](Index, Index, const Derivatives<T>&) {});
}

// Softmax along any axis, or its logarithm.
template <class T, bool log>
void along(ConstView x, int axis, View out) {
    if (x.size() == 0) return;
    const detail::AroundAxis around(x.spec.shape, axis);
    const Index n = around.size, inner = around.inner;
    const T* in = x.as<T>();
    T* y = out.as<T>();
    if (inner == 1) {
        return each_piece(x.size() / n, n, [&](Index first, Index rows) {
            softmax_rows<T, log>(in + first * n, rows, n, y + first * n);
        });
    }
    const auto columns = multiversioned<SoftmaxColumns<T, log>>();
    const Index strips = (inner + chunk - 1) / chunk;
    each_piece(x.size() / n / inner * strips, n * std::min(inner, chunk),
               [&](Index first, Index pieces) {
                   for (Index piece = first; piece < first + pieces; ++piece) {
                       const Index column = piece % strips * chunk;
                       const Index start = piece / strips * n * inner + column;
                       columns(in + start, n, inner, std::min(chunk, inner - column), y + start);
                   }
               });
}

// Calls f with the typed address of labels that are class indices, each below `classes`.
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
    detail::dispatch_index(labels.spec.dtype, use);
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
        each_piece(out.size(), n, [&](Index first, Index rows) {
            loss_rows(in + first * n, weight + first * n, rows, n, loss + first);
        });
    });
}

Prepared prepare_cross_entropy(const Spec& x, const Spec& labels) {
    if (is_integer(labels.dtype) || !is_one_piece(x)) return {};
    const Index n = x.shape.back(), rows = x.size() / n;
    return dispatch_floating(x.dtype, [&]<class T>() -> Prepared {
        return [rows, n](const void* const* in, void* out) {
            loss_rows(static_cast<const T*>(in[0]), static_cast<const T*>(in[1]), rows, n,
                      static_cast<T*>(out));
        };
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
                    const auto subtract = [&](Index start, Index count, const auto& rules) {
                        for (Index i = 0; i < count; ++i) {
                            const Index row = first + start + i;
                            T& own = y[row * n + static_cast<Index>(label[row])];
                            own = rules.at_label(i, own, g[row]);
                        }
                    };
                    gradient_rows<T, false>(in + first * n, static_cast<const T*>(nullptr), rows, n,
                                            g + first, y + first * n, subtract);
                });
            });
        }
        if (n == 0) return;
        const T* weight = labels.as<T>();
        each_piece(scale.size(), n, [&](Index first, Index rows) {
            weighted_gradient_rows(in + first * n, weight + first * n, rows, n, g + first,
                                   y + first * n);
        });
    });
}

Prepared prepare_cross_entropy_gradient(const Spec& x, const Spec& labels) {
    if (is_integer(labels.dtype) || !is_one_piece(x)) return {};
    const Index n = x.shape.back(), rows = x.size() / n;
    return dispatch_floating(x.dtype, [&]<class T>() -> Prepared {
        return [rows, n](const void* const* in, void* out) {
            weighted_gradient_rows(static_cast<const T*>(in[0]), static_cast<const T*>(in[1]), rows,
                                   n, static_cast<const T*>(in[2]), static_cast<T*>(out));
        };
    });
}

}  // namespace shikumi::kernels
