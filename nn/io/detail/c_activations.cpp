// Activations: functions of one number, or of the numbers along an axis.
#include <algorithm>
#include <iterator>
#include <limits>

#include <shikumi/autograd/kernels/detail/around_axis.hpp>
#include <shikumi/nn/io/detail/c_layers.hpp>

namespace shikumi::nn::detail {

namespace {

constexpr CFunction each{"each",
                         R"(static void each(float (*f)(float), const float *x, float *y, int n)
{
    int i;
    for (i = 0; i < n; i++) y[i] = f(x[i]);
}
)"};

// ---- functions of one number --------------------------------------------------------------------

constexpr CFunction relu{"relu", "static float relu(float x) { return x < 0 ? 0 : x; }\n"};
constexpr CFunction relu6{"relu6",
                          "static float relu6(float x) { return x < 0 ? 0 : x > 6 ? 6 : x; }\n"};
constexpr CFunction leaky_relu{
    "leaky_relu", "static float leaky_relu(float x) { return x < 0 ? 0.2f * x : x; }\n"};
constexpr CFunction elu{"elu", "static float elu(float x) { return x < 0 ? expm1f(x) : x; }\n"};
constexpr CFunction selu{"selu", R"(static float selu(float x)
{
    return 1.0507009873554805f * (x < 0 ? 1.6732632423543773f * expm1f(x) : x);
}
)"};
constexpr CFunction gelu{
    "gelu", "static float gelu(float x) { return 0.5f * x * erfcf(-0.70710678118654752f * x); }\n"};
constexpr CFunction gelu_tanh{"gelu_tanh", R"(static float gelu_tanh(float x)
{
    return 0.5f * x * (1 + tanhf(0.79788456080286536f * (x + 0.044715f * x * x * x)));
}
)"};
constexpr CFunction sigmoid{"sigmoid",
                            "static float sigmoid(float x) { return 1 / (1 + expf(-x)); }\n"};
constexpr CFunction silu{"silu", "static float silu(float x) { return x / (1 + expf(-x)); }\n"};
constexpr CFunction softplus{
    "softplus",
    "static float softplus(float x) { return (x < 0 ? 0 : x) + log1pf(expf(-fabsf(x))); }\n"};
constexpr CFunction mish{"mish", "static float mish(float x) { return x * tanhf(softplus(x)); }\n",
                         &softplus};
constexpr CFunction log_sigmoid{
    "log_sigmoid", "static float log_sigmoid(float x) { return -softplus(-x); }\n", &softplus};
constexpr CFunction hard_sigmoid{"hard_sigmoid", R"(static float hard_sigmoid(float x)
{
    return x <= -3 ? 0 : x >= 3 ? 1 : x / 6 + 0.5f;
}
)"};
constexpr CFunction hard_sigmoid5{"hard_sigmoid5", R"(static float hard_sigmoid5(float x)
{
    return x <= -2.5f ? 0 : x >= 2.5f ? 1 : 0.2f * x + 0.5f;
}
)"};
constexpr CFunction hard_silu{"hard_silu",
                              "static float hard_silu(float x) { return x * hard_sigmoid(x); }\n",
                              &hard_sigmoid};
constexpr CFunction hard_tanh{
    "hard_tanh", "static float hard_tanh(float x) { return x < -1 ? -1 : x > 1 ? 1 : x; }\n"};
constexpr CFunction softsign{"softsign",
                             "static float softsign(float x) { return x / (1 + fabsf(x)); }\n"};
constexpr CFunction hard_shrink{
    "hard_shrink", "static float hard_shrink(float x) { return fabsf(x) <= 0.5f ? 0 : x; }\n"};
constexpr CFunction soft_shrink{"soft_shrink", R"(static float soft_shrink(float x)
{
    return x < -0.5f ? x + 0.5f : x > 0.5f ? x - 0.5f : 0;
}
)"};
constexpr CFunction sparse_plus{"sparse_plus", R"(static float sparse_plus(float x)
{
    return x <= -1 ? 0 : x >= 1 ? x : 0.25f * (x + 1) * (x + 1);
}
)"};
constexpr CFunction sparse_sigmoid{"sparse_sigmoid", R"(static float sparse_sigmoid(float x)
{
    return x <= -1 ? 0 : x >= 1 ? 1 : 0.5f * (x + 1);
}
)"};
constexpr CFunction squareplus{"squareplus", R"(static float squareplus(float x)
{
    return (x < 0 ? 0 : x) + 2 / (sqrtf(x * x + 4) + fabsf(x));
}
)"};
constexpr CFunction tanh_shrink{"tanh_shrink",
                                "static float tanh_shrink(float x) { return x - tanhf(x); }\n"};
constexpr CFunction exponential{"expf", ""}, hyperbolic_tangent{"tanhf", ""};  // of <math.h>

struct Scalar {
    std::string_view name;  // in files
    const CFunction& function;
};
constexpr Scalar scalars[] = {{"relu", relu},
                              {"relu6", relu6},
                              {"leaky_relu", leaky_relu},
                              {"elu", elu},
                              {"celu", elu},
                              {"selu", selu},
                              {"gelu", gelu},
                              {"gelu_tanh", gelu_tanh},
                              {"silu", silu},
                              {"swish", silu},
                              {"mish", mish},
                              {"sigmoid", sigmoid},
                              {"hard_sigmoid", hard_sigmoid},
                              {"hard_sigmoid5", hard_sigmoid5},
                              {"hard_silu", hard_silu},
                              {"hard_swish", hard_silu},
                              {"hard_tanh", hard_tanh},
                              {"tanh", hyperbolic_tangent},
                              {"softplus", softplus},
                              {"softsign", softsign},
                              {"exponential", exponential},
                              {"log_sigmoid", log_sigmoid},
                              {"hard_shrink", hard_shrink},
                              {"soft_shrink", soft_shrink},
                              {"sparse_plus", sparse_plus},
                              {"sparse_sigmoid", sparse_sigmoid},
                              {"squareplus", squareplus},
                              {"tanh_shrink", tanh_shrink}};

// ---- functions of an axis -----------------------------------------------------------------------
// The axis has n numbers, which lie `step` apart; `outer` times `step` such rows follow each other.

constexpr CFunction softmax{
    "softmax", R"(static void softmax(const float *x, float *y, int outer, int n, int step)
{
    int o, s, i;
    for (o = 0; o < outer; o++) {
        for (s = 0; s < step; s++) {
            const float *row = x + o * n * step + s;
            float *out = y + o * n * step + s;
            float most = row[0], sum = 0;
            for (i = 1; i < n; i++) most = row[i * step] > most ? row[i * step] : most;
            for (i = 0; i < n; i++) sum += out[i * step] = expf(row[i * step] - most);
            for (i = 0; i < n; i++) out[i * step] /= sum;
        }
    }
}
)"};
constexpr CFunction log_softmax{
    "log_softmax", R"(static void log_softmax(const float *x, float *y, int outer, int n, int step)
{
    int o, s, i;
    for (o = 0; o < outer; o++) {
        for (s = 0; s < step; s++) {
            const float *row = x + o * n * step + s;
            float *out = y + o * n * step + s;
            float most = row[0], sum = 0;
            for (i = 1; i < n; i++) most = row[i * step] > most ? row[i * step] : most;
            for (i = 0; i < n; i++) sum += expf(row[i * step] - most);
            for (i = 0; i < n; i++) out[i * step] = row[i * step] - most - logf(sum);
        }
    }
}
)"};

void write_rows(const CCall& call, const CFunction& function, const CArray& x, const CArray& y,
                int axis) {
    const kernels::detail::AroundAxis a(x.shape, axis);
    if (x.size() > 0) call.program.call(function, x, y, a.outer, a.size, a.inner);
}

// ---- layers -------------------------------------------------------------------------------------

constexpr CFunction slope{
    "slope",
    R"(static void slope(const float *x, float *y, int n, float below, float from, float most)
{
    int i;
    for (i = 0; i < n; i++)
        y[i] = x[i] >= most ? most : x[i] >= from ? x[i] : below * (x[i] - from);
}
)"};
constexpr CFunction soft_slope{
    "soft_slope", R"(static void soft_slope(const float *x, float *y, int n, float alpha)
{
    int i;
    for (i = 0; i < n; i++) y[i] = x[i] < 0 ? alpha * expm1f(x[i]) : x[i];
}
)"};
constexpr CFunction slopes{
    "slopes", R"(static void slopes(const float *x, float *y, int n, const float *alpha)
{
    int i;
    for (i = 0; i < n; i++) y[i] = x[i] < 0 ? alpha[i] * x[i] : x[i];
}
)"};

void activation(const CCall& call) {
    write_activation(call, call.option<std::string>("activation"), call.input(), call.output);
}

void rectifier(const CCall& call) {
    const Config* const most = call.options.find("max_value");
    const bool bounded = most && !most->is_null();
    call.program.call(slope, call.input(), call.output, call.input().size(),
                      call.number(call.option<double>("negative_slope")),
                      call.number(call.option<double>("threshold")),
                      bounded ? call.number(call.option<double>("max_value")) : "INFINITY");
}

void leaky(const CCall& call) {
    call.program.call(slope, call.input(), call.output, call.input().size(),
                      call.number(call.option<double>("negative_slope")), call.number(0),
                      "INFINITY");
}

void exponential_linear(const CCall& call) {
    call.program.call(soft_slope, call.input(), call.output, call.input().size(),
                      call.number(call.option<double>("alpha")));
}

// Axes that share their slopes have one of them in the weight.
void parametric(const CCall& call) {
    const std::vector<float> given = call.values("alpha");
    const Shape& shape = call.input().shape;
    std::vector<bool> shared(static_cast<std::size_t>(shape.rank()), false);
    for (const Index axis : call.option<std::vector<Index>>("shared_axes"))
        shared.at(static_cast<std::size_t>(sample_axis(axis, shape))) = true;
    std::vector<float> alpha;
    for (Index i = 0; i < shape.size(); ++i) {
        Index rest = i, at = 0, step = 1;
        for (int axis = shape.rank() - 1; axis >= 0; --axis) {
            if (!shared[static_cast<std::size_t>(axis)]) {
                at += rest % shape[axis] * step;
                step *= shape[axis];
            }
            rest /= shape[axis];
        }
        alpha.push_back(given.at(static_cast<std::size_t>(at)));
    }
    call.program.call(slopes, call.input(), call.output, shape.size(),
                      call.program.constant(call.layer.name() + "/alpha", alpha));
}

void softmax_layer(const CCall& call) {
    write_rows(call, softmax, call.input(), call.output,
               sample_axis(call.option<Index>("axis"), call.input().shape));
}

constexpr CLayer activation_layers[] = {{"Activation", activation}, {"ReLU", rectifier},
                                        {"LeakyReLU", leaky},       {"ELU", exponential_linear},
                                        {"PReLU", parametric},      {"Softmax", softmax_layer}};

}  // namespace

std::span<const CLayer> c_activation_layers() { return activation_layers; }

void write_activation(const CCall& call, const std::string& name, const CArray& x,
                      const CArray& y) {
    if (name == "linear" && x.text == y.text) return;
    if (name == "softmax" || name == "log_softmax") {
        write_rows(call, name == "softmax" ? softmax : log_softmax, x, y, x.shape.rank() - 1);
        return;
    }
    if (name == "linear") {
        static constexpr CFunction identity{"identity",
                                            "static float identity(float x) { return x; }\n"};
        call.program.call(each, call.program.use(identity), x, y, x.size());
        return;
    }
    call.program.call(each, scalar_activation(call, name), x, y, x.size());
}

std::string scalar_activation(const CCall& call, const std::string& name) {
    const auto found = std::ranges::find(scalars, name, &Scalar::name);
    if (found == std::end(scalars)) call.refuse("there is no C for its activation '", name, "'");
    return call.program.use(found->function);
}

}  // namespace shikumi::nn::detail
