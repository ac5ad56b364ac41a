#include <shikumi/optim/lbfgs.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/line_search.hpp>

namespace shikumi::optim {

namespace {

using detail::Point;

constexpr auto lbfgs_name = "LBFGS";

constexpr shikumi::detail::NameRow<LineSearch> known_searches[] = {
    {LineSearch::none, {"none"}},
    {LineSearch::strong_wolfe, {"strong_wolfe"}},
};
constexpr shikumi::detail::NameTable<LineSearch> searches("line_search", known_searches);

Tensor inner_product(const Tensor& a, const Tensor& b) { return sum(a * b); }
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
    if (parameters.empty()) fail<ValueError>(lbfgs_name, "there is no parameter to change");
    for (const Parameter& p : parameters) {
        if (!p.trainable())
            fail<StateError>(lbfgs_name, "parameter '", p.name(),
                             "' is frozen and would be changed");
    }
}

Parameter kept(std::string name, const Tensor& value) {
    Parameter p(std::move(name), value);
    p.set_trainable(false);
    return p;
}

// The parts of a saved state, each of which is taken once.
class Saved {
public:
    explicit Saved(const std::vector<Parameter>& state) {
        for (const Parameter& part : state) {
            if (!parts_.emplace(part.name(), part.value()).second)
                fail<ValueError>(lbfgs_name, "the state to restore has '", part.name(), "' twice");
        }
    }
    bool has(const std::string& name) const { return parts_.contains(name); }
    // Of a vector.
    Index length(const std::string& name) const {
        const Tensor& value = parts_.at(name);
        if (value.rank() != 1)
            fail<ShapeError>(lbfgs_name, "'", name, "' of the state to restore is ", value.shape(),
                             ", wanted a vector");
        return value.size();
    }
    Tensor take(const std::string& name, const Shape& shape, DType dtype) {
        const auto found = parts_.find(name);
        if (found == parts_.end())
            fail<ValueError>(lbfgs_name, "the state to restore lacks '", name, "'");
        const Tensor value = found->second;
        parts_.erase(found);
        if (value.dtype() != dtype)
            fail<DTypeError>(lbfgs_name, "'", name, "' of the state to restore is ", value.spec(),
                             ", wanted ", Spec{shape, dtype});
        if (value.shape() != shape)
            fail<ShapeError>(lbfgs_name, "'", name, "' of the state to restore is ", value.shape(),
                             ", wanted ", shape);
        return value;
    }
    Index take_count(const std::string& name) {
        const Index count = take(name, {}, i64).item<Index>();
        detail::check_count(lbfgs_name, name, count);
        return count;
    }
    void check_all_taken() const {
        if (!parts_.empty())
            fail<ValueError>(lbfgs_name, "the state to restore has '", parts_.begin()->first,
                             "', which L-BFGS doesn't keep");
    }

private:
    std::map<std::string, Tensor> parts_;
};

}  // namespace

namespace detail {

// Changes of weights and gradients, from which a product with the inverse of the second derivatives
// is known.
class Curvature {
public:
    void add(const Tensor& step, const Tensor& change, std::size_t most) {
        const Tensor product = inner_product(step, change), squared = inner_product(change, change);
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
            shares[i] = inner_product(pairs_[i].step, q) * pairs_[i].inverse;
            q = q - pairs_[i].change * shares[i];
        }
        q = q * scale_;
        for (std::size_t i = 0; i < pairs_.size(); ++i)
            q = q + pairs_[i].step *
                        (shares[i] - inner_product(pairs_[i].change, q) * pairs_[i].inverse);
        return q;
    }

    // Steps and changes as rows, one over their products, and the scale.
    std::vector<Parameter> state() const {
        std::vector<Tensor> steps, changes;
        std::vector<double> inverses;
        for (const Pair& pair : pairs_) {
            steps.push_back(pair.step);
            changes.push_back(pair.change);
            inverses.push_back(pair.inverse);
        }
        std::vector<Parameter> all{kept("scale", scalar(scale_, f64))};
        if (pairs_.empty()) return all;
        all.insert(all.end(), {kept("steps", stack(steps)), kept("changes", stack(changes)),
                               kept("inverses", tensor(inverses))});
        return all;
    }
    Curvature() = default;
    Curvature(Saved& saved, Index size, Index most) {
        scale_ = saved.take("scale", {}, f64).item<double>();
        if (!saved.has("inverses")) return;
        const Index count = saved.length("inverses");
        if (count > most)
            fail<ValueError>(lbfgs_name, "the state to restore has ", count,
                             " pairs, history_size is ", most);
        const Tensor steps = saved.take("steps", {count, size}, f64),
                     changes = saved.take("changes", {count, size}, f64);
        const std::vector<double> inverses =
            saved.take("inverses", {count}, f64).to_vector<double>();
        for (Index i = 0; i < count; ++i) {
            Pair pair{steps[i], changes[i], inverses[static_cast<std::size_t>(i)]};
            evaluate({pair.step, pair.change});
            pairs_.push_back(std::move(pair));
        }
    }

private:
    struct Pair {
        Tensor step, change;
        double inverse;
    };
    std::deque<Pair> pairs_;
    double scale_ = 1;
};

}  // namespace detail

struct LBFGS::State {
    LBFGSOptions options;
    Index iterations = 0, evaluations = 0;
    std::vector<Parameter> parameters = {};
    detail::Curvature curvature = {};
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
        now.slope = inner_product(gradient, direction).item<double>();
        if (now.slope > -options.tolerance_change) return assign(parameters, x);

        const double loss_before = now.value;
        const auto along = [&](double t) {
            Point there = at(x + direction * t, loss);
            there.length = t;
            there.slope = inner_product(there.gradient, direction).item<double>();
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

Config to_config(LineSearch value) { return searches.name_of(value); }

void from_config(const Config& config, LineSearch& value, std::string_view reading) {
    value = config.is_null() ? LineSearch::none : searches.read(config, reading);
}

LBFGS::LBFGS(const LBFGSOptions& options)
    : state_(std::make_shared<State>(State{.options = options})) {
    if (!(options.learning_rate > 0) || !std::isfinite(options.learning_rate))
        fail<ValueError>(lbfgs_name, "the learning rate must be positive, got ",
                         options.learning_rate);
    detail::check_not_negative(lbfgs_name, "tolerance_grad", options.tolerance_grad);
    detail::check_not_negative(lbfgs_name, "tolerance_change", options.tolerance_change);
    for (const auto& [name, count] : {std::pair("max_iter", options.max_iter),
                                      std::pair("max_eval", options.max_eval.value_or(1)),
                                      std::pair("history_size", options.history_size)}) {
        if (count < 1 || count > Index{1} << 53)
            fail<ValueError>(lbfgs_name, name, " must lie in [1, 2^53], got ", count);
    }
}

double LBFGS::step(const std::vector<Parameter>& parameters, const std::function<Tensor()>& loss) {
    State& state = *state_;
    check_parameters(parameters);
    if (state.parameters.empty()) state.parameters = parameters;
    if (state.parameters != parameters)
        fail<StateError>(lbfgs_name, "the parameters are not those of the step before");
    const Tensor start = flat({parameters.begin(), parameters.end()});
    evaluate(start);
    const State before = state;
    try {
        const Point now = state.at(start, loss);
        if (!std::isfinite(now.value))
            fail<ValueError>(lbfgs_name, "the loss at the start is ", now.value);
        if (largest(now.gradient) > state.options.tolerance_grad) state.iterate(start, now, loss);
        return now.value;
    } catch (...) {
        state = before;
        assign(parameters, start);
        throw;
    }
}

const LBFGSOptions& LBFGS::options() const noexcept { return state_->options; }

std::vector<Parameter> LBFGS::state() const {
    const State& s = *state_;
    std::vector<Parameter> all{kept("iterations", scalar(s.iterations, i64)),
                               kept("evaluations", scalar(s.evaluations, i64)),
                               kept("length", scalar(s.length, f64))};
    if (s.gradient.defined())
        all.insert(all.end(), {kept("direction", s.direction), kept("gradient", s.gradient)});
    const std::vector<Parameter> curvature = s.curvature.state();
    all.insert(all.end(), curvature.begin(), curvature.end());
    return all;
}

void LBFGS::restore(const std::vector<Parameter>& parameters, const std::vector<Parameter>& state) {
    check_parameters(parameters);
    Index size = 0;
    for (const Parameter& p : parameters) size += p.size();
    Saved saved(state);
    State fresh{.options = state_->options,
                .iterations = saved.take_count("iterations"),
                .evaluations = saved.take_count("evaluations")};
    fresh.length = saved.take("length", {}, f64).item<double>();
    if (saved.has("gradient")) {
        fresh.direction = saved.take("direction", {size}, f64);
        fresh.gradient = saved.take("gradient", {size}, f64);
    }
    fresh.curvature = detail::Curvature(saved, size, fresh.options.history_size);
    saved.check_all_taken();
    fresh.parameters = parameters;
    *state_ = std::move(fresh);
}

Index LBFGS::iterations() const noexcept { return state_->iterations; }
Index LBFGS::evaluations() const noexcept { return state_->evaluations; }

}  // namespace shikumi::optim
