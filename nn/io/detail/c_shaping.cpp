// Layers that move numbers to other places.
#include <utility>

#include <shikumi/nn/io/detail/c_layers.hpp>

namespace shikumi::nn::detail {

namespace {

// y's numbers in order, from x with these strides.
constexpr CFunction permute_function{
    "permute",
    R"(static void permute(const float *x, float *y, int rank, const int *sizes, const int *strides)
{
    int n = 1, i, k;
    for (k = 0; k < rank; k++) n *= sizes[k];
    for (i = 0; i < n; i++) {
        int rest = i, from = 0;
        for (k = rank - 1; k >= 0; k--) {
            from += rest % sizes[k] * strides[k];
            rest /= sizes[k];
        }
        y[i] = x[from];
    }
}
)"};

constexpr CFunction repeat_function{
    "repeat", R"(static void repeat(const float *x, float *y, int times, int n)
{
    int t, i;
    for (t = 0; t < times; t++)
        for (i = 0; i < n; i++) y[t * n + i] = x[i];
}
)"};

// x lies `top` rows and `left` columns inside of y, or y inside of x where they are negative.
constexpr CFunction place_function{
    "place",
    R"(static void place(const float *x, float *y, int h, int w, int c, int oh, int ow, int top, int left)
{
    int oy, ox, i;
    for (oy = 0; oy < oh; oy++) {
        for (ox = 0; ox < ow; ox++, y += c) {
            const int iy = oy - top, ix = ox - left;
            const int inside = iy >= 0 && iy < h && ix >= 0 && ix < w;
            for (i = 0; i < c; i++) y[i] = inside ? x[(iy * w + ix) * c + i] : 0;
        }
    }
}
)"};

constexpr CFunction enlarge_function{
    "enlarge",
    R"(static void enlarge(const float *x, float *y, int h, int w, int c, int by_h, int by_w)
{
    int oy, ox, i;
    for (oy = 0; oy < h * by_h; oy++)
        for (ox = 0; ox < w * by_w; ox++, y += c)
            for (i = 0; i < c; i++) y[i] = x[(oy / by_h * w + ox / by_w) * c + i];
}
)"};

// The numbers of a list in C.
std::string ints(const std::vector<Index>& numbers) {
    std::string all;
    for (const Index number : numbers) all += (all.empty() ? "" : ", ") + std::to_string(number);
    return "(const int[]){" + all + "}";
}

void write_permute(const CCall& call, const std::vector<Index>& order) {
    const Shape& in = call.input().shape;
    std::vector<Index> strides(order.size(), 1), sizes, taken;
    for (std::size_t i = order.size() - 1; i > 0; --i)
        strides[i - 1] = strides[i] * in[static_cast<int>(i)];
    for (const Index axis : order) {
        sizes.push_back(in[static_cast<int>(axis)]);
        taken.push_back(strides[static_cast<std::size_t>(axis)]);
    }
    if (in.size() > 0)
        call.program.call(permute_function, call.input(), call.output, in.rank(), ints(sizes),
                          ints(taken));
}

void permute(const CCall& call) {
    std::vector<Index> order;
    for (const Index axis : call.option<std::vector<Index>>("dims")) order.push_back(axis - 1);
    write_permute(call, order);
}

bool is_in_order(const CCall& call) {
    return call.option<std::string>("data_format") != "channels_first" ||
           call.input().shape.rank() < 2;
}

// With channels first, they come before the pixels.
void flatten(const CCall& call) {
    const int last = call.input().shape.rank() - 1;
    std::vector<Index> order{last};
    for (int axis = 0; axis < last; ++axis) order.push_back(axis);
    write_permute(call, order);
}

void repeat_vector(const CCall& call) {
    call.program.call(repeat_function, call.input(), call.output, call.option<Index>("n"),
                      call.input().size());
}

// Where x lies in y, by the numbers before it on each axis; `sign` is −1 where x is the larger one.
void write_place(const CCall& call, std::string_view option, Index sign) {
    const Shape &in = call.input().shape, &out = call.output.shape;
    const bool line = in.rank() == 2;
    std::vector<Index> before;
    const Config* const given = call.options.find(option);
    for (const Config& one : *given->list())
        before.push_back(sign * (one.list() ? *one.list()->front().integer() : *one.integer()));
    const bool one_pair = line && !given->list()->front().list();
    const Index left = one_pair || line ? before.front() : before.back();
    call.program.call(place_function, call.input(), call.output, line ? 1 : in[0],
                      in[in.rank() - 2], in.back(), line ? 1 : out[0], out[out.rank() - 2],
                      line ? 0 : before.front(), left);
}

void zero_padding(const CCall& call) { write_place(call, "padding", 1); }
void cropping(const CCall& call) { write_place(call, "cropping", -1); }

void up_sampling(const CCall& call) {
    const Shape& in = call.input().shape;
    const bool line = in.rank() == 2;
    const std::vector<Index> by = call.per_axis("size", line ? 1 : 2);
    if (const auto how = call.option<std::string>("interpolation");
        !how.empty() && how != "nearest")
        call.refuse("it interpolates (", how, ")");
    call.program.call(enlarge_function, call.input(), call.output, line ? 1 : in[0],
                      in[in.rank() - 2], in.back(), line ? 1 : by.front(), by.back());
}

constexpr CLayer shaping_layers[] = {{"Flatten", flatten, is_in_order},
                                     {"Reshape", nullptr},
                                     {"Permute", permute},
                                     {"RepeatVector", repeat_vector},
                                     {"ZeroPadding1D", zero_padding},
                                     {"ZeroPadding2D", zero_padding},
                                     {"Cropping1D", cropping},
                                     {"Cropping2D", cropping},
                                     {"UpSampling1D", up_sampling},
                                     {"UpSampling2D", up_sampling}};

}  // namespace

std::span<const CLayer> c_shaping_layers() { return shaping_layers; }

}  // namespace shikumi::nn::detail
