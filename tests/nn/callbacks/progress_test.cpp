// Compares the progress line with TensorFlow's.
#include <cmath>
#include <regex>
#include <sstream>

#include <shikumi/nn/training/progress.hpp>

#include "catch.hpp"
#include "support/locale.hpp"

using namespace shikumi;
using nn::Logs;

namespace {

Logs logs(std::initializer_list<std::pair<const char*, double>> entries) {
    Logs l;
    for (const auto& [name, value] : entries) l.add(name, value);
    return l;
}

const std::string full_bar = "[==============================]";

}  // namespace

TEST_CASE("the bar", "[nn]") {
    CHECK(nn::progress_bar(700, 1875) == " 700/1875 [==========>...................]");
    CHECK(nn::progress_bar(1, 1) == "1/1 " + full_bar);
    CHECK(nn::progress_bar(1875, 1875) == "1875/1875 " + full_bar);
    CHECK(nn::progress_bar(0, 10) == " 0/10 [..............................]");
    CHECK(nn::progress_bar(1, 30) == " 1/30 [>.............................]");
    CHECK(nn::progress_bar(1, 31) == " 1/31 [..............................]");
    CHECK(nn::progress_bar(30, 31) == "30/31 [============================>.]");
}

TEST_CASE("times", "[nn]") {
    CHECK(nn::remaining_time(0) == "0s");
    CHECK(nn::remaining_time(46.9) == "46s");
    CHECK(nn::remaining_time(60) == "60s");
    CHECK(nn::remaining_time(67) == "1:07");
    CHECK(nn::remaining_time(3600) == "60:00");
    CHECK(nn::remaining_time(3661) == "1:01:01");
    CHECK(nn::remaining_time(-1) == "0s");
    CHECK(nn::time_per(3.2, "step") == "3s/step");
    CHECK(nn::time_per(1, "step") == "1s/step");
    CHECK(nn::time_per(0.0021, "step") == "2ms/step");
    CHECK(nn::time_per(0.001, "step") == "1ms/step");
    CHECK(nn::time_per(0.000067, "step") == "67us/step");
    CHECK(nn::time_per(0, "step") == "0s/step");
    CHECK(nn::time_per(3, "epoch") == "3s/epoch");
}

TEST_CASE("values", "[nn]") {
    CHECK(nn::log_text({}) == "");
    CHECK(nn::log_text(logs({{"loss", 0.09418}, {"accuracy", 1}})) ==
          " - loss: 0.0942 - accuracy: 1.0000");
    CHECK(nn::log_text(logs({{"loss", 0.001}})) == " - loss: 1.0000e-03");
    CHECK(nn::log_text(logs({{"loss", 0.00101}})) == " - loss: 0.0010");
    CHECK(nn::log_text(logs({{"loss", -2.5}})) == " - loss: -2.5000");
    CHECK(nn::log_text(logs({{"loss", 0}})) == " - loss: 0.0000e+00");
    CHECK(nn::log_text(logs({{"loss", 1e30}})) == " - loss: 1000000000000000019884624838656.0000");
}

TEST_CASE("the lines of keras.md", "[nn]") {
    CHECK(nn::finished_line({1, 1, 0.0021, 0.0021}, logs({{"loss", 0.09418}})) ==
          "1/1 [==============================] - 0s 2ms/step - loss: 0.0942");
    const Logs four = logs(
        {{"loss", 0.2946}, {"accuracy", 0.9144}, {"val_loss", 0.1398}, {"val_accuracy", 0.9581}});
    CHECK(nn::finished_line({1875, 1875, 3.1, 0.0017}, four) ==
          "1875/1875 [==============================] - 3s 2ms/step - loss: 0.2946 - accuracy: "
          "0.9144 - "
          "val_loss: 0.1398 - val_accuracy: 0.9581");
    CHECK(nn::running_line({700, 1875, 1.2, 0.0017}, logs({{"loss", 0.4}})) ==
          " 700/1875 [==========>...................] - ETA: 1s - loss: 0.4000");
    CHECK(nn::epoch_summary_line({1875, 1875, 3.1, 0.0017},
                                 logs({{"loss", 0.2946}, {"accuracy", 0.9144}})) ==
          "1875/1875 - 3s - loss: 0.2946 - accuracy: 0.9144 - 3s/epoch - 2ms/step");
}

TEST_CASE("on a file: two lines an epoch, no control characters", "[nn]") {
    std::ostringstream out;
    nn::Progress progress(out, false, 1, 2, 3);
    for (int epoch = 0; epoch < 2; ++epoch) {
        progress.begin_epoch(epoch);
        for (Index step = 1; step <= 3; ++step) CHECK_FALSE(progress.due(step));
        progress.end_epoch(logs({{"loss", 0.5}}));
    }
    const std::string times =
        std::regex_replace(out.str(), std::regex("[0-9]+(us|ms|s)/step"), "T/step");
    const std::string bar_line = "3/3 " + full_bar + " - 0s T/step - loss: 0.5000\n";
    CHECK(times == "Epoch 1/2\n" + bar_line + "Epoch 2/2\n" + bar_line);
    CHECK(out.str().find_first_of("\b\r") == std::string::npos);
}

TEST_CASE("on a terminal the line is redrawn in place", "[nn]") {
    std::ostringstream out;
    nn::Progress progress(out, true, 1, 1, 2);
    progress.begin_epoch(0);
    CHECK(out.str() == "");  // "Epoch 1/1" is not shown
    CHECK(progress.due(1));
    progress.redraw(1, logs({{"loss", 0.5}}));
    const std::string first = out.str();
    CHECK(first.substr(0, 1) == "\r");
    CHECK_FALSE(progress.due(2));  // not twice within 0.05 s
    progress.end_epoch({});
    const std::string rest = out.str().substr(first.size());
    CHECK(rest.substr(0, first.size()) == std::string(first.size() - 1, '\b') + "\r");
    CHECK(rest.substr(first.size(), 36) == "2/2 " + full_bar);
    // Blanks cover the rest of the longer line.
    CHECK(rest.size() - first.size() == first.size());
    CHECK(rest.back() == '\n');
}

TEST_CASE("verbose 0 and 2", "[nn]") {
    std::ostringstream out;
    nn::Progress silent(out, true, 0, 2, 1);
    silent.begin_epoch(0);
    CHECK_FALSE(silent.due(1));
    silent.end_epoch(logs({{"loss", 1}}));
    CHECK(out.str() == "");
    nn::Progress brief(out, false, 2, 2, 1);
    brief.begin_epoch(1);
    CHECK_FALSE(brief.due(1));
    brief.end_epoch(logs({{"loss", 1}}));
    CHECK(out.str().rfind("Epoch 2/2\n1/1 - 0s - loss: 1.0000 - ", 0) == 0);
}

TEST_CASE("figures are the same in every locale, and NaN has no sign", "[nn]") {
    const shikumi_test::CommaLocale comma;
    CHECK(nn::log_text(logs({{"loss", 1234.5}, {"small", 0.00012345}})) ==
          " - loss: 1234.5000 - small: 1.2345e-04");
    CHECK(nn::log_text(logs({{"loss", std::copysign(std::nan(""), -1.0)}})) == " - loss: nan");
    CHECK(nn::remaining_time(7265) == "2:01:05");
    std::ostringstream out;
    nn::Progress progress(out, false, 2, 2000, 1);
    progress.begin_epoch(1233);
    CHECK(out.str() == "Epoch 1234/2000\n");
}
