#include <shikumi/nn/functions/initializers.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/nearest_names.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

struct Fans {
    double in, out;
};

Fans fans(const Shape& shape) {
    const int rank = shape.rank();
    if (rank == 0) return {1, 1};
    const auto last = static_cast<double>(shape.back());
    if (rank == 1) return {last, last};
    double field = 1;
    for (int axis = 0; axis < rank - 2; ++axis) field *= static_cast<double>(shape[axis]);
    return {field * static_cast<double>(shape[rank - 2]), field * last};
}

double variance(const Shape& shape, double scale, Fan fan) {
    const Fans f = fans(shape);
    const double n = fan == Fan::in ? f.in : fan == Fan::out ? f.out : (f.in + f.out) / 2;
    return scale / std::max(1.0, n);
}

// Gram–Schmidt on `count` vectors of `length` values each, one after another in `v`. It goes over
// each twice, which keeps them orthogonal to rounding; R's diagonal is positive by construction,
// which makes Q the one that Keras gets by multiplying with the diagonal's signs.
void orthonormalize(std::vector<double>& v, std::size_t count, std::size_t length) {
    for (std::size_t i = 0; i < count; ++i) {
        double* const own = &v[i * length];
        for (std::size_t j = 0; j < 2 * i; ++j) {
            const double* const other = &v[j % i * length];
            double along = 0;
            for (std::size_t k = 0; k < length; ++k) along += own[k] * other[k];
            for (std::size_t k = 0; k < length; ++k) own[k] -= along * other[k];
        }
        double squares = 0;
        for (std::size_t k = 0; k < length; ++k) squares += own[k] * own[k];
        const double norm = std::sqrt(squares);
        for (std::size_t k = 0; k < length; ++k) own[k] /= norm;
    }
}

void check_stddev(std::string_view initializer, double stddev) {
    if (!(stddev >= 0)) fail<ValueError>(initializer, "stddev must not be negative, got ", stddev);
}

Initializer all(double value, std::string name) {
    return {[=](const Shape& shape, Generator&, DType dtype) { return full(shape, value, dtype); },
            std::move(name)};
}

Initializer of_variance(double scale, Fan fan, Distribution distribution, std::string name) {
    const auto draw = [=](const Shape& shape, Generator& rng, DType dtype) {
        // The standard deviation of a standard normal distribution cut at ±2.
        constexpr double after_cut = 0.87962566103423978;
        const double v = variance(shape, scale, fan);
        switch (distribution) {
            case Distribution::truncated_normal:
                return shikumi::random_truncated_normal(shape, rng, 0, std::sqrt(v) / after_cut,
                                                        dtype);
            case Distribution::untruncated_normal:
                return shikumi::random_normal(shape, rng, 0, std::sqrt(v), dtype);
            case Distribution::uniform:
                break;
        }
        const double limit = std::sqrt(3 * v);
        return shikumi::random_uniform(shape, rng, -limit, limit, dtype);
    };
    return {draw, std::move(name)};
}

}  // namespace

Initializer zeros_init() { return all(0, "zeros"); }
Initializer ones_init() { return all(1, "ones"); }
Initializer constant(double value) { return all(value, "constant"); }

Initializer random_normal(double mean, double stddev) {
    constexpr auto name = "random_normal";
    check_stddev(name, stddev);
    return {[=](const Shape& shape, Generator& rng, DType dtype) {
                return shikumi::random_normal(shape, rng, mean, stddev, dtype);
            },
            name};
}

Initializer random_uniform(double low, double high) {
    constexpr auto name = "random_uniform";
    if (!(low <= high)) fail<ValueError>(name, "low ", low, " lies above high ", high);
    return {[=](const Shape& shape, Generator& rng, DType dtype) {
                return shikumi::random_uniform(shape, rng, low, high, dtype);
            },
            name};
}

Initializer truncated_normal(double mean, double stddev) {
    constexpr auto name = "truncated_normal";
    check_stddev(name, stddev);
    return {[=](const Shape& shape, Generator& rng, DType dtype) {
                return shikumi::random_truncated_normal(shape, rng, mean, stddev, dtype);
            },
            name};
}

Initializer identity_init(double gain) {
    return {[=](const Shape& shape, Generator&, DType dtype) {
                if (shape.rank() != 2)
                    fail<ShapeError>("identity_init", "wants a matrix, got ", shape);
                return eye(shape[0], shape[1], dtype) * gain;
            },
            "identity"};
}

Initializer variance_scaling(double scale, Fan fan, Distribution distribution) {
    constexpr auto name = "variance_scaling";
    if (!(scale > 0)) fail<ValueError>(name, "scale must be positive, got ", scale);
    return of_variance(scale, fan, distribution, name);
}

Initializer glorot_normal() {
    return of_variance(1, Fan::average, Distribution::truncated_normal, "glorot_normal");
}
Initializer glorot_uniform() {
    return of_variance(1, Fan::average, Distribution::uniform, "glorot_uniform");
}
Initializer he_normal() {
    return of_variance(2, Fan::in, Distribution::truncated_normal, "he_normal");
}
Initializer he_uniform() { return of_variance(2, Fan::in, Distribution::uniform, "he_uniform"); }
Initializer lecun_normal() {
    return of_variance(1, Fan::in, Distribution::truncated_normal, "lecun_normal");
}
Initializer lecun_uniform() {
    return of_variance(1, Fan::in, Distribution::uniform, "lecun_uniform");
}

Initializer orthogonal(double gain) {
    constexpr auto name = "orthogonal";
    const auto draw = [=](const Shape& shape, Generator& rng, DType dtype) {
        if (shape.rank() < 2) fail<ShapeError>(name, "wants a matrix or more axes, got ", shape);
        const Index columns = shape.back();
        const Index rows = columns == 0 ? 0 : shape.size() / columns;
        const Index length = std::max(rows, columns), count = std::min(rows, columns);

        std::vector<double> v =
            shikumi::random_normal({count, length}, rng, 0, 1, f64).to_vector<double>();
        orthonormalize(v, static_cast<std::size_t>(count), static_cast<std::size_t>(length));
        const Tensor q = tensor(v, {count, length}) * gain;
        return reshape(rows < columns ? q : transpose(q), shape).cast(dtype);
    };
    return {draw, name};
}

Initializer Initializer::known_as(std::string_view name) { return initializer(name); }

Initializer initializer(std::string_view name) {
    struct Known {
        std::string_view name, class_name;
        Initializer (*make)();
    };
    static constexpr Known known[] = {
        {"constant", "Constant", [] { return constant(0); }},
        {"glorot_normal", "GlorotNormal", glorot_normal},
        {"glorot_uniform", "GlorotUniform", glorot_uniform},
        {"he_normal", "HeNormal", he_normal},
        {"he_uniform", "HeUniform", he_uniform},
        {"identity", "Identity", [] { return identity_init(); }},
        {"lecun_normal", "LecunNormal", lecun_normal},
        {"lecun_uniform", "LecunUniform", lecun_uniform},
        {"ones", "Ones", ones_init},
        {"orthogonal", "Orthogonal", [] { return orthogonal(); }},
        {"random_normal", "RandomNormal", [] { return random_normal(); }},
        {"random_uniform", "RandomUniform", [] { return random_uniform(); }},
        {"truncated_normal", "TruncatedNormal", [] { return truncated_normal(); }},
        {"variance_scaling", "VarianceScaling", [] { return variance_scaling(); }},
        {"zeros", "Zeros", zeros_init},
    };
    std::vector<std::string_view> names;
    for (const Known& one : known) {
        if (one.name == name || one.class_name == name) return one.make();
        names.insert(names.end(), {one.name, one.class_name});
    }
    shikumi::detail::refuse_name("initializer", name, names);
}

}  // namespace shikumi::nn
