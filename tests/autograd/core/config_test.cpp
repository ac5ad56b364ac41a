// Config: values by names, and structs written to them and read from them.
#include <shikumi/autograd/core/config.hpp>

#include <cmath>
#include <limits>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

#include "catch.hpp"

using namespace shikumi;

namespace shikumi_test {

namespace {

struct Window {
    Index size = 3;
    PerAxis strides = 1;
    Padding padding = Padding::valid;
    std::optional<double> limit = {};
    std::vector<Index> axes = {};
    double slope = 0;
    bool causal = false;
};

void visit_fields(auto& fields, FieldsOf<Window> auto& o) {
    fields.need("size", o.size)("strides", o.strides)("padding", o.padding)("limit", o.limit);
    fields.or_null("axes", o.axes).always("data_format", "channels_last");
    fields.or_null("slope", o.slope, 1.0).extra("causal", o.causal);
    fields.accept("groups", 1).ignore("seed");
}

Config written(const Window& window) { return ConfigWriter().fields(window); }

Window read(const Config& config) {
    ConfigReader reader("Window", config);
    const auto window = reader.fields<Window>();
    reader.refuse_unread();
    return window;
}

const Config wanted{{"size", 5},    {"strides", {}}, {"padding", "same"},
                    {"limit", 0.5}, {"axes", {}},    {"data_format", "channels_last"},
                    {"slope", {}}};

}  // namespace

TEST_CASE("a Config is one of seven things, and says which", "[config]") {
    CHECK(Config().is_null());
    CHECK(*Config(true).boolean());
    CHECK(*Config(3).integer() == 3);
    CHECK(*Config(0.5F).number() == 0.5);
    CHECK(*Config("a").text() == "a");
    CHECK(Config(Config::List{1, "b"}).list()->size() == 2);
    const Config object{{"units", 3}, {"use_bias", true}};
    CHECK(*object.find("units") == 3);
    CHECK(object.find("name") == nullptr);
    CHECK(Config(1).find("units") == nullptr);
    CHECK(Config(1) != Config(1.0));
    CHECK(Config(1) != Config(true));

    CHECK(Config().description() == "nothing");
    CHECK(Config(false).description() == "false");
    CHECK(Config(-3).description() == "-3");
    CHECK(Config(0.1).description() == "0.1");
    CHECK(Config("relu").description() == "the text 'relu'");
    CHECK(Config(Config::List{1, 2}).description() == "a list of 2");
    CHECK(object.description() == "an object of 2");
}

TEST_CASE("a Config becomes an object, and nothing else does", "[config]") {
    Config config;
    config.set("b", 1);
    config.set("a", 2);
    config.set("b", 3);
    CHECK(config == Config{{"b", 3}, {"a", 2}});
    Config number = 1;
    CHECK_THROWS_WITH(number.set("a", 1), "[Config] only an object has names, this is 1");
}

TEST_CASE("a struct's fields are stated once and go both ways", "[config]") {
    const Window window{
        .size = 5, .strides = {}, .padding = Padding::same, .limit = 0.5, .slope = 1};
    CHECK(written(window) == wanted);
    CHECK(written(read(wanted)) == wanted);
    CHECK(*written({.causal = true}).find("causal") == true);
    CHECK(written({}).find("causal") == nullptr);
    CHECK(read({{"size", 2}, {"axes", Config::List{1, 2}}}).axes == std::vector<Index>{1, 2});
    CHECK(read({{"size", 2}, {"strides", Config::List{1, 2}}}).strides == PerAxis{1, 2});
    CHECK(read({{"size", 2}, {"strides", 2}}).strides == PerAxis(2));
    CHECK(read({{"size", 2}, {"slope", {}}}).slope == 1);
    CHECK(read({{"size", 2}, {"groups", 1}, {"seed", 7}, {"data_format", {}}}).size == 2);
    CHECK(read({{"size", 2.0}}).size == 2);
    CHECK(read({{"size", 2}, {"off", false}, {"nothing", {}}}).size == 2);
}

TEST_CASE("what a field can't take is refused by its name", "[config]") {
    const auto refusal = [](const Config& config) -> std::string {
        try {
            read(config);
        } catch (const ValueError& e) {
            return e.what();
        }
        return "read";
    };
    CHECK(refusal(1) == "[Window] wants its fields by names, got 1");
    CHECK(refusal({{"padding", "same"}}) == "[Window] the field 'size' is missing");
    CHECK(refusal({{"size", 2.5}}) == "[Window: size] wants an integer, got 2.5");
    CHECK(refusal({{"size", true}}) == "[Window: size] wants an integer, got true");
    CHECK(refusal({{"size", 1e300}}) == "[Window: size] wants an integer, got 1e+300");
    CHECK(refusal({{"size", {}}}) == "[Window: size] wants an integer, got nothing");
    CHECK(refusal({{"size", 1}, {"limit", "0.5"}}) ==
          "[Window: limit] wants a number, got the text '0.5'");
    CHECK(refusal({{"size", 1}, {"causal", 1}}) == "[Window: causal] wants true or false, got 1");
    CHECK(
        refusal({{"size", 1}, {"padding", "sane"}}) ==
        "[Window: padding] there is no 'sane': did you mean 'same'? Known are 'valid', 'same' and "
        "'causal'");
    CHECK(refusal({{"size", 1}, {"padding", 2}}) == "[Window: padding] wants a name, got 2");
    CHECK(refusal({{"size", 1}, {"data_format", "channels_first"}}) ==
          "[Window: data_format] can only be the text 'channels_last', got the text "
          "'channels_first'");
    CHECK(refusal({{"size", 1}, {"groups", 2}}) == "[Window: groups] can only be 1, got 2");
    CHECK(refusal({{"size", 1}, {"future", 1}}) == "[Window] has no 'future' (it is 1)");
    CHECK(refusal({{"size", 1}, {"strides", Config::List{1, "x"}}}) ==
          "[Window: strides] wants an integer, got the text 'x'");
}

TEST_CASE("an int takes what fits", "[config]") {
    int value = 0;
    from_config(Config(-7), value, "axis");
    CHECK(value == -7);
    CHECK_THROWS_WITH(from_config(Config(std::int64_t{1} << 31), value, "axis"),
                      "[axis] wants an integer of 32 bits, got 2147483648");
}

TEST_CASE("numbers that JSON doesn't have are texts", "[config]") {
    double value = 0;
    from_config("inf", value, "x");
    CHECK(value == std::numeric_limits<double>::infinity());
    from_config("-inf", value, "x");
    CHECK(value == -std::numeric_limits<double>::infinity());
    from_config("nan", value, "x");
    CHECK(std::isnan(value));
    CHECK_THROWS_WITH(from_config("infinity", value, "x"),
                      "[x] wants a number, got the text 'infinity'");
}

TEST_CASE("dtypes, shapes and axes have their forms", "[config]") {
    DType dtype = f32;
    from_config("float64", dtype, "dtype");
    CHECK(dtype == f64);
    from_config({{"class_name", "DTypePolicy"}, {"config", {{"name", "float32"}}}}, dtype, "dtype");
    CHECK(dtype == f32);
    CHECK(to_config(i64) == "int64");
    CHECK_THROWS_WITH(from_config("float16", dtype, "Dense: dtype"),
                      "[Dense: dtype] wants a dtype such as 'float32', got the text 'float16'");

    Shape shape;
    from_config(Config::List{2, 3}, shape, "shape");
    CHECK(shape == Shape{2, 3});
    CHECK(to_config(shape) == Config(Config::List{2, 3}));
    CHECK_THROWS_AS(from_config(Config::List{-2}, shape, "shape"), ShapeError);
    CHECK_THROWS_AS(from_config(Config::List{1 << 30, 1 << 30, 1 << 30}, shape, "shape"),
                    ShapeError);

    Axes axes = 1;
    from_config(-1, axes, "axis");
    CHECK(axes == Axes(-1));
    from_config({}, axes, "axis");
    CHECK(axes.all());
    CHECK(to_config(axes).is_null());
    CHECK(to_config(Axes{1, 2}) == Config(Config::List{1, 2}));
    CHECK(to_config(Axes(1)) == 1);
    CHECK(to_config(Interpolation::lanczos3) == "lanczos3");
}

TEST_CASE("lists and optional values nest", "[config]") {
    const std::vector<std::optional<Index>> sizes{3, std::nullopt};
    CHECK(to_config(sizes) == Config(Config::List{3, {}}));
    std::vector<std::optional<Index>> back;
    from_config(to_config(sizes), back, "sizes");
    CHECK(back == sizes);
    from_config(4, back, "sizes");
    CHECK(back == std::vector<std::optional<Index>>{4});
}

}  // namespace shikumi_test
