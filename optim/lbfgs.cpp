#include <shikumi/optim/lbfgs.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/line_search.hpp>

namespace shikumi::optim {

namespace {

using detail::Point;

constexpr auto who = "LBFGS";

Tensor dot(const Tensor& a, const Tensor& b) { return sum(a * b); }
double largest(const Tensor& x) { return max(abs(x)).item<double>(); }

// All elements in a row, as f64. They are joined in portions, since an operation takes no more than
// 255 inputs.
Tensor flat(const std::vector<Tensor>& tensors) {
    constexpr std::size_t portion = 128;
    std::vector<Tensor> parts;
    for (const Tensor& t : tensors) {
        if (parts.size() == portion) parts = {concatenate(parts)};
        parts.push_back(reshape(t, {-1}).cast(f64));
    }
    return concatenate(parts);
}

void assign(const std::vector<Parameter>& parameters, const Tensor& x) {
    std::vector<Assignment> assignments;
    Index begin = 0;
    for (const Parameter& p : parameters) {
        const Tensor part = slice(x, 0, {.start = begin, .stop = begin + p.size()});
        assignments.push_back({p, reshape(part, p.shape()).cast(p.dtype())});
        begin += p.size();
    }
    evaluate({}, assignments);
}

void check_parameters(const std::vector<Parameter>& parameters) {
    if (parameters.empty()) fail<ValueError>(who, "there is no parameter to change");
    for (const Parameter& p : parameters) {
        if (!p.trainable())
            fail<StateError>(who, "parameter '", p.name(), "' is frozen and would be changed");
    }
}

// Changes of weights and gradients, from which a product with the inverse of the second derivatives
// is known.
class Curvature {
public:
    void add(const Tensor& step, const Tensor& change, std::size_t most) {
        const Tensor product = dot(step, change), squared = dot(change, change);
        evaluate({product, squared});
        if (!(product.item<double>() > 1e-10)) return;  // not convex here
        if (pairs_.size() == most) pairs_.pop_front();
        pairs_.push_back({step, change, 1 / product.item<double>()});
        scale_ = product.item<double>() / squared.item<double>();
    }
    // The recursion in two loops.
    Tensor product(Tensor q) const {
        std::vector<Tensor> shares(pairs_.size());
        for (std::size_t i = pairs_.size(); i-- > 0;) {
            shares[i] = dot(pairs_[i].step, q) * pairs_[i].inverse;
            q = q - pairs_[i].change * shares[i];
        }
        q = q * scale_;
        for (std::size_t i = 0; i < pairs_.size(); ++i)
            q = q + pairs_[i].step * (shares[i] - dot(pairs_[i].change, q) * pairs_[i].inverse);
        return q;
    }

private:
    struct Pair {
        Tensor step, change;
        double inverse;
    };
    std::deque<Pair> pairs_;
    double scale_ = 1;
};

}  // namespace

struct LBFGS::State {
    LBFGSOptions options;
    Index iterations = 0, evaluations = 0;
    std::vector<Parameter> parameters = {};
    Curvature curvature = {};
    Tensor direction = {}, gradient = {};  // of the last iteration, and where it began
    double length = 0;                     // of its step along the direction

    Point at(const Tensor& x, const std::function<Tensor()>& loss);
    Tensor next_direction(const Point& now);
    bool done(const Point& now, double loss_before) const;
    void iterate(Tensor x, Point now, const std::function<Tensor()>& loss);
};

// Loss and gradient at x.
Point LBFGS::State::at(const Tensor& x, const std::function<Tensor()>& loss) {
    assign(parameters, x);
    const Tensor value = loss();
    const Tensor gradient = flat(grad(value, {parameters.begin(), parameters.end()}));
    evaluate({value, gradient});
    ++evaluations;
    return {.value = value.item<double>(), .gradient = gradient};
}

Tensor LBFGS::State::next_direction(const Point& now) {
    if (gradient.defined())
        curvature.add(direction * length, now.gradient - gradient,
                      static_cast<std::size_t>(options.history_size));
    Tensor next = curvature.product(-now.gradient);
    evaluate(next);
    return next;
}

bool LBFGS::State::done(const Point& now, double loss_before) const {
    return largest(now.gradient) <= options.tolerance_grad ||
           largest(direction) * std::abs(length) <= options.tolerance_change ||
           std::abs(now.value - loss_before) < options.tolerance_change;
}

void LBFGS::State::iterate(Tensor x, Point now, const std::function<Tensor()>& loss) {
    const Index most =
        evaluations - 1 + options.max_eval.value_or(options.max_iter + options.max_iter / 4);
    for (Index i = 1; i <= options.max_iter; ++i) {
        const Tensor next = next_direction(now);
        const bool first = !gradient.defined();
        ++iterations;
        direction = next;
        gradient = now.gradient;
        length = options.learning_rate;
        if (first) length *= std::min(1.0, 1 / sum(abs(gradient)).item<double>());
        now.length = 0;
        now.slope = dot(gradient, direction).item<double>();
        if (now.slope > -options.tolerance_change) return assign(parameters, x);

        const double loss_before = now.value;
        const auto along = [&](double t) {
            Point there = at(x + direction * t, loss);
            there.length = t;
            there.slope = dot(there.gradient, direction).item<double>();
            return there;
        };
        if (options.line_search == LineSearch::strong_wolfe) {
            const detail::StrongWolfe wolfe{.first = length,
                                            .reach = largest(direction),
                                            .least = options.tolerance_change,
                                            .tries = std::min<Index>(25, most - evaluations)};
            now = wolfe.search(along, now);
            length = now.length;
        } else if (i < options.max_iter) {
            now = along(length);
        }
        x = x + direction * length;
        evaluate(x);
        if (i == options.max_iter || evaluations >= most || done(now, loss_before)) break;
    }
    assign(parameters, x);
}

LBFGS::LBFGS(const LBFGSOptions& options)
    : state_(std::make_shared<State>(State{.options = options})) {
    if (!(options.learning_rate > 0) || !std::isfinite(options.learning_rate))
        fail<ValueError>(who, "the learning rate must be positive, got ", options.learning_rate);
    detail::check_not_negative(who, "tolerance_grad", options.tolerance_grad);
    detail::check_not_negative(who, "tolerance_change", options.tolerance_change);
    for (const auto& [name, count] : {std::pair("max_iter", options.max_iter),
                                      std::pair("max_eval", options.max_eval.value_or(1)),
                                      std::pair("history_size", options.history_size)}) {
        if (count < 1) fail<ValueError>(who, name, " must be 1 or more, got ", count);
    }
}

double LBFGS::step(const std::vector<Parameter>& parameters, const std::function<Tensor()>& loss) {
    State& state = *state_;
    check_parameters(parameters);
    if (state.parameters.empty()) state.parameters = parameters;
    if (state.parameters != parameters)
        fail<StateError>(who, "the parameters are not those of the step before");
    const Tensor start = flat({parameters.begin(), parameters.end()});
    evaluate(start);
    const State before = state;
    try {
        const Point now = state.at(start, loss);
        if (!std::isfinite(now.value))
            fail<ValueError>(who, "the loss at the start is ", now.value);
        if (largest(now.gradient) > state.options.tolerance_grad) state.iterate(start, now, loss);
        return now.value;
    } catch (...) {
        state = before;
        assign(parameters, start);
        throw;
    }
}

Index LBFGS::iterations() const noexcept { return state_->iterations; }
Index LBFGS::evaluations() const noexcept { return state_->evaluations; }

}  // namespace shikumi::optim
