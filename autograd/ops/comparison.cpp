// Relations and logic, whose results are bool, and the choice by them.
#include <cmath>
#include <functional>

#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/detail/recomputable.hpp>

namespace shikumi {

namespace {

using detail::literal;
using detail::Recomputable;
using kernels::BlockKernel;

struct Less : std::less<> {
    static constexpr std::string_view name = "less";
};
struct LessEqual : std::less_equal<> {
    static constexpr std::string_view name = "less_equal";
};
struct Greater : std::greater<> {
    static constexpr std::string_view name = "greater";
};
struct GreaterEqual : std::greater_equal<> {
    static constexpr std::string_view name = "greater_equal";
};
struct Equal : std::equal_to<> {
    static constexpr std::string_view name = "equal";
};
struct NotEqual : std::not_equal_to<> {
    static constexpr std::string_view name = "not_equal";
};

// Whether the relation holds between a and b.
template <class Relation>
struct Compare final : Pointwise, Recomputable {
    std::string_view name() const noexcept override { return Relation::name; }
    Spec infer(Specs in) const override { return {pointwise_spec(name(), in).shape, bool_}; }
    BlockKernel kernel(Specs in) const override { return kernels::any(in[0].dtype, Relation{}); }
    Tensor partial(int, Tensors, const Tensor&) const override { return {}; }
};

struct And : std::logical_and<> {
    static constexpr std::string_view name = "logical_and";
};
struct Or : std::logical_or<> {
    static constexpr std::string_view name = "logical_or";
};
struct Xor : std::not_equal_to<> {
    static constexpr std::string_view name = "logical_xor";
};
struct Not : std::logical_not<> {
    static constexpr std::string_view name = "logical_not";
};

// A function of truth values.
template <class Function>
struct Logic final : Pointwise, Recomputable {
    std::string_view name() const noexcept override { return Function::name; }
    Spec infer(Specs in) const override {
        const Spec out = pointwise_spec(name(), in);
        if (out.dtype != bool_)
            fail<DTypeError>(name(), "got ", out.dtype, ", wants bool; compare first, e.g. x > 0");
        return out;
    }
    BlockKernel kernel(Specs) const override { return kernels::detail::Block<Function, bool>::run; }
    Tensor partial(int, Tensors, const Tensor&) const override { return {}; }
};

struct IsNan {
    static constexpr std::string_view name = "isnan";
    bool operator()(auto x) const { return std::isnan(x); }
};
struct IsFinite {
    static constexpr std::string_view name = "isfinite";
    bool operator()(auto x) const { return std::isfinite(x); }
};

// Whether a real number is of a kind.
template <class Kind>
struct Classify final : Pointwise, Recomputable {
    std::string_view name() const noexcept override { return Kind::name; }
    Spec infer(Specs in) const override { return {floating_spec(name(), in).shape, bool_}; }
    BlockKernel kernel(Specs in) const override { return kernels::floating(in[0].dtype, Kind{}); }
    Tensor partial(int, Tensors, const Tensor&) const override { return {}; }
};

template <class T>
struct Select {
    static void run(Index n, void* out, const void* condition, const void* a, const void* b) {
        const auto* c = static_cast<const bool*>(condition);
        const auto* x = static_cast<const T*>(a);
        const auto* y = static_cast<const T*>(b);
        auto* z = static_cast<T*>(out);
        kernels::detail::vectorized_for(n, [=](Index i) {
            const T yes = x[i], no = y[i];
            z[i] = c[i] ? yes : no;
        });
    }
};

// c ? a : b; the cotangent of the one that is chosen: a product with 0 would keep its NaN
struct Where final : Pointwise, Recomputable {
    std::string_view name() const noexcept override { return "where"; }
    Spec infer(Specs in) const override {
        if (in[0].dtype != bool_)
            fail<DTypeError>(name(), "the condition is ", in[0],
                             ", wants bool; compare first, e.g. x > 0");
        const Spec chosen = pointwise_spec(name(), in.subspan(1));
        return {broadcast(name(), in[0].shape, chosen.shape), chosen.dtype};
    }
    BlockKernel kernel(Specs in) const override {
        return dispatch(storage_of(in[1].dtype), []<class T>() -> BlockKernel {
            return kernels::multiversioned<Select<T>>();
        });
    }
    Tensor times_partial(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        if (i == 0) return {};
        return i == 1 ? where(in[0], g, 0) : where(in[0], 0, g);
    }
};

}  // namespace

Tensor operator<(const Tensor& a, const Tensor& b) { return record(Compare<Less>{}, a, b); }
Tensor operator<(const Tensor& a, Scalar b) { return a < literal(Less::name, b, a.dtype()); }
Tensor operator<(Scalar a, const Tensor& b) { return literal(Less::name, a, b.dtype()) < b; }
Tensor operator<=(const Tensor& a, const Tensor& b) { return record(Compare<LessEqual>{}, a, b); }
Tensor operator<=(const Tensor& a, Scalar b) { return a <= literal(LessEqual::name, b, a.dtype()); }
Tensor operator<=(Scalar a, const Tensor& b) { return literal(LessEqual::name, a, b.dtype()) <= b; }
Tensor operator>(const Tensor& a, const Tensor& b) { return record(Compare<Greater>{}, a, b); }
Tensor operator>(const Tensor& a, Scalar b) { return a > literal(Greater::name, b, a.dtype()); }
Tensor operator>(Scalar a, const Tensor& b) { return literal(Greater::name, a, b.dtype()) > b; }
Tensor operator>=(const Tensor& a, const Tensor& b) {
    return record(Compare<GreaterEqual>{}, a, b);
}
Tensor operator>=(const Tensor& a, Scalar b) {
    return a >= literal(GreaterEqual::name, b, a.dtype());
}
Tensor operator>=(Scalar a, const Tensor& b) {
    return literal(GreaterEqual::name, a, b.dtype()) >= b;
}
Tensor equal(const Tensor& a, const Tensor& b) { return record(Compare<Equal>{}, a, b); }
Tensor equal(const Tensor& a, Scalar b) { return equal(a, literal(Equal::name, b, a.dtype())); }
Tensor not_equal(const Tensor& a, const Tensor& b) { return record(Compare<NotEqual>{}, a, b); }
Tensor not_equal(const Tensor& a, Scalar b) {
    return not_equal(a, literal(NotEqual::name, b, a.dtype()));
}

Tensor logical_and(const Tensor& a, const Tensor& b) { return record(Logic<And>{}, a, b); }
Tensor logical_or(const Tensor& a, const Tensor& b) { return record(Logic<Or>{}, a, b); }
Tensor logical_xor(const Tensor& a, const Tensor& b) { return record(Logic<Xor>{}, a, b); }
Tensor logical_not(const Tensor& a) { return record(Logic<Not>{}, a); }

Tensor isnan(const Tensor& x) { return record(Classify<IsNan>{}, x); }
Tensor isfinite(const Tensor& x) { return record(Classify<IsFinite>{}, x); }

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
    return record(Where{}, condition, a, b);
}
Tensor where(const Tensor& condition, const Tensor& a, Scalar b) {
    return where(condition, a, literal("where", b, a.dtype()));
}
Tensor where(const Tensor& condition, Scalar a, const Tensor& b) {
    return where(condition, literal("where", a, b.dtype()), b);
}
Tensor where(const Tensor& condition, Scalar a, Scalar b, DType dtype) {
    return where(condition, detail::number("where", a, dtype), detail::number("where", b, dtype));
}

}  // namespace shikumi
