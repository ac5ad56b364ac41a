// Every allocation of a program fails once: building, training, saving, loading and predicting end
// with an error then, leave nothing behind, and can be done again.
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <new>
#include <string>
#include <vector>

#include <shikumi/autograd/memory/buffer.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/model_file.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"
#include "support/temporary.hpp"

namespace {

// What the operators below do.
struct {
    std::atomic<bool> armed = false;
    std::atomic<long> left = 0;  // allocations until the one that fails
    std::atomic<long> live = 0;
    std::atomic<std::size_t> largest = ~std::size_t{0};  // larger ones fail, too
} heap;

void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (heap.armed && (bytes > heap.largest || heap.left.fetch_sub(1) == 0)) return nullptr;
    void* const memory =
        alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__
            ? std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment)
            : std::malloc(bytes == 0 ? 1 : bytes);
    if (memory) ++heap.live;
    return memory;
}
void* allocate_or_throw(std::size_t bytes, std::size_t alignment) {
    if (void* const memory = allocate(bytes, alignment)) return memory;
    throw std::bad_alloc();
}
void release(void* memory) noexcept {
    if (!memory) return;
    --heap.live;
    std::free(memory);
}
std::size_t number(std::align_val_t alignment) { return static_cast<std::size_t>(alignment); }

constexpr std::size_t usual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

void* operator new(std::size_t n) { return allocate_or_throw(n, usual); }
void* operator new[](std::size_t n) { return allocate_or_throw(n, usual); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return allocate(n, usual); }
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept { return allocate(n, usual); }
void* operator new(std::size_t n, std::align_val_t a) { return allocate_or_throw(n, number(a)); }
void* operator new[](std::size_t n, std::align_val_t a) { return allocate_or_throw(n, number(a)); }
void* operator new(std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept {
    return allocate(n, number(a));
}
void* operator new[](std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept {
    return allocate(n, number(a));
}
void operator delete(void* p) noexcept { release(p); }
void operator delete[](void* p) noexcept { release(p); }
void operator delete(void* p, std::size_t) noexcept { release(p); }
void operator delete[](void* p, std::size_t) noexcept { release(p); }
void operator delete(void* p, std::align_val_t) noexcept { release(p); }
void operator delete[](void* p, std::align_val_t) noexcept { release(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { release(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { release(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { release(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { release(p); }
void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept { release(p); }
void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept { release(p); }

using namespace shikumi;

namespace {

namespace fs = std::filesystem;

// Lets allocation number `fails` of what follows fail; negative: none.
class Failing {
public:
    explicit Failing(long fails, std::size_t largest = ~std::size_t{0}) {
        release_cached_memory();  // else the pool needs no allocation
        heap.left = fails < 0 ? (1L << 60) : fails;
        heap.largest = largest;
        heap.armed = true;
    }
    Failing(const Failing&) = delete;
    Failing& operator=(const Failing&) = delete;
    ~Failing() { heap.armed = false; }

    static long made() { return (1L << 60) - heap.left; }  // where none fails
    static bool failed() { return heap.left < 0; }
};

Tensor ramp(const Shape& shape) {
    return sin(reshape(arange(static_cast<double>(shape.size())).cast(f32), shape));
}

nn::Sequential small_model() {
    nn::clear_session();
    nn::Sequential model;
    model.add(nn::Conv2D(2, 3, {.activation = nn::relu, .input_shape = {6, 6, 1}}));
    model.add(nn::BatchNormalization());
    model.add(nn::Flatten());
    model.add(nn::Dropout(0.2));
    model.add(nn::Dense(2));
    model.compile({.optimizer = optim::Adam({.use_ema = true}), .loss = "mse", .metrics = {"mae"}});
    return model;
}

// What a program does from its beginning to its end.
std::vector<float> program(const std::string& file) {
    const Tensor x = ramp({12, 6, 6, 1}), y = ramp({12, 2});
    nn::Sequential model = small_model();
    model.fit(x, y, {.batch_size = 5, .epochs = 2, .verbose = 0, .validation_split = 0.2});
    nn::save(model, file);
    return nn::load(file)->predict(x).to_vector<float>();
}

// Whether it ends with an error.
template <class F>
bool fails(F&& f) {
    try {
        f();
        return false;
    } catch (const Error&) {
        return true;
    } catch (const std::bad_alloc&) {
        return true;
    }
}

// How many allocations `f` makes.
template <class F>
long allocations_of(F&& f) {
    const Failing none(-1);
    f();
    return Failing::made();
}

std::size_t open_files() {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

// Runs the program again and again while one of `points` allocations fails; 0: each of all.
void check_points(long points) {
    const shikumi_test::TemporaryFolder folder;
    const std::string file = (folder.path() / "model.safetensors").string();
    const std::vector<float> wanted = program(file);
    CHECK(program(file) == wanted);
    const long count = allocations_of([&] { program(file); });
    REQUIRE(count > points);
    const long step = points == 0 ? 1 : count / points;
    const std::size_t files = open_files();
    long tried = 0, unnoticed = 0, live = 0;
    for (long at = 0; at < count; at += step, ++tried) {
        CAPTURE(at);
        {
            const Failing failing(at);
            if (!fails([&] { program(file); })) ++unnoticed;
        }
        if (tried == points / 2) live = heap.live;  // by then all caches are full
        if (tried % 100 != 0) continue;
        CHECK(program(file) == wanted);
        CHECK(folder.entries() == 1);  // nothing half-written is left
        CHECK(open_files() == files);
    }
    CHECK(unnoticed < tried / 10);  // caches do without
    CHECK(program(file) == wanted);
    CHECK(heap.live < live + 500);
    CHECK(memory_stats().live < (std::size_t{1} << 20));
    WARN(tried << " of " << count << " allocations failed, " << unnoticed << " of them unnoticed");
}

std::vector<std::vector<float>> values_of(nn::Sequential& model) {
    std::vector<std::vector<float>> values;
    for (const Tensor& weight : model.get_weights()) values.push_back(weight.to_vector<float>());
    for (const Parameter& state : model.optimizer().state())
        values.push_back(state.value().cast(f32).to_vector<float>());
    return values;
}

// Three steps of training. One that runs out of memory is done again, unless it was over already.
std::vector<std::vector<float>> train_on_through(long fails_at) {
    const Tensor x = ramp({4, 6, 6, 1}), y = ramp({4, 2});
    nn::Sequential model = small_model();
    model.predict(x);
    {
        const Failing failing(fails_at);
        for (int step = 0; step < 3; ++step) {
            const auto train = [&] { model.train_on_batch(x, y); };
            if (fails(train) && model.optimizer().iterations() == step) train();
        }
    }
    return values_of(model);
}

}  // namespace

TEST_CASE("each of 2000 allocations that fail ends what a program does with an error", "[faults]") {
    check_points(2000);
}

TEST_CASE("every allocation that fails ends what a program does with an error", "[.faults]") {
    check_points(0);
}

TEST_CASE("a step that runs out of memory is done as a whole or not at all", "[faults]") {
    const auto wanted = train_on_through(-1);
    const long count = allocations_of([] { train_on_through(-1); });
    for (long at = 0; at < count; at += std::max(count / 400, 1L)) {
        CAPTURE(at);
        CHECK(train_on_through(at) == wanted);
    }
}

TEST_CASE("out of memory names operation, shape and bytes, and a smaller batch trains on",
          "[faults]") {
    const Tensor x = ramp({4096, 64}), y = ramp({4096, 1});
    nn::Sequential model;
    model.add(nn::Dense(512, {.activation = nn::relu, .input_dim = 64}));
    model.add(nn::Dense(1));
    model.compile({.optimizer = "adam", .loss = "mse"});
    model.fit(x, y, {.batch_size = 64, .verbose = 0});
    const std::vector<Tensor> before = model.get_weights();
    {
        const Failing failing(-1, std::size_t{4} << 20);
        CHECK_THROWS_AS(model.fit(x, y, {.batch_size = 4096, .verbose = 0}), MemoryError);
        try {
            model.fit(x, y, {.batch_size = 4096, .verbose = 0});
        } catch (const MemoryError& e) {
            const std::string text = e.what();
            CAPTURE(text);
            CHECK(text.find("bytes") != std::string::npos);
            CHECK(text.find("(4096, 512)") != std::string::npos);
            CHECK(text.find("largest value is f32") != std::string::npos);
        }
        for (std::size_t i = 0; i < before.size(); ++i)
            CHECK(model.get_weights()[i].to_vector<float>() == before[i].to_vector<float>());
        const nn::History history = model.fit(x, y, {.batch_size = 64, .verbose = 0});
        CHECK(history.history.at("loss").size() == 1);
    }
    CHECK_THROWS_WITH(Tensor(Array(Spec{{Index{1} << 31, Index{1} << 20}, f32})),
                      shikumi_test::contains("for an array f32 (2147483648, 1048576)"));
}
