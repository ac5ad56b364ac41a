// What is compiled into a model can be saved with it; each rule also finds a planted mistake.
#include "configs.hpp"

#include "catch.hpp"

using namespace shikumi_test;
using shikumi_test::contains;

TEST_CASE("each optimiser, schedule, loss and metric can be saved", "[structure]") {
    CHECK(text(tables_are_whole(project())) == "");
    const Tree planted{
        {"optim/new.hpp",
         "class New : public Optimizer {};\nnamespace torch {\nclass Old : public Optimizer {};\n"
         "}  // namespace torch\n"},
        {"optim/detail/all_optimizers.hpp", "OptimizerEntry<New, NewOptions>"},
        {"optim/schedules.hpp", "\nLearningRate Slower(double rate);\nScheduled Other(int x);\n"},
        {"optim/configs.cpp", "{\"Other\"}"},
        {"nn/losses/new.hpp", "\nLoss Sharp(int x);\nextern const Loss sharp;\n"},
        {"nn/losses/detail/all_losses.hpp", "&sharp"},
        {"nn/metrics/new.hpp", "\nMetric Blunt(int x);\nextern const Metric blunt;\n"},
        {"nn/metrics/detail/all_metrics.hpp", "Blunt"}};
    const Complaints found = tables_are_whole(planted);
    REQUIRE(found.size() == 4);
    CHECK_THAT(found[0], contains("the optimiser torch::Old can't be saved"));
    CHECK_THAT(found[1], contains("the schedule Slower"));
    CHECK_THAT(found[2], contains("the loss Sharp"));
    CHECK_THAT(found[3], contains("the metric blunt"));
}

TEST_CASE("each option is stated by its name", "[structure]") {
    CHECK(text(options_are_stated(project())) == "");
    const std::string own =
        "struct NewOptions {\n    double a = 1;  // one\n    std::vector<double> b = {0.5};\n};\n";
    const std::string stated =
        "void visit_fields(auto& fields, FieldsOf<NewOptions> auto& o) {\n    fields(\"a\", "
        "o.a);\n}\n";
    CHECK_THAT(text(options_are_stated({{"optim/new.hpp", own}})), contains("the option a of"));
    CHECK_THAT(text(options_are_stated({{"optim/new.hpp", own + stated}})),
               contains("the option b of NewOptions") && !contains("the option a of"));
}
