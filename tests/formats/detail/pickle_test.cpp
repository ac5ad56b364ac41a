// Pickles of all protocols, as Python's pickle module wrote them, become records.
#include <shikumi/formats/detail/pickle.hpp>

#include <memory>
#include <string>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/utf8.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::formats::detail;
using Catch::Contains;
using Kind = PickleObject::Kind;

namespace {

std::string bytes_of_hex(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

const PickleObject& object(const PickleValue& value) { return *std::get<PickleObject*>(value); }

// pickle.dumps([None, True, False, 7, -70000, 2**40, 0.1, 'naïve', (1, 2), {'a': 1}, b'x'], 0)
const char* const in_protocol_0 =
    "286c70300a4e614930310a614930300a6149370a61492d37303030300a614c313039393531313632373737364c"
    "0a6146302e310a61566e61ef76650a70310a612849310a49320a7470320a61286470330a56610a70340a49310a"
    "7361635f636f646563730a656e636f64650a70350a2856780a70360a566c6174696e310a70370a7470380a5270"
    "390a612e";

std::string message_of(const std::string& bytes) {
    try {
        Pickle(bytes, "reader", "file", 1000);
    } catch (const IoError& e) {
        return e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a pickle of protocol 0 is read", "[pickle]") {
    const Pickle pickle(bytes_of_hex(in_protocol_0), "reader", "file", 1000);
    const PickleObject& list = object(pickle.root());
    REQUIRE(list.kind == Kind::list);
    REQUIRE(list.items.size() == 11);
    CHECK(std::holds_alternative<std::monostate>(list.items[0]));
    CHECK(std::get<bool>(list.items[1]));
    CHECK_FALSE(std::get<bool>(list.items[2]));
    CHECK(std::get<std::int64_t>(list.items[3]) == 7);
    CHECK(std::get<std::int64_t>(list.items[4]) == -70000);
    CHECK(std::get<std::int64_t>(list.items[5]) == std::int64_t{1} << 40);
    CHECK(std::get<double>(list.items[6]) == 0.1);
    CHECK(std::get<std::string_view>(list.items[7]) == "naïve");
    CHECK(object(list.items[8]).kind == Kind::tuple);
    CHECK(object(list.items[8]).items.size() == 2);
    CHECK(std::get<std::string_view>(object(list.items[9]).entries.at(0).first) == "a");
    CHECK(object(list.items[10]).kind == Kind::call);  // _codecs.encode, which isn't run
    CHECK(object(object(list.items[10]).items[0]).name == "encode");
}

TEST_CASE("opcodes make records", "[pickle]") {
    const auto root = [](const std::string& opcodes) {
        return std::make_unique<Pickle>(opcodes, "reader", "file", 1000);
    };
    // Protocol 4: a frame, short texts, memo, STACK_GLOBAL, NEWOBJ, BUILD.
    const auto built = root(std::string("\x80\x04\x95\x10\0\0\0\0\0\0\0", 11) +
                            "\x8c\3mod\x94\x8c\1C\x94\x93)\x81}\x8c\1xK\5sb.");
    const PickleObject& instance = object(built->root());
    CHECK(instance.kind == Kind::call);
    CHECK(object(instance.items[0]).module == "mod");
    CHECK(object(instance.items[0]).name == "C");
    CHECK(std::get<std::int64_t>(object(instance.state).entries.at(0).second) == 5);
    // Sets, bytes, large integers, shared objects.
    const auto others = root(
        "(\x8f(K\1K\2\x90"
        "C\1x"
        "\x8a\x09\1\1\1\1\1\1\1\1\1]q\1h\1t.");
    const PickleObject& tuple = object(others->root());
    REQUIRE(tuple.items.size() == 5);
    CHECK(object(tuple.items[0]).items.size() == 2);
    CHECK(object(tuple.items[1]).kind == Kind::bytes);
    CHECK(object(tuple.items[2]).kind == Kind::big_integer);
    CHECK(tuple.items[3] == tuple.items[4]);
    CHECK(std::get<std::int64_t>(root("\x8a\1\xff.")->root()) == -1);
    CHECK(std::get<std::int64_t>(root(std::string("\x8a\0.", 3))->root()) == 0);
    CHECK(std::get<std::string_view>(root("Va\\u00e9\\U0001f642\n.")->root()) == "aé🙂");
    CHECK(std::get<std::string_view>(root("S'a\\x41\\n\\''\n.")->root()) == "aA\n'");
    // A list may hold itself.
    const auto circle = root("]q\1h\1a.");
    CHECK(object(circle->root()).items.at(0) == circle->root());
}

TEST_CASE("a pickle that isn't whole is refused, with the place", "[pickle]") {
    CHECK_THAT(message_of("}"), Contains("reader") && Contains("file") && Contains("too early") &&
                                    Contains("at byte 1"));
    CHECK_THAT(message_of("}.x"), Contains("1 bytes after its end"));
    CHECK_THAT(message_of("\x7f."), Contains("unknown opcode 127"));
    CHECK_THAT(message_of("X\xff\xff\xff\x7fx."), Contains("too early"));
    CHECK_THAT(message_of(std::string(1001, ']') + '.'), Contains("more than 1000"));
    CHECK_THAT(message_of(std::string(1001, 'N') + '.'), Contains("more than 1000"));
    CHECK_THAT(message_of(std::string(1001, '(') + '.'), Contains("more than 1000"));
    CHECK_THAT(message_of("\x82\1."), Contains("extensions"));
}

TEST_CASE("what could run code is refused by name", "[pickle]") {
    CHECK_THAT(message_of("cos\nsystem\n(Vls\ntR."), Contains("'os.system'"));
    CHECK_THAT(message_of("\x80\x04\x8c\x08"
                          "builtins\x8c\4eval\x93."),
               Contains("'builtins.eval'"));
    CHECK(runs_code("os.path", "join"));
    CHECK(runs_code("builtins", "getattr"));
    CHECK(runs_code("builtins", "dict.fromkeys"));
    CHECK(runs_code("torch.hub", "load"));
    CHECK(runs_code("anything", "f.__globals__"));
    CHECK_FALSE(runs_code("builtins", "set"));
    CHECK_FALSE(runs_code("collections", "OrderedDict"));
    CHECK_FALSE(runs_code("torch._utils", "_rebuild_tensor_v2"));
    CHECK_FALSE(runs_code("osmosis", "system"));
    CHECK_FALSE(runs_code("my_package.layers", "FancyState"));
}

TEST_CASE("texts are told to be UTF-8", "[pickle]") {
    CHECK(is_utf8(""));
    CHECK(is_utf8("aé重🙂"));
    for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\xf0\x80\x80\x80", "\xff", "a\xc3g"})
        CHECK_FALSE(is_utf8(bad));
    for (const std::uint32_t code : {0x41u, 0xE9u, 0x91CDu, 0x1F642u}) {
        std::string text;
        append_utf8(text, code);
        CHECK(is_utf8(text));
    }
    for (const std::uint32_t code : {0xD800u, 0x110000u}) {
        std::string text;
        append_utf8(text, code);
        CHECK_FALSE(is_utf8(text));
    }
}
