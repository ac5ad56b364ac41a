// Compiled with -ffp-contract=off: each operation rounds, as it does by itself.
#include <shikumi/autograd/kernels/runs.hpp>

#include <array>
#include <cmath>

#include <shikumi/autograd/kernels/widest.hpp>

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
        detail::each(n, [=](Index i) {
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
        detail::each(n, [=](Index i) {
            const T step = rate * g[i];
            const T next = v[i] * momentum - step;
            const T weight = w[i] + next * momentum - step;
            new_v[i] = next;
            new_w[i] = weight;
        });
    }
};

// m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², w ← w - η m / (√v + ε)
template <class T>
struct AdamMoments {
    const T *m, *g, *v, *w;
    T beta_1, rest_1, rate, beta_2, rest_2, epsilon;
    T *new_m, *new_v, *new_w;

    T step(Index i) const {
        const T first = m[i] * beta_1 + g[i] * rest_1;
        const T second = v[i] * beta_2 + g[i] * g[i] * rest_2;
        new_m[i] = first;
        new_v[i] = second;
        return rate * first / (std::sqrt(second) + epsilon);
    }
};

// D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015.
struct Adam {
    static constexpr std::string_view program =
        "multiply 0 1s > 2\n"
        "multiply 3 4s > 5\n"
        "add 2 5 > 6!\n"
        "multiply 7s 6 > 8\n"
        "multiply 9 10s > 11\n"
        "square 3 > 12\n"
        "multiply 12 13s > 14\n"
        "add 11 14 > 15!\n"
        "sqrt 15 > 16\n"
        "add 16 17s > 18\n"
        "divide 8 18 > 19\n"
        "subtract 20 19 > 21!\n";
    static constexpr std::size_t length = 12;

    template <class T>
    static void run(Index n, const Values<T>& x) {
        const AdamMoments<T> adam{x.in(0),      x.in(3),      x.in(9),     x.in(20),
                                  x.single(1),  x.single(4),  x.single(7), x.single(10),
                                  x.single(13), x.single(17), x.out(6),    x.out(15),
                                  x.out(21)};
        detail::each(n, [=](Index i) {
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
        "multiply 4 5s > 6\n"
        "multiply 7 8s > 9\n"
        "add 6 9 > 10!\n"
        "multiply 11s 10 > 12\n"
        "multiply 13 14s > 15\n"
        "square 7 > 16\n"
        "multiply 16 17s > 18\n"
        "add 15 18 > 19!\n"
        "sqrt 19 > 20\n"
        "add 20 21s > 22\n"
        "divide 12 22 > 23\n"
        "subtract 3 23 > 24!\n";
    static constexpr std::size_t length = 14;

    template <class T>
    static void run(Index n, const Values<T>& x) {
        const AdamMoments<T> adam{x.in(4),      x.in(7),      x.in(13),     x.in(0),
                                  x.single(5),  x.single(8),  x.single(11), x.single(14),
                                  x.single(17), x.single(21), x.out(10),    x.out(19),
                                  x.out(24)};
        const T decay = x.single(1);
        detail::each(n, [=](Index i) {
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
constexpr Run run_of() {
    return {Program::program, Program::length, [](DType t) -> RunFunction {
                switch (t) {
                    case f32:
                        return widest<Loop<Program, float>>();
                    case f64:
                        return widest<Loop<Program, double>>();
                    default:
                        return nullptr;
                }
            }};
}

// A run that begins like another one comes before it.
constexpr std::array<Run, 4> runs{run_of<AdamW>(), run_of<Adam>(), run_of<Nesterov>(),
                                  run_of<Momentum>()};

}  // namespace

std::span<const Run> known_runs() noexcept { return runs; }

}  // namespace shikumi::kernels
