// Tables of names.
#include <shikumi/autograd/core/name_table.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

enum class Fruit { apple, pear };

constexpr detail::NameRow<Fruit> rows[] = {
    {Fruit::apple, {"apple", "Apple"}},
    {Fruit::pear, {"pear", "Pear", "pyrus"}},
};
constexpr detail::NameTable<Fruit> fruits("fruit", rows);

}  // namespace

TEST_CASE("a thing is found by each of its names", "[core]") {
    CHECK(fruits["apple"] == Fruit::apple);
    CHECK(fruits["Pear"] == Fruit::pear);
    CHECK(fruits["pyrus"] == Fruit::pear);
    CHECK(fruits.find("") == nullptr);
    CHECK(fruits.find("plum") == nullptr);
    CHECK(fruits.name_of(Fruit::pear) == "pear");
    CHECK(fruits.names() ==
          std::vector<std::string_view>{"apple", "pear", "Apple", "Pear", "pyrus"});
    REQUIRE_THROWS_WITH(fruits["aple"], contains("[fruit]") && contains("did you mean 'apple'"));
}

TEST_CASE("a thing is found by the name in a configuration", "[core]") {
    CHECK(fruits.read(Config("pear"), "basket") == Fruit::pear);
    REQUIRE_THROWS_WITH(fruits.read(Config("per"), "basket: fruit"),
                        contains("[basket: fruit]") && contains("'pear'"));
    REQUIRE_THROWS_WITH(fruits.read(Config(3), "basket"), contains("wants a name, got 3"));
}

TEST_CASE("a list of names in errors has each word once", "[core]") {
    REQUIRE_THROWS_WITH(fruits["nonsense"], contains("known are 'apple', 'pear' and 'pyrus'"));
}

TEST_CASE("what users register is found by its name, the last one of a name", "[core]") {
    detail::Registry<int> numbers("number");
    numbers.add("one", 7);
    numbers.add("one", 1);
    CHECK(numbers.find("one") == 1);
    CHECK_FALSE(numbers.find("two"));
    REQUIRE_THROWS_AS(numbers.add("", 0), ValueError);
}
