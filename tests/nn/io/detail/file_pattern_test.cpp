// Names of files with numbers: the figures are Python's.
#include <map>
#include <string>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/detail/file_pattern.hpp>

#include "catch.hpp"
#include "support/locale.hpp"

using shikumi::Index;
using shikumi::ValueError;
using shikumi::nn::detail::FilePattern;
using shikumi_test::contains;

namespace {

const std::map<std::string, FilePattern::Number> numbers{
    {"epoch", Index{7}}, {"loss", 0.123456789}, {"small", 1.5e-7},
    {"minus", -3.14159}, {"big", 123456789.0},  {"zero", 0.0}};

std::string filled(const std::string& pattern) {
    return FilePattern("Test", pattern).filled([](const std::string& name) {
        return numbers.at(name);
    });
}

}  // namespace

TEST_CASE("fields are filled as Python's format does", "[nn]") {
    const shikumi_test::CommaLocale comma;
    const std::pair<const char*, const char*> cases[] = {
        {"{epoch}", "7"},
        {"{epoch:02d}", "07"},
        {"{epoch:d}", "7"},
        {"{epoch:5d}|", "    7|"},
        {"{epoch:<5d}|", "7    |"},
        {"{epoch:^5d}|", "  7  |"},
        {"{epoch:+d}", "+7"},
        {"{epoch:x>4d}", "xxx7"},
        {"{epoch:.2f}", "7.00"},
        {"{loss:.3f}", "0.123"},
        {"{loss}", "0.123456789"},
        {"{loss:f}", "0.123457"},
        {"{loss:e}", "1.234568e-01"},
        {"{loss:.1e}", "1.2e-01"},
        {"{loss:g}", "0.123457"},
        {"{loss:.3g}", "0.123"},
        {"{loss:.0%}", "12%"},
        {"{loss:%}", "12.345679%"},
        {"{loss:+.2f}", "+0.12"},
        {"{loss: .2f}", " 0.12"},
        {"{loss:08.2f}", "00000.12"},
        {"{small:g}", "1.5e-07"},
        {"{small}", "1.5e-07"},
        {"{small:.2f}", "0.00"},
        {"{minus:07.2f}", "-003.14"},
        {"{minus:<8.1f}|", "-3.1    |"},
        {"{minus:=8.1f}", "-    3.1"},
        {"{big:g}", "1.23457e+08"},
        {"{big}", "123456789.0"},
        {"{big:.3f}", "123456789.000"},
        {"{{{epoch}}}", "{7}"},
        {"{loss:.2}", "0.12"},
        {"{zero}", "0.0"},
        {"{zero:.1f}", "0.0"},
        {"{loss:*^9.2f}", "**0.12***"},
        {"no field", "no field"},
        {"a{epoch}b{loss:.1f}c", "a7b0.1c"},
    };
    for (const auto& [pattern, expected] : cases) {
        CAPTURE(pattern);
        CHECK(filled(pattern) == expected);
    }
}

TEST_CASE("patterns that nobody can fill are refused", "[nn]") {
    for (const char* const pattern :
         {"{", "}", "a{epoch", "a}b", "{}", "{:d}", "{epoch:q}", "{epoch:02x}", "{loss:.f}",
          "{loss:.200f}", "{loss:200}", "{loss:99999999999999f}", "{loss!r}x{"}) {
        CAPTURE(pattern);
        CHECK_THROWS_AS(FilePattern("Test", pattern), ValueError);
    }
    CHECK_THROWS_WITH(filled("{loss:d}"), contains("[Test] '{loss:d}': loss isn't a whole number"));
    CHECK(FilePattern("Test", "{epoch}-{val_loss:.2f}").names() ==
          std::vector<std::string>{"epoch", "val_loss"});
}
