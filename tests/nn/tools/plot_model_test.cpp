// What models show of themselves doesn't depend on the locale.
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/locale.hpp"

using namespace shikumi;
using shikumi_test::CommaLocale;

TEST_CASE("pictures and tables of a model are the same in every locale", "[plot_model]") {
    const nn::Input in({2000});
    const nn::SymbolicTensor x(in);
    nn::Model model({x}, {nn::connect(nn::Add(), {x | nn::Dense(2000), x}) | nn::Dense(1234)});
    const std::string picture = nn::plot_model(model).text(), table = model.summary();
    const CommaLocale comma;
    CHECK(nn::plot_model(model).text() == picture);
    CHECK(model.summary() == table);
    CHECK(picture.find("nan") == std::string::npos);
}
