#include <shikumi/datasets/csv.hpp>

#include <cmath>

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
    refuse("a,b\n1,2\n3\n", "byte 8: line 3 has 1 column, the lines before it have 2");
    refuse("a,b\n1,2\n\n3,4\n", "byte 8: line 3 is blank");
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
           "'\\x01\\x00\\x7fzzzzzzzzzzzzzzzzzzzzz…'");
    refuse(
        "a\n1\xC2\x85"
        "2\n",
        "'1\\xc22' is not a finite number");
    refuse("a\n1\f2\n", "'1\\x0c2' is not a finite number");
    refuse(
        "\xFF\xFE"
        "1\0\n\0",
        "UTF-16");
    refuse("a\n\"1\"2\n", "line 2: text follows a closing quote");
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
    CHECK_THROWS_AS(read_csv(path, {.separator = '"'}), ValueError);
    CHECK_THROWS_AS(read_csv(path, {.dtype = i64}), DTypeError);
}

TEST_CASE("read_csv names the line after a field with line feeds", "[csv]") {
    const TemporaryFolder folder;
    CHECK_THROWS_WITH(
        read_csv(folder.write("t.csv", "a,n\n\"x\ny\",1\nz,q\n"), {.text_columns = {0}}),
        contains("line 4, column 2: 'q'"));
}

TEST_CASE("read_csv takes a first line of numbers for a row", "[csv]") {
    const TemporaryFolder folder;
    const auto read = [&](const std::string& bytes, const datasets::CsvOptions& options = {}) {
        return read_csv(folder.write("t.csv", bytes), options);
    };
    const auto numbers = [&](const std::string& bytes, const datasets::CsvOptions& options = {}) {
        return read(bytes, options).numbers.to_vector<float>();
    };
    CHECK(numbers("1,2\n3,4\n") == std::vector<float>{1, 2, 3, 4});
    CHECK(read("1,2\n3,4\n").names.empty());
    CHECK(numbers("\"1\",-2e0\n") == std::vector<float>{1, -2});
    CHECK(numbers("x,1\ny,2\n", {.text_columns = {0}}) == std::vector<float>{1, 2});
    CHECK(numbers("2019,2020\n1,2\n", {.header = true}) == std::vector<float>{1, 2});
    CHECK(numbers("1,2\n3,4\n", {.header = false}) == std::vector<float>{1, 2, 3, 4});
    CHECK(read(",a\n0,1\n").names == std::vector<std::string>{"", "a"});
    CHECK(read("a\nb\n", {.text_columns = {0}}).texts[0] == std::vector<std::string>{"b"});
    // Neither one nor the other.
    for (const std::string line : {"1,x", "x,2", "nan,x", "name,1e999"}) {
        CHECK_THROWS_AS(read(line + "\n3,4\n"), IoError);
        CHECK_THROWS_WITH(read(line + "\n3,4\n"), contains("line 1 is neither a header nor a row"));
        CHECK(numbers(line + "\n3,4\n", {.header = true}) == std::vector<float>{3, 4});
    }
    for (const std::string line : {"1,", ",", "nan,2", "1e999,1", "inf,1"})
        CHECK_THROWS_WITH(read(line + "\n3,4\n"), contains("is not a finite number"));
}

TEST_CASE("read_csv rounds no integer", "[csv]") {
    const TemporaryFolder folder;
    const auto read = [&](const std::string& field, DType dtype) {
        const auto path = folder.write("t.csv", field + '\n');
        return read_csv(path, {.header = false, .dtype = dtype}).numbers;
    };
    for (const std::string field : {"16777217", "-16777217", "+16777217.0", "016777217",
                                    "123456789", "9007199254740993", "99999999999999999999"}) {
        INFO(field);
        CHECK_THROWS_AS(read(field, f32), IoError);
        CHECK_THROWS_WITH(read(field, f32), contains("is not exact in f32; pass .dtype = f64"));
    }
    CHECK_THROWS_WITH(read("9007199254740993", f64), contains("is not exact in f64"));
    CHECK_THROWS_WITH(read("18446744073709551615", f64), contains("read the column as text"));
    CHECK(read("16777216", f32).item<float>() == 16777216);
    CHECK(read("33554432.000", f32).item<float>() == 33554432);
    CHECK(read("100000000000000000000", f64).item<double>() == 1e20);
    CHECK(read("0", f32).item<float>() == 0);
    CHECK(read("-000", f32).item<float>() == 0);
    CHECK(read("16777217", f64).item<double>() == 16777217);
    CHECK(read("0.1", f64).item<double>() == 0.1);
    CHECK(read("-9007199254740991", f64).item<double>() == -9007199254740991);
    // Measured numbers round to the nearest.
    CHECK(read("16777217.5", f32).item<float>() == 16777218);
    CHECK(read("1.6777217e7", f32).item<float>() == 16777216);
    CHECK(read("1e-400", f64).item<double>() == 0);
}

TEST_CASE("read_csv knows the line ends of all systems and blank lines at both ends", "[csv]") {
    const TemporaryFolder folder;
    for (const std::string end : {"\n", "\r\n", "\r"}) {
        for (const std::string last :
             {"", "\n", "\r\n", "\r", "\n\n\n", "\r\n\r\n", "\r\r", "\n \t\n"}) {
            const std::string bytes = "a,b" + end + "1,x" + end + "2,\"y" + end + "z\"" + last;
            const auto table = read_csv(folder.write("t.csv", bytes), {.text_columns = {1}});
            CHECK(table.names == std::vector<std::string>{"a", "b"});
            CHECK(table.numbers.to_vector<float>() == std::vector<float>{1, 2});
            CHECK(table.texts[0] == std::vector<std::string>{"x", "y" + end + "z"});
        }
        const auto path =
            folder.write("bad.csv", "n,b" + end + "\"x" + end + "y\",1" + end + "z,q");
        CHECK_THROWS_WITH(read_csv(path, {.text_columns = {0}}), contains("line 4, column 2: 'q'"));
    }
    const auto table =
        read_csv(folder.write("t.csv", "\n\na,b\n\"1\" , \"2\n"), {.text_columns = {1}});
    CHECK(table.numbers.to_vector<float>() == std::vector<float>{1});
    CHECK(table.texts[0][0] == " \"2");
    CHECK(
        read_csv(folder.write("t.csv", "a\n\nb\n\"\"\n\n"), {.header = false, .text_columns = {0}})
            .texts[0] == std::vector<std::string>{"a", "", "b", ""});
}

TEST_CASE("read_csv gives missing numbers a value where that is wanted", "[csv]") {
    const TemporaryFolder folder;
    const auto path = folder.write("t.csv", "a,b,c\n1,,3\nNA, ? ,nan\n-,5,6\n");
    CHECK_THROWS_WITH(read_csv(path), contains("line 2, column 2: ''") && contains(".missing"));
    CHECK_THROWS_WITH(read_csv(path, {.missing = 0}), contains("line 4, column 1: '-'"));
    const std::vector<std::string> texts{"", "NA", "?", "nan", "-"};
    CHECK(read_csv(path, {.missing = -1, .missing_texts = texts}).numbers.to_vector<float>() ==
          std::vector<float>{1, -1, 3, -1, -1, -1, -1, 5, 6});
    const auto nans = read_csv(path, {.dtype = f64, .missing = NAN, .missing_texts = texts});
    const std::vector<double> values = nans.numbers.to_vector<double>();
    for (const std::size_t i : {1u, 3u, 4u, 5u, 6u}) CHECK(std::isnan(values[i]));
    for (const std::size_t i : {0u, 2u, 7u, 8u}) CHECK(std::isfinite(values[i]));
    CHECK_THROWS_WITH(read_csv(folder.write("i.csv", "a\ninf\n"), {.missing = 0}),
                      contains("'inf' is not a finite number"));
}

TEST_CASE("read_csv knows decimal commas, comments, blank lines and texts alone", "[csv]") {
    const TemporaryFolder folder;
    const auto comma = read_csv(folder.write("t.csv", "a;b\n1,5;-2,25e1\n3;4\n"),
                                {.separator = ';', .decimal = ','});
    CHECK(comma.numbers.to_vector<float>() == std::vector<float>{1.5f, -22.5f, 3, 4});
    CHECK_THROWS_WITH(read_csv(folder.write("t.csv", "1.234,5;6\n"),
                               {.header = false, .separator = ';', .decimal = ','}),
                      contains("'1.234,5' is not a finite number"));
    CHECK_THROWS_WITH(read_csv(folder.write("t.csv", "16777217,0;6\n"),
                               {.header = false, .separator = ';', .decimal = ','}),
                      contains("not exact in f32"));
    const auto path = folder.write("t.csv", "1,2\n");
    CHECK_THROWS_AS(read_csv(path, {.decimal = ','}), ValueError);
    CHECK_THROWS_AS(read_csv(path, {.separator = ';', .decimal = ':'}), ValueError);

    for (const std::string end : {"\n", "\r\n", "\r"}) {
        const std::string text = "# first, \"a" + end + "a,b" + end + end + "#x" + end + "1,2" +
                                 end + end + " " + end + "3,\"#4\"" + end + "#" + end + end;
        const auto file = folder.write("c.csv", text);
        const auto table =
            read_csv(file, {.text_columns = {1}, .comment = '#', .skip_blank_lines = true});
        CHECK(table.names == std::vector<std::string>{"a", "b"});
        CHECK(table.numbers.to_vector<float>() == std::vector<float>{1, 3});
        CHECK(table.texts[0] == std::vector<std::string>{"2", "#4"});
        CHECK_THROWS_WITH(read_csv(file, {.text_columns = {1}, .comment = '#'}),
                          contains("line 3 is blank; pass .skip_blank_lines"));
    }
    CHECK_THROWS_AS(read_csv(path, {.comment = ','}), ValueError);
    CHECK_THROWS_AS(read_csv(path, {.comment = '\n'}), ValueError);

    const auto texts = read_csv(folder.write("t.csv", "a,b\n1,x\n2,\n"), {.all_texts = true});
    CHECK(texts.names == std::vector<std::string>{"a", "b"});
    CHECK(texts.texts == std::vector<std::vector<std::string>>{{"1", "2"}, {"x", ""}});
    CHECK(texts.numbers.shape() == Shape{2, 0});
}

// The text is read block by block: a line may lie in two of them, cut anywhere.
TEST_CASE("read_csv reads tables larger than its blocks", "[csv]") {
    const TemporaryFolder folder;
    for (const std::size_t block : {std::size_t{1} << 18, std::size_t{1} << 19}) {
        for (std::size_t before = block - 12; before <= block + 2; ++before) {
            for (const std::string end : {"\n", "\r\n", "\r"}) {
                // A first line that ends so that the next ones lie on the border.
                const std::string first = "\"" + std::string(before, 'x') + "\",1" + end;
                const auto table = read_csv(
                    folder.write("t.csv", first + "\"a\"\"b" + end + "c\",2" + end + "d,3" + end),
                    {.header = false, .text_columns = {0}});
                REQUIRE(table.numbers.to_vector<float>() == std::vector<float>{1, 2, 3});
                REQUIRE(table.texts[0][0].size() == before);
                REQUIRE(table.texts[0][1] == "a\"b" + end + "c");
            }
        }
    }
    std::string text;
    for (int i = 0; i < 200000; ++i) text += std::to_string(i) + "," + std::to_string(-i) + "\n";
    const auto table = read_csv(folder.write("t.csv", text), {.header = false, .dtype = f64});
    const std::vector<double> values = table.numbers.to_vector<double>();
    REQUIRE(values.size() == 400000);
    bool right = true;
    for (int i = 0; i < 200000; ++i) {
        const auto at = 2 * static_cast<std::size_t>(i);
        right = right && values[at] == i && values[at + 1] == -i;
    }
    CHECK(right);
    CHECK_THROWS_WITH(read_csv(folder.write("t.csv", text + "1\n")),
                      contains("byte " + std::to_string(text.size())) && contains("line 200001"));
}
