#include <shikumi/nn/functions/initializers.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/functions/detail/function_kind.hpp>

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

// ---- what initialisers were made of -------------------------------------------------------------

struct Nothing {};
void visit_fields(auto& fields, FieldsOf<Nothing> auto&) { fields.ignore("seed"); }

struct Value {
    double value = 0;
};
void visit_fields(auto& fields, FieldsOf<Value> auto& o) { fields("value", o.value); }

struct Gain {
    double gain = 1;
};
void visit_fields(auto& fields, FieldsOf<Gain> auto& o) { fields("gain", o.gain).ignore("seed"); }

struct Normal {
    double mean = 0, stddev = 0.05;
};
void visit_fields(auto& fields, FieldsOf<Normal> auto& o) {
    fields("mean", o.mean)("stddev", o.stddev).ignore("seed");
}

struct Uniform {
    double low = -0.05, high = 0.05;
};
void visit_fields(auto& fields, FieldsOf<Uniform> auto& o) {
    fields("minval", o.low)("maxval", o.high).ignore("seed");
}

struct Scaling {
    double scale = 1;
    Fan fan = Fan::in;
    Distribution distribution = Distribution::truncated_normal;
};
void visit_fields(auto& fields, FieldsOf<Scaling> auto& o) {
    fields("scale", o.scale)("mode", o.fan)("distribution", o.distribution).ignore("seed");
}

template <class Options>
Config config_of(const Options& options) {
    return ConfigWriter().fields(options);
}

// -------------------------------------------------------------------------------------------------

Initializer all(double value, std::string name, Config config) {
    return {[=](const Shape& shape, Generator&, DType dtype) { return full(shape, value, dtype); },
            std::move(name), std::move(config)};
}

Initializer of_variance(const Scaling& scaling, std::string name, Config config) {
    const auto [scale, fan, distribution] = scaling;
    const auto draw = [scale = scale, fan = fan, distribution = distribution](
                          const Shape& shape, Generator& rng, DType dtype) {
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
    return {draw, std::move(name), std::move(config)};
}

// One of the published ones, which have no arguments.
Initializer published(const Scaling& scaling, std::string name) {
    return of_variance(scaling, std::move(name), config_of(Nothing{}));
}

}  // namespace

Initializer zeros_init() { return all(0, "zeros", config_of(Nothing{})); }
Initializer ones_init() { return all(1, "ones", config_of(Nothing{})); }
Initializer constant(double value) { return all(value, "constant", config_of(Value{value})); }

Initializer random_normal(double mean, double stddev) {
    constexpr auto name = "random_normal";
    check_stddev(name, stddev);
    return {[=](const Shape& shape, Generator& rng, DType dtype) {
                return shikumi::random_normal(shape, rng, mean, stddev, dtype);
            },
            name, config_of(Normal{mean, stddev})};
}

Initializer random_uniform(double low, double high) {
    constexpr auto name = "random_uniform";
    if (!(low <= high)) fail<ValueError>(name, "low ", low, " lies above high ", high);
    return {[=](const Shape& shape, Generator& rng, DType dtype) {
                return shikumi::random_uniform(shape, rng, low, high, dtype);
            },
            name, config_of(Uniform{low, high})};
}

Initializer truncated_normal(double mean, double stddev) {
    constexpr auto name = "truncated_normal";
    check_stddev(name, stddev);
    return {[=](const Shape& shape, Generator& rng, DType dtype) {
                return shikumi::random_truncated_normal(shape, rng, mean, stddev, dtype);
            },
            name, config_of(Normal{mean, stddev})};
}

Initializer identity_init(double gain) {
    return {[=](const Shape& shape, Generator&, DType dtype) {
                if (shape.rank() != 2)
                    fail<ShapeError>("identity_init", "wants a matrix, got ", shape);
                return eye(shape[0], shape[1], dtype) * gain;
            },
            "identity", config_of(Gain{gain})};
}

Initializer variance_scaling(double scale, Fan fan, Distribution distribution) {
    constexpr auto name = "variance_scaling";
    if (!(scale > 0)) fail<ValueError>(name, "scale must be positive, got ", scale);
    const Scaling scaling{scale, fan, distribution};
    return of_variance(scaling, name, config_of(scaling));
}

Initializer glorot_normal() {
    return published({1, Fan::average, Distribution::truncated_normal}, "glorot_normal");
}
Initializer glorot_uniform() {
    return published({1, Fan::average, Distribution::uniform}, "glorot_uniform");
}
Initializer he_normal() {
    return published({2, Fan::in, Distribution::truncated_normal}, "he_normal");
}
Initializer he_uniform() { return published({2, Fan::in, Distribution::uniform}, "he_uniform"); }
Initializer lecun_normal() {
    return published({1, Fan::in, Distribution::truncated_normal}, "lecun_normal");
}
Initializer lecun_uniform() {
    return published({1, Fan::in, Distribution::uniform}, "lecun_uniform");
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
    return {draw, name, config_of(Gain{gain})};
}

// ---- by name ------------------------------------------------------------------------------------

namespace {

using shikumi::detail::NameRow, shikumi::detail::NameTable;

constexpr NameRow<Fan> fan_rows[] = {
    {Fan::in, {"fan_in"}}, {Fan::out, {"fan_out"}}, {Fan::average, {"fan_avg"}}};
constexpr NameTable<Fan> fan_names("mode", fan_rows);

constexpr NameRow<Distribution> distribution_rows[] = {
    {Distribution::truncated_normal, {"truncated_normal", "normal"}},
    {Distribution::untruncated_normal, {"untruncated_normal"}},
    {Distribution::uniform, {"uniform"}}};
constexpr NameTable<Distribution> distributions("distribution", distribution_rows);

template <Initializer (*make)()>
Initializer plain(ConfigReader& config) {
    config.fields<Nothing>();
    return make();
}

Initializer from_normal(ConfigReader& config, Initializer (*make)(double, double)) {
    const auto o = config.fields<Normal>();
    return make(o.mean, o.stddev);
}

constexpr NameRow<detail::FunctionKind<Initializer>::Make> initializer_rows[] = {
    {[](ConfigReader& c) { return constant(c.fields<Value>().value); }, {"constant", "Constant"}},
    {plain<glorot_normal>, {"glorot_normal", "GlorotNormal"}},
    {plain<glorot_uniform>, {"glorot_uniform", "GlorotUniform"}},
    {plain<he_normal>, {"he_normal", "HeNormal"}},
    {plain<he_uniform>, {"he_uniform", "HeUniform"}},
    {[](ConfigReader& c) { return identity_init(c.fields<Gain>().gain); },
     {"identity", "Identity", "IdentityInitializer"}},
    {plain<lecun_normal>, {"lecun_normal", "LecunNormal"}},
    {plain<lecun_uniform>, {"lecun_uniform", "LecunUniform"}},
    {plain<ones_init>, {"ones", "Ones"}},
    {[](ConfigReader& c) { return orthogonal(c.fields<Gain>().gain); },
     {"orthogonal", "Orthogonal"}},
    {[](ConfigReader& c) { return from_normal(c, random_normal); },
     {"random_normal", "RandomNormal"}},
    {[](ConfigReader& c) {
         const auto o = c.fields<Uniform>();
         return random_uniform(o.low, o.high);
     },
     {"random_uniform", "RandomUniform"}},
    {[](ConfigReader& c) { return from_normal(c, truncated_normal); },
     {"truncated_normal", "TruncatedNormal"}},
    {[](ConfigReader& c) {
         const auto o = c.fields<Scaling>();
         return variance_scaling(o.scale, o.fan, o.distribution);
     },
     {"variance_scaling", "VarianceScaling"}},
    {plain<zeros_init>, {"zeros", "Zeros"}},
};
constexpr detail::FunctionKind<Initializer> initializers("initializer", initializer_rows);

}  // namespace

Initializer Initializer::known_as(std::string_view name) { return initializer(name); }

Initializer initializer(std::string_view name) { return initializers.named(name); }

Config to_config(const Initializer& initializer) {
    return detail::function_config("initializer", "keras.initializers", initializer);
}

void from_config(const Config& config, Initializer& initializer, std::string_view reading) {
    initializer = initializers.read(config, reading);
}

Config to_config(Fan fan) { return fan_names.name_of(fan); }

void from_config(const Config& config, Fan& fan, std::string_view reading) {
    fan = fan_names.read(config, reading);
}

Config to_config(Distribution distribution) { return distributions.name_of(distribution); }

void from_config(const Config& config, Distribution& distribution, std::string_view reading) {
    distribution = distributions.read(config, reading);
}

}  // namespace shikumi::nn
