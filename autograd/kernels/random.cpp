// Compiled with -ffp-contract=off: the numbers are the same on every machine.
#include <shikumi/autograd/kernels/random.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <type_traits>

#include <shikumi/autograd/kernels/multiversioning.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

using Words = std::array<std::uint32_t, 4>;

// How many numbers of T one Philox block gives: a 32-bit word each, or two for 53 bits.
template <class T>
constexpr int per_block = std::is_same_v<T, double> ? 2 : 4;

template <class T>
using Numbers = std::array<T, static_cast<std::size_t>(per_block<T>)>;

double unit53(std::uint32_t high, std::uint32_t low) {
    return static_cast<double>(std::uint64_t{high >> 5} << 26 | low >> 6) * 0x1p-53;
}

float unit24(std::uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24F; }

// Two uniform numbers, the first in (0, 1], make two normal ones.
std::array<double, 2> box_muller(double u, double v) {
    const double radius = std::sqrt(-2 * std::log(u));
    const double angle = 2 * std::numbers::pi * v;
    return {radius * std::cos(angle), radius * std::sin(angle)};
}

template <class T>
Numbers<T> normal(const Words& w) {
    if constexpr (std::is_same_v<T, double>) {
        return box_muller(1 - unit53(w[0], w[1]), unit53(w[2], w[3]));
    } else {
        const auto a = box_muller((w[0] + 1.0) * 0x1p-32, w[1] * 0x1p-32);
        const auto b = box_muller((w[2] + 1.0) * 0x1p-32, w[3] * 0x1p-32);
        return {static_cast<T>(a[0]), static_cast<T>(a[1]), static_cast<T>(b[0]),
                static_cast<T>(b[1])};
    }
}

// Fills out with numbers(counter), a few at a time, for counter 0, 1, …
template <class T, class F>
void fill(T* out, Index size, F numbers) {
    constexpr auto step = static_cast<Index>(std::invoke_result_t<F, std::uint64_t>().size());
    parallel_pieces((size + step - 1) / step, Index{1} << 13, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            const auto x = numbers(static_cast<std::uint64_t>(i));
            if (size - i * step >= step)
                std::copy_n(x.begin(), step, out + i * step);
            else
                std::copy_n(x.begin(), size - i * step, out + i * step);
        }
    });
}

// words[4 i + k] = word k of counter first + i for 0 <= i < counters.
struct WordLoop {
    static void run(RandomKey key, std::uint64_t first, Index counters, std::uint32_t* words) {
        detail::vectorized_for(counters, [=](Index i) {
            const Words w = philox(key, first + static_cast<std::uint64_t>(i));
            std::uint32_t* const to = words + 4 * i;
            to[0] = w[0];
            to[1] = w[1];
            to[2] = w[2];
            to[3] = w[3];
        });
    }
};

// out[i] = number(words[i]) for 0 <= i < n.
template <class T, class Number>
struct NumberLoop {
    static void run(const std::uint32_t* words, Index n, const Number& number, T* out) {
        detail::vectorized_for(n, [=](Index i) { out[i] = number(words[i]); });
    }
};

// out[4 i + k] = number(word k of counter i) for all of `out`, in parallel. The words pass through
// the cache, so that all types and distributions share their loop, which is large.
template <class T, class Number>
void fill_by_words(RandomKey key, T* out, Index size, const Number& number) {
    constexpr Index block = 256;  // counters
    const auto draw = multiversioned<WordLoop>();
    const auto convert = multiversioned<NumberLoop<T, Number>>();
    parallel_pieces((size + 3) / 4, Index{1} << 13, [&](Index begin, Index end) {
        std::uint32_t store[4 * block];
        std::uint32_t* const words = store;
        for (Index at = begin; at < end; at += block) {
            const Index counters = std::min(block, end - at);
            draw(key, static_cast<std::uint64_t>(at), counters, words);
            convert(words, std::min(4 * counters, size - 4 * at), number, out + 4 * at);
        }
    });
}

}  // namespace

void random_uniform(RandomKey key, double low, double high, View out) {
    dispatch_floating(out.spec.dtype, [&]<class T>() {
        const T first = static_cast<T>(low), end = static_cast<T>(high);
        const T width = static_cast<T>(high - low);
        const bool too_wide = !std::isfinite(width);
        // Rounding may reach `high`, which does not belong to the interval.
        const T last = high > low ? std::nextafter(end, first) : first;
        const auto scaled = [=](T unit) {
            const T x = too_wide ? first * (1 - unit) + end * unit : first + width * unit;
            return std::min(x, last);
        };
        if constexpr (std::is_same_v<T, double>) {
            fill(out.as<T>(), out.size(), [&](std::uint64_t counter) {
                const Words w = philox(key, counter);
                return Numbers<T>{scaled(unit53(w[0], w[1])), scaled(unit53(w[2], w[3]))};
            });
        } else {
            fill_by_words(key, out.as<T>(), out.size(),
                          [=](std::uint32_t word) { return scaled(unit24(word)); });
        }
    });
}

void random_normal(RandomKey key, double mean, double stddev, View out) {
    dispatch_floating(out.spec.dtype, [&]<class T>() {
        fill(out.as<T>(), out.size(), [&](std::uint64_t counter) {
            Numbers<T> x = normal<T>(philox(key, counter));
            for (T& z : x) z = static_cast<T>(mean + stddev * z);
            return x;
        });
    });
}

void random_truncated_normal(RandomKey key, double mean, double stddev, View out) {
    dispatch_floating(out.spec.dtype, [&]<class T>() {
        fill(out.as<T>(), out.size(), [&](std::uint64_t counter) {
            const auto outside = [](T z) { return std::abs(z) > 2; };
            Numbers<T> x = normal<T>(philox(key, counter));
            // Numbers outside are drawn again, from counters that no other element uses.
            for (std::uint64_t again = 1; std::any_of(x.begin(), x.end(), outside); ++again) {
                const Numbers<T> fresh = normal<T>(philox(key, counter | again << 48));
                for (std::size_t i = 0; i < x.size(); ++i) {
                    if (outside(x[i])) x[i] = fresh[i];
                }
            }
            for (T& z : x) z = static_cast<T>(mean + stddev * z);
            return x;
        });
    });
}

void random_bernoulli(RandomKey key, double p, View out) {
    // A word is below p · 2³² with probability p.
    const auto threshold = static_cast<std::uint64_t>(p * 0x1p32);
    dispatch(storage_of(out.spec.dtype), [&]<class T>() {
        fill_by_words(key, out.as<T>(), out.size(),
                      [=](std::uint32_t word) { return static_cast<T>(word < threshold); });
    });
}

void random_permutation(RandomKey key, View out) {
    auto* const list = out.as<std::int64_t>();
    const Index n = out.size();
    std::iota(list, list + n, Index{0});
    RandomStream random(key);
    for (Index i = n - 1; i > 0; --i)
        std::swap(list[i], list[random.below(static_cast<std::uint32_t>(i + 1))]);
}

}  // namespace shikumi::kernels
