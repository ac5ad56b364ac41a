#include <shikumi/nn/callbacks/terminal_chart.hpp>

#include <algorithm>
#include <sstream>

#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

// Five epochs of four batches. The clock of the test goes on by 0.1 s a look.
std::string shown(const nn::ProgressOptions& given) {
    std::ostringstream out;
    nn::ProgressOptions options = given;
    options.out = &out;
    options.chart = nn::terminal_chart();
    double time = 0;
    options.clock = [&time] { return time += 0.1; };
    nn::Sequential m{nn::Dense(1, {.input_dim = 2})};
    m.compile({.loss = nn::mean_squared_error, .metrics = {nn::mean_absolute_error}});
    const Tensor x = ones({8, 2}), y = zeros({8, 1});
    m.fit(x, y, {.batch_size = 2, .epochs = 5, .callbacks = {nn::Progress(options)}});
    return out.str();
}

// What a terminal of ECMA-48 shows after this text: the lines on its screen.
class Screen {
public:
    explicit Screen(const std::string& text) {
        for (std::size_t i = 0; i < text.size();) i = take(text, i);
    }
    std::vector<std::string> lines() const {
        std::vector<std::string> all;
        for (const auto& line : lines_) {
            std::string joined;
            for (const std::string& letter : line) joined += letter;
            joined.erase(joined.find_last_not_of(' ') + 1);
            all.push_back(joined);
        }
        return all;
    }

private:
    std::size_t take(const std::string& text, std::size_t i) {
        if (text[i] == '\n') {
            ++row_;
            column_ = 0;
        } else if (text[i] == '\r') {
            column_ = 0;
        } else if (text[i] == '\b') {
            if (column_ > 0) --column_;
        } else if (text[i] == '\x1b') {
            return take_code(text, i + 2);
        } else {
            std::size_t end = i + 1;
            while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
                ++end;
            place(text.substr(i, end - i));
            return end;
        }
        return i + 1;
    }
    std::size_t take_code(const std::string& text, std::size_t i) {
        std::string number;
        while (!std::isalpha(static_cast<unsigned char>(text[i]))) number += text[i++];
        lines_.resize(std::max(lines_.size(), row_ + 1));
        switch (text[i]) {
            case 'A':
                row_ -= std::stoul(number);
                break;
            case 'J':
                lines_.resize(row_ + 1);
                [[fallthrough]];
            case 'K':
                lines_[row_].resize(std::min(lines_[row_].size(), column_));
                break;
            default:
                break;  // a colour
        }
        return i + 1;
    }
    void place(const std::string& letter) {
        lines_.resize(std::max(lines_.size(), row_ + 1));
        auto& line = lines_[row_];
        if (line.size() <= column_) line.resize(column_ + 1, " ");
        line[column_++] = letter;
    }

    std::vector<std::vector<std::string>> lines_;
    std::size_t row_ = 0, column_ = 0;
};

}  // namespace

TEST_CASE("in a pipe, the chart is written once, at the end, without codes", "[terminal_chart]") {
    const std::string text = shown({});
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\b') == std::string::npos);
    CHECK(text.find("│") > text.find("Epoch 5/5"));
    CHECK_THAT(text, contains("\nloss ") && contains("mean absolute error\n"));
    CHECK(shown({.verbose = 0}).empty());
}

TEST_CASE("on a terminal, the chart stays below the bar and the epochs above it",
          "[terminal_chart]") {
    const std::string text = shown({.terminal = true, .columns = 60});
    CHECK_THAT(text, contains("\x1b[J"));
    const auto lines = Screen(text).lines();
    const auto count = [&](const std::string& part) {
        return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
            return line.find(part) != std::string::npos;
        });
    };
    for (int epoch = 1; epoch <= 5; ++epoch)
        CHECK(count("Epoch " + std::to_string(epoch) + "/5") == 1);
    CHECK(count("[======") == 5);
    CHECK(count("ETA") == 0);
    CHECK(lines.at(0) == "Epoch 1/5");
    CHECK(lines.at(10) == "loss");
    CHECK(count("loss") == 6);  // five bars and one chart
    CHECK(lines.size() == 24);
}

TEST_CASE("a chart without numbers or room is empty", "[terminal_chart]") {
    const auto chart = nn::terminal_chart();
    nn::Logs logs;
    CHECK(chart({1, logs, true, 80, 12, false}).empty());
    logs.add("loss", 1);
    CHECK(chart({2, logs, true, 19, 12, false}).empty());
    CHECK(chart({3, logs, true, 80, 4, false}).empty());
    CHECK(chart({4, logs, true, 80, 12, false}).size() == 12);
}
