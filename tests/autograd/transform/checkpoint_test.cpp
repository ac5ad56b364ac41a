// A checkpoint has the same values and derivatives, and keeps less.
#include <memory>
#include <vector>

#include <shikumi/autograd/evaluate/plan/rematerialize.hpp>
#include <shikumi/autograd/evaluate/profile/profile.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/elements.hpp"

using namespace shikumi;
using shikumi_test::doubles;

namespace {

struct Block {
    std::vector<Parameter> weights;
    Tensor operator()(const Tensor& x) const {
        Tensor h = x;
        for (const Parameter& w : weights) h = tanh(matmul(h, w));
        return h;
    }
};

Block block(Generator& rng, int layers, Index width) {
    Block b;
    for (int i = 0; i < layers; ++i)
        b.weights.emplace_back("w", random_normal({width, width}, rng, 0, 0.3, f64));
    return b;
}

}  // namespace

TEST_CASE("a checkpoint has the same values and derivatives of every order") {
    Generator rng(1);
    const Block b = block(rng, 3, 3);
    const Tensor x = random_normal({2, 3}, rng, 0, 1, f64);
    const auto plain = [&](const Tensor& t) { return sum(square(b(t))); };
    const auto kept = [&](const Tensor& t) { return sum(square(checkpoint(b)(t))); };
    CHECK(doubles(kept(x)) == doubles(plain(x)));
    CHECK(doubles(grad(kept)(x)) == doubles(grad(plain)(x)));
    const Tensor w = b.weights[1].value();
    CHECK(doubles(grad(kept(x), {w})[0]) == doubles(grad(plain(x), {w})[0]));
    check_gradients(kept, x, {.order = 3, .directions = 1});
    const auto hessians = hessian(kept)(x);
    const auto wanted = doubles(hessian(plain)(x)), got = doubles(hessians);
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(wanted[i]).margin(1e-12));
    const Tensor batch = random_normal({4, 2, 3}, rng, 0, 1, f64);
    const auto mapped = doubles(vmap(grad(kept))(batch)), loop = doubles(vmap(grad(plain))(batch));
    for (std::size_t i = 0; i < loop.size(); ++i) CHECK(mapped[i] == Approx(loop[i]).margin(1e-12));
}

TEST_CASE("backward reaches the parameters of a checkpoint") {
    Generator rng(2);
    const Block b = block(rng, 2, 3);
    const Tensor x = random_normal({2, 3}, rng, 0, 1, f64);
    sum(b(x)).backward();
    std::vector<std::vector<double>> wanted;
    for (const Parameter& w : b.weights) wanted.push_back(doubles(w.grad()));
    for (Parameter w : b.weights) w.zero_grad();
    sum(checkpoint(b)(x)).backward();
    for (std::size_t i = 0; i < wanted.size(); ++i)
        CHECK(doubles(b.weights[i].grad()) == wanted[i]);
}

TEST_CASE("a checkpoint draws its random numbers once") {
    Generator rng(3), again(3);
    const Tensor x = ones({50}, f64);
    const auto noisy = [](Generator& g) {
        return [&g](const Tensor& t) {
            return exp(t * random_bernoulli({50}, g, 0.5, f64)) * random_normal({50}, g, 0, 1, f64);
        };
    };
    const auto plain = value_and_grad([&](const Tensor& t) { return sum(noisy(again)(t)); })(x);
    const auto kept =
        value_and_grad([&](const Tensor& t) { return sum(checkpoint(noisy(rng))(t)); })(x);
    CHECK(doubles(kept.first) == doubles(plain.first));
    CHECK(doubles(kept.second) == doubles(plain.second));
    CHECK(rng.peek().stream == again.peek().stream);
}

TEST_CASE("trees, integers and many results pass through a checkpoint") {
    struct Batch {
        Tensor table, ids;
    };
    const Batch batch{random_normal({4, 2}, *std::make_unique<Generator>(1), 0, 1, f64), arange(3)};
    const auto f = [](const Batch& b) {
        std::vector<Tensor> all;
        for (int i = 0; i < 11; ++i) all.push_back(exp(take(b.table, b.ids) * double(i)));
        return all;
    };
    const auto loss = [&](const auto& g) {
        return [&, g](const Tensor& table) {
            Tensor total = scalar(0, f64);
            for (const Tensor& t : g(Batch{table, batch.ids})) total = total + sum(t);
            return total;
        };
    };
    // Eight results at a time, so the sums of their cotangents have another order.
    const auto kept = doubles(grad(loss(checkpoint(f)))(batch.table));
    const auto plain = doubles(grad(loss(f))(batch.table));
    for (std::size_t i = 0; i < plain.size(); ++i) CHECK(kept[i] == Approx(plain[i]));
    {
        const NoGrad constant;
        CHECK(doubles(checkpoint(f)(batch)[3]) == doubles(f(batch)[3]));
    }
    const Tensor x = ones({2}, f64), y = sin(x) * x;  // the graph-level form
    const Tensor z = checkpoint({y}, {x})[0];
    CHECK(doubles(grad(sum(z), {x})[0]) == doubles(grad(sum(y), {x})[0]));
}

namespace {

// What an evaluation of a chain's gradients takes.
struct Cost {
    std::size_t bytes;
    double flops;
    float result;
};

Cost cost_of(const std::vector<Block>& blocks, const Tensor& x, bool checkpoints) {
    Tensor h = x;
    std::vector<Tensor> by;
    for (const Block& b : blocks) {
        h = checkpoints ? checkpoint(b)(h) : b(h);
        for (const Parameter& w : b.weights) by.push_back(w.value());
    }
    Tensor total = scalar(0, f32);
    for (const Tensor& g : grad(mean(square(h)), by)) total = total + sum(square(g));
    h = Tensor();
    const detail::PendingGraph graph({&total, 1}, {});
    const std::size_t bytes =
        detail::plan_within(EvaluationOptions().memory_budget, graph).workspace;
    Profile profile;
    evaluate(total);
    double flops = 0;
    for (const Profile::Row& row : profile.rows()) flops += row.flops;
    return {bytes, flops, total.item<float>()};
}

}  // namespace

TEST_CASE("200 layers in pieces of 14 keep a fifth of the bytes for 1.4 times the work") {
    Generator rng(4);
    std::vector<Block> blocks;
    for (int i = 0; i < 200; ++i) {
        if (i % 14 == 0) blocks.emplace_back();
        blocks.back().weights.emplace_back("w", random_normal({32, 32}, rng, 0, 0.18, f32));
    }
    const Tensor x = random_normal({128, 32}, rng, 0, 1, f32);
    evaluate(x);
    const Cost plain = cost_of(blocks, x, false), pieces = cost_of(blocks, x, true);
    CHECK(pieces.bytes * 5 <= plain.bytes);
    CHECK(pieces.flops <= 1.4 * plain.flops);
    CHECK(pieces.result == plain.result);
}
