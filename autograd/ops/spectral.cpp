#include <shikumi/autograd/ops/detail/spectral.hpp>

#include <cmath>
#include <limits>

#include <shikumi/autograd/ops/detail/linalg.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

// Of autograd/transform, which stands on the operations: the derivative of y along tangents.
Tensor jvp(const Tensor& y, const std::vector<Tensor>& wrt, const std::vector<Tensor>& tangents);

namespace detail {

namespace {

Tensor differences(const Tensor& x) { return as_row(x) - as_column(x); }
Tensor sums(const Tensor& x) { return as_row(x) + as_column(x); }

}  // namespace

// Rounding spoils a quotient of differences the more, the smaller they are, and L'Hôpital's rule
// the less: both leave about half the digits where a difference is as small as this.
Quotients::Quotients(const Tensor& c, const Tensor& s) : c_(c), s_(s) {
    const Index n = s.shape().back();
    slope_s_ = broadcast_to(arange(1, n + 1, 1, s.dtype()), s.shape());
    slope_c_ = jvp(c, {s}, {slope_s_});
    const double epsilon = s.dtype() == f32 ? double{std::numeric_limits<float>::epsilon()}
                                            : std::numeric_limits<double>::epsilon();
    small_ = n == 0 ? Tensor() : stop_gradient(max(abs(s), -1, true)) * std::sqrt(epsilon);
}

Tensor Quotients::quotient(const Tensor& c, const Tensor& s, const Tensor& slope_c,
                           const Tensor& slope_s) const {
    if (!small_.defined()) return c / s;
    const Tensor near = abs(s) <= (s.rank() > s_.rank() ? as_row(small_) : small_);
    return where(near, slope_c / slope_s, c / where(near, 1, s));
}

Tensor Quotients::of_differences() const {
    return quotient(differences(c_), differences(s_), differences(slope_c_),
                    differences(slope_s_) + eye(s_.shape().back(), {}, s_.dtype()));
}

Tensor Quotients::of_sums() const {
    return quotient(sums(c_), sums(s_), sums(slope_c_), sums(slope_s_));
}

Tensor Quotients::of_each() const { return quotient(c_, s_, slope_c_, slope_s_); }

Tensor reciprocal_differences(const Tensor& s) {
    const Tensor unit = eye(s.shape().back(), {}, s.dtype());
    return (1 - unit) / (differences(s) + unit);
}

}  // namespace detail

}  // namespace shikumi
