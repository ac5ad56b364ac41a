#include <shikumi/datasets/csv.hpp>

#include "catch.hpp"
#include "gzip.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi_test;
using datasets::read_csv;

TEST_CASE("read_csv separates numbers from texts", "[csv]") {
    const TemporaryFolder folder;
    const std::string text = "a,b,name\n1,2.5,x\n-3e2, +4 ,y";
    for (const std::string& bytes : {text, text + "\n", gzipped(text), "\xEF\xBB\xBF" + text}) {
        const auto table = read_csv(folder.write("t.csv", bytes), {.text_columns = {2}});
        CHECK(table.names == std::vector<std::string>{"a", "b", "name"});
        CHECK(table.numbers.spec() == Spec{{2, 2}, f32});
        CHECK(table.numbers.to_vector<float>() == std::vector<float>{1, 2.5f, -300, 4});
        CHECK(table.texts == std::vector<std::vector<std::string>>{{"x", "y"}});
    }
}

TEST_CASE("read_csv knows quotes, other separators and line ends", "[csv]") {
    const TemporaryFolder folder;
    const auto table =
        read_csv(folder.write("t.csv", "1;\"say \"\"a;b\"\"\"\r\n2;\"two\nlines\"\r\n3;\r\n"),
                 {.header = false, .separator = ';', .text_columns = {1}});
    CHECK(table.names.empty());
    CHECK(table.numbers.to_vector<float>() == std::vector<float>{1, 2, 3});
    CHECK(table.texts[0] == std::vector<std::string>{"say \"a;b\"", "two\nlines", ""});
    CHECK(read_csv(folder.write("tiny.csv", "1e-50\n"), {.header = false}).numbers.item<float>() ==
          0);
    CHECK(read_csv(folder.write("texts.csv", "a\n"), {.header = false, .text_columns = {0}})
              .numbers.shape() == Shape{1, 0});
}

TEST_CASE("read_csv refuses bad tables", "[csv]") {
    const TemporaryFolder folder;
    const auto refuse = [&](const std::string& bytes, const std::string& why,
                            const datasets::CsvOptions& options = {}) {
        INFO(why);
        const auto path = folder.write("bad.csv", bytes);
        CHECK_THROWS_AS(read_csv(path, options), IoError);
        CHECK_THROWS_WITH(read_csv(path, options), contains("[read_csv] " + path.string()));
        CHECK_THROWS_WITH(read_csv(path, options), contains(why));
    };

    CHECK_THROWS_WITH(read_csv(folder.path() / "absent"), contains("does not exist"));
    CHECK_THROWS_WITH(read_csv(folder.path()), contains("is not a file"));
    refuse("", "the file is empty");
    refuse("a,b\n", "byte 4: the table has no rows");
    refuse(gzipped(""), "the table has no rows");
    refuse("a,b\n1,2\n3\n", "byte 8: line 3 has 1 columns, the lines before it have 2");
    refuse("a,b\n1,2\n\n3,4\n", "byte 8: line 3 has 1 columns");
    refuse("a,b\n1,2,3\n", "byte 4: line 2 has 3 columns");
    refuse("a,b\n1,2\n3,x4\n", "byte 10: line 3, column 2: 'x4' is not a finite number");
    refuse("a,b\n1,\n", "byte 6: line 2, column 2: '' is not a finite number");
    refuse("a\n4x\n", "'4x'");
    refuse("a\n+-4\n", "'+-4'");
    refuse("a\nnan\n", "'nan'");
    refuse("a\ninf\n", "'inf'");
    refuse("a\n1e39\n", "'1e39'");  // f32 has no such number
    refuse("a\n\"1\n", "byte 2: line 2: a quote is opened and never closed");
    refuse("a\n" + std::string("\x01\x00\x7f", 3) + std::string(50, 'z') + "\n",
           "'???zzzzzzzzzzzzzzzzzzzzz…'");
    refuse(std::string(2000, '1') + "\n", "larger than 1000 bytes",
           {.header = false, .max_bytes = 1000});
    refuse(gzipped(std::string(5 << 20, '1')), "larger than 2000000 bytes", {.max_bytes = 2000000});

    const std::string whole = gzipped("a\n1\n2\n");
    refuse(whole.substr(0, whole.size() - 3), "truncated");
    std::string damaged = whole;
    damaged[12] = static_cast<char>(damaged[12] ^ 0x7f);
    refuse(damaged, "damaged");

    const auto path = folder.write("good.csv", "a,b\n1,2\n");
    CHECK_THROWS_AS(read_csv(path, {.text_columns = {2}}), ValueError);
    CHECK_THROWS_WITH(read_csv(path, {.text_columns = {-1}}), contains("columns 0 to 1"));
}

TEST_CASE("read_csv names the line after a field with line feeds", "[csv]") {
    const TemporaryFolder folder;
    CHECK_THROWS_WITH(
        read_csv(folder.write("t.csv", "a,n\n\"x\ny\",1\nz,q\n"), {.text_columns = {0}}),
        contains("line 4, column 2: 'q'"));
}
