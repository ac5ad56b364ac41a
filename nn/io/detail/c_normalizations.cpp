// Normalisations, and rescaling by numbers that are known.
#include <algorithm>
#include <cmath>

#include <shikumi/autograd/kernels/detail/around_axis.hpp>
#include <shikumi/nn/io/detail/c_layers.hpp>

namespace shikumi::nn::detail {

namespace {

// The axis of n numbers lies between `outer` and `inner` ones. shift may be 0.
constexpr CFunction standardize{
    "standardize",
    R"(static void standardize(const float *x, float *y, const float *mean, const float *scale,
                        const float *shift, int outer, int n, int inner)
{
    int o, c, i;
    for (o = 0; o < outer; o++)
        for (c = 0; c < n; c++)
            for (i = 0; i < inner; i++, x++, y++)
                *y = (*x - mean[c]) * scale[c] + (shift ? shift[c] : 0);
}
)"};

// Each row of n numbers by its own mean and variance. gamma and beta may be 0.
constexpr CFunction normalize_rows{
    "normalize_rows",
    R"(static void normalize_rows(const float *x, float *y, const float *gamma, const float *beta, int rows,
                           int n, float epsilon)
{
    int r, i;
    for (r = 0; r < rows; r++, x += n, y += n) {
        float mean = 0, variance = 0, scale;
        for (i = 0; i < n; i++) mean += x[i];
        mean /= (float)n;
        for (i = 0; i < n; i++) variance += (x[i] - mean) * (x[i] - mean);
        scale = 1 / sqrtf(variance / (float)n + epsilon);
        for (i = 0; i < n; i++)
            y[i] = (x[i] - mean) * scale * (gamma ? gamma[i] : 1) + (beta ? beta[i] : 0);
    }
}
)"};

// Each row of n numbers by the root of its squares' mean; by that of their sum where `sum` is 1.
constexpr CFunction scale_rows{
    "scale_rows",
    R"(static void scale_rows(const float *x, float *y, const float *gamma, int rows, int n, float epsilon,
                       int sum)
{
    int r, i;
    for (r = 0; r < rows; r++, x += n, y += n) {
        float squares = 0, scale;
        for (i = 0; i < n; i++) squares += x[i] * x[i];
        if (!sum) squares = squares / (float)n + epsilon;
        scale = 1 / sqrtf(squares > 1e-12f || !sum ? squares : 1e-12f);
        for (i = 0; i < n; i++) y[i] = x[i] * scale * (gamma ? gamma[i] : 1);
    }
}
)"};

// The last axis in groups, each with its numbers at all places. gamma and beta may be 0.
constexpr CFunction normalize_groups{
    "normalize_groups",
    R"(static void normalize_groups(const float *x, float *y, const float *gamma, const float *beta,
                             int places, int c, int groups, float epsilon)
{
    const int size = c / groups;
    int g, p, i;
    for (g = 0; g < groups; g++) {
        float mean = 0, variance = 0, scale;
        const float n = (float)places * (float)size;
        for (p = 0; p < places; p++)
            for (i = g * size; i < (g + 1) * size; i++) mean += x[p * c + i];
        mean /= n;
        for (p = 0; p < places; p++)
            for (i = g * size; i < (g + 1) * size; i++)
                variance += (x[p * c + i] - mean) * (x[p * c + i] - mean);
        scale = 1 / sqrtf(variance / n + epsilon);
        for (p = 0; p < places; p++)
            for (i = g * size; i < (g + 1) * size; i++)
                y[p * c + i] = (x[p * c + i] - mean) * scale * (gamma ? gamma[i] : 1) +
                               (beta ? beta[i] : 0);
    }
}
)"};

constexpr CFunction affine{
    "affine", R"(static void affine(const float *x, float *y, int n, float scale, float offset)
{
    int i;
    for (i = 0; i < n; i++) y[i] = x[i] * scale + offset;
}
)"};

// The numbers along the axes, which have to be the last ones.
Index along_last(const CCall& call) {
    const Shape& shape = call.input().shape;
    std::vector<int> axes;
    for (const Index axis : call.option<std::vector<Index>>("axis"))
        axes.push_back(sample_axis(axis, shape));
    std::ranges::sort(axes);
    Index n = 1;
    for (int i = 0; i < static_cast<int>(axes.size()); ++i) {
        const int axis = shape.rank() - static_cast<int>(axes.size()) + i;
        if (axes[static_cast<std::size_t>(i)] != axis) call.refuse("its axes aren't the last ones");
        n *= shape[axis];
    }
    return n;
}

void batch_normalization(const CCall& call) {
    const Shape& shape = call.input().shape;
    const kernels::detail::AroundAxis a(shape, sample_axis(call.option<Index>("axis"), shape));
    const std::vector<float> gamma = call.values("gamma");
    std::vector<float> scale = call.values("moving_variance");
    const auto epsilon = call.option<double>("epsilon");
    for (std::size_t i = 0; i < scale.size(); ++i) {
        const double root = std::sqrt(static_cast<double>(scale[i]) + epsilon);
        scale[i] = static_cast<float>((gamma.empty() ? 1.0 : static_cast<double>(gamma[i])) / root);
    }
    call.program.call(standardize, call.input(), call.output, call.weight("moving_mean"),
                      call.program.constant(call.layer.name() + "/scale", scale),
                      call.weight("beta"), a.outer, a.size, a.inner);
}

void layer_normalization(const CCall& call) {
    const Index n = along_last(call);
    call.program.call(normalize_rows, call.input(), call.output, call.weight("gamma"),
                      call.weight("beta"), call.input().size() / n, n,
                      call.number(call.option<double>("epsilon")));
}

void rms_normalization(const CCall& call) {
    const Index n = along_last(call);
    call.program.call(scale_rows, call.input(), call.output, call.weight("scale"),
                      call.input().size() / n, n, call.number(call.option<double>("epsilon")), 0);
}

void unit_normalization(const CCall& call) {
    const Index n = along_last(call);
    call.program.call(scale_rows, call.input(), call.output, "0", call.input().size() / n, n,
                      call.number(0), 1);
}

void group_normalization(const CCall& call) {
    const Shape& shape = call.input().shape;
    if (sample_axis(call.option<Index>("axis"), shape) != shape.rank() - 1)
        call.refuse("its axis isn't the last one");
    call.program.call(normalize_groups, call.input(), call.output, call.weight("gamma"),
                      call.weight("beta"), shape.size() / shape.back(), shape.back(),
                      call.option<Index>("groups"), call.number(call.option<double>("epsilon")));
}

void rescaling(const CCall& call) {
    const auto scale = call.option<std::vector<double>>("scale"),
               offset = call.option<std::vector<double>>("offset");
    if (scale.size() != 1 || offset.size() != 1)
        call.refuse("it has a scale or an offset for each channel");
    call.program.call(affine, call.input(), call.output, call.input().size(),
                      call.number(scale.front()), call.number(offset.front()));
}

constexpr CLayer normalization_layers[] = {
    {"BatchNormalization", batch_normalization}, {"LayerNormalization", layer_normalization},
    {"RMSNormalization", rms_normalization},     {"UnitNormalization", unit_normalization},
    {"GroupNormalization", group_normalization}, {"Rescaling", rescaling}};

}  // namespace

std::span<const CLayer> c_normalizations() { return normalization_layers; }

}  // namespace shikumi::nn::detail
