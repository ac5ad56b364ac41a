// From one dtype to another.
#include <limits>

#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/detail/recomputable.hpp>

namespace shikumi {

namespace {

using detail::Recomputable;
using kernels::BlockKernel;

// Reals are truncated towards zero for integers and held in their range, NaN becomes 0 there;
// integers wrap around; anything but 0 is true.
template <class To, class From>
constexpr To converted(From x) noexcept {
    if constexpr (std::is_same_v<To, bool>) {
        return x != From{0};
    } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        using Limits = std::numeric_limits<To>;
        constexpr From past = From{2} * (To{1} << (Limits::digits - 1));
        if (x != x) return 0;
        if (x >= past) return Limits::max();
        return x > static_cast<From>(Limits::min()) ? static_cast<To>(x) : Limits::min();
    } else {
        return static_cast<To>(x);
    }
}

template <class To, class From>
struct Convert {
    static void run(Index n, void* out, const void* in, const void*, const void*) {
        auto* y = static_cast<To*>(out);
        const auto* x = static_cast<const From*>(in);
        kernels::detail::vectorized_for(n, [=](Index i) { y[i] = converted<To>(x[i]); });
    }
};

// x as another dtype; 1 between reals, else 0
struct Cast final : Pointwise, Recomputable {
    explicit Cast(DType dtype) : to(dtype) {}
    bool operator==(const Cast&) const = default;
    std::string_view name() const noexcept override { return "cast"; }
    Spec infer(Specs in) const override { return {in[0].shape, to}; }
    BlockKernel kernel(Specs in) const override {
        return dispatch(in[0].dtype, [&]<class From>() {
            return dispatch(to, []<class To>() -> BlockKernel {
                return kernels::multiversioned<Convert<To, From>>();
            });
        });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override {
        return is_floating(in[0].dtype()) && is_floating(to) ? scalar(1, in[0].dtype()) : Tensor();
    }

    DType to;
};

}  // namespace

Tensor cast(const Tensor& x, DType dtype) {
    return x.dtype() == dtype ? x : record(Cast(dtype), x);
}

}  // namespace shikumi
