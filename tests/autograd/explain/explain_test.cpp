// An expression laid out as on paper.
#include <shikumi/autograd/explain/explain.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/derivatives.hpp>

#include "catch.hpp"
#include "support/locale.hpp"
#include "support/temporary.hpp"

using namespace shikumi;

namespace {

// M. Negnevitsky, "Artificial Intelligence: A Guide to Intelligent Systems", section 6.4: two
// inputs, two hidden neurons, one output, at the first pattern of exclusive or. The book's δ are
// those of -E, and it rounds to four decimals; the digits behind them are from plain arithmetic.
struct Negnevitsky {
    Parameter w{"W", tensor({{0.5, 0.9}, {0.4, 1.0}}, f64)};
    Parameter thresholds{"θ", tensor({0.8, -0.1}, f64)};
    Parameter v{"w", tensor({{-1.2}, {1.1}}, f64)};
    Parameter threshold{"θ₅", tensor({0.3}, f64)};
    Tensor x = tensor({{1, 1}}, f64), t = tensor({{0}}, f64);
    Tensor hidden = sigmoid(matmul(x, w) - thresholds);
    Tensor output = sigmoid(matmul(hidden, v) - threshold);
    Tensor error = t - output;
    Tensor loss = sum(square(error)) / 2;

    Explanation explained() const {
        return explain(
            loss, {w, thresholds, v, threshold},
            {.title = "Exclusive or",
             .names = {{"x", x}, {"y", hidden}, {"y₅", output}, {"e", error}, {"E", loss}}});
    }
};

void check_values(const Tensor& got, const std::vector<double>& wanted, double margin) {
    const auto values = got.to_vector<double>();
    REQUIRE(values.size() == wanted.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        CHECK(values[i] == Approx(wanted[i]).margin(margin).epsilon(0));
}

bool has(const std::string& text, const std::string& part) {
    INFO(part);
    return text.find(part) != std::string::npos;
}

const Explanation::Step& reading(const Explanation& e, const std::string& rule) {
    for (const Explanation::Step& step : e.steps) {
        if (step.rule == rule) return step;
    }
    FAIL("no step " << rule << " in\n" << e.text());
    return e.steps[0];
}

}  // namespace

TEST_CASE("explain gives the numbers of a worked textbook example") {
    const Negnevitsky net;
    const Explanation e = net.explained();
    check_values(e["y"].value, {0.5250, 0.8808}, 5e-5);  // the book's
    check_values(e["y₅"].value, {0.5097}, 5e-5);
    check_values(e["e"].value, {-0.5097}, 5e-5);
    const Explanation::Step& last_sum = reading(e, "v₄ = v₃ - θ₅");
    check_values(last_sum.adjoint, {0.1274}, 5e-5);
    check_values(reading(e, "v₂ = v₁ - θ").adjoint, {-0.0381, 0.0147}, 5e-5);
    // Its corrections are -0.1 times the gradient.
    check_values(e["w"].adjoint, {0.067, 0.112}, 5e-4);
    check_values(e["θ₅"].adjoint, {-0.127}, 5e-4);
    check_values(e["W"].adjoint, {-0.038, 0.015, -0.038, 0.015}, 5e-4);
    check_values(e["θ"].adjoint, {0.038, -0.015}, 5e-4);
    // Its weights after a step of 0.1.
    const auto stepped = [&](const char* name) { return e[name].value - 0.1 * e[name].adjoint; };
    check_values(stepped("w"), {-1.2067, 1.0888}, 5e-5);
    check_values(stepped("θ₅"), {0.3127}, 5e-5);
    check_values(stepped("W"), {0.5038, 0.8985, 0.4038, 0.9985}, 5e-5);
    check_values(stepped("θ"), {0.7962, -0.0985}, 5e-5);
    // What plain arithmetic gives.
    check_values(e["E"].value, {0.12990938711221553}, 1e-15);
    check_values(
        e["W"].adjoint,
        {-0.038119477996761235, 0.014711820790948535, -0.038119477996761235, 0.014711820790948535},
        1e-15);
}

TEST_CASE("each adjoint of an explanation is what grad gives, and what differences give") {
    const Negnevitsky net;
    const Explanation e = net.explained();
    int adjoints = 0;
    for (const Explanation::Step& step : e.steps) {
        if (!step.adjoint.defined()) continue;
        ++adjoints;
        INFO(step.name);
        check_values(step.adjoint, grad(net.loss, {step.value})[0].to_vector<double>(), 1e-15);
        check_values(step.difference, step.adjoint.to_vector<double>(), 1e-9);
    }
    CHECK(adjoints == 14);
    CHECK(&e.result() == &e["E"]);
    CHECK(e.result().adjoint.item<double>() == 1);
}

TEST_CASE("rules are written in mathematical notation") {
    const Negnevitsky net;
    const Explanation e = net.explained();
    const Explanation::Step& product = reading(e, "v₁ = x·W");
    CHECK(product.locals == std::vector<std::string>{"∂v₁/∂W: δ ↦ xᵀ·δ"});
    CHECK(e["W"].adjoint_rule == "δW = xᵀ·δv₁");
    CHECK(e["W"].rule == "");
    CHECK(e["y"].rule == "y = σ(v₂)");
    CHECK(e["y"].locals == std::vector<std::string>{"∂y/∂v₂ = y·(1 - y)"});
    CHECK(e["y"].adjoint_rule == "δy = δv₃·wᵀ");
    CHECK(reading(e, "v₂ = v₁ - θ").adjoint_rule == "δv₂ = δy·y·(1 - y)");
    CHECK(e["θ"].adjoint_rule == "δθ = -δv₂");
    CHECK(e["e"].rule == "e = 0 - y₅");
    CHECK(e["E"].rule == "E = v₆ / 2");
    CHECK(e["E"].adjoint_rule == "δE = 1");
    CHECK(reading(e, "v₆ = Σ v₅").adjoint_rule == "δv₆ = δE / 2");
    CHECK(e["x"].adjoint_rule == "");  // a constant
    CHECK(!e["x"].adjoint.defined());
}

TEST_CASE("several uses of a value add up, and what was broadcast is summed") {
    const Tensor x = tensor({2.0, 3.0}, f64), b = scalar(0.5, f64);
    const Explanation e = explain(sum(x * x * b + x), {{"x", x}, {"b", b}});
    CHECK(e["x"].adjoint_rule == "δx = δv₃ + δv₁·x + δv₁·x");
    CHECK(e["b"].adjoint_rule == "δb = Σ δv₂·v₁");
    check_values(e["x"].adjoint, {3, 4}, 1e-15);
    check_values(e["b"].difference, {13}, 1e-8);
}

TEST_CASE("a transposed operand of a product is written so") {
    const Tensor a = tensor({{1.0, 2.0, 3.0}}, f64);
    const Tensor b = tensor({{4.0, 5.0, 6.0}, {7.0, 8.0, 9.0}}, f64);
    const Explanation e = explain(sum(matmul(a, transpose(b))), {{"a", a}, {"b", b}});
    reading(e, "v₁ = a·bᵀ");
    CHECK(e["b"].adjoint_rule == "δb = δv₁ᵀ·a");
    check_values(e["b"].adjoint, {1, 2, 3, 1, 2, 3}, 0);
}

TEST_CASE("an operation without a notation is written by its name") {
    const Tensor x = tensor({{2.0, 1.0}, {1.0, 3.0}}, f64);
    const auto [values, vectors] = eigh(x);
    const Explanation e = explain(sum(values), {{"x", x}});
    reading(e, "v₄ = eigh(v₃)[0]");
    CHECK(e["v₃"].adjoint_rule == "δv₃ = δv₄·∂v₄/∂v₃");
    check_values(e["x"].adjoint, {1, 0, 0, 1}, 1e-12);
    check_values(e["x"].difference, {1, 0, 0, 1}, 1e-8);
}

TEST_CASE("differences of f32 are taken in f64") {
    const Tensor x = tensor({0.3, -0.7}, f32);
    const Explanation e = explain(mean(square(tanh(x))), {{"x", x}});
    CHECK(e["x"].difference.dtype() == f64);
    const double y = std::tanh(double{0.3F});
    CHECK(e["x"].difference.to_vector<double>()[0] == Approx(y * (1 - y * y)).epsilon(1e-9));
    CHECK(e["x"].adjoint.dtype() == f32);
}

TEST_CASE("integers, indices and a mask in an expression stay what they are") {
    const Tensor x = tensor({1.0, -2.0, 3.0}, f32);
    const Tensor picked = take(x, tensor({2, 0}, i64), 0);
    const Explanation e = explain(sum(where(x > 0, x, 0) * 2) + sum(picked), {{"x", x}});
    check_values(e["x"].adjoint, {3, 0, 3}, 0);
    check_values(e["x"].difference, {3, 0, 3}, 1e-8);
}

TEST_CASE("the table of an explanation is aligned, of large matrices it has the corners") {
    const Negnevitsky net;
    const std::string text = net.explained().text();
    CHECK(has(text, "step "));
    CHECK(has(text, "adjoint δv = ∂E/∂v"));
    CHECK(has(text, "y = σ(v₂)"));
    CHECK(has(text, "[0.52498  0.88080]"));
    CHECK(has(text, "\n  ∂y/∂v₂ = y·(1 - y)"));
    const Tensor x = ones({20, 30}, f64);
    const std::string large = explain(sum(x * x), {{"x", x}}).text();
    CHECK(has(large, "[1  1  …  1  1]"));
    CHECK(has(large, "⋮"));
    const shikumi_test::CommaLocale comma;
    CHECK(net.explained().text() == text);
}

TEST_CASE("the page of an explanation needs nothing but itself") {
    const Negnevitsky net;
    Explanation e = net.explained();
    e.title = "a < b & \"c\"";
    const std::string page = e.html();
    CHECK(page.starts_with("<!DOCTYPE html>"));
    CHECK(has(page, "<h1>a &lt; b &amp; &quot;c&quot;</h1>"));
    CHECK(has(page, "y = σ(v₂)"));
    CHECK(has(page, "prefers-color-scheme:dark"));
    for (const char* foreign : {"http", "<script", "<link", "url("}) CHECK(!has(page, foreign));
    const shikumi_test::TemporaryFolder folder;
    const auto file = folder.path() / "page.html";
    e.write_html(file.string());
    CHECK(shikumi_test::contents(file) == page);
    CHECK_THROWS_AS(e.write_html((folder.path() / "none" / "page.html").string()), IoError);
}

TEST_CASE("what can't be explained is refused in words") {
    const Tensor x = tensor({1.0, 2.0}, f64), other = ones({2}, f64);
    const Tensor y = sum(x * x);
    const auto refused = [](auto&& call, const std::string& why) {
        CHECK_THROWS_WITH(call(), shikumi_test::contains(why));
    };
    CHECK_THROWS_AS(explain(x * x, {{"x", x}}), GradientError);
    CHECK_THROWS_AS(explain(y, {{"i", tensor({1, 2}, i64)}}), GradientError);
    CHECK_THROWS_AS(explain(Tensor(), {{"x", x}}), Error);
    CHECK_THROWS_AS(explain(y, {Term(Tensor())}), Error);
    refused([&] { explain(y, {{"other", other}}); }, "the input 'other' f64 (2,) is no part");
    refused([&] { explain(y, {{"x", x}}, {.names = {{"x", y}}}); }, "another tensor has it");
    refused([&] { explain(y, {{"x", x}}, {.names = {{"z", x}}}); }, "the tensor is called 'x'");
    refused([&] { explain(y, {{"x", x}})["z"]; }, "no step of the explanation is called 'z'");
    const Tensor large = ones({100, 201}, f64);
    refused([&] { explain(sum(large), {{"x", large}}); }, "20000 elements at most");
    Tensor deep = x;
    for (int i = 0; i < 501; ++i) deep = deep + x;
    refused([&] { explain(sum(deep), {{"x", x}}); }, "500 steps at most");
}
