// The optimisers' formulas that work on each element by itself, each stated once for three kinds of
// values: tensors, which record it; symbols, by which a plan recognises it; numbers, for its loop.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>

namespace shikumi::kernels::updates {

// The functions of numbers, with the bits of the operations of the same names.
template <std::floating_point T>
constexpr T square(T x) noexcept {
    return x * x;
}
template <std::floating_point T>
T sqrt(T x) noexcept {
    return std::sqrt(x);
}
template <std::floating_point T>
T rsqrt(T x) noexcept {
    return 1 / std::sqrt(x);
}
template <std::floating_point T>
T abs(T x) noexcept {
    return std::abs(x);
}
template <std::floating_point T>
constexpr T sign(T x) noexcept {
    return x != x ? x : static_cast<T>((x > 0) - (x < 0));
}
template <std::floating_point T>
constexpr T maximum(T a, T b) noexcept {
    return a > b || a != a ? a : b;
}
template <std::floating_point T>
constexpr T moving_average(T a, T b, T weight) noexcept {
    return a + (b - a) * weight;
}

/// What a formula with that many slots and numbers works on. `update` gives the new weight and
/// replaces the slots; w and g may be read as another type than the values that it computes. g
/// comes before the slots where the order is free, so that what is done to it beforehand does not
/// tear the formula apart.
template <std::size_t slot_count, std::size_t number_count>
struct Formula {
    static constexpr std::size_t slots = slot_count, numbers = number_count;
    template <class V>
    using Slots = std::array<V, slot_count>;
    template <class V>
    using Numbers = std::array<V, number_count>;
};

/// v ← μ v - η g, w ← w + v: B. Polyak's heavy ball
struct Momentum : Formula<1, 2> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [v] = slots;
        const auto& [momentum, rate] = numbers;
        v = v * momentum - rate * g;
        return w + v;
    }
};

/// v ← μ v - η g, w ← w + μ v - η g: Y. Nesterov's, as Keras has it
struct Nesterov : Formula<1, 2> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [v] = slots;
        const auto& [momentum, rate] = numbers;
        const V step = rate * g;
        v = v * momentum - step;
        return w + v * momentum - step;
    }
};

/// b ← g + μ b, w ← w - η b: the heavy ball as PyTorch has it
struct BufferedMomentum : Formula<1, 2> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [b] = slots;
        const auto& [momentum, rate] = numbers;
        b = g + b * momentum;
        return w - rate * b;
    }
};

/// b ← g + μ b, w ← w - η (g + μ b): Y. Nesterov's, as PyTorch has it
struct BufferedNesterov : Formula<1, 2> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [b] = slots;
        const auto& [momentum, rate] = numbers;
        b = g + b * momentum;
        return w - rate * (g + b * momentum);
    }
};

/// m ← m + (g - m) (1 - β₁), v ← v + (g² - v) (1 - β₂): the means that Adam and its kin keep
template <class V, class G>
constexpr void follow(V& m, V& v, const G& g, const V& rest_1, const V& rest_2) {
    m = moving_average(m, g, rest_1);
    v = moving_average(v, square(g), rest_2);
}

/// m and v follow g and g², w ← w - η m / (√v + ε): D. Kingma, J. Ba, "Adam: a method for
/// stochastic optimization", ICLR 2015
struct Adam : Formula<2, 4> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [m, v] = slots;
        const auto& [rest_1, rest_2, rate, epsilon] = numbers;
        follow(m, v, g, rest_1, rest_2);
        return w - rate * m / (sqrt(v) + epsilon);
    }
};

/// Adam with the largest v so far: S. Reddi et al., "On the convergence of Adam and beyond", ICLR
/// 2018
struct AMSGrad : Formula<3, 4> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [m, v, largest] = slots;
        const auto& [rest_1, rest_2, rate, epsilon] = numbers;
        follow(m, v, g, rest_1, rest_2);
        largest = maximum(largest, v);
        return w - rate * m / (sqrt(largest) + epsilon);
    }
};

/// Adam that divides by a (√v + ε) + b, where (a, b) is (1, 0) or (0, 1): L. Liu et al., "On the
/// variance of the adaptive learning rate and beyond", ICLR 2020
struct RectifiedAdam : Formula<2, 6> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [m, v] = slots;
        const auto& [rest_1, rest_2, rate, epsilon, a, b] = numbers;
        follow(m, v, g, rest_1, rest_2);
        return w - rate * m / (a * (sqrt(v) + epsilon) + b);
    }
};

/// m and v as Adam's, w ← w - (p m + q g) / (r √v + ε): T. Dozat, "Incorporating Nesterov momentum
/// into Adam", ICLR workshop 2016
struct Nadam : Formula<2, 6> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [m, v] = slots;
        const auto& [rest_1, rest_2, p, q, r, epsilon] = numbers;
        follow(m, v, g, rest_1, rest_2);
        return w - (p * m + q * g) / (r * sqrt(v) + epsilon);
    }
};

/// m as Adam's, u ← max(β₂ u, |g|), w ← w - η m / (u + ε): Adam with the maximum norm
struct Adamax : Formula<2, 4> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [m, u] = slots;
        const auto& [rest_1, beta_2, rate, epsilon] = numbers;
        m = moving_average(m, g, rest_1);
        u = maximum(abs(g), u * beta_2);
        return w - rate * m / (u + epsilon);
    }
};

/// The same with ε in the maximum, as PyTorch has it: u ← max(β₂ u, |g| + ε), w ← w - η m / u
struct ShiftedAdamax : Formula<2, 4> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [m, u] = slots;
        const auto& [rest_1, beta_2, rate, epsilon] = numbers;
        m = moving_average(m, g, rest_1);
        u = maximum(abs(g) + epsilon, u * beta_2);
        return w - rate * m / u;
    }
};

/// w ← w - η sign(m + (g - m) (1 - β₁)), m ← m + (g - m) (1 - β₂): X. Chen et al., "Symbolic
/// discovery of optimization algorithms", NeurIPS 2023
struct Lion : Formula<1, 3> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [m] = slots;
        const auto& [rest_1, rest_2, rate] = numbers;
        const V next = w - rate * sign(moving_average(m, g, rest_1));
        m = moving_average(m, g, rest_2);
        return next;
    }
};

/// a ← g² + a, w ← w - η g / √(a + ε): J. Duchi, E. Hazan, Y. Singer, JMLR 12 (2011)
struct Adagrad : Formula<1, 2> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [a] = slots;
        const auto& [rate, epsilon] = numbers;
        const V scaled = rate * g;
        a = square(g) + a;
        return w - scaled * rsqrt(a + epsilon);
    }
};

/// The same with ε outside the root, as PyTorch has it: w ← w - η g / (√a + ε)
struct ShiftedAdagrad : Formula<1, 2> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [a] = slots;
        const auto& [rate, epsilon] = numbers;
        const V scaled = rate * g;
        a = square(g) + a;
        return w - scaled / (sqrt(a) + epsilon);
    }
};

/// a ← a + (g² - a) (1 - ρ), d = g √(b + ε) / √(a + ε), b ← b + (d² - b) (1 - ρ), w ← w - η d:
/// M. Zeiler, "ADADELTA: an adaptive learning rate method", 2012
struct Adadelta : Formula<2, 3> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [a, b] = slots;
        const auto& [rest, rate, epsilon] = numbers;
        const V scaled = g * sqrt(b + epsilon);
        a = moving_average(a, square(g), rest);
        const V d = scaled * rsqrt(a + epsilon);
        b = moving_average(b, square(d), rest);
        return w - rate * d;
    }
};

/// v ← v + (g² - v) (1 - ρ), w ← w - η g / √(v + ε): T. Tieleman, G. Hinton, lecture 6.5 of "Neural
/// networks for machine learning", 2012
struct RMSprop : Formula<1, 3> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [v] = slots;
        const auto& [rest, rate, epsilon] = numbers;
        const V scaled = rate * g;
        v = moving_average(v, square(g), rest);
        return w - scaled * rsqrt(v + epsilon);
    }
};

/// The same with ε outside the root, as PyTorch has it: w ← w - η g / (√v + ε)
struct ShiftedRMSprop : Formula<1, 3> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, Slots<V>& slots, const Numbers<V>& numbers) {
        auto& [v] = slots;
        const auto& [rest, rate, epsilon] = numbers;
        const V scaled = rate * g;
        v = moving_average(v, square(g), rest);
        return w - scaled / (sqrt(v) + epsilon);
    }
};

/// A formula for weights that decay first, w ← w - w λ, by the last of its numbers: I. Loshchilov,
/// F. Hutter, "Decoupled weight decay regularization", ICLR 2019
template <class F>
struct Decayed : Formula<F::slots, F::numbers + 1> {
    template <class V, class W, class G>
    static constexpr V update(const W& w, const G& g, std::array<V, F::slots>& slots,
                              const std::array<V, F::numbers + 1>& numbers) {
        std::array<V, F::numbers> others{};
        for (std::size_t i = 0; i < F::numbers; ++i) others[i] = numbers[i];
        return F::update(w - w * numbers.back(), g, slots, others);
    }
};

}  // namespace shikumi::kernels::updates
