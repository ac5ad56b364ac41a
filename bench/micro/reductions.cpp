// Times each reduction over all axes, the first and the last: bytes read a second, relative to
// memcpy.
#include <string>

#include "common.hpp"

using namespace shikumi;

namespace {

using F = Tensor (*)(const Tensor&, const Axes&);

struct Row {
    const char* name;
    F f;
};

using T = const Tensor&;
using A = const Axes&;
constexpr Row kRows[]{
    {"sum", [](T x, A axes) { return sum(x, axes); }},
    {"mean", [](T x, A axes) { return mean(x, axes); }},
    {"prod", [](T x, A axes) { return prod(x, axes); }},
    {"max", [](T x, A axes) { return max(x, axes); }},
    {"min", [](T x, A axes) { return min(x, axes); }},
    {"argmax", [](T x, A axes) { return axes.all() ? argmax(x) : argmax(x, axes.list()[0]); }},
    {"argmin", [](T x, A axes) { return axes.all() ? argmin(x) : argmin(x, axes.list()[0]); }},
    {"var", [](T x, A axes) { return var(x, axes); }},
    {"std", [](T x, A axes) { return shikumi::std(x, axes); }},
    {"logsumexp", [](T x, A axes) { return logsumexp(x, axes); }},
    {"norm", [](T x, A axes) { return norm(x, axes); }},
    {"any", [](T x, A axes) { return any(x, axes); }},
    {"all", [](T x, A axes) { return all(x, axes); }},
};

void reduction(benchmark::State& state, const Row& row, const Axes& axes) {
    const Index side = state.range(0);
    Tensor x = bench::drawn({side, side});
    if (row.name == std::string("any") || row.name == std::string("all")) {
        x = x > (row.name == std::string("any") ? 1 : -1);  // no element decides the result early
        evaluate(x);
    }
    for (auto _ : state) evaluate(row.f(x, axes));
    const auto bytes = static_cast<std::size_t>(x.spec().bytes());
    bench::count_bytes(state, static_cast<double>(bytes), bench::copy_rate(bytes));
}

}  // namespace

int main(int argc, char** argv) {
    set_num_threads(1);
    const auto sizes = [](auto* b) { b->Arg(64)->Arg(1024); };
    const std::pair<const char*, Axes> ways[]{{"all", {}}, {"axis_0", 0}, {"axis_1", 1}};
    for (const Row& row : kRows) {
        for (const auto& [way, axes] : ways)
            sizes(benchmark::RegisterBenchmark((std::string(row.name) + '/' + way).c_str(),
                                               reduction, row, axes));
    }
    return bench::run(argc, argv);
}
