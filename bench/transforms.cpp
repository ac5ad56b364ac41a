// What transforms cost beside the plain computation of the same amount:
// - the gradient of each of 128 samples by vmap, beside the gradient of their sum (MNIST MLP);
// - the norm of each sample's gradient;
// - the Jacobian of a network of 64 inputs and 64 outputs, beside one product of as many flops;
// - a chain of a million operations, differentiated once and twice;
// - the training step of 200 layers in 14 checkpoints, beside the same step without.
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <shikumi/shikumi.hpp>

#include "common/program.hpp"

using namespace shikumi;

namespace {

using Many = std::vector<Tensor>;

Tensor weights(Generator& rng, Index in, Index out) {
    return Tensor(random_normal({in, out}, rng, 0, 1 / std::sqrt(double(in)), f32).array());
}

double seconds_of(const std::function<void()>& step) {
    step();
    return bench::measure(step).median;
}

void print(const char* what, double plain, double other) {
    std::printf("%-44s %9.3f ms, plain %9.3f ms: %.2f times\n", what, 1e3 * other, 1e3 * plain,
                other / plain);
}

void per_sample_gradients() {
    Generator rng(1);
    const Many w{weights(rng, 784, 128), zeros({128}), weights(rng, 128, 10), zeros({10})};
    const Tensor x(random_uniform({128, 784}, rng).array());
    const Tensor labels(argmax(random_uniform({128, 10}, rng), -1).array());
    const auto loss = [](const Many& p, const Tensor& in, const Tensor& label) {
        const Tensor hidden = relu(matmul(in, p[0]) + p[1]);
        return sum(cross_entropy_each(matmul(hidden, p[2]) + p[3], label));
    };
    const VmapOptions samples{.in_axes = {not_mapped, 0, 0}};
    auto plain = capture([&](const Many& p, const Tensor& in, const Tensor& label) {
        return grad(loss)(p, in, label);
    });
    auto each = capture([&](const Many& p, const Tensor& in, const Tensor& label) {
        return vmap(grad(loss), samples)(p, in, label);
    });
    auto norms = capture([&](const Many& p, const Tensor& in, const Tensor& label) {
        Tensor total = scalar(0);
        for (const Tensor& g : vmap(grad(loss), samples)(p, in, label))
            total = total + sum(reshape(square(g), {128, -1}), 1);
        return sqrt(total);
    });
    const double batched = seconds_of([&] { plain(w, x, labels); });
    print("per-sample gradients, 128 x 784-128-10", batched,
          seconds_of([&] { each(w, x, labels); }));
    print("norms of per-sample gradients", batched, seconds_of([&] { norms(w, x, labels); }));
}

// Forward and Jacobian of three layers are 3 + 3·64 products of a vector: as 195 rows through one.
void jacobian_of_a_network() {
    Generator rng(2);
    const Many w{weights(rng, 64, 64), weights(rng, 64, 64), weights(rng, 64, 64)};
    const Tensor x(random_normal({64}, rng).array()), rows(random_normal({195, 64}, rng).array());
    auto network = capture([&](const Tensor& in) {
        return jacobian([&](const Tensor& t) {
            Tensor h = t;
            for (const Tensor& each : w) h = tanh(matmul(h, each));
            return h;
        })(in);
    });
    auto product = capture([&](const Tensor& in) { return matmul(in, w[0]); });
    print("Jacobian of 64-64-64-64", seconds_of([&] { product(rows); }),
          seconds_of([&] { network(x); }));
}

void long_chain() {
    const auto chain = [](const Tensor& t) {
        Tensor y = t;
        for (int i = 0; i < 1'000'000; ++i) y = y * 1.0000001;
        return y * y;
    };
    const Tensor x = scalar(0.5, f64);
    const double once = seconds_of([&] { evaluate(grad(chain)(x)); });
    print("a million operations, differentiated twice", once,
          seconds_of([&] { evaluate(grad(grad(chain))(x)); }));
}

Tensor through(const Tensor& x, const Many& w, std::size_t first) {
    Tensor h = x;
    for (std::size_t i = first; i < std::min(first + 14, w.size()); ++i) h = tanh(matmul(h, w[i]));
    return h;
}

void checkpoints() {
    Generator rng(3);
    Many w;
    for (int i = 0; i < 200; ++i) w.push_back(weights(rng, 128, 128));
    const Tensor x(random_normal({256, 128}, rng).array());
    const auto step = [&](bool pieces) {
        return [&, pieces](const Many& p) {
            const auto slopes = grad([&](const Many& q) {
                Tensor h = x;
                for (std::size_t i = 0; i < q.size(); i += 14) {
                    const auto piece = [&q, i](const Tensor& t) { return through(t, q, i); };
                    h = pieces ? checkpoint(piece)(h) : piece(h);
                }
                return mean(square(h));
            })(p);
            Tensor total = scalar(0);
            for (const Tensor& g : slopes) total = total + sum(square(g));
            return total;
        };
    };
    auto kept = capture(step(false)), again = capture(step(true));
    const auto peak_of = [&](auto& f) {
        release_cached_memory();
        const std::size_t before = memory_stats().live;
        f(w);
        return static_cast<double>(memory_stats().live - before);
    };
    std::printf("%-44s %9.2f MB, plain %8.2f MB\n", "workspace of 200 layers in 14 checkpoints",
                peak_of(again) / 1e6, peak_of(kept) / 1e6);
    print("time of 200 layers in 14 checkpoints", seconds_of([&] { kept(w); }),
          seconds_of([&] { again(w); }));
}

}  // namespace

int main() {
    per_sample_gradients();
    jacobian_of_a_network();
    long_chain();
    checkpoints();
}
