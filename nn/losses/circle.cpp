#include <shikumi/nn/losses/circle.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

// Far below any other summand of a logarithm of exponentials, and finite: without a summand the
// gradient is 0, not NaN.
constexpr double nothing = -1e30;

Tensor circle_of(const Tensor& labels, const Tensor& embeddings, const CircleOptions& o) {
    if (embeddings.rank() != 2)
        fail<ShapeError>(circle.name(), "wants embeddings (N, D), got ", embeddings.shape());
    const Index samples = labels.size();
    const Tensor distance = maximum(1 - matmul(embeddings, transpose(embeddings)), 0);
    const Tensor same = equal(expand_dims(labels, 1), expand_dims(labels, 0));
    const Tensor partner = o.remove_diagonal ? logical_and(same, equal(eye(samples), 0)) : same;
    const Tensor near = o.gamma * (o.margin + distance) * (distance - o.margin);
    const Tensor far = o.gamma * maximum(1 + o.margin - distance, 0) * (1 - o.margin - distance);
    return softplus(logsumexp(where(partner, near, nothing), 1) +
                    logsumexp(where(same, nothing, far), 1));
}

}  // namespace

constinit const Loss circle{
    "circle", [](const Tensor& labels, const Tensor& p) { return circle_of(labels, p, {}); },
    LossForm{.targets = Targets::labels, .leaves_out_zeros = true}};

Loss Circle(const CircleOptions& options) {
    if (!(options.gamma > 0))
        fail<ValueError>(circle.name(), "gamma must be positive, got ", options.gamma);
    if (!(options.margin >= 0 && options.margin <= 1))
        fail<ValueError>(circle.name(), "margin must lie in [0, 1], got ", options.margin);
    return {
        [options](const Tensor& labels, const Tensor& p) { return circle_of(labels, p, options); },
        std::string(circle.name()),
        {.targets = Targets::labels, .leaves_out_zeros = true, .reduction = options.reduction},
        ConfigWriter().fields(options)};
}

}  // namespace shikumi::nn
