// JSON: what is written is read back, and what is wrong is refused in words.
#include <shikumi/nn/nn.hpp>

#include <cmath>
#include <limits>
#include <string>

#include "catch.hpp"

using namespace shikumi;

namespace {

Config read(const std::string& text) { return nn::parse_json(text, "model.json"); }

std::string refusal(const std::string& text, const nn::JsonBudget& budget = {}) {
    try {
        nn::parse_json(text, "model.json", budget);
    } catch (const ValueError& e) {
        return e.what();
    }
    return "read";
}

}  // namespace

TEST_CASE("JSON keeps order, kinds and digits", "[nn][io]") {
    const Config config{{"z", 1},
                        {"a", Config::List{true, false, {}, "x\n\"é", 1.0, -0.1, 1e300}},
                        {"empty", Config::Object{}},
                        {"none", Config::List{}}};
    const std::string text = nn::to_json(config);
    CHECK(text == R"({"z":1,"a":[true,false,null,"x\n\"é",1.0,-0.1,1e+300],"empty":{},"none":[]})");
    CHECK(read(text) == config);
    CHECK(nn::to_json(read(text)) == text);
    CHECK(nn::to_json({{"a", Config::List{1}}}, {.indent = 2}) == "{\n  \"a\": [\n    1\n  ]\n}");
    CHECK(read(" \n[1 , 2]\t") == Config(Config::List{1, 2}));
}

TEST_CASE("JSON numbers come back to the bit", "[nn][io]") {
    for (const double x :
         {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0, 2e-9, 123456789.125}) {
        const Config back = read(nn::to_json(x));
        REQUIRE(back.number());
        CHECK(*back.number() == x);
        CHECK(std::signbit(*back.number()) == std::signbit(x));
    }
    CHECK(*read("9223372036854775807").integer() == std::numeric_limits<std::int64_t>::max());
    CHECK(*read("-9223372036854775808").integer() == std::numeric_limits<std::int64_t>::min());
    CHECK(*read("9223372036854775808").number() == 0x1p63);
    CHECK(*read("18446744073709551616").number() == 0x1p64);
    CHECK(nn::to_json(Config::List{HUGE_VAL, -HUGE_VAL, std::nan("")}) ==
          R"(["inf","-inf","nan"])");
}

TEST_CASE("JSON that isn't well-formed is refused", "[nn][io]") {
    CHECK_THAT(refusal("{\"a\":1,}"),
               Catch::Matchers::StartsWith("[model.json] is no JSON at byte 8, near '"));
    CHECK(refusal("{\"a\":1, \"b\":2, \"a\":3}") ==
          "[model.json] the name 'a' comes twice in an object");
    CHECK(refusal("[1e999]") == "[model.json] the number 1e999 is too large");
    for (const char* const text :
         {"",         "[1] [2]",   "[NaN]", "[Infinity]", "[-]",
          "[01]",     "[1.]",      "['a']", "{a:1}",      "[1",
          "{\"a\"",   "\"\\x\"",   "[1]]",  "\"\x80\"",   "\"\xed\xa0\x80\"",
          "[\"\t\"]", "// a\n[1]", "tru",   "nulll",      "{,}"})
        CHECK_THAT(refusal(text), Catch::Matchers::StartsWith("[model.json] "));
    CHECK_THROWS_WITH(nn::to_json("\xff"), "[to_json] a text is no UTF-8");
}

TEST_CASE("JSON beyond the budget is refused", "[nn][io]") {
    const auto nested = [](int levels) {
        return std::string(static_cast<std::size_t>(levels), '[') +
               std::string(static_cast<std::size_t>(levels), ']');
    };
    CHECK(refusal(nested(100)) == "read");
    CHECK(refusal(nested(101)) == "[model.json] is nested deeper than 100 levels");
    CHECK(refusal(std::string(1 << 20, '[')) == "[model.json] is nested deeper than 100 levels");
    CHECK(refusal("[1,2,3]", {.values = 3}) == "[model.json] holds more than 3 values");
    CHECK(refusal("[1,2,3]", {.values = 4}) == "read");
    CHECK(refusal("[1,2,3]", {.bytes = 6}) ==
          "[model.json] JSON of 7 bytes is more than the 6 that are allowed");
    Config deep;
    for (int i = 0; i < 101; ++i) deep = Config::List{deep};
    CHECK_THROWS_WITH(nn::to_json(deep), "[to_json] lists and objects are nested too deeply");
}

TEST_CASE("many names of one object take no quadratic time", "[nn][io]") {
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i)
        text += (i ? ",\"" : "\"") + std::to_string(i) + "\":" + std::to_string(i);
    CHECK(read(text + "}").object()->size() == 100'000);
    CHECK(refusal(text + ",\"5\":0}") == "[model.json] the name '5' comes twice in an object");
}

TEST_CASE("every truncation and every flipped bit of a small JSON is refused or read", "[nn][io]") {
    const std::string text =
        nn::to_json(nn::Sequential(nn::Input({4}), nn::Dense(3, {.activation = nn::relu})));
    for (std::size_t size = 0; size < text.size(); ++size)
        CHECK(refusal(text.substr(0, size)) != "read");
    std::size_t read_after_all = 0;
    for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
        std::string flipped = text;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        read_after_all += refusal(flipped) == "read";
        try {
            nn::model_from_json(flipped, {.weight_bytes = 1 << 20});
        } catch (const Error&) {
        }
    }
    CHECK(read_after_all < 8 * text.size());
}
