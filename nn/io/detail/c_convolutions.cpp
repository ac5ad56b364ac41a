// Convolutions over one and two axes. One axis is a picture of one row.
#include <algorithm>

#include <shikumi/nn/io/detail/c_layers.hpp>

namespace shikumi::nn::detail {

namespace {

// w is (kh, kw, c / groups, oc); b may be 0.
constexpr CFunction conv_function{
    "conv",
    R"(static void conv(const float *x, float *y, const float *w, const float *b, int h, int wd, int c,
                 int oh, int ow, int oc, int kh, int kw, int sh, int sw, int dh, int dw,
                 int top, int left, int groups)
{
    const int in = c / groups, out = oc / groups;
    int oy, ox, g, ky, kx, i, j;
    for (oy = 0; oy < oh; oy++) {
        for (ox = 0; ox < ow; ox++, y += oc) {
            for (j = 0; j < oc; j++) y[j] = b ? b[j] : 0;
            for (ky = 0; ky < kh; ky++) {
                const int iy = oy * sh + ky * dh - top;
                if (iy < 0 || iy >= h) continue;
                for (kx = 0; kx < kw; kx++) {
                    const int ix = ox * sw + kx * dw - left;
                    if (ix < 0 || ix >= wd) continue;
                    for (g = 0; g < groups; g++) {
                        const float *from = x + (iy * wd + ix) * c + g * in;
                        const float *row = w + (ky * kw + kx) * in * oc + g * out;
                        float *to = y + g * out;
                        for (i = 0; i < in; i++, row += oc) {
                            const float xi = from[i];
                            for (j = 0; j < out; j++) to[j] += xi * row[j];
                        }
                    }
                }
            }
        }
    }
}
)"};

// w is (kh, kw, c, m); b may be 0.
constexpr CFunction depthwise_function{
    "depthwise",
    R"(static void depthwise(const float *x, float *y, const float *w, const float *b, int h, int wd,
                      int c, int oh, int ow, int m, int kh, int kw, int sh, int sw, int dh, int dw,
                      int top, int left)
{
    int oy, ox, ky, kx, i, j;
    for (oy = 0; oy < oh; oy++) {
        for (ox = 0; ox < ow; ox++, y += c * m) {
            for (j = 0; j < c * m; j++) y[j] = b ? b[j] : 0;
            for (ky = 0; ky < kh; ky++) {
                const int iy = oy * sh + ky * dh - top;
                if (iy < 0 || iy >= h) continue;
                for (kx = 0; kx < kw; kx++) {
                    const int ix = ox * sw + kx * dw - left;
                    const float *from, *row = w + (ky * kw + kx) * c * m;
                    if (ix < 0 || ix >= wd) continue;
                    from = x + (iy * wd + ix) * c;
                    for (i = 0; i < c; i++)
                        for (j = 0; j < m; j++) y[i * m + j] += from[i] * row[i * m + j];
                }
            }
        }
    }
}
)"};

// Each pixel is spread over a window of the output. w is (kh, kw, oc, c); b may be 0.
constexpr CFunction transpose_function{
    "conv_transpose",
    R"(static void conv_transpose(const float *x, float *y, const float *w, const float *b, int h,
                           int wd, int c, int oh, int ow, int oc, int kh, int kw, int sh, int sw,
                           int dh, int dw, int top, int left)
{
    int iy, ix, ky, kx, i, j;
    for (i = 0; i < oh * ow; i++)
        for (j = 0; j < oc; j++) y[i * oc + j] = b ? b[j] : 0;
    for (iy = 0; iy < h; iy++) {
        for (ix = 0; ix < wd; ix++, x += c) {
            for (ky = 0; ky < kh; ky++) {
                const int oy = iy * sh + ky * dh - top;
                if (oy < 0 || oy >= oh) continue;
                for (kx = 0; kx < kw; kx++) {
                    const int ox = ix * sw + kx * dw - left;
                    if (ox < 0 || ox >= ow) continue;
                    for (j = 0; j < oc; j++) {
                        const float *row = w + ((ky * kw + kx) * oc + j) * c;
                        float sum = 0;
                        for (i = 0; i < c; i++) sum += x[i] * row[i];
                        y[(oy * ow + ox) * oc + j] += sum;
                    }
                }
            }
        }
    }
}
)"};

// A window over (height, width), where a line is a picture of one row.
struct Window {
    Index h, w, c, oh, ow, oc;
    Index kh, kw, sh, sw, dh, dw;
    Index top, left;
};

Window window_of(const CCall& call, const Shape& in, const Shape& out, bool transposed) {
    const auto axes = static_cast<std::size_t>(in.rank() - 1);
    const std::vector<Index> size = call.per_axis("kernel_size", axes),
                             stride = call.per_axis("strides", axes),
                             dilation = call.per_axis("dilation_rate", axes);
    const auto padding = call.option<std::string>("padding");
    const bool line = axes == 1;
    const auto first = [&](const std::vector<Index>& all) { return line ? 1 : all.front(); };
    Window w{line ? 1 : in[0],
             in[in.rank() - 2],
             in.back(),
             line ? 1 : out[0],
             out[out.rank() - 2],
             out.back(),
             first(size),
             size.back(),
             first(stride),
             stride.back(),
             first(dilation),
             dilation.back(),
             0,
             0};
    // A transposed convolution goes from the output of another one to its input.
    w.top = transposed ? padding_before(padding, w.oh, w.h, w.kh, w.sh, w.dh)
                       : padding_before(padding, w.h, w.oh, w.kh, w.sh, w.dh);
    w.left = transposed ? padding_before(padding, w.ow, w.w, w.kw, w.sw, w.dw)
                        : padding_before(padding, w.w, w.ow, w.kw, w.sw, w.dw);
    return w;
}

void finish(const CCall& call) {
    write_activation(call, call.option<std::string>("activation"), call.output, call.output);
}

void convolution(const CCall& call) {
    const Window w = window_of(call, call.input().shape, call.output.shape, false);
    const auto groups = std::max<Index>(call.option<Index>("groups"), 1);
    call.program.call(conv_function, call.input(), call.output, call.weight("kernel"),
                      call.weight("bias"), w.h, w.w, w.c, w.oh, w.ow, w.oc, w.kh, w.kw, w.sh, w.sw,
                      w.dh, w.dw, w.top, w.left, groups);
    finish(call);
}

void write_depthwise(const CCall& call, const CArray& to, const std::string& kernel,
                     const std::string& bias) {
    const Window w = window_of(call, call.input().shape, to.shape, false);
    call.program.call(depthwise_function, call.input(), to, kernel, bias, w.h, w.w, w.c, w.oh, w.ow,
                      call.option<Index>("depth_multiplier"), w.kh, w.kw, w.sh, w.sw, w.dh, w.dw,
                      w.top, w.left);
}

void depthwise(const CCall& call) {
    write_depthwise(call, call.output, call.weight("kernel"), call.weight("bias"));
    finish(call);
}

void separable(const CCall& call) {
    const Shape &in = call.input().shape, &out = call.output.shape;
    const Index channels = in.back() * call.option<Index>("depth_multiplier");
    Shape::Sizes sizes;
    for (int i = 0; i + 1 < out.rank(); ++i) sizes.push_back(out[i]);
    sizes.push_back(channels);
    const CArray between = call.program.array(Shape(sizes));
    write_depthwise(call, between, call.weight("depthwise_kernel"), "0");
    const Index pixels = out.size() / out.back();
    call.program.call(conv_function, between, call.output, call.weight("pointwise_kernel"),
                      call.weight("bias"), 1, pixels, channels, 1, pixels, out.back(), 1, 1, 1, 1,
                      1, 1, 0, 0, 1);
    finish(call);
}

void transposed(const CCall& call) {
    const Config* const padding = call.options.find("output_padding");
    if (padding && !padding->is_null()) call.refuse("it has an output_padding");
    if (call.option<Index>("groups") > 1) call.refuse("it has groups");
    const Window w = window_of(call, call.input().shape, call.output.shape, true);
    call.program.call(transpose_function, call.input(), call.output, call.weight("kernel"),
                      call.weight("bias"), w.h, w.w, w.c, w.oh, w.ow, w.oc, w.kh, w.kw, w.sh, w.sw,
                      w.dh, w.dw, w.top, w.left);
    finish(call);
}

constexpr CLayer convolution_layers[] = {
    {"Conv1D", convolution},         {"Conv2D", convolution},        {"DepthwiseConv1D", depthwise},
    {"DepthwiseConv2D", depthwise},  {"SeparableConv1D", separable}, {"SeparableConv2D", separable},
    {"Conv1DTranspose", transposed}, {"Conv2DTranspose", transposed}};

}  // namespace

std::span<const CLayer> c_convolutions() { return convolution_layers; }

}  // namespace shikumi::nn::detail
