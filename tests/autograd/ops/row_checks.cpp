#include "row_checks.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include <shikumi/autograd/transform/transform.hpp>

namespace shikumi_test {

using namespace shikumi;

namespace {

Tensor as_tensor(const Values& v, DType dtype) {
    Array a({v.shape, dtype});
    dispatch(dtype, [&]<class T>() {
        const auto out = a.mutable_data<T>();
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<T>(v.data[i]);
    });
    return Tensor(a);
}

// Rounds reals to f32, so that every dtype gets the same numbers.
Values draw(const Sample& s, DType dtype, RandomStream& random) {
    return generate(s.shape, [&](const Position&) -> Real {
        if (dtype == bool_) return random.bits() % 2;
        if (is_integer(dtype)) {
            const double low = std::ceil(s.low), count = std::floor(s.high) - low + 1;
            return low + std::floor(random.uniform() * count);
        }
        for (;;) {
            const Real x = static_cast<float>(s.low + random.uniform() * (s.high - s.low));
            const bool near = std::any_of(s.kinks.begin(), s.kinks.end(),
                                          [&](double k) { return std::abs(x - Real{k}) < 0.02; });
            if (!near) return x;
        }
    });
}

Tensor drawn(const Sample& sample, const Shape& shape, Generator& rng) {
    if (sample.dtype == f64) return random_uniform(shape, rng, sample.low, sample.high, f64);
    const Tensor reals = random_uniform(shape, rng, sample.low, sample.high + 0.999, f64);
    if (sample.dtype == bool_) return reals > (sample.low + sample.high) / 2;
    return floor(reals).cast(sample.dtype);
}

Shape with_axis(const Shape& shape, Index size) {
    std::vector<Index> sizes{size};
    for (const Index s : shape.sizes()) sizes.push_back(s);
    return Shape(std::span<const Index>(sizes));
}

}  // namespace

bool is_real(const Sample& s) { return s.dtype == f64; }

Trial trial(const Row& row, DType dtype, const std::vector<Shape>& shapes, std::uint64_t number) {
    RandomStream random({number, row.inputs.size()});
    Trial t;
    for (std::size_t i = 0; i < row.inputs.size(); ++i) {
        Sample s = row.inputs[i];
        if (!shapes.empty()) s.shape = shapes[i];
        const DType own = is_real(s) ? dtype : s.dtype;
        t.values.push_back(draw(s, own, random));
        t.tensors.push_back(as_tensor(t.values.back(), own));
    }
    return t;
}

std::vector<Tensor> real_inputs(const Row& row, const Inputs& in) {
    std::vector<Tensor> reals;
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (is_real(row.inputs[i])) reals.push_back(in[i]);
    }
    return reals;
}

Inputs with_real_inputs(const Row& row, Inputs in, const std::vector<Tensor>& reals) {
    for (std::size_t i = 0, next = 0; i < in.size(); ++i) {
        if (is_real(row.inputs[i])) in[i] = reals[next++];
    }
    return in;
}

std::string gradient_error(const Row& row, int order, const std::vector<Shape>& shapes,
                           std::uint64_t draw) {
    try {
        const Inputs in = trial(row, f64, shapes, draw).tensors;
        const FunctionOfMany f = [&](const std::vector<Tensor>& x) {
            // A factor, so that a rule that takes the cotangent of a single number for 1 is found.
            return row.call(with_real_inputs(row, in, x), f64) * 1.7;
        };
        check_gradients(f, real_inputs(row, in), {.order = order});
        return "";
    } catch (const std::exception& e) {
        return e.what();
    }
}

bool near(const Tensor& a, const Tensor& b) {
    if (a.spec() != b.spec()) return false;
    const auto x = a.to_vector<double>(), y = b.to_vector<double>();
    for (std::size_t i = 0; i < x.size(); ++i) {
        const bool same = std::isnan(x[i]) ? std::isnan(y[i])
                                           : std::abs(x[i] - y[i]) <= 1e-12 * (1 + std::abs(y[i]));
        if (!same && x[i] != y[i]) return false;
    }
    return true;
}

Inputs batch_of(const Row& row, unsigned mapped, Index size, std::uint64_t draw) {
    Generator rng(draw);
    Inputs in;
    for (std::size_t i = 0; i < row.inputs.size(); ++i) {
        const Shape& shape = row.inputs[i].shape;
        const bool whole = (mapped >> i & 1) != 0;
        in.push_back(
            Tensor(drawn(row.inputs[i], whole ? with_axis(shape, size) : shape, rng).array()));
    }
    return in;
}

Tensor looped(const Row& row, const Inputs& in, unsigned mapped, Index size) {
    std::vector<Tensor> all;
    for (Index k = 0; k < size; ++k) {
        Inputs one;
        for (std::size_t i = 0; i < in.size(); ++i)
            one.push_back((mapped >> i & 1) != 0 ? in[i][k] : in[i]);
        all.push_back(row.call(one, f64));
    }
    return stack(all);
}

Tensor mapped_row(const Row& row, const Inputs& in, unsigned mapped) {
    Inputs one, batches, placeholders;
    for (std::size_t i = 0; i < in.size(); ++i) {
        if ((mapped >> i & 1) == 0) {
            one.push_back(in[i]);
            continue;
        }
        one.push_back(identity(in[i][0]));
        placeholders.push_back(one.back());
        batches.push_back(in[i]);
    }
    return vmap({row.call(one, f64)}, placeholders, batches)[0];
}

}  // namespace shikumi_test
