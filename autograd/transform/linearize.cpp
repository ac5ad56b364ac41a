#include <shikumi/autograd/transform/linearize.hpp>

#include <shikumi/autograd/graph/trace.hpp>
#include <shikumi/autograd/transform/detail/checks.hpp>
#include <shikumi/autograd/transform/detail/rebuild.hpp>

namespace shikumi {

using namespace detail;

namespace {

constexpr std::string_view linearize_name = "linearize";

}  // namespace

LinearMap::LinearMap(const std::vector<Tensor>& y, const std::vector<Tensor>& x) : x_(x) {
    want_defined(linearize_name, y);
    for (const Tensor& t : x) {
        check_floating(linearize_name, t);
        placeholders_.push_back(pending_leaf(t.spec()));
    }
    {
        const Trace trace(linearize_name);
        outputs_ = pushed_forward(linearize_name, y, x, placeholders_);
    }
    kept_ = Rebuild(outputs_, replacements_of(placeholders_, placeholders_)).kept();
}

std::vector<Tensor> LinearMap::operator()(const std::vector<Tensor>& tangents) const {
    check_count(linearize_name, "tangent", tangents.size(), x_.size());
    for (std::size_t k = 0; k < x_.size(); ++k)
        check_like(linearize_name, "tangent", tangents[k], x_[k]);
    std::vector<Tensor> found = Rebuild(outputs_, replacements_of(placeholders_, tangents)).run();
    for (std::size_t k = 0; k < found.size(); ++k) {
        if (!found[k].defined()) found[k] = outputs_[k];
    }
    return found;
}

LinearMap linearize(const std::vector<Tensor>& y, const std::vector<Tensor>& x) {
    return LinearMap(y, x);
}

}  // namespace shikumi
