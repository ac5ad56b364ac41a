#include "common/table.hpp"

#include <shikumi/shikumi.hpp>

#include "catch.hpp"
#include "common/series.hpp"
#include "support/temporary.hpp"

using namespace examples;
using namespace shikumi;
using shikumi_test::contains;
using Kind = Column::Kind;

namespace {

std::vector<std::string> repeated(const std::vector<std::string>& fields, int times) {
    std::vector<std::string> all;
    for (int i = 0; i < times; ++i) all.insert(all.end(), fields.begin(), fields.end());
    return all;
}

std::vector<std::string> counted(int first, int last, const std::string& before = "") {
    std::vector<std::string> all;
    for (int i = first; i < last; ++i) all.push_back(before + std::to_string(i));
    return all;
}

}  // namespace

TEST_CASE("read_table guesses the separator and the header", "[table]") {
    const shikumi_test::TemporaryFolder folder;
    for (const std::string separator : {",", ";", "\t", "|"}) {
        const Table table =
            read_table(folder.write("t.csv", "a" + separator + "b c\n1" + separator + "\"x" +
                                                 separator + "\"\n2" + separator + "y\n"));
        CHECK(table.separator == separator[0]);
        CHECK(table.names == std::vector<std::string>{"a", "b c"});
        CHECK(table.columns ==
              std::vector<std::vector<std::string>>{{"1", "2"}, {"x" + separator, "y"}});
        write_table(table, folder.path() / "again/t.csv");
        CHECK(read_table(folder.path() / "again/t.csv").columns == table.columns);
    }
    const Table bare = read_table(folder.write("t.csv", "1;2,5\n3;4,5\n"));
    CHECK(bare.names == std::vector<std::string>{"0", "1"});
    CHECK(bare.rows() == 2);
    CHECK_THROWS_AS(read_table(folder.path() / "absent"), IoError);
    CHECK_THROWS_WITH(read_table(folder.write("t.csv", "a,b\n1,2\n3\n")), contains("line 3 has 1"));
    CHECK_THROWS_WITH(read_table(folder.write("t.csv", "a,b\n")), contains("no rows"));
    CHECK_THROWS_WITH(bare.place("x"), contains("no column 'x', the columns are 0, 1"));
}

TEST_CASE("guess_column tells numbers, categories and what can't be learnt from", "[table]") {
    const auto guess = [](const std::vector<std::string>& fields) {
        return guess_column("c", fields);
    };
    CHECK(guess({"1", "2.5", "", "-3e2"}).kind == Kind::number);
    CHECK(guess({"1", "2,5", "NA", "-3"}).decimal == ',');
    const Column colour = guess(repeated({"red", " white ", "?", "red"}, 3));
    CHECK(colour.kind == Kind::category);
    CHECK(colour.categories == std::vector<std::string>{"red", "white"});
    CHECK(guess({"yes", "no"}).kind == Kind::category);

    const auto left_out = [&](const std::vector<std::string>& fields, const std::string& why) {
        const Column column = guess(fields);
        INFO(why);
        CHECK(column.kind == Kind::left_out);
        CHECK_THAT(column.why, contains(why));
        CHECK(column.width() == 0);
    };
    left_out({"", "NA"}, "it is empty");
    left_out({"5", "5", "5"}, "it is '5' in all rows");
    left_out(counted(0, 30), "it numbers the rows");
    left_out(counted(17, 60), "it numbers the rows");
    left_out(counted(0, 30, "name "), "its texts differ from row to row");
    left_out(repeated(counted(0, 101, "place "), 3), "it has 101 different texts");
    left_out({"2024-02-29", "1999-12-31"}, "it holds dates");
    left_out({"29.2.2024", "1.12.1999"}, "it holds dates");
    left_out({"12/31/1999", "1/2/2000 12:30"}, "it holds dates");
    left_out({"2024-02-29T10:00:00Z", ""}, "it holds dates");
    std::vector<std::string> odd = counted(0, 20);
    odd.push_back("12 kg");
    left_out(odd, "it has texts such as '12 kg' among its numbers");
    // No dates.
    for (const char* text : {"2024-13-40", "1.2.3", "1-2", "10.0.0.1", "2024-1/2"})
        CHECK_THAT(guess({text, ""}).why, !contains("dates"));
}

TEST_CASE("a TableReader makes numbers of a table, and goes through a file", "[table]") {
    const Table table{{"size", "colour", "id", "kind"},
                      {{"1", "3", "", "5", "9"},
                       {"red", "blue", "red", "?", "blue"},
                       counted(0, 5, "row "),
                       {"a", "b", "a", "b", "b"}}};
    const TableReader reader(table, "kind", {0, 1, 2, 3});
    CHECK(reader.width() == 4);  // size, whether it is missing, blue, red
    CHECK(reader.target().classes == std::vector<std::string>{"a", "b"});
    CHECK(reader.columns()[0].mean == 3);
    const double deviation = std::sqrt(8.0 / 3);
    CHECK(reader.columns()[0].deviation == Approx(deviation));
    const auto unit = static_cast<float>(2 / deviation);
    const std::vector<float> expected{-unit, 0, 0,    1, 0, 0, 1,        0, 0, 1,
                                      0,     1, unit, 0, 0, 0, 3 * unit, 0, 1, 0};
    const std::vector<float> values = reader.features(table).to_vector<float>();
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) CHECK(values[i] == Approx(expected[i]));
    CHECK(reader.targets(table).to_vector<int>() == std::vector<int>{0, 1, 0, 1, 1});

    const TableReader again = TableReader::from_config(reader.config());
    CHECK(again.config() == reader.config());
    CHECK(again.features(table).to_vector<float>() == values);

    Table other{{"colour", "size"}, {{"green", "red"}, {"3", ""}}};
    CHECK(reader.features(other).to_vector<float>() == std::vector<float>{0, 0, 0, 0, 0, 1, 0, 1});
    CHECK_FALSE(reader.has_target(other));
    other.columns[1][0] = "x";
    CHECK_THROWS_WITH(reader.features(other), contains("row 1, column 'size': 'x' is no number"));
    other.names[1] = "width";
    CHECK_THROWS_WITH(reader.features(other), contains("there is no column 'size'"));
    CHECK_THROWS_AS(TableReader::from_config(Config{{"columns", 3}}), ValueError);
}

TEST_CASE("a TableReader guesses what is to be learnt", "[table]") {
    const auto target = [](const std::vector<std::string>& fields) {
        Table table{{"x", "t"}, {{}, fields}};
        for (std::size_t i = 0; i < fields.size(); ++i)
            table.columns[0].push_back(std::to_string(i * i % 17));
        std::vector<Index> rows(fields.size());
        for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<Index>(i);
        return TableReader(table, "t", rows).target();
    };
    CHECK(target(repeated({"10", "9", "2"}, 4)).classes ==
          std::vector<std::string>{"2", "9", "10"});
    CHECK(target(repeated({"b", "a"}, 4)).classes == std::vector<std::string>{"a", "b"});
    const Target price = target({"1.5", "2", "2.5", "4"});
    CHECK_FALSE(price.is_class());
    CHECK(price.mean == 2.5);
    for (const auto& [fields, why] :
         {std::pair{counted(0, 30), "it numbers the rows"},
          std::pair{repeated({"1"}, 5), "it is the same in all rows"},
          std::pair{counted(0, 30, "x"), "it has 30 different texts in 30 rows"},
          std::pair{repeated({"2020-01-02", "2020-01-03"}, 5), "it holds dates"}})
        CHECK_THROWS_WITH(target(fields),
                          contains("the target 't' can't be learnt: ") && contains(why));
    const Table useless{{"id", "t"}, {counted(0, 20), repeated({"a", "b"}, 10)}};
    CHECK_THROWS_WITH(TableReader(useless, "t", {0, 1}), contains("no column is left"));
}

TEST_CASE("series are read, measured and delayed", "[table]") {
    const Table table{{"day", "load"},
                      {{"2020-01-01", "2020-01-02", "2020-01-03"}, {"1", "", "3"}}};
    CHECK(column_of(table, "") == std::vector<float>{1, 1, 3});
    CHECK(column_of(table, "load") == std::vector<float>{1, 1, 3});
    CHECK_THROWS_WITH(column_of(table, "day"), contains("row 1, column 'day'"));
    const Table two{{"a", "b"}, {{"1", "2"}, {"3", "4"}}};
    CHECK_THROWS_WITH(column_of(two, ""), contains("name one by --target"));
    std::vector<float> wave;
    for (int i = 0; i < 300; ++i) wave.push_back(static_cast<float>(std::sin(i * 0.523599)));
    CHECK(period_of(wave, 40) % 12 == 0);
    RandomStream random({1, 2});
    std::vector<float> noise;
    for (int i = 0; i < 300; ++i) noise.push_back(static_cast<float>(random.uniform()));
    CHECK(period_of(noise, 40) == 1);
    CHECK(delayed({4, 5, 6}, {1, 2, 3}, 2) == std::vector<float>{2, 3, 4});
    CHECK(mean_absolute_error({1, 2}, {2, 4}) == 1.5);
}
