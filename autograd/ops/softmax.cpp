// Softmax, and the losses made of it.
#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/softmax.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/logits.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

Spec floating(std::string_view op, const Spec& x) {
    detail::want_floating(op, x);
    return x;
}

// p = exp(x) / Σ exp(x); p (g - Σ g p), for cotangents and tangents alike
struct Softmax final : General {
    explicit Softmax(int a) : axis(a) {}
    bool operator==(const Softmax&) const = default;
    std::string_view name() const noexcept override { return "softmax"; }
    Spec infer(Specs in) const override { return floating(name(), in[0]); }
    void eval(ConstViews in, View out) const override { kernels::softmax(in[0], axis, out); }
    double flops(Specs in, const Spec&) const noexcept override {  // max, -, exp, sum, /
        return 5.0 * static_cast<double>(in[0].size());
    }
    Tensor vjp(int, Tensors, const Tensor& p, const Tensor& g) const override {
        return p * (g - sum(g * p, axis, true));
    }
    Tensor jvp(Tensors, const Tensor& p, Tensors t) const override { return vjp(0, {}, p, t[0]); }

    int axis;
};

// out = x - log Σ exp(x); g - exp(out) Σ g
struct LogSoftmax final : General {
    explicit LogSoftmax(int a) : axis(a) {}
    bool operator==(const LogSoftmax&) const = default;
    std::string_view name() const noexcept override { return "log_softmax"; }
    Spec infer(Specs in) const override { return floating(name(), in[0]); }
    void eval(ConstViews in, View out) const override { kernels::log_softmax(in[0], axis, out); }
    double flops(Specs in, const Spec&) const noexcept override {  // max, -, exp, sum, -
        return 5.0 * static_cast<double>(in[0].size());
    }
    Tensor vjp(int, Tensors, const Tensor& out, const Tensor& g) const override {
        return g - exp(out) * sum(g, axis, true);
    }
    Tensor jvp(Tensors, const Tensor& out, Tensors t) const override {
        return t[0] - sum(exp(out) * t[0], axis, true);
    }

    int axis;
};

Tensor row_sum(const Tensor& x) { return sum(x, -1, true); }

// The labels as weights, which softmax(x) is compared with, and their sum.
struct Target {
    Tensor weights, total;

    Target(const Tensor& x, const Tensor& labels)
        : weights(is_integer(labels.dtype()) ? one_hot(labels, x.shape().back(), x.dtype())
                                             : labels),
          total(is_integer(labels.dtype()) ? scalar(1, x.dtype()) : row_sum(labels)) {}
};

// out = (p Σ t - t) g for p = softmax(x), labels t and a g for each row
struct CrossEntropyGradient final : General {
    bool can_fail() const noexcept override { return true; }
    std::string_view name() const noexcept override { return "cross_entropy_gradient"; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews in, View out) const override {
        kernels::cross_entropy_gradient(in[0], in[1], in[2], out);
    }
    kernels::Prepared prepare(Specs in, const Spec&) const override {
        return kernels::prepare_cross_entropy_gradient(in[0], in[1]);
    }
    double flops(Specs in, const Spec&) const noexcept override {  // softmax, - t, * g
        return 7.0 * static_cast<double>(in[0].size());
    }
    // With u = g · cotangent: by x  Σt p (u - Σ u p);  by t  Σ u p - u;
    // by g  Σ cotangent (p Σ t - t).
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& cotangent) const override {
        const Tensor &x = in[0], &labels = in[1], &g = in[2];
        const Tensor p = softmax(x);
        const Tensor u = cotangent * expand_dims(g, -1);
        if (i == 1) return is_floating(labels.dtype()) ? row_sum(u * p) - u : Tensor();
        const Target target(x, labels);
        if (i == 0) return target.total * p * (u - row_sum(u * p));
        return sum(cotangent * (p * target.total - target.weights), -1);
    }
};

// out = -Σ t log softmax(x) over the last axis, t being labels; (p Σ t - t) g, and by t
// -g log softmax(x)
struct CrossEntropy final : General {
    bool can_fail() const noexcept override { return true; }
    std::string_view name() const noexcept override { return "cross_entropy"; }
    Spec infer(Specs in) const override {
        const Spec &x = in[0], &labels = in[1];
        detail::want_floating(name(), x);
        if (!is_integer(labels.dtype)) common_dtype(name(), in);
        if (x.shape.rank() == 0)
            fail<ShapeError>(name(), "logits want an axis of classes, got ", x);
        const Shape::Sizes sizes = x.shape.sizes();
        const Shape rows(std::span(sizes.begin(), sizes.end() - 1));
        if (labels.shape != (is_integer(labels.dtype) ? rows : x.shape))
            fail<ShapeError>(name(), "logits ", x, " want integers as class indices ", rows,
                             " or distributions ", x, ", got labels ", labels);
        return {rows, x.dtype};
    }
    void eval(ConstViews in, View out) const override { kernels::cross_entropy(in[0], in[1], out); }
    kernels::Prepared prepare(Specs in, const Spec&) const override {
        return kernels::prepare_cross_entropy(in[0], in[1]);
    }
    double flops(Specs in, const Spec&) const noexcept override {  // log softmax, * t
        return 6.0 * static_cast<double>(in[0].size());
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        if (i == 0) return record(CrossEntropyGradient{}, in[0], in[1], g);
        return is_floating(in[1].dtype()) ? -log_softmax(in[0]) * expand_dims(g, -1) : Tensor();
    }
};

// The input of `x`, where x is a pending node of an operation of this name; else null.
const Tensor* behind(const Tensor& x, std::string_view op) {
    const Node* node = x.node();
    if (!node || !node->at_home() || !node->op || node->data || node->arity != 1 ||
        node->has(Node::constant) || node->op->name() != op)
        return nullptr;
    return &node->inputs()[0];
}

}  // namespace

Tensor activations::softmax(const Tensor& x) { return shikumi::softmax(x, -1); }

Tensor softmax(const Tensor& x, Integer axis) {
    return record(Softmax(normalize_axis("softmax", axis, x.rank())), x);
}

Tensor log_softmax(const Tensor& x, Integer axis) {
    return record(LogSoftmax(normalize_axis("log_softmax", axis, x.rank())), x);
}

Tensor cross_entropy_each(const Tensor& logits, const Tensor& labels) {
    return record(CrossEntropy{}, logits, labels);
}

Tensor cross_entropy(const Tensor& logits, const Tensor& labels) {
    return mean(cross_entropy_each(logits, labels));
}

// -(t log σ(x) + (1 - t) log(1 - σ(x))) = log(1 + eˣ) - x t
Tensor binary_cross_entropy_each(const Tensor& logits, const Tensor& targets) {
    return softplus(logits) - logits * targets;
}

Tensor detail::logits_of_softmax(const Tensor& probabilities) {
    const Tensor* x = behind(probabilities, "softmax");
    const auto* op = x ? dynamic_cast<const Softmax*>(probabilities.node()->op) : nullptr;
    return op && op->axis == x->rank() - 1 ? *x : Tensor();
}

Tensor detail::logits_of_sigmoid(const Tensor& probabilities) {
    const Tensor* x = behind(probabilities, "sigmoid");
    return x ? *x : Tensor();
}

}  // namespace shikumi
