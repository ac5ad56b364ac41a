// Computing where a thread's own objects are gone: after main, and in the last destructors of a
// thread.
#include <shikumi/autograd/memory/thread_object.hpp>

#include <link.h>

#include <cstdlib>
#include <string>
#include <thread>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/sanitizers.hpp"

using namespace shikumi;

namespace {

// 12 and more, by everything that keeps something for a thread: literals, operations with
// attributes, plans, products, reductions in blocks, gradients, captured functions.
bool computes() {
    const Tensor t = ones({3}) * 2;
    if (sum(t * 2).item<float>() != 12) return false;
    for (int i = 0; i < 3; ++i) {
        const Tensor a = reshape(arange(40 + i).cast(f32), {40 + i, 1});
        if (matmul(transpose(a), ones({40 + i, 1})).item<float>() !=
            39.F * 40 / 2 + (i > 0 ? 40 : 0) + (i > 1 ? 41 : 0))
            return false;
    }
    if (sum(ones({1000, 1000}) + 1.0).item<float>() != 2e6F) return false;
    const Tensor w = tensor({1., 2.}) * 1;
    if (grad(sum(w * w), {w})[0].to_vector<float>()[1] != 4) return false;
    auto twice = capture([](const Tensor& x) { return x * 2.0; });
    return twice(t).to_vector<float>()[2] == 4 && twice(t).to_vector<float>()[0] == 4;
}

// Ends the program with a status that no test run has.
void require_computes() {
    if (!computes()) std::_Exit(99);
}

struct Late {
    Tensor recorded = ones({3}) * 2;
    ~Late() {
        if (sum(recorded * 2).item<float>() != 12) std::_Exit(98);
        require_computes();
    }
};
Late late;  // NOLINT: ends after main

}  // namespace

TEST_CASE("static destructors and std::atexit handlers compute") {
    CHECK(computes());
    static const bool registered = std::atexit(require_computes) == 0;
    CHECK(registered);
    // What follows runs when the program ends; a failure shows in its exit status.
}

TEST_CASE("a thread's last destructors compute") {
    static bool right = false;
    static bool ended = false;
    for (int round = 0; round < 5; ++round) {
        right = false;
        std::thread([] {
            struct AtEnd {
                Tensor recorded;
                ~AtEnd() {
                    ended = shikumi::detail::thread_ended();
                    right = sum(recorded * 2).item<float>() == 12 && computes();
                }
            };
            static thread_local AtEnd at_end;  // made before the library's objects, ends after them
            at_end.recorded = ones({3}) * 2;
            CHECK(sum(at_end.recorded).item<float>() == 6);
        }).join();
        CHECK(ended);
        CHECK(right);
    }
}

TEST_CASE("a thread's object is made once and ends with the thread") {
    static int made = 0, destroyed = 0;
    struct Counted {
        Counted() { ++made; }
        ~Counted() { ++destroyed; }
    };
    std::thread([] {
        const Counted* const first = shikumi::detail::thread_object<Counted>();
        CHECK(first == shikumi::detail::thread_object<Counted>());
        CHECK(destroyed == 0);
    }).join();
    CHECK(made == 1);
    CHECK(destroyed == 1);
}

#if !defined(__clang__)
TEST_CASE(
    "static thread-local storage is small enough for a library that a running program loads") {
    if (shikumi_test::sanitized) return;
    // glibc keeps 512 bytes for all such libraries together (rtld.optional_static_tls). This is the
    // library's where it is a shared one, else that of the test program and the library.
    struct Found {
        std::size_t program = 0, shared = 0;
    } found;
    dl_iterate_phdr(
        [](dl_phdr_info* object, std::size_t, void* out) {
            for (int i = 0; i < object->dlpi_phnum; ++i) {
                if (object->dlpi_phdr[i].p_type != PT_TLS) continue;
                auto& sizes = *static_cast<Found*>(out);
                const std::string name = object->dlpi_name;
                if (name.empty()) sizes.program = object->dlpi_phdr[i].p_memsz;
                if (name.find("libshikumi") != std::string::npos)
                    sizes.shared = object->dlpi_phdr[i].p_memsz;
            }
            return 0;
        },
        &found);
    CHECK((found.shared > 0 ? found.shared : found.program) <= 384);
}
#endif
