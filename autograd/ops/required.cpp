#include <shikumi/autograd/ops/detail/required.hpp>

#include <cstring>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>

namespace shikumi {

namespace {

// out = x, where `holds` is true; g
struct Required final : Multilinear {
    Required(std::string t, detail::Raise r) : text(std::move(t)), raise(r) {}
    bool operator==(const Required&) const = default;
    bool can_fail() const noexcept override { return true; }
    std::string_view name() const noexcept override { return "required"; }
    Spec infer(Specs in) const override {
        if (in[0].shape.rank() != 0 || in[1] != Spec{{}, bool_})
            fail<ShapeError>(name(), "takes a scalar and a bool, got ", in[0], " and ", in[1]);
        return in[0];
    }
    void eval(ConstViews in, View out) const override {
        if (!*in[1].as<bool>()) raise(text + described(in[0]));
        std::memcpy(out.data, in[0].data, out.spec.bytes());
    }
    Tensor adjoint(int i, Tensors, const Tensor& g) const override { return i == 0 ? g : Tensor(); }

    static std::string described(const ConstView& x) {
        return dispatch(x.spec.dtype, [&]<class T>() {
            if constexpr (std::is_floating_point_v<T>)
                return sentence(static_cast<double>(*x.as<T>()));
            else
                return sentence(static_cast<Index>(*x.as<T>()));
        });
    }

    std::string text;
    detail::Raise raise;
};

}  // namespace

Tensor detail::required(const Tensor& x, const Tensor& holds, std::string_view caller,
                        std::string_view what, Raise raise) {
    return record(Required(sentence("[", caller, "] ", what, " "), raise), x, holds);
}

}  // namespace shikumi
