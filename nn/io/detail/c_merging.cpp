// Layers of several inputs of one shape, and Concatenate.
#include <shikumi/autograd/kernels/detail/around_axis.hpp>
#include <shikumi/nn/io/detail/c_layers.hpp>

namespace shikumi::nn::detail {

namespace {

constexpr CFunction add{"add", R"(static void add(const float *a, const float *b, float *y, int n)
{
    int i;
    for (i = 0; i < n; i++) y[i] = a[i] + b[i];
}
)"};
constexpr CFunction subtract{
    "subtract", R"(static void subtract(const float *a, const float *b, float *y, int n)
{
    int i;
    for (i = 0; i < n; i++) y[i] = a[i] - b[i];
}
)"};
constexpr CFunction multiply{
    "multiply", R"(static void multiply(const float *a, const float *b, float *y, int n)
{
    int i;
    for (i = 0; i < n; i++) y[i] = a[i] * b[i];
}
)"};
constexpr CFunction maximum{"maximum",
                            R"(static void maximum(const float *a, const float *b, float *y, int n)
{
    int i;
    for (i = 0; i < n; i++) y[i] = a[i] > b[i] ? a[i] : b[i];
}
)"};
constexpr CFunction minimum{"minimum",
                            R"(static void minimum(const float *a, const float *b, float *y, int n)
{
    int i;
    for (i = 0; i < n; i++) y[i] = a[i] < b[i] ? a[i] : b[i];
}
)"};
constexpr CFunction divide{"divide", R"(static void divide(float *y, int n, float by)
{
    int i;
    for (i = 0; i < n; i++) y[i] /= by;
}
)"};

// `outer` rows of n numbers, each to a place in rows of `all`.
constexpr CFunction put{
    "put", R"(static void put(const float *x, float *y, int outer, int n, int all, int at)
{
    int o, i;
    for (o = 0; o < outer; o++)
        for (i = 0; i < n; i++) y[o * all + at + i] = x[o * n + i];
}
)"};

template <const CFunction& function>
void pointwise(const CCall& call) {
    for (const CArray& x : call.inputs) {
        if (x.shape != call.output.shape)
            call.refuse("its inputs have different shapes, such as ", x.shape);
    }
    if (call.inputs.size() < 2) call.refuse("it has one input");
    const CArray* before = &call.inputs.front();
    for (std::size_t i = 1; i < call.inputs.size(); ++i) {
        call.program.call(function, *before, call.inputs[i], call.output, call.output.size());
        before = &call.output;
    }
}

void average(const CCall& call) {
    pointwise<add>(call);
    call.program.call(divide, call.output, call.output.size(),
                      call.number(static_cast<double>(call.inputs.size())));
}

void concatenate(const CCall& call) {
    const Shape& out = call.output.shape;
    const kernels::detail::AroundAxis around(out, sample_axis(call.option<Index>("axis"), out));
    const Index outer = around.outer;
    Index at = 0;
    for (const CArray& x : call.inputs) {
        const Index n = x.size() / outer;
        call.program.call(put, x, call.output, outer, n, out.size() / outer, at);
        at += n;
    }
}

constexpr CLayer merging_layers[] = {
    {"Add", pointwise<add>},           {"Subtract", pointwise<subtract>},
    {"Multiply", pointwise<multiply>}, {"Maximum", pointwise<maximum>},
    {"Minimum", pointwise<minimum>},   {"Average", average},
    {"Concatenate", concatenate}};

}  // namespace

std::span<const CLayer> c_merging_layers() { return merging_layers; }

}  // namespace shikumi::nn::detail
