// Compiled with -ffp-contract=off: each operation rounds, as it does by itself.
//
// Each formula is stated once, for two kinds of values: symbols, which write the operations down as
// a pattern, and the elements of arrays, for the loop.
#include <shikumi/autograd/kernels/fused_updates.hpp>

#include <array>
#include <cmath>
#include <concepts>
#include <utility>

#include <shikumi/autograd/kernels/multiversioning.hpp>

namespace shikumi::kernels {

namespace {

// Writes a pattern down while a formula goes through it.
class Pattern {
public:
    struct Symbol {
        Pattern* pattern;
        std::uint8_t number;
    };

    template <std::same_as<Symbol>... Inputs>
    static constexpr Symbol apply(std::string_view name, Symbol first, Inputs... rest) {
        Pattern& pattern = *first.pattern;
        const Symbol out = pattern.add({});
        pattern.operations_[pattern.operation_count_++] = {
            name, 1 + sizeof...(rest), {first.number, rest.number...}, out.number};
        return out;
    }
    constexpr Symbol array() { return add({}); }
    constexpr Symbol number() { return add({.number = true}); }
    constexpr Symbol store(Symbol value) {
        values_[value.number].stored = true;
        return value;
    }

    constexpr std::span<const PatternOperation> operations() const {
        return {operations_.data(), operation_count_};
    }
    constexpr std::span<const PatternValue> values() const {
        return {values_.data(), value_count_};
    }
    /// The numbers of the `count` values for which `is_one(value, is an input)` holds.
    template <std::size_t count, class F>
    constexpr std::array<std::uint8_t, count> numbers(F is_one) const {
        std::array<std::uint8_t, count> found{};
        std::size_t n = 0;
        for (std::size_t i = 0; i < value_count_; ++i) {
            if (is_one(values_[i], is_input(i))) found[n++] = static_cast<std::uint8_t>(i);
        }
        return found;
    }
    template <class F>
    constexpr std::size_t count(F is_one) const {
        std::size_t n = 0;
        for (std::size_t i = 0; i < value_count_; ++i) n += is_one(values_[i], is_input(i)) ? 1 : 0;
        return n;
    }

private:
    constexpr Symbol add(PatternValue value) {
        values_[value_count_] = value;
        return {this, static_cast<std::uint8_t>(value_count_++)};
    }
    constexpr bool is_input(std::size_t value) const {
        for (const PatternOperation& operation : operations()) {
            if (operation.out == value) return false;
        }
        return true;
    }

    std::array<PatternOperation, 12> operations_{};
    std::array<PatternValue, 24> values_{};
    std::size_t operation_count_ = 0, value_count_ = 0;
};

using Symbol = Pattern::Symbol;
constexpr Symbol operator+(Symbol a, Symbol b) { return Pattern::apply("add", a, b); }
constexpr Symbol operator-(Symbol a, Symbol b) { return Pattern::apply("subtract", a, b); }
constexpr Symbol operator*(Symbol a, Symbol b) { return Pattern::apply("multiply", a, b); }
constexpr Symbol operator/(Symbol a, Symbol b) { return Pattern::apply("divide", a, b); }
constexpr Symbol square(Symbol a) { return Pattern::apply("square", a); }
constexpr Symbol sqrt(Symbol a) { return Pattern::apply("sqrt", a); }
constexpr Symbol moving_average(Symbol a, Symbol b, Symbol weight) {
    return Pattern::apply("moving_average", a, b, weight);
}

template <class Formula>
constexpr Pattern pattern_of() {
    Pattern pattern;
    Formula::update(pattern);
    return pattern;
}
template <class Formula>
constexpr Pattern pattern = pattern_of<Formula>();

template <std::floating_point T>
T square(T x) {
    return x * x;
}
template <std::floating_point T>
T sqrt(T x) {
    return std::sqrt(x);
}
template <std::floating_point T>
T moving_average(T a, T b, T weight) {
    return a + (b - a) * weight;
}

// Where a formula's arrays and numbers are, in the order in which it asks for them.
template <class Formula, class T>
class Operands {
    static constexpr auto is_array = [](PatternValue v, bool input) { return input && !v.number; };
    static constexpr auto is_number = [](PatternValue v, bool) { return v.number; };
    static constexpr auto is_stored = [](PatternValue v, bool) { return v.stored; };
    static constexpr const Pattern& formula = pattern<Formula>;

    template <class Value, std::size_t n, class F>
    static constexpr std::array<Value, n> each_of(const std::array<std::uint8_t, n>& numbers, F f) {
        return [&]<std::size_t... i>(std::index_sequence<i...>) {
            return std::array<Value, n>{f(numbers[i])...};
        }
        (std::make_index_sequence<n>());
    }

    static constexpr auto array_numbers = formula.numbers<formula.count(is_array)>(is_array);
    static constexpr auto number_numbers = formula.numbers<formula.count(is_number)>(is_number);
    static constexpr auto stored_numbers = formula.numbers<formula.count(is_stored)>(is_stored);

public:
    Operands(void* const* at, const std::uint32_t* values) {
        const auto address = [&](std::uint8_t i) { return static_cast<T*>(at[values[i]]); };
        arrays = each_of<const T*>(array_numbers, address);
        numbers = each_of<T>(number_numbers, [&](std::uint8_t i) { return *address(i); });
        stored = each_of<T*>(stored_numbers, address);
    }

    std::array<const T*, array_numbers.size()> arrays;
    std::array<T, number_numbers.size()> numbers;
    std::array<T*, stored_numbers.size()> stored;
};

// One element, while a formula goes through it.
template <class Formula, class T>
class Element {
public:
    Element(const Operands<Formula, T>& operands, Index i) : operands_(operands), i_(i) {}
    T array() { return operands_.arrays[arrays_++][i_]; }
    T number() { return operands_.numbers[numbers_++]; }
    T store(T value) { return operands_.stored[stored_++][i_] = value; }

private:
    const Operands<Formula, T>& operands_;
    Index i_;
    std::size_t arrays_ = 0, numbers_ = 0, stored_ = 0;
};

template <class Formula, class T>
struct Loop {
    static void run(Index n, void* const* at, const std::uint32_t* values) {
        const Operands<Formula, T> operands(at, values);
        detail::vectorized_for(n, [=](Index i) {
            Element<Formula, T> element(operands, i);
            Formula::update(element);
        });
    }
};

// v ← μ v - η g, w ← w + v: B. Polyak's heavy ball
struct Momentum {
    template <class Values>
    static constexpr void update(Values& x) {
        const auto v = x.array(), momentum = x.number();
        const auto kept = v * momentum;
        const auto rate = x.number(), g = x.array();
        const auto step = rate * g;
        const auto next = x.store(kept - step);
        const auto w = x.array();
        x.store(w + next);
    }
};

// v ← μ v - η g, w ← w + μ v - η g: Y. Nesterov's, as Keras has it
struct Nesterov {
    template <class Values>
    static constexpr void update(Values& x) {
        const auto v = x.array(), momentum = x.number();
        const auto kept = v * momentum;
        const auto rate = x.number(), g = x.array();
        const auto step = rate * g;
        const auto next = x.store(kept - step);
        const auto ahead = next * momentum;
        const auto w = x.array();
        x.store(w + ahead - step);
    }
};

// m ← m + (g - m) (1 - β₁), v ← v + (g² - v) (1 - β₂); gives η m / (√v + ε)
template <class Values>
constexpr auto adam_step(Values& x) {
    const auto m = x.array(), g = x.array(), rest_1 = x.number();
    const auto next_m = x.store(moving_average(m, g, rest_1));
    const auto rate = x.number();
    const auto scaled = rate * next_m;
    const auto squared = square(g);
    const auto v = x.array(), rest_2 = x.number();
    const auto next_v = x.store(moving_average(v, squared, rest_2));
    const auto root = sqrt(next_v);
    const auto epsilon = x.number();
    return scaled / (root + epsilon);
}

// D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015.
struct Adam {
    template <class Values>
    static constexpr void update(Values& x) {
        const auto step = adam_step(x), w = x.array();
        x.store(w - step);
    }
};

// Adam for a weight that first decays: I. Loshchilov, F. Hutter, "Decoupled weight decay
// regularization", ICLR 2019.
struct AdamW {
    template <class Values>
    static constexpr void update(Values& x) {
        const auto w = x.array(), decay = x.number();
        const auto loss = w * decay;
        const auto decayed = w - loss;
        x.store(decayed - adam_step(x));
    }
};

template <class Formula>
constexpr FusedPattern fused() {
    return {pattern<Formula>.operations(), pattern<Formula>.values(), [](DType t) -> FusedFunction {
                switch (t) {
                    case f32:
                        return multiversioned<Loop<Formula, float>>();
                    case f64:
                        return multiversioned<Loop<Formula, double>>();
                    default:
                        return nullptr;
                }
            }};
}

constexpr std::array<FusedPattern, 4> patterns{fused<AdamW>(), fused<Adam>(), fused<Nesterov>(),
                                               fused<Momentum>()};

}  // namespace

std::span<const FusedPattern> fused_patterns() noexcept { return patterns; }

}  // namespace shikumi::kernels
