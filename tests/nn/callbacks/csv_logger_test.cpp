// CSVLogger beyond the golden cases.
#include <algorithm>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/callbacks/detail/number_text.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/locale.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using nn::detail::number_text;
using shikumi_test::contains;

TEST_CASE("numbers are written as Python writes them", "[nn]") {
    const shikumi_test::CommaLocale comma;
    CHECK(number_text(1) == "1.0");
    CHECK(number_text(0) == "0.0");
    CHECK(number_text(-2.5) == "-2.5");
    CHECK(number_text(1e-5) == "1e-05");
    CHECK(number_text(0.0001) == "0.0001");
    CHECK(number_text(1e15) == "1000000000000000.0");
    CHECK(number_text(1e16) == "1e+16");
    CHECK(number_text(1.0 / 3) == "0.3333333333333333");
}

TEST_CASE("a log is written while training goes on", "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const std::string path = (folder.path() / "log.csv").string();
    nn::Sequential m{nn::Dense(1, {.input_dim = 1})};
    m.compile({.loss = nn::mean_squared_error});
    std::string seen;
    const nn::LambdaCallback look(
        {.on_epoch_end = [&](nn::Run&) { seen = shikumi_test::contents(path); }});
    m.fit(ones({4, 1}), ones({4, 1}),
          {.epochs = 2, .verbose = 0, .callbacks = {nn::CSVLogger(path), look}});
    CHECK(std::count(seen.begin(), seen.end(), '\n') == 3);
    CHECK_THAT(seen, contains("epoch,loss\r\n0,"));  // no columns for a validation that never comes
}

TEST_CASE("a log that can't be written is refused before training", "[nn]") {
    nn::Sequential m{nn::Dense(1, {.input_dim = 1})};
    m.compile({.loss = nn::mean_squared_error});
    REQUIRE_THROWS_WITH(
        m.fit(ones({4, 1}), ones({4, 1}),
              {.verbose = 0, .callbacks = {nn::CSVLogger("/nowhere/at/all/log.csv")}}),
        contains("can't write '/nowhere/at/all/log.csv'") && contains("in callback 'CSVLogger'"));
    CHECK(m.optimizer().iterations() == 0);
    for (const char separator : {'1', '.', '-', '"', '\n', 'e'})
        CHECK_THROWS_AS(nn::CSVLogger("log.csv", {.separator = separator}), ValueError);
}
