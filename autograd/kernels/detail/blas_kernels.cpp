#include <shikumi/autograd/kernels/detail/blas_kernels.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include <shikumi/autograd/kernels/multiversioning.hpp>

#if defined(__x86_64__) && defined(__GLIBC__)
#include <dlfcn.h>
#include <link.h>

#include <filesystem>
#include <system_error>
#endif

// OpenBLAS's own; absent from other CBLAS libraries, hence weak.
extern "C" [[gnu::weak]] char* openblas_get_corename();
extern "C" [[gnu::weak]] char* openblas_get_config();
extern "C" [[gnu::weak]] int openblas_get_parallel();

namespace shikumi::kernels {

namespace {

struct Kernels {
    const char* name;
    const char* table;  // OpenBLAS's symbol
    Instructions vectors;
};

// Those to take, best first. Measured with OpenBLAS 0.3.21: at 768³ in f32 SkylakeX reaches 103
// GFLOP/s, Cooperlake 61 and Haswell 38 on an Intel of family 6, model 207; on an AMD of family 25,
// model 17, SkylakeX and Cooperlake are equal everywhere, and Haswell is 5 % faster at large
// products and takes two to four times as long for small ones. Haswell is never behind Zen.
constexpr std::array best_kernels{
    Kernels{"SkylakeX", "gotoblas_SKYLAKEX", Instructions::avx512},
    Kernels{"Haswell", "gotoblas_HASWELL", Instructions::avx2},
};

// The widest vectors of OpenBLAS's kernels of this name. A name that is not here is too new for
// this list, or the choice for one processor only: it counts as right.
Instructions vectors_of(std::string_view name) {
    constexpr std::array<std::string_view, 2> avx2{"haswell", "zen"};
    constexpr std::array<std::string_view, 20> older{
        "generic",   "katmai", "coppermine", "northwood",   "prescott",   "banias",      "atom",
        "core2",     "penryn", "dunnington", "nehalem",     "athlon",     "nano",        "opteron",
        "barcelona", "bobcat", "bulldozer",  "sandybridge", "piledriver", "opteron_sse3"};
    std::string lower(name);
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (std::ranges::find(older, lower) != older.end()) return Instructions::baseline;
    if (std::ranges::find(avx2, lower) != avx2.end()) return Instructions::avx2;
    return Instructions::avx512;
}

bool narrow() {
    const char* users = std::getenv("OPENBLAS_CORETYPE");
    if ((users && *users) || !openblas_get_corename) return false;
    return vectors_of(openblas_get_corename()) < instructions();
}

#if defined(__x86_64__) && defined(__GLIBC__)

// Where dladdr1 stores what it finds.
template <class T>
void** place(T*& found) {
    return reinterpret_cast<void**>(const_cast<std::remove_const_t<T>**>(&found));
}

// A table of OpenBLAS's: block sizes, and pointers to a set of kernels.
class Table {
public:
    explicit Table(const void* address) {
        const ElfW(Sym)* symbol = nullptr;
        Dl_info info;
        if (!address || !dladdr1(address, &info, place(symbol), RTLD_DL_SYMENT) || !symbol) return;
        begin_ = static_cast<const std::byte*>(address);
        words_ = symbol->st_size / sizeof(void*);
        library_ = info.dli_fbase;
    }

    explicit operator bool() const { return begin_ != nullptr; }
    const void* address() const { return begin_; }
    const void* owner() const { return library_; }

    // The function in this word that is no symbol of its library; null where there is none.
    void (*unnamed(std::size_t word) const)() {
        Dl_info info;
        void* const p = pointer(word);
        if (!dladdr(p, &info) || info.dli_fbase != library_ || info.dli_saddr == p) return nullptr;
        return reinterpret_cast<void (*)()>(p);
    }

    // The word of the function that computes the block sizes. It is the only one without a name
    // for the linker, and follows by dozens of kernels that have one. Those are counted, for in a
    // library that hides all names this can't be told. Negative where it is not found.
    std::ptrdiff_t initialiser() const {
        int kernels = 0;
        for (std::size_t word = words_; word-- > 0;) {
            Dl_info info;
            if (!dladdr(pointer(word), &info) || info.dli_fbase != library_) continue;
            if (unnamed(word)) return kernels >= 8 ? static_cast<std::ptrdiff_t>(word) : -1;
            ++kernels;
        }
        return -1;
    }

private:
    void* pointer(std::size_t word) const {
        void* p;
        std::memcpy(&p, begin_ + word * sizeof p, sizeof p);
        return p;
    }

    const std::byte* begin_ = nullptr;
    std::size_t words_ = 0;
    const void* library_ = nullptr;
};

// The variable of OpenBLAS that points to its table.
void** table_in_use() { return static_cast<void**>(dlsym(RTLD_DEFAULT, "gotoblas")); }

// Makes OpenBLAS use this table, which is complete before any thread sees it. OpenBLAS's own way
// to change it, `gotoblas_dynamic_quit` and `_init`, leaves none in between.
bool use(const char* name) {
    void** const in_use = table_in_use();
    if (!in_use) return false;
    const Table before(*in_use), table(dlsym(RTLD_DEFAULT, name));
    if (!before || !table || before.owner() != table.owner()) return false;
    const std::ptrdiff_t word = table.initialiser();
    if (word < 0 || !before.unnamed(static_cast<std::size_t>(word))) return false;
    table.unnamed(static_cast<std::size_t>(word))();
    std::atomic_ref(*in_use).store(const_cast<void*>(table.address()), std::memory_order_release);
    return true;
}

// Whether OpenBLAS was loaded because of this code. While that is being loaded, nobody else can
// use it.
bool loaded_for_us() {
    const auto object_of = [](const void* address) {
        const link_map* object = nullptr;
        Dl_info info;
        return address && dladdr1(address, &info, place(object), RTLD_DL_LINKMAP) ? object
                                                                                  : nullptr;
    };
    const link_map* const blas = object_of(table_in_use());
    const link_map* object = object_of(&best_kernels);
    while (object && object != blas) object = object->l_next;  // in the order of loading
    return blas && object;
}

// Whether this is the only thread, but for OpenBLAS's own, which wait for this one. Another could
// be at a product, which must not begin with some kernels and go on with others.
bool alone() {
    const auto number = [](const char* symbol) {
        const void* const address = dlsym(RTLD_DEFAULT, symbol);
        return address ? *static_cast<const int*>(address) : 0;
    };
    constexpr int by_pthreads = 1;
    const bool workers = openblas_get_parallel && openblas_get_parallel() == by_pthreads &&
                         number("blas_server_avail") != 0;
    const int own = workers ? number("blas_num_threads") : 1;
    int all = 0;
    std::error_code error;
    std::filesystem::directory_iterator thread("/proc/self/task", error);
    for (; !error && thread != std::filesystem::directory_iterator(); thread.increment(error))
        ++all;
    return !error && all <= own;
}

#else

bool use(const char*) { return false; }
bool loaded_for_us() { return false; }
bool alone() { return false; }

#endif

bool widen() {
    const Instructions before = vectors_of(openblas_get_corename());
    return std::ranges::any_of(best_kernels, [&](const Kernels& kernels) {
        return kernels.vectors > before && kernels.vectors <= instructions() && use(kernels.table);
    });
}

void say_what_to_set() {
    const auto& best = *std::ranges::find_if(
        best_kernels, [](const Kernels& kernels) { return kernels.vectors <= instructions(); });
    const bool has_others =
        openblas_get_config && std::strstr(openblas_get_config(), "DYNAMIC_ARCH");
    const std::string line =
        std::string("shikumi: OpenBLAS multiplies by its ") + openblas_get_corename() +
        " kernels, several times slower than this processor can; " +
        (has_others ? std::string("set OPENBLAS_CORETYPE=") + best.name + " in the environment\n"
                    : "use a build of OpenBLAS with DYNAMIC_ARCH\n");
    std::fputs(line.c_str(), stderr);
}

// When this library is loaded no thread of the host multiplies yet, as a rule.
[[maybe_unused]] const bool widened_at_load = narrow() && (loaded_for_us() || alone()) && widen();

}  // namespace

void detail::choose_blas_kernels() {
    [[maybe_unused]] static const bool chosen = [] {
        if (narrow() && !(alone() && widen())) say_what_to_set();
        return true;
    }();
}

const char* detail::blas_kernels() {
    choose_blas_kernels();
    return openblas_get_corename ? openblas_get_corename() : "unknown";
}

}  // namespace shikumi::kernels
