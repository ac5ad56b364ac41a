// Softmax, and the losses made of it.
#include <array>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/softmax.hpp>
#include <shikumi/autograd/ops/detail/attributes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/logits.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using detail::AlongAxis;

Spec floating(std::string_view op, const Spec& x) {
    detail::want_floating(op, x);
    return x;
}

// Where an element's share exceeds one half. Its 1 - p is lost in the rounded p, so that the rules
// below work it out from the other elements; there is one such element in a row at most.
Tensor prevails(const Tensor& p) { return p > 0.5; }

// x less the row's x of the element that prevails: what softmax gives is the same for both, and so
// Σ p x has no term that the others' would be lost in.
Tensor from_prevailing(const Tensor& x, const Tensor& p, int axis) {
    return x - sum(where(prevails(p), x, 0), axis, true);
}

// p (g - Σ g p), the product of softmax's symmetric Jacobian and g
Tensor softmax_product(const Tensor& p, const Tensor& g, int axis) {
    const Tensor d = from_prevailing(g, p, axis);
    return p * (d - sum(d * p, axis, true));
}

// t - Σ p t, the product of log softmax's Jacobian and t
Tensor log_softmax_product(const Tensor& p, const Tensor& t, int axis) {
    const Tensor d = from_prevailing(t, p, axis);
    return d - sum(p * d, axis, true);
}

// p = exp(x) / Σ exp(x); p (g - Σ g p), for cotangents and tangents alike
struct Softmax final : General, AlongAxis {
    explicit Softmax(int a) : AlongAxis{a} {}
    bool operator==(const Softmax&) const = default;
    std::string_view name() const noexcept override { return "softmax"; }
    Spec infer(Specs in) const override { return floating(name(), in[0]); }
    void eval(ConstViews in, View out) const override { kernels::softmax(in[0], axis, out); }
    double flops(Specs in, const Spec&) const noexcept override {  // max, -, exp, sum, /
        return 5.0 * static_cast<double>(in[0].size());
    }
    Tensor vjp(int, Tensors, const Tensor& p, const Tensor& g) const override {
        return softmax_product(p, g, axis);
    }
    Tensor jvp(Tensors, const Tensor& p, Tensors t) const override { return vjp(0, {}, p, t[0]); }
    Tensor batched(const MappedInputs& in) const override {
        return record(Softmax(axis + 1), in[0]);
    }
};

// out = x - log Σ exp(x); g - exp(out) Σ g
struct LogSoftmax final : General, AlongAxis {
    explicit LogSoftmax(int a) : AlongAxis{a} {}
    bool operator==(const LogSoftmax&) const = default;
    std::string_view name() const noexcept override { return "log_softmax"; }
    Spec infer(Specs in) const override { return floating(name(), in[0]); }
    void eval(ConstViews in, View out) const override { kernels::log_softmax(in[0], axis, out); }
    double flops(Specs in, const Spec&) const noexcept override {  // max, -, exp, sum, -
        return 5.0 * static_cast<double>(in[0].size());
    }
    Tensor vjp(int, Tensors, const Tensor& out, const Tensor& g) const override {
        const Tensor p = exp(out), most = prevails(p);
        // The row's sum is 0, which gives the element that prevails.
        const Tensor others = where(most, 0, g - p * sum(g, axis, true));
        return where(most, -sum(others, axis, true), others);
    }
    Tensor jvp(Tensors, const Tensor& out, Tensors t) const override {
        return log_softmax_product(exp(out), t[0], axis);
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(LogSoftmax(axis + 1), in[0]);
    }
};

// Σ t of the labels as weights
Tensor total_of(const Tensor& x, const Tensor& labels) {
    return is_integer(labels.dtype()) ? scalar(1, x.dtype()) : sum(labels, -1, true);
}

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
        if (i == 1) return is_floating(labels.dtype()) ? -log_softmax_product(p, u, -1) : Tensor();
        if (i == 0) return total_of(x, labels) * softmax_product(p, u, -1);
        return sum(cotangent * record(CrossEntropyGradient{}, x, labels, ones_like(g)), -1);
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(CrossEntropyGradient{}, in.whole(0), in.whole(1), in.whole(2));
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
    Tensor batched(const MappedInputs& in) const override {
        return record(CrossEntropy{}, in.whole(0), in.whole(1));
    }
};

// The input of `x`, where x is a node of an operation of this name; else null.
const Tensor* behind(const Tensor& x, std::string_view op) {
    const Node* node = x.node();
    if (!node || !node->at_home() || !node->op || node->arity != 1 || node->has(Node::constant) ||
        node->op->name() != op)
        return nullptr;
    return &node->inputs()[0];
}

}  // namespace

Tensor activations::softmax(const Tensor& x) { return shikumi::softmax(x, -1); }

Tensor softmax(const Tensor& x, Integer axis) {
    return record(Softmax(normalize_axis("softmax", axis, x.rank())), x);
}

Tensor activations::log_softmax(const Tensor& x) { return shikumi::log_softmax(x, -1); }

Tensor log_softmax(const Tensor& x, Integer axis) {
    return record(LogSoftmax(normalize_axis("log_softmax", axis, x.rank())), x);
}

Tensor cross_entropy_each(const Tensor& logits, const Tensor& labels) {
    return record(CrossEntropy{}, logits, labels);
}

Tensor cross_entropy(const Tensor& logits, const Tensor& labels) {
    return mean(cross_entropy_each(logits, labels));
}

// log(1 + eˣ) - x t would lose the small result for t = 1.
Tensor binary_cross_entropy_each(const Tensor& logits, const Tensor& targets) {
    const std::array specs{&logits.spec(), &targets.spec()};
    floating_spec("binary_cross_entropy_each", specs);
    return detail::multiply_no_nan(softplus(-logits), targets) +
           detail::multiply_no_nan(softplus(logits), 1 - targets);
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
