// Compiled with -ffp-contract=off: each operation rounds, as it does by itself.
#include <shikumi/autograd/kernels/fused_updates.hpp>

#include <array>
#include <cmath>

#include <shikumi/autograd/kernels/multiversioning.hpp>

namespace shikumi::kernels {

namespace {

// A program's values, by number.
template <class T>
struct Values {
    void* const* at;
    const std::uint32_t* values;
    T* out(std::size_t i) const { return static_cast<T*>(at[values[i]]); }
    const T* in(std::size_t i) const { return out(i); }
    T single(std::size_t i) const { return *out(i); }
};

// v ← μ v - η g, w ← w + v: B. Polyak's heavy ball
struct Momentum {
    static constexpr std::string_view program =
        "multiply 0 1s > 2\n"
        "multiply 3s 4 > 5\n"
        "subtract 2 5 > 6!\n"
        "add 7 6 > 8!\n";
    static constexpr std::size_t length = 4;

    template <class T>
    static void run(Index n, const Values<T>& value) {
        const T *v = value.in(0), *g = value.in(4), *w = value.in(7);
        const T momentum = value.single(1), rate = value.single(3);
        T *new_v = value.out(6), *new_w = value.out(8);
        detail::vectorized_for(n, [=](Index i) {
            const T next = v[i] * momentum - rate * g[i];
            const T weight = w[i] + next;
            new_v[i] = next;
            new_w[i] = weight;
        });
    }
};

// v ← μ v - η g, w ← w + μ v - η g: Y. Nesterov's, as Keras has it
struct Nesterov {
    static constexpr std::string_view program =
        "multiply 0 1s > 2\n"
        "multiply 3s 4 > 5\n"
        "subtract 2 5 > 6!\n"
        "multiply 6 1s > 7\n"
        "add 8 7 > 9\n"
        "subtract 9 5 > 10!\n";
    static constexpr std::size_t length = 6;

    template <class T>
    static void run(Index n, const Values<T>& value) {
        const T *v = value.in(0), *g = value.in(4), *w = value.in(8);
        const T momentum = value.single(1), rate = value.single(3);
        T *new_v = value.out(6), *new_w = value.out(10);
        detail::vectorized_for(n, [=](Index i) {
            const T step = rate * g[i];
            const T next = v[i] * momentum - step;
            const T weight = w[i] + next * momentum - step;
            new_v[i] = next;
            new_w[i] = weight;
        });
    }
};

// m ← m + (g - m) (1 - β₁), v ← v + (g² - v) (1 - β₂), w ← w - η m / (√v + ε)
template <class T>
struct AdamMoments {
    const T *m, *g, *v, *w;
    T rest_1, rate, rest_2, epsilon;
    T *new_m, *new_v, *new_w;

    T step(Index i) const {
        const T first = m[i] + (g[i] - m[i]) * rest_1;
        const T second = v[i] + (g[i] * g[i] - v[i]) * rest_2;
        new_m[i] = first;
        new_v[i] = second;
        return rate * first / (std::sqrt(second) + epsilon);
    }
};

// D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015.
struct Adam {
    static constexpr std::string_view program =
        "lerp 0 1 2s > 3!\n"
        "multiply 4s 3 > 5\n"
        "square 1 > 6\n"
        "lerp 7 6 8s > 9!\n"
        "sqrt 9 > 10\n"
        "add 10 11s > 12\n"
        "divide 5 12 > 13\n"
        "subtract 14 13 > 15!\n";
    static constexpr std::size_t length = 8;

    template <class T>
    static void run(Index n, const Values<T>& x) {
        const AdamMoments<T> adam{x.in(0),     x.in(1),     x.in(7),     x.in(14),
                                  x.single(2), x.single(4), x.single(8), x.single(11),
                                  x.out(3),    x.out(9),    x.out(15)};
        detail::vectorized_for(n, [=](Index i) {
            const T w = adam.w[i];
            adam.new_w[i] = w - adam.step(i);
        });
    }
};

// The same for a weight that first decays: I. Loshchilov, F. Hutter, "Decoupled weight decay
// regularization", ICLR 2019.
struct AdamW {
    static constexpr std::string_view program =
        "multiply 0 1s > 2\n"
        "subtract 0 2 > 3\n"
        "lerp 4 5 6s > 7!\n"
        "multiply 8s 7 > 9\n"
        "square 5 > 10\n"
        "lerp 11 10 12s > 13!\n"
        "sqrt 13 > 14\n"
        "add 14 15s > 16\n"
        "divide 9 16 > 17\n"
        "subtract 3 17 > 18!\n";
    static constexpr std::size_t length = 10;

    template <class T>
    static void run(Index n, const Values<T>& x) {
        const AdamMoments<T> adam{x.in(4),     x.in(5),     x.in(11),     x.in(0),
                                  x.single(6), x.single(8), x.single(12), x.single(15),
                                  x.out(7),    x.out(13),   x.out(18)};
        const T decay = x.single(1);
        detail::vectorized_for(n, [=](Index i) {
            const T w = adam.w[i];
            adam.new_w[i] = w - w * decay - adam.step(i);
        });
    }
};

template <class Program, class T>
struct Loop {
    static void run(Index n, void* const* at, const std::uint32_t* values) {
        Program::run(n, Values<T>{at, values});
    }
};

template <class Program>
constexpr FusedPattern run_of() {
    return {Program::program, Program::length, [](DType t) -> FusedFunction {
                switch (t) {
                    case f32:
                        return multiversioned<Loop<Program, float>>();
                    case f64:
                        return multiversioned<Loop<Program, double>>();
                    default:
                        return nullptr;
                }
            }};
}

// A run that begins like another one comes before it.
constexpr std::array<FusedPattern, 4> runs{run_of<AdamW>(), run_of<Adam>(), run_of<Nesterov>(),
                                           run_of<Momentum>()};

}  // namespace

std::span<const FusedPattern> fused_patterns() noexcept { return runs; }

}  // namespace shikumi::kernels
