#include <shikumi/autograd/kernels/detail/onednn.hpp>

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/detail/onednn_choice.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/multiversioning.hpp>
#include <shikumi/autograd/memory/thread_object.hpp>

namespace shikumi::kernels {

namespace {

// The library, loaded at the first product that it computes and never unloaded. Linking with it
// would delay every program's start by a millisecond and cost 3 MiB.
class Library {
    struct Symbol {
        void* address;
        template <class F>
        operator F*() const noexcept {
            return reinterpret_cast<F*>(address);
        }
    };
    Symbol find(const char* name) noexcept {
        const Symbol symbol{handle_ ? dlsym(handle_, name) : nullptr};
        complete_ = complete_ && symbol.address;
        return symbol;
    }

    void* handle_ = dlopen(SHIKUMI_ONEDNN_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
    bool complete_ = handle_;

public:
    decltype(dnnl_version)* version = find("dnnl_version");
    decltype(dnnl_engine_create)* engine_create = find("dnnl_engine_create");
    decltype(dnnl_stream_create)* stream_create = find("dnnl_stream_create");
    decltype(dnnl_memory_desc_init_by_strides)* describe = find("dnnl_memory_desc_init_by_strides");
    decltype(dnnl_memory_desc_get_size)* bytes_of = find("dnnl_memory_desc_get_size");
    decltype(dnnl_memory_create)* memory_create = find("dnnl_memory_create");
    decltype(dnnl_memory_destroy)* memory_destroy = find("dnnl_memory_destroy");
    decltype(dnnl_memory_set_data_handle)* point = find("dnnl_memory_set_data_handle");
    decltype(dnnl_post_ops_create)* post_ops_create = find("dnnl_post_ops_create");
    decltype(dnnl_post_ops_destroy)* post_ops_destroy = find("dnnl_post_ops_destroy");
    decltype(dnnl_post_ops_append_sum)* append_sum = find("dnnl_post_ops_append_sum");
    decltype(dnnl_primitive_attr_create)* attr_create = find("dnnl_primitive_attr_create");
    decltype(dnnl_primitive_attr_destroy)* attr_destroy = find("dnnl_primitive_attr_destroy");
    decltype(dnnl_primitive_attr_set_scratchpad_mode)* set_scratchpad_mode =
        find("dnnl_primitive_attr_set_scratchpad_mode");
    decltype(dnnl_primitive_attr_set_post_ops)* set_post_ops =
        find("dnnl_primitive_attr_set_post_ops");
    decltype(dnnl_matmul_desc_init)* matmul_desc_init = find("dnnl_matmul_desc_init");
    decltype(dnnl_primitive_desc_create)* choose = find("dnnl_primitive_desc_create");
    decltype(dnnl_primitive_desc_destroy)* chosen_destroy = find("dnnl_primitive_desc_destroy");
    decltype(dnnl_primitive_desc_query_md)* query = find("dnnl_primitive_desc_query_md");
    decltype(dnnl_primitive_create)* primitive_create = find("dnnl_primitive_create");
    decltype(dnnl_primitive_destroy)* primitive_destroy = find("dnnl_primitive_destroy");
    decltype(dnnl_primitive_execute)* execute = find("dnnl_primitive_execute");

    // Null where there is none that can be held to one thread.
    static const Library* get() {
        static const Library library;
        return library.stream ? &library : nullptr;
    }

    int (*max_threads)() = nullptr;  // OpenMP's, where oneDNN was built with that
    void (*set_threads)(int) = nullptr;
    dnnl_engine_t engine = nullptr;
    dnnl_stream_t stream = nullptr;

private:
    Library() {
        if (!complete_) return;
        const unsigned threads = version()->cpu_runtime;
        if (threads == DNNL_RUNTIME_OMP) {
            max_threads = find("omp_get_max_threads");
            set_threads = find("omp_set_num_threads");
        }
        if (complete_ && (threads == DNNL_RUNTIME_OMP || threads == DNNL_RUNTIME_SEQ) &&
            engine_create(&engine, dnnl_cpu, 0) == dnnl_success)
            stream_create(&stream, engine, dnnl_stream_default_flags);
    }
};

// Holds OpenMP at one thread, and restores the host's setting, which belongs to the calling thread.
class OneThread {
public:
    explicit OneThread(const Library& library)
        : set_(library.set_threads), before_(set_ ? library.max_threads() : 1) {
        if (before_ != 1) set_(1);
    }
    ~OneThread() {
        if (before_ != 1) set_(before_);
    }
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;

private:
    void (*set_)(int);
    int before_;
};

void check(dnnl_status_t status) {
    if (status != dnnl_success)
        fail<StateError>("matmul", "oneDNN refuses a product: status ", static_cast<int>(status));
}

template <class T>
using Owned = std::unique_ptr<T, dnnl_status_t (*)(T*)>;

template <class T, class Create, class... Arguments>
Owned<T> make(dnnl_status_t (*destroy)(T*), Create create, Arguments... arguments) {
    T* made = nullptr;
    check(create(&made, arguments...));
    return {made, destroy};
}

dnnl_memory_desc_t matrix(const Library& library, Index rows, Index columns, Index from_row_to_row,
                          bool transposed) {
    const dnnl_dims_t sizes{rows, columns};
    const dnnl_dims_t strides{transposed ? 1 : from_row_to_row, transposed ? from_row_to_row : 1};
    dnnl_memory_desc_t desc;
    check(library.describe(&desc, 2, sizes, dnnl_f32, strides));
    return desc;
}

// A primitive and its arguments, for one thread at a time.
class Call {
public:
    Call(const Library& library, const Product& p) : product(p), library_(library) {
        const dnnl_memory_desc_t a = matrix(library, p.m, p.k, p.lda, p.transpose_a),
                                 b = matrix(library, p.k, p.n, p.ldb, p.transpose_b),
                                 c = matrix(library, p.m, p.n, p.ldc, false);
        const auto how = make(library.attr_destroy, library.attr_create);
        check(library.set_scratchpad_mode(how.get(), dnnl_scratchpad_mode_user));
        if (p.accumulate) {
            const auto then = make(library.post_ops_destroy, library.post_ops_create);
            check(library.append_sum(then.get(), 1));
            check(library.set_post_ops(how.get(), then.get()));
        }
        dnnl_matmul_desc_t what;
        check(library.matmul_desc_init(&what, &a, &b, nullptr, &c));
        const auto chosen =
            make(library.chosen_destroy, library.choose, &what, how.get(), library.engine, nullptr);
        primitive_ = make(library.primitive_destroy, library.primitive_create, chosen.get());
        const dnnl_memory_desc_t* scratch =
            library.query(chosen.get(), dnnl_query_scratchpad_md, 0);
        scratch_bytes_ = static_cast<Index>(library.bytes_of(scratch));
        const std::array descs{&a, &b, &c, scratch};
        for (std::size_t i = 0; i < descs.size(); ++i)
            memories_[i] = make(library.memory_destroy, library.memory_create, descs[i],
                                library.engine, nullptr);
    }

    void run(const float* a, const float* b, float* c) {
        const detail::Scratch<std::byte> scratch(scratch_bytes_);
        const std::array<const void*, 4> data{a, b, c, scratch.data()};
        std::array<dnnl_exec_arg_t, 4> arguments{};
        for (std::size_t i = 0; i < data.size(); ++i) {
            check(library_.point(memories_[i].get(), const_cast<void*>(data[i])));
            arguments[i] = {kNames[i], memories_[i].get()};
        }
        check(library_.execute(primitive_.get(), library_.stream,
                               static_cast<int>(arguments.size()), arguments.data()));
    }

    const Product product;

private:
    static constexpr std::array kNames{DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST,
                                       DNNL_ARG_SCRATCHPAD};
    const Library& library_;
    Owned<dnnl_primitive> primitive_{nullptr, nullptr};
    Index scratch_bytes_ = 0;
    Owned<dnnl_memory> memories_[4]{
        {nullptr, nullptr}, {nullptr, nullptr}, {nullptr, nullptr}, {nullptr, nullptr}};
};

// Calls that nobody is at, the most recent one last: making one takes 0.2 ms and more.
class Calls {
public:
    // Never destroyed: at the program's end oneDNN may be gone before.
    static Calls& idle() {
        static Calls& calls = *new Calls;
        return calls;
    }

    std::unique_ptr<Call> take(const Library& library, const Product& p) {
        {
            const std::lock_guard lock(mutex_);
            const auto found = std::find_if(calls_.rbegin(), calls_.rend(),
                                            [&](const auto& call) { return call->product == p; });
            if (found != calls_.rend()) {
                auto call = std::move(*found);
                calls_.erase(std::next(found).base());
                return call;
            }
        }
        return std::make_unique<Call>(library, p);
    }

    void put_back(std::unique_ptr<Call> call) {
        const std::lock_guard lock(mutex_);
        if (calls_.size() == kMost) calls_.erase(calls_.begin());
        calls_.push_back(std::move(call));
    }

private:
    static constexpr std::size_t kMost = 64;
    Calls() { calls_.reserve(kMost); }
    std::mutex mutex_;
    std::vector<std::unique_ptr<Call>> calls_;
};

// Which class of sizes; negative for the small ones that belong to none.
int class_of(Index side) {
    const int doublings = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(side)));
    return std::min(doublings - 4, detail::onednn_classes - 1);
}

}  // namespace

bool detail::onednn_is_faster(const Product& p) noexcept {
    if (instructions() != Instructions::avx512 || (p.transpose_a && p.transpose_b)) return false;
    const int form = p.transpose_a ? 2 : p.transpose_b ? 1 : 0;
    const int m = class_of(p.m), n = class_of(p.n), k = class_of(p.k);
    if (std::min({m, n, k}) < 0) return false;
    const std::string_view row = onednn_choice[form][m];
    return row[static_cast<std::size_t>(n * (onednn_classes + 1) + k)] == 'd';
}

bool detail::multiply_by_onednn(const Product& p, const float* a, const float* b, float* c) {
    // After main its own static objects may be gone.
    if (shikumi::detail::thread_ended()) return false;
    const Library* library = Library::get();
    if (!library) return false;
    const OneThread alone(*library);
    auto call = Calls::idle().take(*library, p);
    call->run(a, b, c);
    Calls::idle().put_back(std::move(call));
    return true;
}

}  // namespace shikumi::kernels
