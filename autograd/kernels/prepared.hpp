// Prepared: a kernel whose preparation, as far as it depends on shapes and dtypes alone, is done.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <new>
#include <type_traits>

namespace shikumi::kernels {

/// A function f(addresses of the inputs, address of the output) together with the numbers that it
/// has captured. A plan keeps it and runs it at every step, so that a small product costs little
/// more than its arithmetic.
class Prepared {
public:
    /// Bytes that a function may capture.
    static constexpr std::size_t capacity = 80;

    /// None.
    Prepared() = default;
    /// The function `f`, which must be trivially copyable and fit in `capacity`.
    template <std::invocable<const void* const*, void*> F>
    Prepared(F f) noexcept
        : call_([](const std::byte* state, const void* const* in, void* out) {
              (*std::launder(reinterpret_cast<const F*>(state)))(in, out);
          }) {
        static_assert(std::is_trivially_copyable_v<F> && sizeof(F) <= capacity);
        new (state_.data()) F(f);
    }

    /// Whether there is one.
    explicit operator bool() const noexcept { return call_ != nullptr; }
    /// Runs it on the inputs at these addresses.
    void operator()(const void* const* in, void* out) const { call_(state_.data(), in, out); }

private:
    void (*call_)(const std::byte* state, const void* const* in, void* out) = nullptr;
    alignas(std::max_align_t) std::array<std::byte, capacity> state_{};
};

}  // namespace shikumi::kernels
