// Keras's form of an object.
#include <shikumi/autograd/core/class_config.hpp>

#include <shikumi/autograd/core/error.hpp>

#include "catch.hpp"

using namespace shikumi;
using detail::class_in;
using shikumi_test::contains;

TEST_CASE("an object is written in Keras's form, and read from it", "[core]") {
    const Config written =
        detail::to_config(detail::ClassConfig{"keras.losses", "Huber", {{"delta", 2.0}}});
    CHECK(*written.find("class_name") == "Huber");
    CHECK(written.find("registered_name")->is_null());
    const detail::ClassConfig read = class_in(written, "loss");
    CHECK(read.module == "keras.losses");
    CHECK(read.class_name == "Huber");
    CHECK(*read.config.find("delta") == 2.0);
}

TEST_CASE("a class of the user's own is registered under its name", "[core]") {
    const Config written = detail::to_config(detail::ClassConfig{"", "Mine", Config::Object{}});
    CHECK(written.find("module")->is_null());
    CHECK(*written.find("registered_name") == "Mine");
    CHECK(class_in({{"class_name", "Package>Mine"}, {"config", Config()}}, "loss").class_name ==
          "Mine");
}

TEST_CASE("a text is a class's name, and so is a function", "[core]") {
    CHECK(class_in("mse", "loss").class_name == "mse");
    const Config function{{"module", "builtins"}, {"class_name", "function"}, {"config", "mse"}};
    CHECK(class_in(function, "loss").class_name == "mse");
    CHECK(class_in(function, "loss").config.object()->empty());
}

TEST_CASE("what is no object of a class is refused", "[core]") {
    for (const Config& bad :
         {Config(3), Config(), Config(Config::List{"mse"}), Config{{"config", 1}},
          Config{{"class_name", 7}, {"config", Config::Object{}}}})
        REQUIRE_THROWS_WITH(class_in(bad, "loss"), contains("[loss] wants a name, or an object"));
    REQUIRE_THROWS_WITH(class_in({{"class_name", "Huber"}, {"config", 3}}, "loss"),
                        contains("the config of Huber is 3"));
}
