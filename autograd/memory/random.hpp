// Counter-based random numbers: the same seed gives the same numbers on every machine.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

namespace shikumi {

/// The name of one stream of random numbers: what a random operation keeps of its generator.
struct RandomKey {
    std::uint64_t seed = 0;    ///< the generator's
    std::uint64_t stream = 0;  ///< number of the stream
};

/// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): four
/// words for each counter, without state.
constexpr std::array<std::uint32_t, 4> philox(RandomKey key, std::uint64_t counter) noexcept {
    // Words in 64 bits, and the rounds without a loop: so a loop over counters becomes vector code.
    constexpr std::uint64_t word = 0xFFFFFFFF;
    std::uint64_t a = counter & word, b = counter >> 32;
    std::uint64_t c = key.stream & word, d = key.stream >> 32;
    std::uint64_t k0 = key.seed & word, k1 = key.seed >> 32;
    const auto round = [&] {
        const std::uint64_t p = 0xD2511F53 * a, q = 0xCD9E8D57 * c;
        a = q >> 32 ^ b ^ k0;
        b = q & word;
        c = p >> 32 ^ d ^ k1;
        d = p & word;
        k0 = (k0 + 0x9E3779B9) & word;
        k1 = (k1 + 0xBB67AE85) & word;
    };
    round(), round(), round(), round(), round();
    round(), round(), round(), round(), round();
    return {static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b),
            static_cast<std::uint32_t>(c), static_cast<std::uint32_t>(d)};
}

/// A source of streams: every use takes the next one, so two uses never share numbers, even in
/// different threads. A copy goes on from the same place by itself.
class Generator {
public:
    /// Begins with stream 0 of this seed.
    explicit Generator(std::uint64_t seed = 0) noexcept : own_{seed, 0} {}
    /// Goes on with this stream, which another generator's `peek` has given.
    explicit Generator(RandomKey next) noexcept : own_(next) {}
    /// Goes on from where `other` is, by itself.
    Generator(const Generator& other) noexcept : own_(other.state()) {}
    /// Goes on from where `other` is. Whoever shares this generator's key sees it.
    Generator& operator=(const Generator& other) noexcept {
        const RandomKey state = other.state();
        (shared_ ? *shared_ : own_) = state;
        return *this;
    }
    ~Generator() = default;

    /// The next stream.
    RandomKey next() noexcept {
        RandomKey& state = shared_ ? *shared_ : own_;
        return {state.seed, std::atomic_ref(state.stream).fetch_add(1, std::memory_order_relaxed)};
    }
    /// The stream that it gives next: what a file keeps of it.
    RandomKey peek() const noexcept { return state(); }
    /// The seed of all its streams.
    std::uint64_t seed() const noexcept { return state().seed; }

    /// The key that it gives next, for a captured function, which goes on drawing from it and may
    /// outlive it.
    const std::shared_ptr<RandomKey>& shared() {
        if (!shared_) shared_ = std::make_shared<RandomKey>(own_);
        return shared_;
    }

private:
    const RandomKey& state() const noexcept { return shared_ ? *shared_ : own_; }

    RandomKey own_;
    std::shared_ptr<RandomKey> shared_;
};

/// One stream read number by number, for loops that want one at a time.
class RandomStream {
public:
    /// Begins with the first number of the stream.
    explicit constexpr RandomStream(RandomKey key) noexcept : key_(key) {}
    /// The next 32 random bits.
    constexpr std::uint32_t bits() noexcept {
        if (position_ % 4 == 0) block_ = philox(key_, position_ / 4);
        return block_[position_++ % 4];
    }
    /// A number in [0, 1), from 53 random bits.
    constexpr double uniform() noexcept {
        const std::uint64_t high = bits() >> 5;
        const std::uint64_t low = bits() >> 6;
        return static_cast<double>(high << 26 | low) * 0x1p-53;
    }
    /// A number in [0, n), without bias (D. Lemire, "Fast random integer generation in an
    /// interval", 2019). n > 0.
    constexpr std::uint32_t below(std::uint32_t n) noexcept {
        std::uint64_t product = std::uint64_t{bits()} * n;
        if (static_cast<std::uint32_t>(product) < n) {
            const std::uint32_t threshold = -n % n;
            while (static_cast<std::uint32_t>(product) < threshold)
                product = std::uint64_t{bits()} * n;
        }
        return static_cast<std::uint32_t>(product >> 32);
    }

private:
    RandomKey key_;
    std::uint64_t position_ = 0;
    std::array<std::uint32_t, 4> block_{};
};

}  // namespace shikumi
