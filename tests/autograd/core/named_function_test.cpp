// NamedFunction.
#include <string>
#include <utility>

#include <shikumi/autograd/core/named_function.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

using Length = NamedFunction<int(int, const std::string&)>;

int times_length(int n, const std::string& text) { return n * static_cast<int>(text.size()); }

constinit const Length constant{"times_length", times_length};

}  // namespace

TEST_CASE("a named function is a constant, or a callable with or without a name", "[core]") {
    CHECK(constant.name() == "times_length");
    CHECK(constant(3, "ab") == 6);

    const int offset = 10;
    const auto f = [=](int n, const std::string& text) { return offset + times_length(n, text); };
    const Length plain = f, after(f, "after"), before{"before", f};
    CHECK(plain.name() == "custom");
    CHECK(after.name() == "after");
    CHECK(before.name() == "before");
    for (const Length& function : {plain, after, before}) CHECK(function(3, "ab") == 16);
}

TEST_CASE("copies of a named function keep its name alive", "[core]") {
    Length copy;
    {
        const Length own(times_length, std::string("a name too long to lie within a string"));
        copy = own;
    }
    CHECK(copy.name() == "a name too long to lie within a string");
    CHECK(copy(2, "abc") == 6);
    const Length moved = std::move(copy);
    CHECK(moved.name() == "a name too long to lie within a string");
    copy = constant;
    CHECK(copy.name() == "times_length");
}

TEST_CASE("a named function may be none", "[core]") {
    const Length none;
    CHECK_FALSE(none);
    CHECK(constant);
    CHECK(none.name().empty());
    REQUIRE_THROWS_AS(none(1, ""), StateError);
    REQUIRE_THROWS_WITH(none(1, ""), contains("no function"));
}
