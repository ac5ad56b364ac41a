// Division that leaves a remainder.
#include <cmath>
#include <concepts>
#include <type_traits>

#include <shikumi/autograd/ops/detail/scalar_kernel.hpp>

namespace shikumi {

namespace {

using detail::literal;
using detail::NumericOp;
using kernels::BlockKernel;

// Whether a / b, whose rest is r, lies below the quotient without its fraction.
template <class T>
bool falls_below(T r, T b) {
    return r != 0 && (r < 0) != (b < 0);
}

// Whether b is -1, by which the least integer has no quotient.
template <std::integral T>
bool is_minus_one(T b) {
    return std::is_signed_v<T> && b == static_cast<T>(-1);
}

// What is left of a after b times the quotient without its fraction; of integers 0 for b = 0.
template <class T>
T rest(T a, T b) {
    if constexpr (std::floating_point<T>)
        return std::fmod(a, b);
    else
        return b == 0 || is_minus_one(b) ? T{0} : static_cast<T>(a % b);
}

// a / b without its fraction, exact: a - r is a multiple of b.
template <std::floating_point T>
T whole_quotient(T a, T b) {
    const auto multiple = static_cast<long double>(a) - static_cast<long double>(std::fmod(a, b));
    return static_cast<T>(std::nearbyint(multiple / static_cast<long double>(b)));
}

struct Remainder {
    static constexpr std::string_view name = "remainder";
    template <class T>
    T operator()(T a, T b) const {
        const T r = rest(a, b);
        if constexpr (std::floating_point<T>) {
            if (r == 0) return std::copysign(T{0}, b);
        }
        return falls_below(r, b) ? static_cast<T>(r + b) : r;
    }
};

struct Fmod {
    static constexpr std::string_view name = "fmod";
    template <class T>
    T operator()(T a, T b) const {
        return rest(a, b);
    }
};

struct Floored {
    static constexpr std::string_view name = "floor_divide";
    template <class T>
    T operator()(T a, T b) const {
        if constexpr (std::floating_point<T>) {
            if (b == 0) return a / b;
            const T below = falls_below(std::fmod(a, b), b) ? T{1} : T{0};
            const T n = whole_quotient(a, b) - below;
            return n == 0 ? std::copysign(T{0}, a / b) : n;
        } else {
            if (b == 0) return 0;
            if (is_minus_one(b)) return static_cast<T>(-detail::wrapping(a));
            return static_cast<T>(a / b - (falls_below(rest(a, b), b) ? 1 : 0));
        }
    }
};

struct Truncated {
    static constexpr std::string_view name = "truncated_quotient";
    template <class T>
    T operator()(T a, T b) const {
        if constexpr (std::floating_point<T>)
            return whole_quotient(a, b);
        else
            return b == 0 ? T{0} : static_cast<T>((a - rest(a, b)) / b);
    }
};

// ⌊a / b⌋ or a / b without its fraction; 0
template <class Function>
struct Quotient final : NumericOp {
    std::string_view name() const noexcept override { return Function::name; }
    BlockKernel kernel(Specs in) const override {
        return detail::scalar_numeric(in[0].dtype, [](auto a, auto b) { return Function{}(a, b); });
    }
    Tensor partial(int, Tensors, const Tensor&) const override { return {}; }
};

// a - b q for the quotient q; 1, -q
template <class Function, class OfQuotient>
struct Rest final : NumericOp {
    std::string_view name() const noexcept override { return Function::name; }
    BlockKernel kernel(Specs in) const override {
        return detail::scalar_numeric(in[0].dtype, [](auto a, auto b) { return Function{}(a, b); });
    }
    Tensor times_partial(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        return i == 0 ? g : -record(Quotient<OfQuotient>{}, in[0], in[1]) * g;
    }
};

}  // namespace

Tensor floor_divide(const Tensor& a, const Tensor& b) { return record(Quotient<Floored>{}, a, b); }
Tensor floor_divide(const Tensor& a, Scalar b) {
    return floor_divide(a, literal(Floored::name, b, a.dtype()));
}
Tensor remainder(const Tensor& a, const Tensor& b) {
    return record(Rest<Remainder, Floored>{}, a, b);
}
Tensor remainder(const Tensor& a, Scalar b) {
    return remainder(a, literal(Remainder::name, b, a.dtype()));
}
Tensor fmod(const Tensor& a, const Tensor& b) { return record(Rest<Fmod, Truncated>{}, a, b); }
Tensor fmod(const Tensor& a, Scalar b) { return fmod(a, literal(Fmod::name, b, a.dtype())); }

}  // namespace shikumi
