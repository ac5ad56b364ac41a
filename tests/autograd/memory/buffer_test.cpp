#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include <shikumi/autograd/memory/array.hpp>
#include <shikumi/autograd/memory/buffer.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

TEST_CASE("buffers are aligned, large enough and writable", "[buffer]") {
    for (std::size_t bytes = 0; bytes < 5000; bytes = bytes * 5 / 4 + 1) {
        CAPTURE(bytes);
        const Buffer b = Buffer::allocate(bytes);
        REQUIRE(b);
        CHECK(b.capacity() >= bytes);
        CHECK(b.capacity() <= std::max<std::size_t>(64, bytes + bytes / 4));
        CHECK(reinterpret_cast<std::uintptr_t>(b.data()) % Buffer::alignment == 0);
        std::memset(b.data(), 0xA5, b.capacity());
    }
    CHECK_FALSE(Buffer());
    CHECK(Buffer().data() == nullptr);
}

TEST_CASE("copies share a buffer, and the last one frees it", "[buffer]") {
    const std::size_t before = memory_stats().live;
    {
        Buffer a = Buffer::allocate(1000);
        CHECK(a.unique());
        CHECK(memory_stats().live == before + a.capacity());
        Buffer b = a;
        CHECK_FALSE(a.unique());
        CHECK(b.data() == a.data());
        a = Buffer();
        CHECK(b.unique());
        const Buffer c = std::move(b);
        CHECK_FALSE(b);  // NOLINT(bugprone-use-after-move)
        CHECK(c.unique());
    }
    CHECK(memory_stats().live == before);
}

TEST_CASE("a steady state requests no memory from the system", "[buffer]") {
    for (int i = 0; i < 3; ++i) const Buffer warm = Buffer::allocate(12345);
    const std::size_t before = memory_stats().allocations;
    if (memory_stats().cached == 0) return;  // built without the pool
    for (int i = 0; i < 100; ++i) const Buffer b = Buffer::allocate(12345);
    CHECK(memory_stats().allocations == before);
    release_cached_memory();
    CHECK(memory_stats().cached == 0);
}

TEST_CASE("an impossible size is refused", "[buffer]") {
    CHECK_THROWS_AS(Buffer::allocate(~std::size_t{0}), Error);
    CHECK_THROWS_WITH(Buffer::allocate((std::size_t{1} << 62) + 1),
                      contains("4611686018427387905"));
    // The size in bytes does not fit into 64 bits.
    CHECK_THROWS(Array({Shape{Index{1} << 61}, f64}));
    CHECK_THROWS(Array({Shape{Index{1} << 62}, f32}));
}

TEST_CASE("threads allocate and free concurrently", "[buffer]") {
    const std::size_t before = memory_stats().live;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([t] {
            std::vector<Buffer> held(16);
            for (std::size_t i = 0; i < 2000; ++i) {
                Buffer& b = held[i * 7 % held.size()];
                b = Buffer::allocate(64 + i % 500);
                std::memset(b.data(), t, b.capacity());
                held[i * 5 % held.size()] = b;
            }
        });
    }
    for (auto& t : threads) t.join();
    CHECK(memory_stats().live == before);
}

TEST_CASE("arrays", "[buffer]") {
    const std::vector<float> numbers{1, 2, 3, 4, 5, 6};
    const Array a = Array::of(std::span<const float>(numbers), {2, 3});
    CHECK(a.spec() == Spec{{2, 3}, f32});
    CHECK(std::vector<float>(a.data<float>().begin(), a.data<float>().end()) == numbers);
    CHECK(a.reshaped({3, 2}).raw() == a.raw());
    CHECK_THROWS_AS(a.reshaped({4}), ShapeError);
    CHECK_THROWS_AS(a.data<double>(), DTypeError);
    CHECK_THROWS_AS(Array::of(std::span<const float>(numbers), {2, 2}), ShapeError);
    CHECK(Array({{0, 3}, f64}).data<double>().empty());
}
