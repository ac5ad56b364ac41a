#include <shikumi/autograd/explain/detail/differences.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <shikumi/autograd/ops/cast.hpp>
#include <shikumi/autograd/ops/creation.hpp>
#include <shikumi/autograd/ops/shaping.hpp>
#include <shikumi/autograd/transform/detail/rebuild.hpp>

namespace shikumi::detail {

namespace {

Tensor in_double(const Tensor& x) { return x.dtype() == f32 ? x.cast(f64) : x; }

// A graph whose f32 is f64 from the replaced tensors on.
class InDouble : public Rebuild {
public:
    using Rebuild::Rebuild;

protected:
    Tensor rebuilt(const Node& node, Tensors in, const std::vector<bool>& replaced) override {
        return in_double(Rebuild::rebuilt(node, widened(in), replaced));
    }
    std::vector<Tensor> rebuilt_all(const Node& pack, Tensors in,
                                    const std::vector<bool>& replaced) override {
        std::vector<Tensor> out = Rebuild::rebuilt_all(pack, widened(in), replaced);
        std::ranges::transform(out, out.begin(), in_double);
        return out;
    }

private:
    static std::vector<Tensor> widened(Tensors in) {
        std::vector<Tensor> wide;
        for (const Tensor& x : in) wide.push_back(in_double(x));
        return wide;
    }
};

}  // namespace

Tensor differences(const Tensor& y, const Tensor& x) {
    std::vector<double> at = x.to_vector<double>(), slopes;
    const auto value = [&] {
        const std::array<Tensor, 1> roots{y};
        const std::array<Replacement, 1> moved{{{x, reshape(tensor(at), x.shape())}}};
        return InDouble(roots, moved).run()[0].item<double>();
    };
    const double epsilon = std::numeric_limits<double>::epsilon();
    for (double& element : at) {
        const double old = element, step = std::cbrt(epsilon) * std::max(1.0, std::abs(old));
        element = old + step;
        const double above = value();
        element = old - step;
        const double below = value();
        element = old;
        const double noise = 8 * epsilon * std::max({std::abs(above), std::abs(below)});
        const double change = above - below;
        slopes.push_back(std::abs(change) <= noise ? 0.0 : change / (2 * step));
    }
    return reshape(tensor(slopes), x.shape());
}

}  // namespace shikumi::detail
