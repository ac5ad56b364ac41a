#include <shikumi/autograd/memory/thread_object.hpp>

#include <vector>

namespace shikumi::detail {

namespace {

thread_local constinit bool ended = false;

struct Registered {
    void* object;
    void (*destroy)(void*) noexcept;
};

struct ThreadEnd {
    ThreadEnd() = default;
    ~ThreadEnd() {
        ended = true;
        while (!registered.empty()) {
            const Registered last = registered.back();
            registered.pop_back();
            last.destroy(last.object);
        }
    }
    ThreadEnd(const ThreadEnd&) = delete;
    ThreadEnd& operator=(const ThreadEnd&) = delete;

    std::vector<Registered> registered;
};

}  // namespace

bool thread_ended() noexcept { return ended; }

void at_thread_end(void* object, void (*destroy)(void*) noexcept) {
    static thread_local ThreadEnd end;
    end.registered.push_back({object, destroy});
}

}  // namespace shikumi::detail
