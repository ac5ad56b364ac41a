// Profile: its counts are those of the computation, for every kind of evaluation.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <nlohmann/json.hpp>
#include <shikumi/shikumi.hpp>

#include "catch.hpp"

using namespace shikumi;
namespace fs = std::filesystem;

namespace {

// The row of this name in this layer; fails if there is none.
Profile::Row row(const Profile& p, const std::string& name, const std::string& layer = "") {
    for (const Profile::Row& r : p.rows()) {
        if (r.name == name && r.layer == layer) return r;
    }
    throw std::runtime_error("no row " + name + " in '" + layer + "':\n" + p.report());
}

void multiply(const Tensor& a, const Tensor& b) { evaluate(matmul(a, b)); }

// A path without a file at the beginning and at the end.
struct Place {
    explicit Place(const char* name) : path(fs::temp_directory_path() / name) {
        fs::remove_all(path);
    }
    ~Place() { fs::remove_all(path); }
    std::string text() const {
        std::ostringstream all;
        all << std::ifstream(path).rdbuf();
        return all.str();
    }
    fs::path path;
};

}  // namespace

TEST_CASE("profile: a product's calls, flops and bytes, recorded, recognised and captured") {
    const Tensor a = ones({3, 5}), b = ones({5, 7});
    auto captured = capture([](const Tensor& x, const Tensor& y) { return matmul(x, y); });
    multiply(a, b);
    const Profile p;
    for (int i = 0; i < 4; ++i) multiply(a, b);
    for (int i = 0; i < 3; ++i) captured(a, b);
    const Profile::Row r = row(p, "matmul");
    CHECK(r.calls == 7);
    CHECK(r.flops == 7 * 2 * 3 * 5 * 7);
    CHECK(r.bytes == 7 * 4 * (3 * 5 + 5 * 7 + 3 * 7));
    CHECK(r.seconds > 0);
    CHECK(row(p, "recognise", "(evaluator)").calls == 4);
    CHECK(row(p, "plan", "(evaluator)").calls >= 2);
    CHECK(row(p, "bind", "(evaluator)").calls == 7);
    CHECK(row(p, "publish", "(evaluator)").calls == 7);
}

TEST_CASE("profile: a transposed product, a convolution and its gradients, pooling, sums") {
    Parameter x("x", ones({2, 6, 6, 4})), w("w", ones({3, 3, 4, 8}));
    Profile p;
    evaluate(matmul(transpose(ones({5, 3})), ones({5, 7})));
    CHECK(row(p, "matmul").flops == 2 * 3 * 5 * 7);
    const Tensor y = convolution(x, w);  // (2, 4, 4, 8)
    const Tensor loss = sum(max_pool(y, 2));
    loss.backward();
    evaluate({loss, x.grad(), w.grad()});
    const double products = 2.0 * (2 * 4 * 4 * 8) * (3 * 3 * 4);
    CHECK(row(p, "convolution").flops == products);
    CHECK(row(p, "convolution_transpose").flops == products);
    CHECK(row(p, "convolution_by_kernel").flops == products);
    CHECK(row(p, "max_pool").flops == 2 * 2 * 2 * 8 * 4);
    CHECK(row(p, "sum").flops == 2 * 2 * 2 * 8);
}

TEST_CASE("profile: a fused loop is named by its operations") {
    const Tensor x = ones({10, 20}), b = ones({20});
    Profile p;
    Tensor y = tanh(x * 2.0 + b);
    evaluate(y);
    const Profile::Row r = row(p, "multiply+add+tanh");
    CHECK(r.flops == 3 * 200);
    CHECK(r.bytes == 4 * (200 + 20 + 200));
    y = x;
    for (int i = 0; i < 3; ++i) y = exp(tanh(y));
    evaluate(y);
    CHECK(row(p, "tanh+exp+…+tanh+exp (6)").flops == 6 * 200);
}

TEST_CASE("profile: derivatives belong to the layer of their operation") {
    Parameter w("w", ones({4, 3}));
    Profile p;
    Tensor y;
    {
        const Scope outer("net");
        const Scope inner("dense");
        y = matmul(ones({2, 4}), w);
    }
    const Tensor loss = sum(square(y));
    loss.backward();
    evaluate({loss, w.grad()});
    CHECK(row(p, "matmul", "net/dense").calls == 2);
    const auto layers = p.by_layer();
    CHECK(std::ranges::count(layers, "net/dense", &Profile::Row::layer) == 1);
    CHECK(std::ranges::is_sorted(layers, std::ranges::greater{}, &Profile::Row::seconds));
}

TEST_CASE("profile: replayed steps of training and prediction") {
    nn::Sequential m{nn::Dense(8, {.activation = nn::relu, .input_dim = 4}), nn::Dense(3)};
    m.compile({.optimizer = optim::Adam(), .loss = nn::mean_squared_error});
    const Tensor x = ones({12, 4}), y = ones({12, 3});
    const Profile p;
    m.fit(x, y, {.batch_size = 4, .epochs = 5, .verbose = 0});
    std::int64_t products = 0;
    bool optimizer = false;
    for (const Profile::Row& r : p.rows()) {
        if (r.name == "matmul") products += r.calls;
        if (r.name == "matmul") CHECK(r.layer.find("dense") != std::string::npos);
        optimizer = optimizer || r.layer == "optimizer";
    }
    CHECK(products == 15 * 5);  // two forward, three backward (no gradient of x)
    CHECK(optimizer);
}

TEST_CASE("profile: an inner profile also counts in the outer one") {
    const Tensor a = ones({3, 5}), b = ones({5, 7});
    Profile outer;
    multiply(a, b);
    {
        Profile inner;
        multiply(a, b);
        multiply(a, b);
        CHECK(row(inner, "matmul").calls == 2);
        CHECK(row(outer, "matmul").calls == 1);
    }
    CHECK(row(outer, "matmul").calls == 3);
    multiply(a, b);
    CHECK(row(outer, "matmul").calls == 4);
    const Profile later;
    CHECK(later.rows().empty());
    CHECK(later.by_operation().empty());
    CHECK(later.report().find("0 ns") != std::string::npos);
}

TEST_CASE("profile: a failed evaluation keeps the rows before the failure") {
    const Tensor x = ones({3, 4});
    Profile p;
    CHECK_THROWS_AS(evaluate(take(exp(x), tensor({7}))), Error);
    evaluate(exp(x));
    CHECK(row(p, "exp").calls >= 1);
}

TEST_CASE("profile: the report is a table") {
    const Tensor a = ones({30, 50}), b = ones({50, 70});
    Profile p;
    multiply(a, b);
    evaluate(exp(a));
    const std::string report = p.report();
    INFO(report);
    for (const char* part : {"operation", "layer", "calls", "share", "matmul", "exp", "(no layer)",
                             "(evaluator)", "FLOP/s", "B/s", " %", "OpenBLAS's kernels: "})
        CHECK(report.find(part) != std::string::npos);
    CHECK(p.report(1).find("more, ") != std::string::npos);
}

TEST_CASE("profile: the trace is JSON and replaces a file atomically") {
    const Place place("shikumi_profile_trace.json");
    const Tensor a = ones({3, 5}), b = ones({5, 7});
    Profile p;
    {
        const Scope scope("a \"strange\"\\\n name");
        multiply(a, b);
        multiply(a, b);
    }
    p.write_trace(place.path);
    const std::string text = place.text();
    const auto trace = nlohmann::json::parse(text);
    std::int64_t products = 0, calls = 0;
    double last = 0;
    for (const auto& event : trace.at("traceEvents")) {
        if (event.at("ph") == "M") continue;
        CHECK(event.at("ph") == "X");
        CHECK(event.at("ts").get<double>() >= last);
        CHECK(event.at("dur").get<double>() >= 0);
        last = event.at("ts").get<double>();
        ++calls;
        if (event.at("name") != "matmul") continue;
        ++products;
        CHECK(event.at("args").at("layer") == "a \"strange\"\\\n name");
    }
    CHECK(products == 2);
    std::int64_t counted = 0;
    for (const Profile::Row& r : p.rows()) counted += r.calls;
    CHECK(calls == counted);

    CHECK_THROWS_AS(p.write_trace(place.path / "below" / "trace.json"), IoError);
    CHECK(place.text() == text);
}
