// Operations that can be recorded, and instances that are shared.
#include "catch.hpp"

#include <shikumi/shikumi.hpp>

using namespace shikumi;

namespace {

struct Plain : General {
    std::string_view name() const noexcept override { return "plain"; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews, View) const override {}
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
};

struct Forgetful final : Plain {  // has an attribute that it does not compare
    explicit Forgetful(int n) : number(n) {}
    int number;
};

struct Small final : Plain {  // the smallest attribute there is
    char byte = 0;
};

struct Comparing : Plain {
    explicit Comparing(int n) : number(n) {}
    bool operator==(const Comparing&) const = default;
    int number;
};

struct Inheriting final : Comparing {  // would be compared without its own attribute
    using Comparing::Comparing;
    int other = 0;
};

template <class O>
concept CanBeRecorded = requires(O op, const Tensor& x) {
    record(std::move(op), x);
};

static_assert(CanBeRecorded<Plain>);
static_assert(CanBeRecorded<Comparing>);
static_assert(!CanBeRecorded<Forgetful>);
static_assert(!CanBeRecorded<Small>);
static_assert(!CanBeRecorded<Inheriting>);
static_assert(std::equality_comparable<Comparing>);
static_assert(!std::equality_comparable<Forgetful>);

}  // namespace

TEST_CASE("equal operations are one instance, others are not") {
    const Tensor x = ones({2});
    const auto op_of = [](const Tensor& t) { return t.node()->op; };
    CHECK(op_of(record(Plain{}, x)) == op_of(record(Plain{}, x)));
    CHECK(op_of(record(Comparing{3}, x)) == op_of(record(Comparing{3}, x)));
    CHECK(op_of(record(Comparing{3}, x)) != op_of(record(Comparing{4}, x)));
}

TEST_CASE("operations beyond those kept for good are still found by their attributes") {
    const Tensor x = ones({2});
    std::vector<Tensor> recorded;
    for (int n = 0; n < 40; ++n) recorded.push_back(record(Comparing{100 + n}, x));
    const Tensor again = record(Comparing{139}, x), first = record(Comparing{100}, x);
    CHECK(again.node()->op == recorded.back().node()->op);
    for (std::size_t n = 1; n < recorded.size(); ++n)
        CHECK(first.node()->op != recorded[n].node()->op);
}
