// Random tensors. The key is taken when a tensor is recorded and is data: evaluating it again gives
// the same numbers, and a step that draws new numbers keeps its structure.
#include <bit>
#include <limits>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/random.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

enum class Distribution : std::uint8_t {
    uniform,
    normal,
    truncated_normal,
    bernoulli,
    permutation
};

// out ~ distribution(a, b); a constant to differentiation
struct Random final : General {
    Random(Distribution d, const Spec& s) : distribution(d), spec(s) {}
    bool operator==(const Random&) const = default;
    std::string_view name() const noexcept override {
        constexpr std::string_view names[] = {"random_uniform", "random_normal",
                                              "random_truncated_normal", "random_bernoulli",
                                              "random_permutation"};
        return names[static_cast<std::size_t>(distribution)];
    }
    Spec infer(Specs) const override { return spec; }
    void eval(ConstViews in, View out) const override {
        const auto* words = in[0].as<std::int64_t>();
        const RandomKey key{std::bit_cast<std::uint64_t>(words[0]),
                            std::bit_cast<std::uint64_t>(words[1])};
        const double a = *in[1].as<double>(), b = *in[2].as<double>();
        switch (distribution) {
            case Distribution::uniform:
                return kernels::random_uniform(key, a, b, out);
            case Distribution::normal:
                return kernels::random_normal(key, a, b, out);
            case Distribution::truncated_normal:
                return kernels::random_truncated_normal(key, a, b, out);
            case Distribution::bernoulli:
                return kernels::random_bernoulli(key, a, out);
            case Distribution::permutation:
                return kernels::random_permutation(key, out);
        }
    }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }

    Distribution distribution;
    Spec spec;
};

Tensor draw(Distribution distribution, const Spec& spec, Generator& rng, double a, double b) {
    const Array words({Shape{2}, i64});
    const Tensor leaf(words);
    detail::redraw(leaf, rng);
    const RandomKey key = rng.next();  // nothing fails in between: a failed capture takes it back
    auto* const word = static_cast<std::int64_t*>(words.raw());
    word[0] = std::bit_cast<std::int64_t>(key.seed);
    word[1] = std::bit_cast<std::int64_t>(key.stream);
    return record(Random(distribution, spec), leaf, scalar(a, f64), scalar(b, f64));
}

Tensor draw_normal(std::string_view op, Distribution distribution, const Spec& spec, Generator& rng,
                   double mean, double stddev) {
    detail::want_floating(op, spec.dtype);
    if (!(stddev >= 0)) fail<ValueError>(op, "wants a stddev of at least 0, got ", stddev);
    detail::want_finite(op, "mean", mean, spec.dtype);
    detail::want_finite(op, "stddev", stddev, spec.dtype);
    return draw(distribution, spec, rng, mean, stddev);
}

}  // namespace

Tensor random_uniform(const Shape& shape, Generator& rng, double low, double high, DType dtype) {
    detail::want_floating("random_uniform", dtype);
    detail::want_finite("random_uniform", "low", low, dtype);
    detail::want_finite("random_uniform", "high", high, dtype);
    if (low > high) fail<ValueError>("random_uniform", "low ", low, " lies above high ", high);
    return draw(Distribution::uniform, {shape, dtype}, rng, low, high);
}

Tensor random_normal(const Shape& shape, Generator& rng, double mean, double stddev, DType dtype) {
    return draw_normal("random_normal", Distribution::normal, {shape, dtype}, rng, mean, stddev);
}

Tensor random_truncated_normal(const Shape& shape, Generator& rng, double mean, double stddev,
                               DType dtype) {
    return draw_normal("random_truncated_normal", Distribution::truncated_normal, {shape, dtype},
                       rng, mean, stddev);
}

Tensor random_permutation(Integer n, Generator& rng) {
    if (n < 0 || n > std::numeric_limits<std::uint32_t>::max())
        fail<ValueError>("random_permutation", "can't permute ", Index{n}, " elements");
    return draw(Distribution::permutation, {Shape{n}, i64}, rng, 0, 0);
}

Tensor random_bernoulli(const Shape& shape, Generator& rng, double p, DType dtype) {
    if (!(p >= 0 && p <= 1))
        fail<ValueError>("random_bernoulli", "wants a probability from 0 to 1, got ", p);
    return draw(Distribution::bernoulli, {shape, dtype}, rng, p, 0);
}

}  // namespace shikumi
