// Compares the progress line with TensorFlow's.
#include <algorithm>
#include <cmath>
#include <sstream>

#include <shikumi/nn/callbacks/detail/progress_text.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/locale.hpp"

using namespace shikumi;
using nn::Logs;
using nn::ProgressStyle;
using nn::detail::log_text;
using nn::detail::progress_bar;
using nn::detail::ProgressText;
using nn::detail::remaining_time;
using nn::detail::time_per;
using shikumi_test::contains;

namespace {

Logs logs(std::initializer_list<std::pair<const char*, double>> entries) {
    Logs l;
    for (const auto& [name, value] : entries) l.add(name, value);
    return l;
}

const std::string full_bar = "[==============================]";
const ProgressText lecture(ProgressStyle::lecture, false);

// Two steps in each of some epochs, on a clock that moves by hand.
struct Show {
    explicit Show(nn::ProgressOptions o, int epochs = 1, Index steps = 2, double step = 0.06)
        : options(std::move(o)) {
        options.out = &out;
        options.clock = [this] { return now; };
        const nn::Progress progress(options);
        nn::Sequential model{nn::Dense(1)};
        nn::Run run(model, nullptr, {.epochs = epochs, .steps = steps});
        nn::Hooks& hooks = progress.hooks();
        hooks.on_train_begin(run);
        for (int epoch = 0; epoch < epochs; ++epoch) {
            run.begin_epoch(epoch);
            hooks.on_epoch_begin(run);
            for (Index i = 0; i < steps; ++i) {
                now += step;
                run.set_logs(logs({{"loss", 0.5}}));
                hooks.on_train_batch_end(run);
            }
            hooks.on_epoch_end(run);
        }
        hooks.on_train_end(run);
    }

    nn::ProgressOptions options;
    double now = 5;
    std::ostringstream out;
};

}  // namespace

TEST_CASE("the bar", "[nn]") {
    CHECK(progress_bar(700, 1875) == " 700/1875 [==========>...................]");
    CHECK(progress_bar(1, 1) == "1/1 " + full_bar);
    CHECK(progress_bar(1875, 1875) == "1875/1875 " + full_bar);
    CHECK(progress_bar(0, 10) == " 0/10 [..............................]");
    CHECK(progress_bar(1, 30) == " 1/30 [>.............................]");
    CHECK(progress_bar(1, 31) == " 1/31 [..............................]");
    CHECK(progress_bar(30, 31) == "30/31 [============================>.]");
}

TEST_CASE("times", "[nn]") {
    CHECK(remaining_time(0) == "0s");
    CHECK(remaining_time(46.9) == "46s");
    CHECK(remaining_time(60) == "60s");
    CHECK(remaining_time(67) == "1:07");
    CHECK(remaining_time(3600) == "60:00");
    CHECK(remaining_time(3661) == "1:01:01");
    CHECK(remaining_time(-1) == "0s");
    CHECK(time_per(3.2, "step") == "3s/step");
    CHECK(time_per(1, "step") == "1s/step");
    CHECK(time_per(0.0021, "step") == "2ms/step");
    CHECK(time_per(0.001, "step") == "1ms/step");
    CHECK(time_per(0.000067, "step") == "67us/step");
    CHECK(time_per(0, "step") == "0s/step");
    CHECK(time_per(3, "epoch") == "3s/epoch");
}

TEST_CASE("values", "[nn]") {
    CHECK(log_text({}) == "");
    CHECK(log_text(logs({{"loss", 0.09418}, {"accuracy", 1}})) ==
          " - loss: 0.0942 - accuracy: 1.0000");
    CHECK(log_text(logs({{"loss", 0.001}})) == " - loss: 1.0000e-03");
    CHECK(log_text(logs({{"loss", 0.00101}})) == " - loss: 0.0010");
    CHECK(log_text(logs({{"loss", -2.5}})) == " - loss: -2.5000");
    CHECK(log_text(logs({{"loss", 0}})) == " - loss: 0.0000e+00");
    CHECK(log_text(logs({{"loss", 1e30}})) == " - loss: 1000000000000000019884624838656.0000");
}

TEST_CASE("the lines of keras.md", "[nn]") {
    CHECK(lecture.finished({1, 1, 0.0021, 0.0021}, logs({{"loss", 0.09418}})).text ==
          "1/1 [==============================] - 0s 2ms/step - loss: 0.0942");
    const Logs four = logs(
        {{"loss", 0.2946}, {"accuracy", 0.9144}, {"val_loss", 0.1398}, {"val_accuracy", 0.9581}});
    CHECK(lecture.finished({1875, 1875, 3.1, 0.0017}, four).text ==
          "1875/1875 [==============================] - 3s 2ms/step - loss: 0.2946 - accuracy: "
          "0.9144 - "
          "val_loss: 0.1398 - val_accuracy: 0.9581");
    CHECK(lecture.running({700, 1875, 1.2, 0.0017}, logs({{"loss", 0.4}}), 0).text ==
          " 700/1875 [==========>...................] - ETA: 1s - loss: 0.4000");
    CHECK(lecture.summary({1875, 1875, 3.1, 0.0017},
                          logs({{"loss", 0.2946}, {"accuracy", 0.9144}})) ==
          "1875/1875 - 3s - loss: 0.2946 - accuracy: 0.9144 - 3s/epoch - 2ms/step");
}

TEST_CASE("in a pipe: two lines an epoch, no control characters", "[nn]") {
    const Show show({.terminal = false}, 2);
    const std::string bar_line = "2/2 " + full_bar + " - 0s 60ms/step - loss: 0.5000\n";
    CHECK(show.out.str() == "Epoch 1/2\n" + bar_line + "Epoch 2/2\n" + bar_line);
    CHECK(Show({.style = ProgressStyle::keras3, .terminal = false}).out.str() ==
          "2/2 ━━━━━━━━━━━━━━━━━━━━ 0s 60ms/step - loss: 0.5000\n");
}

TEST_CASE("on a terminal the line is redrawn in place", "[nn]") {
    const Show show({.terminal = true, .columns = 0});
    const std::string first = "\r1/2 [==============>...............] - ETA: 0s - loss: 0.5000",
                      second = "\r2/2 " + full_bar + " - ETA: 0s - loss: 0.5000",
                      last = "\r2/2 " + full_bar + " - 0s 60ms/step - loss: 0.5000\n";
    const std::string back(first.size() - 1, '\b');
    CHECK(show.out.str() == first + back + second + back + last);
    // Not twice within 0.05 s.
    const std::string fast = Show({.terminal = true, .columns = 0}, 1, 2, 0.01).out.str();
    CHECK(std::count(fast.begin(), fast.end(), '\r') == 2);
}

TEST_CASE("a line that is drawn again fits the terminal", "[nn]") {
    const Logs many = logs({{"loss", 0.5}, {"accuracy", 0.25}, {"precision", 0.75}});
    for (const ProgressStyle style : {ProgressStyle::lecture, ProgressStyle::keras3}) {
        const ProgressText text(style, true);
        for (const std::size_t columns : {20, 40, 60, 80, 200})
            CHECK(text.running({700, 1875, 1.2, 0.0017}, many, columns).width <
                  std::max<std::size_t>(columns, 45));
        CHECK(text.running({700, 1875, 1.2, 0.0017}, many, 200).text ==
              text.running({700, 1875, 1.2, 0.0017}, many, 0).text);
    }
    CHECK(lecture.running({700, 1875, 1.2, 0.0017}, many, 60).text ==
          " 700/1875 [==>.......] - ETA: 1s - loss: 0.5000");
}

TEST_CASE("plain text: no bar, a line every ten seconds", "[nn]") {
    CHECK(Show({.style = ProgressStyle::plain, .terminal = true}, 1, 3, 6).out.str() ==
          "step 2 of 3, 6s left, loss 0.5000\n3 steps in 18s, 6s/step, loss 0.5000\n");
    CHECK_THAT(Show({.style = ProgressStyle::plain}, 2).out.str(),
               contains("epoch 2 of 2: 2 steps in 0s, 60ms/step, loss 0.5000\n"));
}

TEST_CASE("verbose 0 and 2", "[nn]") {
    CHECK(Show({.verbose = 0, .terminal = true}, 2).out.str() == "");
    CHECK_THAT(Show({.verbose = 2}, 2).out.str(),
               contains("Epoch 2/2\n2/2 - 0s - loss: 0.5000 - 120ms/epoch - 60ms/step\n"));
    CHECK_THROWS_AS(nn::Progress({.verbose = 3}), ValueError);
}

TEST_CASE("a source of unknown length", "[nn]") {
    CHECK(lecture.running({3, 0, 0.2, 0.06}, {}, 0).text == "      3/Unknown - 0s 60ms/step");
}

TEST_CASE("figures are the same in every locale, and NaN has no sign", "[nn]") {
    const shikumi_test::CommaLocale comma;
    CHECK(log_text(logs({{"loss", 1234.5}, {"small", 0.00012345}})) ==
          " - loss: 1234.5000 - small: 1.2345e-04");
    CHECK(log_text(logs({{"loss", std::copysign(std::nan(""), -1.0)}})) == " - loss: nan");
    CHECK(remaining_time(7265) == "2:01:05");
}
