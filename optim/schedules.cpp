#include <shikumi/optim/schedules.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/schedule_arguments.hpp>

namespace shikumi::optim {

namespace {

using std::numbers::pi;

// ---- checks -------------------------------------------------------------------------------------

double checked_steps(std::string_view schedule, double steps) {
    if (!(steps > 0) || !std::isfinite(steps))
        fail<ValueError>(schedule, "the number of steps must be positive, got ", steps);
    return steps;
}

double checked_steps(std::string_view schedule, Index steps) {
    return checked_steps(schedule, static_cast<double>(steps));
}

void check_not_negative(std::string_view schedule, std::string_view name, double value) {
    if (!(value >= 0) || !std::isfinite(value))
        fail<ValueError>(schedule, name, " must be a number >= 0, got ", value);
}

void check_rate(std::string_view schedule, double rate) {
    check_not_negative(schedule, "the learning rate", rate);
}

void check_share(std::string_view schedule, std::string_view name, double value) {
    if (!(value >= 0 && value <= 1))
        fail<ValueError>(schedule, name, " must lie in [0, 1], got ", value);
}

void check_positive(std::string_view schedule, std::string_view name, double value) {
    if (!(value > 0) || !std::isfinite(value))
        fail<ValueError>(schedule, name, " must be positive, got ", value);
}

// A schedule, and what it was made of.
template <class Arguments, class F>
Schedule named(const char* name, const Arguments& arguments, F schedule) {
    return {std::move(schedule), name, ConfigWriter().fields(arguments)};
}

// ---- names of choices ---------------------------------------------------------------------------

constexpr shikumi::detail::NameRow<CycleMode> cycle_modes[] = {
    {CycleMode::triangular, {"triangular"}},
    {CycleMode::triangular2, {"triangular2"}},
    {CycleMode::exp_range, {"exp_range"}},
};
constexpr shikumi::detail::NameTable<CycleMode> by_cycle_mode("mode", cycle_modes);

constexpr shikumi::detail::NameRow<Anneal> anneals[] = {
    {Anneal::cos, {"cos"}},
    {Anneal::linear, {"linear"}},
};
constexpr shikumi::detail::NameTable<Anneal> by_anneal("anneal_strategy", anneals);

// ---- forms --------------------------------------------------------------------------------------

Tensor periods(const Tensor& t, double steps, bool staircase) {
    return staircase ? floor(t / steps) : t / steps;
}

// From a at 0 along half a cosine to b at 1.
Tensor cosine(double a, double b, const Tensor& share) {
    return b + (a - b) * (1 + cos(share * pi)) / 2;
}

// Periods of a schedule that begins again, each `growth` times as long as the one before.
struct Restarts {
    double first, growth;

    struct Place {
        Tensor period;  // from 0 on
        Tensor share;   // of it that has gone by
    };
    Place at(const Tensor& t) const {
        const Tensor elapsed = t / first;
        if (growth == 1) {
            const Tensor period = floor(elapsed);
            return {period, elapsed - period};
        }
        // The quotient of logarithms may come out just below a whole number.
        const Tensor period = floor(log(1 + elapsed * (growth - 1)) / std::log(growth) + 1e-9);
        const Tensor length = pow(growth, period);
        return {period, maximum(elapsed - (length - 1) / (growth - 1), 0) / length};
    }
};

// ---- one cycle ----------------------------------------------------------------------------------

// Values at certain updates, and the lines between them.
struct Phases {
    std::vector<double> ends, values;  // one value more than ends
    Anneal form;

    Tensor at(const Tensor& t) const {
        Tensor value = scalar(values.back(), f64);
        for (std::size_t i = ends.size(); i-- > 0;) {
            const double begin = i == 0 ? 0 : ends[i - 1];
            const Tensor share = clip((t - begin) / (ends[i] - begin), 0, 1);
            const double a = values[i], b = values[i + 1];
            value = where(t <= ends[i],
                          form == Anneal::cos ? cosine(a, b, share) : a + (b - a) * share, value);
        }
        return value;
    }
};

Phases one_cycle(std::string_view who, Index total_steps, const OneCycleLROptions& o,
                 std::array<double, 4> values) {
    const double total = checked_steps(who, total_steps);
    if (!(o.pct_start > 0 && o.pct_start < 1))
        fail<ValueError>(who, "pct_start must lie in (0, 1), got ", o.pct_start);
    const double top = o.pct_start * total - 1, last = total - 1;
    const auto [low, high, middle, end] = values;
    Phases phases{{top, last}, {low, high, end}, o.anneal_strategy};
    if (o.three_phase) phases = {{top, 2 * top, last}, {low, high, middle, end}, o.anneal_strategy};
    if (!(phases.ends.front() > 0) || !std::ranges::is_sorted(phases.ends, std::less_equal<>()))
        fail<ValueError>(who, total_steps, " steps are too few for phases that end at ", top,
                         " and ", last);
    return phases;
}

// ---- cycles -------------------------------------------------------------------------------------

void check_cycles(std::string_view who, const CyclicLROptions& o) {
    checked_steps(who, o.step_size_up);
    checked_steps(who, o.step_size_down.value_or(o.step_size_up));
    check_positive(who, "gamma", o.gamma);
}

// How far the cycle has gone, from 0 to 1 and back.
Tensor cycle_share(const CyclicLROptions& o, const Tensor& t) {
    const auto up = static_cast<double>(o.step_size_up);
    const double total = up + static_cast<double>(o.step_size_down.value_or(o.step_size_up));
    const Tensor cycles = floor(t / total), share = t / total - cycles;
    const Tensor height = minimum(share * (total / up), (1 - share) * (total / (total - up)));
    switch (o.mode) {
        case CycleMode::triangular2:
            return height * pow(0.5, cycles);
        case CycleMode::exp_range:
            return height * pow(o.gamma, t);
        default:
            return height;
    }
}

}  // namespace

Config to_config(CycleMode value) { return by_cycle_mode.name_of(value); }
void from_config(const Config& config, CycleMode& value, std::string_view reading) {
    value = by_cycle_mode.read(config, reading);
}

Config to_config(Anneal value) { return by_anneal.name_of(value); }
void from_config(const Config& config, Anneal& value, std::string_view reading) {
    value = by_anneal.read(config, reading);
}

Config detail::to_config(const Inner& inner) {
    const Schedule& schedule = inner.value.schedule();
    if (!schedule) return inner.value.constant();
    return {{"class_name", schedule.name()}, {"config", schedule.get_config()}};
}

// ---- Keras's ------------------------------------------------------------------------------------

LearningRate ExponentialDecay(double initial_learning_rate, double decay_steps, double decay_rate,
                              bool staircase) {
    constexpr auto name = "ExponentialDecay";
    check_rate(name, initial_learning_rate);
    checked_steps(name, decay_steps);
    check_not_negative(name, "decay_rate", decay_rate);
    const detail::DecayArguments made_of{initial_learning_rate, decay_steps, decay_rate, staircase};
    return named(name, made_of, [=](const Tensor& t) {
        return initial_learning_rate * pow(decay_rate, periods(t, decay_steps, staircase));
    });
}

LearningRate CosineDecay(double initial_learning_rate, double decay_steps,
                         const CosineDecayOptions& options) {
    constexpr auto name = "CosineDecay";
    check_rate(name, initial_learning_rate);
    checked_steps(name, decay_steps);
    check_not_negative(name, "alpha", options.alpha);
    const auto decay = [=, alpha = options.alpha](double rate, const Tensor& t) {
        return cosine(rate, rate * alpha, minimum(t, decay_steps) / decay_steps);
    };
    const detail::StepsArguments<CosineDecayOptions> made_of{initial_learning_rate, decay_steps,
                                                             options};
    if (!options.warmup_target)
        return named(name, made_of,
                     [=](const Tensor& t) { return decay(initial_learning_rate, t); });

    check_rate(name, *options.warmup_target);
    checked_steps(name, options.warmup_steps);
    return named(
        name, made_of,
        [=, target = *options.warmup_target, steps = options.warmup_steps](const Tensor& t) {
            const Tensor rising =
                initial_learning_rate + (target - initial_learning_rate) / steps * t;
            return where(t < steps, rising, decay(target, t - steps));
        });
}

LearningRate CosineDecayRestarts(double initial_learning_rate, double first_decay_steps,
                                 const CosineDecayRestartsOptions& options) {
    constexpr auto name = "CosineDecayRestarts";
    check_rate(name, initial_learning_rate);
    checked_steps(name, first_decay_steps);
    if (!(options.t_mul >= 1) || !std::isfinite(options.t_mul))
        fail<ValueError>(name, "t_mul must be 1 or more, got ", options.t_mul);
    check_not_negative(name, "m_mul", options.m_mul);
    check_not_negative(name, "alpha", options.alpha);
    const detail::CosineDecayRestartsArguments made_of{initial_learning_rate, first_decay_steps,
                                                       options};
    return named(name, made_of, [=](const Tensor& t) {
        const auto [period, share] = Restarts{first_decay_steps, options.t_mul}.at(t);
        return cosine(initial_learning_rate, 0, share) * (1 - options.alpha) *
                   pow(options.m_mul, period) +
               initial_learning_rate * options.alpha;
    });
}

LearningRate InverseTimeDecay(double initial_learning_rate, double decay_steps, double decay_rate,
                              bool staircase) {
    constexpr auto name = "InverseTimeDecay";
    check_rate(name, initial_learning_rate);
    checked_steps(name, decay_steps);
    check_not_negative(name, "decay_rate", decay_rate);
    const detail::DecayArguments made_of{initial_learning_rate, decay_steps, decay_rate, staircase};
    return named(name, made_of, [=](const Tensor& t) {
        return initial_learning_rate / (1 + decay_rate * periods(t, decay_steps, staircase));
    });
}

LearningRate PiecewiseConstantDecay(std::vector<double> boundaries, std::vector<double> values) {
    constexpr auto name = "PiecewiseConstantDecay";
    if (values.size() != boundaries.size() + 1)
        fail<ValueError>(name, "wants one value more than boundaries, got ", values.size(), " and ",
                         boundaries.size());
    if (!std::is_sorted(boundaries.begin(), boundaries.end(), std::less_equal<>()))
        fail<ValueError>(name, "the boundaries must rise");
    for (const double value : values) check_rate(name, value);
    const detail::PiecewiseConstantDecayArguments made_of{boundaries, values};
    return named(name, made_of,
                 [boundaries = std::move(boundaries), values = std::move(values)](const Tensor& t) {
                     Tensor rate = scalar(values.back(), f64);
                     for (std::size_t i = boundaries.size(); i-- > 0;)
                         rate = where(t <= boundaries[i], values[i], rate);
                     return rate;
                 });
}

LearningRate PolynomialDecay(double initial_learning_rate, double decay_steps,
                             const PolynomialDecayOptions& options) {
    constexpr auto name = "PolynomialDecay";
    check_rate(name, initial_learning_rate);
    check_rate(name, options.end_learning_rate);
    checked_steps(name, decay_steps);
    check_positive(name, "power", options.power);
    const detail::StepsArguments<PolynomialDecayOptions> made_of{initial_learning_rate, decay_steps,
                                                                 options};
    return named(name, made_of, [=](const Tensor& t) {
        Tensor share = t / decay_steps;
        share = options.cycle ? share / maximum(ceil(share), 1) : minimum(share, 1);
        return options.end_learning_rate +
               (initial_learning_rate - options.end_learning_rate) * pow(1 - share, options.power);
    });
}

// ---- PyTorch's ----------------------------------------------------------------------------------

LearningRate ExponentialLR(double learning_rate, double gamma) {
    constexpr auto name = "ExponentialLR";
    return named(name, detail::ExponentialLRArguments{learning_rate, gamma},
                 ExponentialDecay(learning_rate, 1, gamma));
}

LearningRate StepLR(double learning_rate, Index step_size, double gamma) {
    constexpr auto name = "StepLR";
    return named(name, detail::StepLRArguments{learning_rate, step_size, gamma},
                 ExponentialDecay(learning_rate, checked_steps(name, step_size), gamma, true));
}

LearningRate MultiStepLR(double learning_rate, const std::vector<Index>& milestones, double gamma) {
    constexpr auto name = "MultiStepLR";
    check_rate(name, learning_rate);
    check_not_negative(name, "gamma", gamma);
    if (!std::ranges::is_sorted(milestones)) fail<ValueError>(name, "the milestones must not fall");
    const detail::MultiStepLRArguments made_of{learning_rate, milestones, gamma};
    return named(name, made_of, [=](const Tensor& t) {
        Tensor reached = scalar(0, f64);
        for (const Index milestone : milestones)
            reached = reached + (t >= static_cast<double>(milestone)).cast(f64);
        return learning_rate * pow(gamma, reached);
    });
}

LearningRate ConstantLR(double learning_rate, double factor, Index total_iters) {
    constexpr auto name = "ConstantLR";
    check_rate(name, learning_rate);
    check_share(name, "factor", factor);
    const double steps = checked_steps(name, total_iters);
    const detail::ConstantLRArguments made_of{learning_rate, factor, total_iters};
    return named(name, made_of, [=](const Tensor& t) {
        return where(t < steps, learning_rate * factor, scalar(learning_rate, f64));
    });
}

LearningRate LinearLR(double learning_rate, const LinearLROptions& options) {
    constexpr auto name = "LinearLR";
    check_rate(name, learning_rate);
    check_share(name, "start_factor", options.start_factor);
    check_share(name, "end_factor", options.end_factor);
    const double steps = checked_steps(name, options.total_iters);
    return named(name, detail::LinearLRArguments{learning_rate, options}, [=](const Tensor& t) {
        const double start = options.start_factor, change = options.end_factor - start;
        return learning_rate * (start + change * (minimum(t, steps) / steps));
    });
}

LearningRate PolynomialLR(double learning_rate, Index total_iters, double power) {
    constexpr auto name = "PolynomialLR";
    const double steps = checked_steps(name, total_iters);
    return named(name, detail::PolynomialLRArguments{learning_rate, total_iters, power},
                 PolynomialDecay(learning_rate, steps, {.end_learning_rate = 0, .power = power}));
}

LearningRate CosineAnnealingLR(double learning_rate, Index T_max, double eta_min) {
    constexpr auto name = "CosineAnnealingLR";
    check_rate(name, learning_rate);
    check_rate(name, eta_min);
    const double steps = checked_steps(name, T_max);
    return named(name, detail::CosineAnnealingLRArguments{learning_rate, T_max, eta_min},
                 [=](const Tensor& t) { return cosine(learning_rate, eta_min, t / steps); });
}

LearningRate CosineAnnealingWarmRestarts(double learning_rate, Index T_0,
                                         const WarmRestartsOptions& options) {
    constexpr auto name = "CosineAnnealingWarmRestarts";
    check_rate(name, learning_rate);
    check_rate(name, options.eta_min);
    const double first = checked_steps(name, T_0);
    if (options.T_mult < 1)
        fail<ValueError>(name, "T_mult must be 1 or more, got ", options.T_mult);
    const auto growth = static_cast<double>(options.T_mult);
    const detail::WarmRestartsArguments made_of{learning_rate, T_0, options};
    return named(name, made_of, [=, eta_min = options.eta_min](const Tensor& t) {
        return cosine(learning_rate, eta_min, Restarts{first, growth}.at(t).share);
    });
}

LearningRate CyclicLR(double base_lr, double max_lr, const CyclicLROptions& options) {
    constexpr auto name = "CyclicLR";
    check_rate(name, base_lr);
    check_rate(name, max_lr);
    check_cycles(name, options);
    const detail::CyclicLRArguments made_of{base_lr, max_lr, options};
    return named(name, made_of, [=](const Tensor& t) {
        return base_lr + (max_lr - base_lr) * cycle_share(options, t);
    });
}

Scheduled CyclicMomentum(const CyclicLROptions& options) {
    constexpr auto name = "CyclicMomentum";
    check_cycles(name, options);
    check_share(name, "base_momentum", options.base_momentum);
    check_share(name, "max_momentum", options.max_momentum);
    return named(name, options, [=](const Tensor& t) {
        return options.max_momentum -
               (options.max_momentum - options.base_momentum) * cycle_share(options, t);
    });
}

LearningRate OneCycleLR(double max_lr, Index total_steps, const OneCycleLROptions& options) {
    constexpr auto name = "OneCycleLR";
    check_rate(name, max_lr);
    check_positive(name, "div_factor", options.div_factor);
    check_positive(name, "final_div_factor", options.final_div_factor);
    const double first = max_lr / options.div_factor;
    return named(name, detail::OneCycleLRArguments{max_lr, total_steps, options},
                 [phases = one_cycle(name, total_steps, options,
                                     {first, max_lr, first, first / options.final_div_factor})](
                     const Tensor& t) { return phases.at(t); });
}

Scheduled OneCycleMomentum(Index total_steps, const OneCycleLROptions& options) {
    constexpr auto name = "OneCycleMomentum";
    check_share(name, "base_momentum", options.base_momentum);
    check_share(name, "max_momentum", options.max_momentum);
    const double base = options.base_momentum, most = options.max_momentum;
    return named(name, detail::OneCycleMomentumArguments{total_steps, options},
                 [phases = one_cycle(name, total_steps, options, {most, base, most, most})](
                     const Tensor& t) { return phases.at(t); });
}

// ---- of schedules -------------------------------------------------------------------------------

LearningRate SequentialLR(std::vector<LearningRate> schedules, std::vector<Index> milestones) {
    constexpr auto name = "SequentialLR";
    if (schedules.size() != milestones.size() + 1)
        fail<ValueError>(name, "wants one schedule more than milestones, got ", schedules.size(),
                         " and ", milestones.size());
    if (!std::ranges::is_sorted(milestones, std::less_equal<>()) ||
        (!milestones.empty() && milestones.front() < 1))
        fail<ValueError>(name, "the milestones must rise from 1 on");
    detail::SequentialLRArguments made_of{{}, milestones};
    for (const LearningRate& one : schedules) made_of.schedules.push_back({one});
    return named(
        name, made_of,
        [schedules = std::move(schedules), milestones = std::move(milestones)](const Tensor& t) {
            Tensor rate = schedules[0](t);
            for (std::size_t i = 0; i < milestones.size(); ++i) {
                const auto begin = static_cast<double>(milestones[i]);
                rate = where(t < begin, rate, schedules[i + 1](maximum(t - begin, 0)));
            }
            return rate;
        });
}

LearningRate Warmup(LearningRate schedule, Index steps, double start) {
    constexpr auto name = "Warmup";
    check_not_negative(name, "start", start);
    const double end = checked_steps(name, steps);
    const detail::WarmupArguments made_of{{schedule}, steps, start};
    return named(name, made_of, [=, schedule = std::move(schedule)](const Tensor& t) {
        const Tensor rate = schedule(maximum(t - end, 0));
        return where(t < end, start + (rate - start) * (t / end), rate);
    });
}

}  // namespace shikumi::optim
