// Objects and buffers that a thread reuses.
#include <shikumi/autograd/memory/thread_cache.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;

namespace {

struct Counter {
    int uses = 0, cleared = 0;
    bool keep = true;
    void clear() { ++cleared; }
    bool worth_keeping() const { return keep; }
};

}  // namespace

TEST_CASE("a thread's object is cleared and reused, until it is not worth keeping") {
    for (int i = 0; i < 3; ++i) {
        const ThreadCache<Counter> counter;
        CHECK(counter->uses++ == i);
        CHECK(counter->cleared == i);
        if (i == 2) counter->keep = false;
    }
    const ThreadCache<Counter> fresh;
    CHECK(fresh->uses == 0);
    fresh->keep = false;
}

TEST_CASE("a nested use gets its own object") {
    const ThreadCache<Counter> outer;
    ++outer->uses;
    const ThreadCache<Counter> inner;
    CHECK(inner->uses == 0);
    CHECK(&*inner != &*outer);
    outer->keep = inner->keep = false;
}

TEST_CASE("a buffer grows on demand and is released if it is large") {
    Buffer buffer;
    ensure_capacity(buffer, 100);
    const void* const first = buffer.data();
    REQUIRE(buffer.capacity() >= 100);
    ensure_capacity(buffer, 50);
    CHECK(buffer.data() == first);
    CHECK_FALSE(release_if_large(buffer));
    CHECK(buffer.data() == first);
    ensure_capacity(buffer, std::size_t{1} << 20);
    CHECK(release_if_large(buffer));
    CHECK(buffer.capacity() == 0);
}
