#include "common/options.hpp"

#include <sstream>

#include "catch.hpp"

using namespace examples;
using shikumi_test::contains;

namespace {

const Options defaults{.epochs = 5, .batch_size = 16, .learning_rate = 0.5, .out = "charts"};

std::optional<Options> read(const std::vector<std::string>& arguments) {
    std::ostringstream help;
    return read_options(arguments, "iris", "irises", defaults, help);
}

}  // namespace

TEST_CASE("options have the example's defaults", "[options]") {
    const auto options = read({});
    REQUIRE(options);
    CHECK(options->epochs == 5);
    CHECK(options->batch_size == 16);
    CHECK(options->learning_rate == 0.5);
    CHECK(options->seed == 0);
    CHECK(options->threads == 0);
    CHECK(options->data == "");
    CHECK(options->out == "charts");
}

TEST_CASE("steps counts the batches of a training", "[options]") {
    CHECK(defaults.steps(32) == 5 * 2);
    CHECK(defaults.steps(33) == 5 * 3);
}

TEST_CASE("options are read", "[options]") {
    const auto options =
        read({"--epochs", "7", "--batch-size=8", "--learning-rate", "1e-3", "--seed",
              "18446744073709551615", "--threads", "2", "--data", "a b", "--out=/tmp/x"});
    REQUIRE(options);
    CHECK(options->epochs == 7);
    CHECK(options->batch_size == 8);
    CHECK(options->learning_rate == 1e-3);
    CHECK(options->seed == 18446744073709551615u);
    CHECK(options->threads == 2);
    CHECK(options->data == "a b");
    CHECK(options->out == "/tmp/x");
    CHECK(!options->profile);
    CHECK(options->trace.empty());
    CHECK(options->save.empty());
    CHECK(options->load.empty());
    CHECK(options->resume.empty());
    CHECK(!options->report);
    CHECK(!options->early_stopping);
    CHECK(options->program == "iris");
    const auto training = read({"--save", "a.npz", "--resume=b", "--report", "--early-stopping"});
    CHECK(training->save == "a.npz");
    CHECK(training->resume == "b");
    CHECK(training->report);
    CHECK(training->early_stopping);
    CHECK(read({"--profile"})->profile);
    CHECK(read({"--trace", "a.json"})->trace == "a.json");
}

TEST_CASE("a loaded network is trained further only where that is asked for", "[options]") {
    CHECK(read({"--load", "a"})->epochs == 0);
    CHECK(read({"--load", "a", "--epochs", "5"})->epochs == 5);
    CHECK(Options{.epochs = 0}.steps(32) == 1);  // a schedule has a step at least
}

TEST_CASE("a file that weights can't be saved in is refused before they are trained", "[options]") {
    CHECK_THROWS_WITH(read({"--save", "net"}), contains("ends in .safetensors or .npz, not 'net'"));
}

TEST_CASE("what a program can't do isn't to be asked of it", "[options]") {
    const auto refused = [](Training training, const std::string& option) {
        std::ostringstream help;
        try {
            read_options({option}, "loop", "", {.training = training}, help);
        } catch (const BadOption& e) {
            return std::string(e.what());
        }
        return std::string();
    };
    CHECK(refused(Training::fit, "--report").empty());
    CHECK(refused(Training::by_hand, "--save=a.safetensors").empty());
    CHECK(refused(Training::by_hand, "--report") ==
          "--report means nothing here: loop has a training loop of its own");
    CHECK(refused(Training::none, "--load=a") == "--load means nothing here: loop trains nothing");
    CHECK(!refused(Training::none, "--early-stopping").empty());
}

TEST_CASE("help names every option and its default", "[options]") {
    for (const char* flag : {"--help", "-h"}) {
        std::ostringstream help;
        CHECK(!read_options({flag}, "iris", "irises", defaults, help));
        for (const char* part : {"iris: irises", "--epochs", "(=5)", "--batch-size",
                                 "--learning-rate", "(=0.5)", "--seed", "--threads", "--data",
                                 "--out", "(=charts)", "--profile", "--trace", "--help"})
            CHECK_THAT(help.str(), contains(part));
    }
}

TEST_CASE("unknown options are refused with a suggestion", "[options]") {
    const auto refuse = [](const std::vector<std::string>& arguments, const std::string& why) {
        CHECK_THROWS_AS(read(arguments), BadOption);
        CHECK_THROWS_WITH(read(arguments), contains(why));
    };
    refuse({"--epoch", "3"}, "there is no option '--epoch'; did you mean '--epochs'?");
    refuse({"--epohcs=3"}, "did you mean '--epochs'?");
    refuse({"--ep", "3"}, "did you mean '--epochs'?");  // abbreviations are refused
    refuse({"--batch_size", "3"}, "did you mean '--batch-size'?");
    refuse({"--batchsize", "3"}, "did you mean '--batch-size'?");
    refuse({"--learn-rate", "3"}, "did you mean '--learning-rate'?");
    refuse({"--verbosity"}, "there is no option '--verbosity'; --help shows all");
    refuse({"-e", "3"}, "there is no option");
    refuse({"epochs", "3"}, "every argument is an option");
    refuse({"--epochs", "3", "4"}, "every argument is an option");
}

TEST_CASE("bad values are refused with a sentence", "[options]") {
    const auto refuse = [](const std::vector<std::string>& arguments, const std::string& why) {
        CHECK_THROWS_AS(read(arguments), BadOption);
        CHECK_THROWS_WITH(read(arguments), contains(why));
    };
    refuse({"--epochs", "0"}, "--epochs wants a whole number from 1 up, not '0'");
    refuse({"--epochs", "many"}, "not 'many'");
    refuse({"--epochs", "3.5"}, "not '3.5'");
    refuse({"--epochs", "3x"}, "not '3x'");
    refuse({"--epochs=-3"}, "not '-3'");
    refuse({"--epochs", "99999999999"}, "not '99999999999'");
    refuse({"--epochs="}, "epochs");
    refuse({"--epochs"}, "epochs");
    refuse({"--epochs", "1", "--epochs", "2"}, "epochs");
    refuse({"--batch-size", "0"}, "--batch-size wants");
    refuse({"--learning-rate", "0"}, "--learning-rate wants a number above 0");
    refuse({"--learning-rate", "nan"}, "--learning-rate wants");
    refuse({"--learning-rate", "inf"}, "--learning-rate wants");
    refuse({"--seed=-1"}, "--seed wants a whole number from 0 up");
    refuse({"--threads=-1"}, "--threads wants");
    refuse({"--help=yes"}, "help");
}

TEST_CASE("a program may have options of its own", "[options]") {
    Options own = defaults;
    own.own = {{"csv", "", "the table"}, {"window", "48", "steps"}};
    const auto read_own = [&](const std::vector<std::string>& arguments) {
        std::ostringstream help;
        return read_options(arguments, "tabular", "tables", own, help);
    };
    CHECK(read_own({})->text("csv") == "");
    CHECK(read_own({})->count("window", 2) == 48);
    CHECK(read_own({"--csv", "a.csv", "--window=3"})->text("csv") == "a.csv");
    CHECK(read_own({"--window=3"})->count("window", 2) == 3);
    CHECK_THROWS_WITH(read_own({"--window=x"})->count("window", 2),
                      contains("--window wants a whole number from 2 up, not 'x'"));
    CHECK_THROWS_AS(read_own({"--window=1"})->count("window", 2), BadOption);
    CHECK_THROWS_WITH(read_own({"--csvv", "x"}), contains("did you mean '--csv'?"));
    CHECK_THROWS_AS(read({"--csv", "a.csv"}), BadOption);
}
