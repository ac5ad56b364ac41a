// Prepared: a kernel with all worked out beforehand that follows from shapes and dtypes.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <new>
#include <type_traits>

namespace shikumi::kernels {

/// f(addresses of the inputs, address of the output), with whatever numbers `f` has captured. Kept
/// in a plan and run at every step, so that a small product costs little more than its arithmetic.
class Prepared {
public:
    static constexpr std::size_t room = 56;

    Prepared() = default;
    template <std::invocable<const void* const*, void*> F>
    requires(std::is_trivially_copyable_v<F> && sizeof(F) <= room) Prepared(F f)
    noexcept
        : call_([](const std::byte* state, const void* const* in, void* out) {
              (*std::launder(reinterpret_cast<const F*>(state)))(in, out);
          }) {
        new (state_.data()) F(f);
    }

    explicit operator bool() const noexcept { return call_ != nullptr; }
    void operator()(const void* const* in, void* out) const { call_(state_.data(), in, out); }

private:
    void (*call_)(const std::byte* state, const void* const* in, void* out) = nullptr;
    alignas(std::max_align_t) std::array<std::byte, room> state_{};
};

}  // namespace shikumi::kernels
