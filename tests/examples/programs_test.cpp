// Runs the programs as a user does.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>

#include <shikumi/nn/io/model_file.hpp>

#include "catch.hpp"
#include "programs.hpp"

using shikumi_test::contains;
using shikumi_test::Outcome;
using shikumi_test::run;
using shikumi_test::write_digits;

namespace {

bool is_png(const std::filesystem::path& file) {
    return shikumi_test::contents(file).substr(0, 8) == "\x89PNG\r\n\x1a\n";
}

}  // namespace

TEST_CASE("lecture learns all patterns", "[programs]") {
    const auto [status, text] = run("lecture");
    CHECK(status == 0);
    for (const char* part : {"Model: \"sequential\"", "Total params: 515\n",
                             "\nEpoch 500/500\n1/1 [===", "\n16 of 16 patterns right, loss 0.",
                             "predict 0101:\n[[", "(64, 3)"})
        CHECK_THAT(text, contains(part));
    std::smatch found;
    REQUIRE(std::regex_search(text, found, std::regex("right, loss ([0-9.]+)")));
    CHECK(std::stod(found[1]) < 0.15);
}

TEST_CASE("iris tells the species apart and writes its charts", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const auto [status, text] = run("iris", "--out '" + folder.path().string() + "/charts'");
    CHECK(status == 0);
    std::smatch found;
    REQUIRE(std::regex_search(text, found, std::regex("mean accuracy ([0-9.]+)")));
    CHECK(std::stod(found[1]) >= 0.95);
    for (const char* name : {"iris-pca.svg", "iris-history.svg"}) {
        CHECK_THAT(text, contains(std::string("charts/") + name));
        CHECK_THAT(shikumi_test::contents(folder.path() / "charts" / name), contains("</svg>"));
    }
}

TEST_CASE("the same seed prints the same figures, another seed prints others", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const auto figures = [&](const std::string& seed) {
        const std::string text =
            run("iris", "--epochs 1 --seed " + seed + " --out '" + folder.path().string() + "'")
                .text;
        return text.substr(std::min(text.find("\ntraining  "), text.size()));
    };
    const std::string first = figures("3");
    CHECK_THAT(first, contains("mean accuracy"));
    CHECK(figures("3") == first);
    CHECK(figures("4") != first);
}

TEST_CASE("arrays shows the library's digits where MNIST isn't at hand", "[programs]") {
    const shikumi_test::TemporaryFolder empty;
    const auto [status, text] = run("arrays", "--data '" + empty.path().string() + "'");
    CHECK(status == 0);
    for (const char* part : {"a[2] is 250", "b[1, 0] is 250", "MNIST isn't at hand",
                             "shape (8, 8), 2 dimensions", "shape (1797, 8, 8), 3 dimensions"})
        CHECK_THAT(text, contains(part));
}

TEST_CASE("custom_cell reads digits row by row", "[programs]") {
    const Outcome cell = run("custom_cell", "--epochs 6");
    CHECK(cell.status == 0);
    CHECK_THAT(cell.text, contains("derivatives are right"));
    std::smatch found;
    REQUIRE(std::regex_search(cell.text, found, std::regex("Epoch 6/6\n.* accuracy: ([0-9.]+)")));
    CHECK(std::stod(found[1]) > 0.9);
}

TEST_CASE("transforms shows derivatives, batches and rules", "[programs]") {
    const auto [status, text] = run("transforms");
    CHECK(status == 0);
    CHECK_THAT(text, contains("the slope of each sample") && contains("a slope that is clipped") &&
                         contains("Both derivatives are right") && contains("a hook sees") &&
                         contains("[log] makes"));
}

TEST_CASE("custom_model and custom_layer learn", "[programs]") {
    const Outcome model = run("custom_model");
    CHECK(model.status == 0);
    CHECK_THAT(model.text, contains("Epoch 20/20") && contains("of 150 irises right"));
    const Outcome layer = run("custom_layer");
    CHECK(layer.status == 0);
    CHECK_THAT(layer.text, contains(" bump (Bump)") && contains(" residual (Residual)") &&
                               contains("Both are checked") && contains("Epoch 20/20"));
}

TEST_CASE("he_init shows where activations vanish", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const auto [status, text] = run("he_init", "--out '" + folder.path().string() + "'");
    CHECK(status == 0);
    std::smatch found;
    REQUIRE(std::regex_search(text, found, std::regex("\n   20 +([0-9.e+-]+) +([0-9.e+-]+)")));
    CHECK(std::stod(found[1]) > 0.1);
    CHECK(std::stod(found[2]) < 1e-6);
    REQUIRE(std::regex_search(text, found, std::regex("digits from He: ([0-9.]+)")));
    CHECK(std::stod(found[1]) > 0.8);
    REQUIRE(std::regex_search(text, found, std::regex("digits from N.*: ([0-9.]+)")));
    CHECK(std::stod(found[1]) < 0.3);
    CHECK_THAT(shikumi_test::contents(folder.path() / "he_init-spread.svg"), contains("</svg>"));
}

TEST_CASE("second_order: Newton's method ends where Levenberg's and Marquardt's does",
          "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const auto [status, text] = run("second_order", "--out '" + folder.path().string() + "'");
    CHECK(status == 0);
    std::smatch found;
    REQUIRE(std::regex_search(text, found,
                              std::regex("\n    15 +([0-9.e+-]+) +([0-9.e+-]+) +([0-9.e+-]+)\n")));
    const double newton = std::stod(found[1]);
    CHECK(std::stod(found[2]) == Approx(newton));
    CHECK(std::stod(found[3]) > 1.1 * newton);
    REQUIRE(std::regex_search(text, found, std::regex("Newton +([0-9.e+-]+) +([0-9.e+-]+)")));
    CHECK(std::stod(found[1]) == Approx(2).epsilon(0.02));
    CHECK_THAT(text, contains("eigenvalues of the Hessian"));
    CHECK_THAT(shikumi_test::contents(folder.path() / "second_order.svg"), contains("</svg>"));
}

TEST_CASE("gaussian_process finds the noise of its observations", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const std::string out = " --out '" + folder.path().string() + "'",
                      file = " '" + (folder.path() / "logs.npz").string() + "'";
    const auto [status, text] = run("gaussian_process", "--save" + file + out);
    CHECK(status == 0);
    std::smatch found;
    REQUIRE(std::regex_search(text, found, std::regex("\nnoise: ([0-9.]+)")));
    CHECK(std::stod(found[1]) > 0.05);
    CHECK(std::stod(found[1]) < 0.15);
    CHECK_THAT(shikumi_test::contents(folder.path() / "gaussian_process.svg"), contains("</svg>"));
    const Outcome again = run("gaussian_process", "--load" + file + out);
    CHECK(again.status == 0);
    CHECK_THAT(again.text, contains("noise: " + found[1].str()));
    CHECK(run("gaussian_process", "--points 2").status == 2);
}

TEST_CASE("show_working writes a textbook's figures and two pages", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const auto [status, text] = run("show_working", "--out '" + folder.path().string() + "'");
    CHECK(status == 0);
    // M. Negnevitsky, "Artificial Intelligence", section 6.4: 0.5250 and 0.8808, 0.5097, -0.5097,
    // and the weights after a step.
    CHECK_THAT(text, contains("y = σ(z)                  [0.52498  0.88080]") &&
                         contains("y₅ = σ(z₅)                0.50972") &&
                         contains("e = 0 - y₅                -0.50972") &&
                         contains("[[0.50381195 0.89852882]\n [0.40381195 0.99852882]]") &&
                         contains("θ₅ = [0.31273829]") && contains("δW = xᵀ·δv₁"));
    CHECK_THAT(text, contains("h = max(0, z)") && contains("∂h/∂z = [z > 0]"));
    for (const char* name : {"show_working-textbook.html", "show_working-lecture.html"})
        CHECK_THAT(shikumi_test::contents(folder.path() / name), contains("</html>"));
}

TEST_CASE("draw_graph finds gates and the critical path and draws both passes", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const auto [status, text] = run("draw_graph", "--out '" + folder.path().string() + "'");
    CHECK(status == 0);
    CHECK_THAT(text, contains("hidden/kernel   matmul f32 (16, 64)") &&
                         contains("the critical path") && contains("matmul f32 (4, 64)"));
    CHECK_THAT(shikumi_test::contents(folder.path() / "draw_graph.dot"),
               contains("label=\"forward\"") && contains("label=\"backward\"") &&
                   contains("label=\"hidden\"") && contains("penwidth=3"));
    if (text.find("Debian's package graphviz") == std::string::npos)
        CHECK_THAT(shikumi_test::contents(folder.path() / "draw_graph.svg"), contains("</svg>"));
}

TEST_CASE("custom_op: a kernel of ten lines in every transform", "[programs]") {
    const auto [status, text] = run("custom_op", "--size 1000");
    CHECK(status == 0);
    // W(1) is the omega constant; W(e) is 1, and W' is W / x (1 + W).
    CHECK_THAT(text, contains("0.5671433   1.0000000") && contains("0.3618963   0.1839397") &&
                         contains("check_gradients finds nothing") &&
                         contains("1000 derivatives, captured"));
    std::smatch found;
    REQUIRE(std::regex_search(text, found, std::regex("largest error ([0-9.e-]+)")));
    CHECK(std::stod(found[1]) < 1e-3);
    CHECK(run("custom_op", "--size 0").status == 2);
}

TEST_CASE("pinn solves u'' = -u and Burgers' equation", "[programs]") {
    const auto [status, text] = run("pinn", "--epochs 500 --points 10 --learning-rate 0.03");
    CHECK(status == 0);
    std::smatch found;
    REQUIRE(std::regex_search(text, found, std::regex("u'' = -u: largest error ([0-9.]+)")));
    CHECK(std::stod(found[1]) < 0.05);
    REQUIRE(std::regex_search(text, found, std::regex("Burgers: largest error ([0-9.]+)")));
    CHECK(std::stod(found[1]) < 0.1);
    CHECK(run("pinn", "--points 1").status == 2);
}

TEST_CASE("neural_ode: the adjoint equation's derivatives get as good as its steps", "[programs]") {
    const auto [status, text] = run("neural_ode", "--epochs 200");
    CHECK(status == 0);
    std::smatch coarse, fine, found;
    REQUIRE(std::regex_search(text, coarse, std::regex("\n     4 +([0-9.e-]+)\n")));
    REQUIRE(std::regex_search(text, fine, std::regex("\n    32 +([0-9.e-]+)\n")));
    CHECK(std::stod(fine[1]) < 1e-3 * std::stod(coarse[1]));  // the fourth power is 1/4096
    REQUIRE(std::regex_search(text, found, std::regex("\nlargest error ([0-9.]+)")));
    CHECK(std::stod(found[1]) < 0.4);
}

TEST_CASE("vae draws digits", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const auto [status, text] = run("vae", "--epochs 20 --out '" + folder.path().string() + "'");
    CHECK(status == 0);
    CHECK_THAT(text, contains("sampling (Sampling)") && contains("digits drawn"));
    CHECK_THAT(shikumi_test::contents(folder.path() / "vae-places.svg"), contains("</svg>"));
    CHECK(is_png(folder.path() / "vae-digits.png"));
}

TEST_CASE("gan draws digits after each epoch", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const std::string file = (folder.path() / "gan.safetensors").string();
    const auto [status, text] = run("gan", "--epochs 1 --batch-size 256 --save '" + file +
                                               "' --out '" + folder.path().string() + "'");
    CHECK(status == 0);
    const auto digits = [](const std::string& shown) {
        return shown.substr(std::min(shown.find("the first three digits"), shown.size()));
    };
    CHECK(digits(run("gan", "--load '" + file + "'").text) == digits(text));
    CHECK_THAT(text, contains("\"generator\"") && contains("\"discriminator\"") &&
                         contains("generator_loss: ") && contains("the first three digits"));
    CHECK_THAT(text, contains("saves the weights alone") && contains("Gan"));
    CHECK(is_png(folder.path() / "gan-01.png"));
    const Outcome stopped = run("gan", "--early-stopping");
    CHECK(stopped.status == 2);
    CHECK(stopped.text.find("Epoch") == std::string::npos);
}

TEST_CASE("resnet reads held-out digits", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const auto [status, text] = run("resnet", "--epochs 1 --out '" + folder.path().string() + "'");
    CHECK(status == 0);
    CHECK_THAT(text, contains("Model: \"model\"") && contains("conv2d_1[0][0]"));
    for (const char* name : {"resnet-model.svg", "resnet-history.svg"})
        CHECK_THAT(shikumi_test::contents(folder.path() / name), contains("</svg>"));
}

TEST_CASE("mnist_cnn and mnist_lstm read the digits of a folder", "[programs]") {
    const shikumi_test::TemporaryFolder data, out;
    write_digits(data, "train", 320);
    write_digits(data, "t10k", 80);
    const std::string arguments = "--epochs 2 --batch-size 16 --data '" + data.path().string() +
                                  "' --out '" + out.path().string() + "'";
    for (const auto& [name, size] :
         {std::pair{"mnist_cnn", "34,826"}, std::pair{"mnist_lstm", "81,674"}}) {
        INFO(name);
        const auto [status, text] = run(name, arguments);
        CHECK(status == 0);
        CHECK_THAT(text, contains(std::string("Total params: ") + size) && contains("Epoch 2/2\n"));
        std::smatch found;
        REQUIRE(std::regex_search(text, found, std::regex("test accuracy ([0-9.]+)")));
        CHECK(std::stod(found[1]) > 0.2);
        CHECK_THAT(shikumi_test::contents(out.path() / (std::string(name) + "-history.svg")),
                   contains("</svg>"));
    }
}

TEST_CASE("mnist makes the folder that it writes into, trained or not", "[programs]") {
    const shikumi_test::TemporaryFolder data, out;
    write_digits(data, "train", 320);
    write_digits(data, "t10k", 80);
    const std::string arguments = "--data '" + data.path().string() + "' --out '" +
                                  (out.path() / "first").string() + "'";
    REQUIRE(run("mnist", arguments + " --epochs 1").status == 0);
    const auto [status, text] =
        run("mnist", "--data '" + data.path().string() + "' --out '" +
                         (out.path() / "second").string() + "' --load '" +
                         (out.path() / "first" / "mnist.safetensors").string() + "'");
    INFO(text);
    CHECK(status == 0);
}

TEST_CASE("deploy_c writes a network as C that says the same", "[programs]") {
    if (std::system("cc --version > /dev/null 2>&1") != 0) {
        WARN("there is no C compiler 'cc': deploy_c isn't tried");
        return;
    }
    const shikumi_test::TemporaryFolder data, out;
    write_digits(data, "train", 320);
    write_digits(data, "t10k", 80);
    const auto [status, text] = run(
        "deploy_c", "--data '" + data.path().string() + "' --out '" + out.path().string() + "'");
    INFO(text);
    CHECK(status == 0);
    std::smatch found;
    REQUIRE(std::regex_search(text, found, std::regex("of 80 pictures: ([0-9.e-]+)")));
    CHECK(std::stod(found[1]) < 1e-5);
    CHECK_THAT(text, contains("34826 weights") && contains("us in C, and"));
    CHECK_THAT(shikumi_test::contents(out.path() / "deploy_c" / "digits.h"),
               contains("void digits_predict(const float *x, float *y);"));
}

TEST_CASE("deploy_web writes a page and its network", "[programs]") {
    const shikumi_test::TemporaryFolder data, out;
    write_digits(data, "train", 320);
    write_digits(data, "t10k", 80);
    const std::string script = data.write("some.js", "// TensorFlow.js").string();
    const std::string arguments =
        "--data '" + data.path().string() + "' --out '" + out.path().string() + "'";
    const auto [status, text] = run("deploy_web", arguments);
    INFO(text);
    CHECK(status == 0);
    CHECK_THAT(text, contains("--tfjs FILE") && contains("python3 -m http.server"));
    const std::filesystem::path folder = out.path() / "deploy_web";
    CHECK_THAT(shikumi_test::contents(folder / "index.html"),
               contains("tf.loadLayersModel('model.json')"));
    CHECK(shikumi::nn::load((folder / "model.json").string())->count_params() == 34826);
    CHECK(run("deploy_web", arguments + " --tfjs '" + script + "'").status == 0);
    CHECK(std::filesystem::exists(folder / "tf.min.js"));
}

TEST_CASE("char_rnn and transformer write after each epoch", "[programs]") {
    const shikumi_test::TemporaryFolder data, out;
    std::string text;
    while (text.size() < 6000)
        text += "ROMEO:\nWhat must be shall be.\n\nJULIET:\nThat's a certain text.\n\n";
    data.write("tinyshakespeare.txt", text);
    for (const std::string name : {"char_rnn", "transformer"}) {
        INFO(name);
        const Outcome written = run(name, "--epochs 1 --data '" + data.path().string() +
                                              "' --out '" + out.path().string() + "'");
        CHECK(written.status == 0);
        CHECK_THAT(written.text, contains("----\nROMEO:\n") && contains("\nvalidation loss ") &&
                                     contains(" nats a character\n"));
        CHECK_THAT(shikumi_test::contents(out.path() / (name + "-history.svg")),
                   contains("</svg>"));
    }
    const shikumi_test::TemporaryFolder empty;
    const Outcome missing = run("char_rnn", "--data '" + empty.path().string() + "'");
    CHECK(missing.status == 1);
    CHECK_THAT(missing.text, contains("tinyshakespeare.txt"));
}

TEST_CASE("a trained network is saved, loaded and shown", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const std::string file = "'" + (folder.path() / "net.safetensors").string() + "'";
    const std::string out = " --out '" + folder.path().string() + "'";
    const Outcome saved = run("lecture", "--save " + file + " --report --early-stopping" + out);
    CHECK(saved.status == 0);
    CHECK_THAT(saved.text, contains("16 of 16 patterns right") &&
                               contains("wrote " + (folder.path() / "net.safetensors").string()) &&
                               contains("/report.html"));
    const auto result = [](const std::string& text) {
        return text.substr(std::min(text.find("pattern  class"), text.size()));
    };
    const Outcome loaded = run("lecture", "--load " + file);
    CHECK(loaded.status == 0);
    CHECK(loaded.text.find("Epoch") == std::string::npos);
    CHECK_THAT(result(loaded.text), contains("16 of 16 patterns right"));
    CHECK(result(loaded.text) == result(saved.text));
    CHECK_THAT(run("lecture", "--epochs 2 --load " + file).text, contains("Epoch 2/2"));
    CHECK(run("lecture", "--load /nowhere/net.safetensors").status == 1);
    CHECK(shikumi::nn::load((folder.path() / "net.safetensors").string())->count_params() > 0);
    const std::string weights = "'" + (folder.path() / "net.npz").string() + "'";
    if (run("lecture", "--load " + file + " --save " + weights).status == 0)  // with libzip
        CHECK(result(run("lecture", "--load " + weights).text) == result(saved.text));
}

TEST_CASE("a training that is called again goes on, and a complete one stays so", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const std::string resume = "--resume '" + (folder.path() / "state").string() + "'";
    const Outcome whole = run("custom_cell", "--epochs 3");
    CHECK(run("custom_cell", "--epochs 2 " + resume).status == 0);
    const Outcome rest = run("custom_cell", "--epochs 3 " + resume);
    CHECK(rest.status == 0);
    const auto last = [](const std::string& text) {
        std::smatch found;
        CHECK(std::regex_search(text, found, std::regex("Epoch 3/3\n.*(loss: .*)")));
        return found.str(1);
    };
    CHECK(last(rest.text) == last(whole.text));
    CHECK(rest.text.find("Epoch 2/3") == std::string::npos);
    CHECK(run("custom_cell", "--epochs 3 " + resume).text.find("Epoch") == std::string::npos);
}

TEST_CASE("a loop of one's own saves and loads its weights", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const std::string file = "'" + (folder.path() / "net.safetensors").string() + "'";
    const auto right = [](const std::string& text) {
        return text.substr(std::min(text.find(" of 150 irises right"), text.size() - 3) - 3);
    };
    const Outcome saved = run("custom_model", "--save " + file);
    CHECK(saved.status == 0);
    const Outcome loaded = run("custom_model", "--load " + file);
    CHECK(loaded.status == 0);
    CHECK(right(loaded.text) == right(saved.text));
    const Outcome refused = run("custom_model", "--report");
    CHECK(refused.status == 2);
    CHECK_THAT(refused.text, contains("custom_model has a training loop of its own"));
    CHECK(run("arrays", "--save x").status == 2);
}

TEST_CASE("tabular learns a table, and predicts another by its file", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const std::string out = " --out '" + folder.path().string() + "'";
    const auto [status, text] = run("tabular", "--epochs 30" + out);
    CHECK(status == 0);
    CHECK_THAT(text, contains("no --csv: the library's irises") &&
                         contains("petal_length  number: mean 3.") &&
                         contains("species       the target, 3 classes") &&
                         contains("on the 30 rows that were held out:\naccuracy "));
    std::smatch found;
    REQUIRE(std::regex_search(text, found, std::regex("accuracy (0.[0-9]+|1.0000): [0-9]+ of 30")));
    CHECK(std::stod(found[1]) >= 0.9);

    std::string rows = "id;age;town;price\n";
    for (int i = 0; i < 200; ++i)
        rows += std::to_string(i) + ";" + std::to_string(i % 41) + ",5;" +
                (i % 3 == 0 ? "Ulm" : "Jena") + ";" +
                std::to_string(i % 41 * 2 + (i % 3 == 0 ? 30 : 0)) + ",25\n";
    const std::string csv = "'" + folder.write("prices.csv", rows).string() + "'";
    const std::string model = "'" + (folder.path() / "m.safetensors").string() + "'";
    const Outcome prices = run("tabular", "--csv " + csv + " --target price --save " + model + out);
    INFO(prices.text);
    CHECK(prices.status == 0);
    CHECK_THAT(prices.text, contains("id     left out: it numbers the rows") &&
                                contains("town   category: Jena, Ulm") &&
                                contains("price  the target, a number"));
    REQUIRE(std::regex_search(prices.text, found,
                              std::regex("squared error ([0-9.]+).*always the mean: ([0-9.]+)")));
    CHECK(std::stod(found[1]) < 0.2 * std::stod(found[2]));
    const Outcome predicted = run("tabular", "--load " + model + " --predict " + csv + out);
    CHECK(predicted.status == 0);
    CHECK_THAT(predicted.text, contains("root mean squared error"));
    CHECK_THAT(shikumi_test::contents(folder.path() / "predictions.csv"),
               contains("id;age;town;price;predicted price\n0;0,5;Ulm;30,25;"));

    CHECK(run("tabular", "--csv " + csv + out).status == 2);
    CHECK_THAT(run("tabular", "--csv " + csv + " --target id" + out).text,
               contains("tabular: [tabular] the target 'id' can't be learnt: it numbers the rows"));
    CHECK_THAT(run("tabular", "--csv " + csv + " --target cost" + out).text,
               contains("there is no column 'cost', the columns are id, age, town, price"));
    CHECK(run("tabular", "--load " + model + out).status == 2);
    CHECK_THAT(run("tabular", "--load " + csv + " --predict " + csv + out).text,
               contains("prices.csv"));
}

TEST_CASE("time_series forecasts better than naively", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    std::string rows = "day,value\n";
    for (int i = 0; i < 700; ++i)
        rows += std::to_string(i) + "," + std::to_string(50 + 20 * std::sin(i * 0.5)) + "\n";
    const std::string csv = "'" + folder.write("series.csv", rows).string() + "'";
    for (const std::string network : {"lstm", "conv"}) {
        const Outcome outcome =
            run("time_series", "--csv " + csv + " --window 24 --epochs 8 --network " + network +
                                   " --out '" + folder.path().string() + "'");
        INFO(outcome.text);
        CHECK(outcome.status == 0);
        std::smatch found;
        REQUIRE(std::regex_search(
            outcome.text, found,
            std::regex("the network +([0-9.]+)\n *naive: the last value +([0-9.]+)")));
        CHECK(std::stod(found[1]) < 0.5 * std::stod(found[2]));
        CHECK_THAT(shikumi_test::contents(folder.path() / "time_series-forecast.svg"),
                   contains("</svg>"));
    }
    CHECK(run("time_series", "--network mlp").status == 2);
    CHECK(run("time_series", "--window 1").status == 2);
}

TEST_CASE("exchange reads back what it writes, in every format", "[programs]") {
    const shikumi_test::TemporaryFolder folder;
    const auto [status, text] =
        run("exchange", "--epochs 50 --out '" + folder.path().string() + "'");
    INFO(text);
    CHECK(status == 0);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        const std::string name = entry.path().filename().string();
        CHECK(std::regex_search(text, std::regex(name + " .*  0\n")));
        ++files;
    }
    CHECK(files >= 2);
}

TEST_CASE("an error ends a program with 1, a misspelt option with 2", "[programs]") {
    const shikumi_test::TemporaryFolder empty;
    const Outcome missing = run("mnist", "--data '" + empty.path().string() + "'");
    CHECK(missing.status == 1);
    CHECK_THAT(missing.text, contains("mnist: ") && contains("train-images-idx3-ubyte.gz"));
    for (const char* name : {"mnist", "gan", "mnist_cnn", "char_rnn", "resnet", "vgg16"}) {
        INFO(name);
        const Outcome misspelt = run(name, "--epocs 3");
        CHECK(misspelt.status == 2);
        CHECK_THAT(misspelt.text, contains("--epochs"));
        const Outcome bad = run(name, "--batch-size 0");
        CHECK(bad.status == 2);
        CHECK_THAT(bad.text, contains("--batch-size wants a whole number from 1 up, not '0'"));
    }
}
