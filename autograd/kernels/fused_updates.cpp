// Compiled with -ffp-contract=off: each operation rounds, as it does by itself.
#include <shikumi/autograd/kernels/fused_updates.hpp>

#include <array>
#include <concepts>
#include <utility>

#include <shikumi/autograd/kernels/multiversioning.hpp>
#include <shikumi/autograd/kernels/update_formulas.hpp>

namespace shikumi::kernels {

namespace {

class Pattern;

// What a formula gets to write its operations down.
struct Symbol {
    Pattern* pattern = nullptr;
    std::uint8_t number = 0;
};

// A formula's operations, and which values are stored: the new weight, then the slots. The values
// that it is given come first: weight, gradient, slots, numbers.
class Pattern {
public:
    template <std::same_as<Symbol>... Inputs>
    static constexpr Symbol apply(std::string_view name, Symbol first, Inputs... rest) {
        Pattern& pattern = *first.pattern;
        const Symbol out = pattern.add({});
        pattern.written_[pattern.operation_count_++] = {
            name, 1 + sizeof...(rest), {first.number, rest.number...}, out.number};
        return out;
    }

    template <class Formula>
    static constexpr Pattern of() {
        Pattern pattern;
        const auto array = [&] { return pattern.add({}); };
        const Symbol w = array(), g = array();
        std::array<Symbol, Formula::slots> slots;
        for (Symbol& slot : slots) slot = array();
        std::array<Symbol, Formula::numbers> numbers;
        for (Symbol& number : numbers) number = pattern.add({.number = true});
        pattern.store(Formula::update(w, g, slots, numbers));
        for (const Symbol slot : slots) pattern.store(slot);
        return pattern;
    }

    constexpr std::span<const PatternOperation> operations() const {
        return {operations_.data(), operation_count_};
    }
    constexpr std::span<const PatternValue> values() const {
        return {values_.data(), value_count_};
    }
    constexpr std::uint8_t stored(std::size_t i) const { return stored_[i]; }

private:
    constexpr Symbol add(PatternValue value) {
        values_[value_count_] = value;
        return {this, static_cast<std::uint8_t>(value_count_++)};
    }
    constexpr void store(Symbol value) {
        values_[value.number].stored = true;
        stored_[stored_count_++] = value.number;
        order(value.number);
    }
    // Puts the operations below a value into a plan's order: inputs first, from first to last.
    constexpr void order(std::uint8_t value) {
        for (std::size_t k = 0; k < operation_count_; ++k) {
            if (written_[k].out != value || ordered_[k]) continue;
            for (std::size_t i = 0; i < written_[k].inputs; ++i) order(written_[k].in[i]);
            ordered_[k] = true;
            operations_[ordered_count_++] = written_[k];
        }
    }

    std::array<PatternOperation, 16> written_{}, operations_{};
    std::array<bool, 16> ordered_{};
    std::array<PatternValue, 32> values_{};
    std::array<std::uint8_t, 8> stored_{};
    std::size_t operation_count_ = 0, ordered_count_ = 0, value_count_ = 0, stored_count_ = 0;
};

constexpr Symbol operator+(Symbol a, Symbol b) { return Pattern::apply("add", a, b); }
constexpr Symbol operator-(Symbol a, Symbol b) { return Pattern::apply("subtract", a, b); }
constexpr Symbol operator*(Symbol a, Symbol b) { return Pattern::apply("multiply", a, b); }
constexpr Symbol operator/(Symbol a, Symbol b) { return Pattern::apply("divide", a, b); }
constexpr Symbol square(Symbol x) { return Pattern::apply("square", x); }
constexpr Symbol sqrt(Symbol x) { return Pattern::apply("sqrt", x); }
constexpr Symbol rsqrt(Symbol x) { return Pattern::apply("rsqrt", x); }
constexpr Symbol abs(Symbol x) { return Pattern::apply("abs", x); }
constexpr Symbol sign(Symbol x) { return Pattern::apply("sign", x); }
constexpr Symbol maximum(Symbol a, Symbol b) { return Pattern::apply("maximum", a, b); }
constexpr Symbol moving_average(Symbol a, Symbol b, Symbol weight) {
    return Pattern::apply("moving_average", a, b, weight);
}

template <class Formula>
constexpr Pattern pattern = Pattern::of<Formula>();

template <class Formula, class T>
struct Loop {
    static constexpr std::size_t slots = Formula::slots, numbers = Formula::numbers;

    static void run(Index n, void* const* at, const std::uint32_t* values) {
        const auto address = [&](std::size_t i) { return static_cast<T*>(at[values[i]]); };
        const auto each = [&]<std::size_t... i>(std::index_sequence<i...>, auto f) {
            return std::array<decltype(f(0)), sizeof...(i)>{f(i)...};
        };
        const T *const w = address(0), *const g = address(1);
        const auto old = each(std::make_index_sequence<slots>(),
                              [&](std::size_t i) -> const T* { return address(2 + i); });
        const auto number = each(std::make_index_sequence<numbers>(),
                                 [&](std::size_t i) { return *address(2 + slots + i); });
        const auto stored = each(std::make_index_sequence<1 + slots>(), [&](std::size_t i) {
            return address(pattern<Formula>.stored(i));
        });
        detail::vectorized_for(n, [=](Index i) {
            [&]<std::size_t... k>(std::index_sequence<k...>) {  // unrolled, so that it is vectorised
                std::array<T, slots> slot{old[k][i]...};
                stored[0][i] = Formula::update(w[i], g[i], slot, number);
                ((stored[1 + k][i] = slot[k]), ...);
            }
            (std::make_index_sequence<slots>());
        });
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

template <class... Formulas>
constexpr std::array<FusedPattern, sizeof...(Formulas)> all_fused{fused<Formulas>()...};

}  // namespace

std::span<const FusedPattern> fused_patterns() noexcept {
    using namespace updates;
    return all_fused<Decayed<Adam>, Adam, Nesterov, Momentum, BufferedNesterov, BufferedMomentum,
                     AMSGrad, RectifiedAdam, Nadam, Adamax, ShiftedAdamax, Lion, Adagrad,
                     ShiftedAdagrad, Adadelta, RMSprop, ShiftedRMSprop>;
}

}  // namespace shikumi::kernels
