// From one dtype to another.
#include <shikumi/autograd/core/conversion.hpp>
#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/detail/recomputable.hpp>

namespace shikumi {

namespace {

using detail::Recomputable;
using kernels::BlockKernel;

template <class To, class From>
struct Convert {
    static void run(Index n, void* out, const void* in, const void*, const void*) {
        auto* y = static_cast<To*>(out);
        const auto* x = static_cast<const From*>(in);
        kernels::detail::vectorized_for(n, [=](Index i) { y[i] = detail::converted<To>(x[i]); });
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
