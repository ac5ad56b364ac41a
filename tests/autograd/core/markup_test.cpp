#include <shikumi/autograd/core/markup.hpp>

#include <string_view>

#include "catch.hpp"

using shikumi::detail::escaped_markup;

TEST_CASE("markup in a text is escaped, and what XML can't hold is left out", "[markup]") {
    CHECK(escaped_markup("<a href=\"x\">1 & 2</a>") ==
          "&lt;a href=&quot;x&quot;&gt;1 &amp; 2&lt;/a&gt;");
    CHECK(escaped_markup("größer\tals\nzwei") == "größer\tals\nzwei");
    CHECK(escaped_markup(std::string_view("a\0b\x01\x1f", 5)) == "ab");
}
