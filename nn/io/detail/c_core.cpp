// Dense, Embedding, and layers that change nothing when a model predicts.
#include <shikumi/nn/io/detail/c_layers.hpp>

namespace shikumi::nn::detail {

namespace {

// w is (in, out); b may be 0.
constexpr CFunction dense_function{
    "dense", R"(static void dense(const float *x, float *y, const float *w, const float *b,
                  int rows, int in, int out)
{
    int r, i, j;
    for (r = 0; r < rows; r++, x += in, y += out) {
        for (j = 0; j < out; j++) y[j] = b ? b[j] : 0;
        for (i = 0; i < in; i++) {
            const float *row = w + i * out;
            const float xi = x[i];
            for (j = 0; j < out; j++) y[j] += xi * row[j];
        }
    }
}
)"};

// Numbers outside the table are taken for its ends: no other memory is read.
constexpr CFunction embed_function{
    "embed",
    R"(static void embed(const float *x, float *y, const float *table, int n, int rows, int size)
{
    int i, j;
    for (i = 0; i < n; i++) {
        const int row = !(x[i] > 0) ? 0 : x[i] > (float)(rows - 1) ? rows - 1 : (int)x[i];
        for (j = 0; j < size; j++) y[i * size + j] = table[row * size + j];
    }
}
)"};

void dense(const CCall& call) {
    const Index in = call.input().shape.back(), out = call.output.shape.back();
    call.program.call(dense_function, call.input(), call.output, call.weight("kernel"),
                      call.weight("bias"), call.input().size() / in, in, out);
    write_activation(call, call.option<std::string>("activation"), call.output, call.output);
}

void embedding(const CCall& call) {
    if (call.option<bool>("mask_zero")) call.refuse("it makes a mask (mask_zero)");
    call.program.call(embed_function, call.input(), call.output, call.weight("embeddings"),
                      call.input().size(), call.option<Index>("input_dim"),
                      call.option<Index>("output_dim"));
}

constexpr CLayer core_layers[] = {{"Dense", dense},
                                  {"Embedding", embedding},
                                  {"ActivityRegularization", nullptr},
                                  {"AlphaDropout", nullptr},
                                  {"Dropout", nullptr},
                                  {"GaussianDropout", nullptr},
                                  {"GaussianNoise", nullptr},
                                  {"SpatialDropout1D", nullptr},
                                  {"SpatialDropout2D", nullptr},
                                  {"SpatialDropout3D", nullptr}};

}  // namespace

std::span<const CLayer> c_core_layers() { return core_layers; }

}  // namespace shikumi::nn::detail
