#include <shikumi/autograd/core/error.hpp>
#include <shikumi/datasets/text.hpp>

#include "catch.hpp"
#include "gzip.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi_test;

TEST_CASE("texts are read, gzipped or not", "[text]") {
    const TemporaryFolder folder;
    const std::string text(200000, 'x');
    CHECK(datasets::read_text(folder.write("a.txt", "To be,\nor not")) == "To be,\nor not");
    CHECK(datasets::read_text(folder.write("b.txt.gz", gzipped(text))) == text);
    CHECK_THROWS_AS(datasets::read_text(folder.path() / "none"), IoError);
    CHECK_THROWS_AS(datasets::read_text(folder.write("empty", "")), IoError);
    CHECK_THROWS_AS(datasets::read_text(folder.write("c.gz", gzipped(text).substr(0, 60))),
                    IoError);
}

TEST_CASE("Shakespeare's text is found in the data folders", "[text]") {
    const TemporaryFolder folder;
    const Environment none("SHIKUMI_DATA", std::nullopt);
    CHECK_THROWS_WITH(datasets::shakespeare(), contains("SHIKUMI_DATA"));
    CHECK_THROWS_WITH(datasets::shakespeare(folder.path()), contains(folder.path().string()));
    folder.write("tinyshakespeare.txt", "plain");
    CHECK(datasets::shakespeare(folder.path()) == "plain");
    folder.write("tinyshakespeare.txt.gz", gzipped("packed"));
    const Environment set("SHIKUMI_DATA", folder.path().string());
    CHECK(datasets::shakespeare() == "packed");
}
