#include <shikumi/datasets/csv_loader.hpp>

#include <fstream>
#include <string>
#include <vector>

#include <shikumi/autograd/core/config.hpp>

#include "catch.hpp"
#include "gzip.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi_test;
using datasets::csv_loader;
using datasets::Loader;
using datasets::Sample;

namespace {

const std::string iris =
    "length,width,name,species\n5.1,3.5,a,setosa\n4.9,3.0,b,setosa\n7.0,3.2,c,versicolor\n";

std::vector<float> all_x(Loader loader) {
    std::vector<float> all;
    for (const Sample& sample : loader) {
        const std::vector<float> x = sample.x.front().to_vector<float>();
        all.insert(all.end(), x.begin(), x.end());
    }
    return all;
}

}  // namespace

TEST_CASE("csv_loader gives inputs, targets and classes by column", "[csv]") {
    const TemporaryFolder folder;
    for (const std::string& bytes : {iris, gzipped(iris)}) {
        const auto path = folder.write("t.csv", bytes);
        Loader classes = csv_loader(path, {.inputs = {"width", "length"},
                                           .targets = {"species"},
                                           .classes = {"versicolor", "setosa"}})
                             .batch(2);
        const Sample two = *classes.next();
        CHECK(two.x.front().to_vector<float>() == std::vector<float>{3.5f, 5.1f, 3.0f, 4.9f});
        CHECK(two.y.front().spec() == Spec{{2}, i64});
        CHECK(two.y.front().to_vector<int>() == std::vector<int>{1, 1});
        CHECK(classes.next()->y.front().to_vector<int>() == std::vector<int>{0});
        CHECK_FALSE(classes.next());
        const Sample row =
            *csv_loader(path, {.inputs = {"length"}, .targets = {"width"}, .csv = {.dtype = f64}})
                 .next();
        CHECK(row.x.front().spec() == Spec{{1}, f64});
        CHECK(row.y.front().to_vector<double>() == std::vector<double>{3.5});
    }
    // Without a header the columns have numbers.
    const auto path = folder.write("t.csv", "1;2,5;x\n3;;y\n");
    const datasets::CsvOptions csv{.separator = ';', .decimal = ',', .missing = 9};
    CHECK(all_x(csv_loader(path, {.inputs = {"1", "0"}, .csv = csv})) ==
          std::vector<float>{2.5f, 1, 9, 3});
    CHECK(all_x(csv_loader(path, {.targets = {"2"}, .classes = {"x", "y"}, .csv = csv})) ==
          std::vector<float>{1, 2.5f, 3, 9});
    CHECK(all_x(csv_loader(folder.write("n.csv", "1,2\n3,4\n"))) == std::vector<float>{1, 2, 3, 4});
    CHECK(all_x(csv_loader(folder.write("n.csv", "a,b\n3,4\n"))) == std::vector<float>{3, 4});
}

TEST_CASE("csv_loader goes on from any row, shuffles, and is read anew each epoch", "[csv]") {
    const TemporaryFolder folder;
    std::string text = "n,m\n";
    for (int i = 0; i < 300; ++i) text += std::to_string(i) + ",0\n";
    const Loader loader = csv_loader(folder.write("t.csv", text), {.inputs = {"n"}})
                              .shuffle(3, {.buffer = 20})
                              .batch(7)
                              .prefetch(2);
    Loader whole = loader;
    std::vector<std::vector<float>> batches;
    std::vector<Config> positions{whole.position()};
    for (int epoch = 0; epoch < 2; ++epoch) {
        for (const Sample& batch : whole) {
            batches.push_back(batch.x.front().to_vector<float>());
            positions.push_back(whole.position());
        }
    }
    REQUIRE(batches.size() == 86);
    CHECK(batches[0] != batches[43]);
    for (std::size_t i = 0; i < batches.size(); i += 3) {
        Loader resumed = loader;
        resumed.restore(positions[i]);
        CHECK(resumed.next()->x.front().to_vector<float>() == batches[i]);
    }
    CHECK(all_x(csv_loader(folder.path() / "t.csv", {.inputs = {"n"}}).skip(298)) ==
          std::vector<float>{298, 299});
    CHECK(all_x(csv_loader(folder.path() / "t.csv").skip(301)).empty());
}

TEST_CASE("csv_loader refuses what doesn't fit, naming line and sample", "[csv]") {
    const TemporaryFolder folder;
    const auto path = folder.write("t.csv", iris);
    CHECK_THROWS_AS(csv_loader(folder.path() / "absent.csv"), IoError);
    CHECK_THROWS_WITH(csv_loader(path, {.targets = {"price"}}),
                      contains("no column 'price', its columns are length, width, name, species"));
    CHECK_THROWS_WITH(csv_loader(path, {.classes = {"setosa"}}), contains("one target, got 0"));
    CHECK_THROWS_WITH(csv_loader(folder.write("one.csv", "a\n1\n"), {.targets = {"a"}}),
                      contains("no column is left"));
    CHECK_THROWS_AS(csv_loader(path, {.csv = {.dtype = i64}}), DTypeError);
    CHECK_THROWS_WITH(csv_loader(folder.write("empty.csv", "\n\n")), contains("has no rows"));
    Loader unknown =
        csv_loader(path, {.inputs = {"length"}, .targets = {"species"}, .classes = {"setosa"}});
    unknown.next(), unknown.next();
    CHECK_THROWS_WITH(unknown.next(),
                      contains("line 4, column 4: 'versicolor' is none of the classes, in sample "
                               "2 of the source"));
    Loader texts = csv_loader(path, {.targets = {"width"}});
    CHECK_THROWS_WITH(texts.next(), contains("line 2, column 3: 'a' is not a finite number"));
    Loader ragged = csv_loader(folder.write("r.csv", "a,b\n1,2\n3\n"));
    ragged.next();
    CHECK_THROWS_WITH(ragged.next(), contains("line 3 has 1 column"));
    Loader endless = csv_loader(folder.write("e.csv", "a\n1\n\"" + std::string(3 << 20, 'x')),
                                {.csv = {.max_bytes = 1 << 20}});
    endless.next();
    CHECK_THROWS_WITH(endless.next(), contains("line 3 is longer than 1048576 bytes"));
}

TEST_CASE("csv_loader reads a file larger than the memory that it takes", "[csv]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "large.csv";
    {
        std::ofstream file(path);
        for (int i = 0; i < 400000; ++i) file << i << ",0.5,0.25\n";
    }
    const std::size_t before = memory_stats().live;
    Loader loader = csv_loader(path).shuffle(1, {.buffer = 100}).batch(100).prefetch(2);
    Index rows = 0;
    std::size_t most = 0;
    for (const Sample& batch : loader) {
        rows += batch.x.front().shape()[0];
        most = std::max(most, memory_stats().live - before);
    }
    CHECK(rows == 400000);
    CHECK(most < 1 << 20);
}
