// Poolings. One axis is a picture of one row; a global one takes all pixels as one row.
#include <shikumi/nn/io/detail/c_layers.hpp>

namespace shikumi::nn::detail {

namespace {

constexpr CFunction max_pool{
    "max_pool",
    R"(static void max_pool(const float *x, float *y, int h, int w, int c, int oh, int ow, int kh, int kw,
                     int sh, int sw, int top, int left)
{
    int oy, ox, ky, kx, i;
    for (oy = 0; oy < oh; oy++) {
        for (ox = 0; ox < ow; ox++, y += c) {
            for (i = 0; i < c; i++) y[i] = -INFINITY;
            for (ky = 0; ky < kh; ky++) {
                for (kx = 0; kx < kw; kx++) {
                    const int iy = oy * sh + ky - top, ix = ox * sw + kx - left;
                    const float *from;
                    if (iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
                    from = x + (iy * w + ix) * c;
                    for (i = 0; i < c; i++) y[i] = from[i] > y[i] ? from[i] : y[i];
                }
            }
        }
    }
}
)"};

// Pixels outside the picture don't count.
constexpr CFunction mean_pool{
    "mean_pool",
    R"(static void mean_pool(const float *x, float *y, int h, int w, int c, int oh, int ow, int kh, int kw,
                      int sh, int sw, int top, int left)
{
    int oy, ox, ky, kx, i;
    for (oy = 0; oy < oh; oy++) {
        for (ox = 0; ox < ow; ox++, y += c) {
            int count = 0;
            for (i = 0; i < c; i++) y[i] = 0;
            for (ky = 0; ky < kh; ky++) {
                for (kx = 0; kx < kw; kx++) {
                    const int iy = oy * sh + ky - top, ix = ox * sw + kx - left;
                    const float *from;
                    if (iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
                    from = x + (iy * w + ix) * c;
                    for (i = 0; i < c; i++) y[i] += from[i];
                    count++;
                }
            }
            for (i = 0; i < c; i++) y[i] /= (float)count;
        }
    }
}
)"};

template <const CFunction& function>
void windows(const CCall& call) {
    const Shape &in = call.input().shape, &out = call.output.shape;
    const auto axes = static_cast<std::size_t>(in.rank() - 1);
    const std::vector<Index> size = call.per_axis("pool_size", axes);
    std::vector<Index> stride = call.per_axis("strides", axes);
    if (stride.empty()) stride = size;
    const bool line = axes == 1;
    const auto padding = call.option<std::string>("padding");
    const Index h = line ? 1 : in[0], w = in[in.rank() - 2], oh = line ? 1 : out[0],
                ow = out[out.rank() - 2], kh = line ? 1 : size[0], sh = line ? 1 : stride[0];
    call.program.call(function, call.input(), call.output, h, w, in.back(), oh, ow, kh, size.back(),
                      sh, stride.back(), padding_before(padding, h, oh, kh, sh),
                      padding_before(padding, w, ow, size.back(), stride.back()));
}

template <const CFunction& function>
void whole(const CCall& call) {
    const Index channels = call.input().shape.back(), pixels = call.input().size() / channels;
    call.program.call(function, call.input(), call.output, 1, pixels, channels, 1, 1, 1, pixels, 1,
                      1, 0, 0);
}

constexpr CLayer pooling_layers[] = {
    {"MaxPooling1D", windows<max_pool>},          {"MaxPooling2D", windows<max_pool>},
    {"AveragePooling1D", windows<mean_pool>},     {"AveragePooling2D", windows<mean_pool>},
    {"GlobalMaxPooling1D", whole<max_pool>},      {"GlobalMaxPooling2D", whole<max_pool>},
    {"GlobalMaxPooling3D", whole<max_pool>},      {"GlobalAveragePooling1D", whole<mean_pool>},
    {"GlobalAveragePooling2D", whole<mean_pool>}, {"GlobalAveragePooling3D", whole<mean_pool>}};

}  // namespace

std::span<const CLayer> c_poolings() { return pooling_layers; }

}  // namespace shikumi::nn::detail
