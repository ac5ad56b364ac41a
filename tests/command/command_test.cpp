// The command as a user calls it: help, mistakes, and what each subcommand prints.
#include <string>
#include <vector>

#include <shikumi/formats.hpp>
#include <shikumi/shikumi.hpp>

#include "catch.hpp"
#include "shikumi.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::Said;
using shikumi_test::shell_word;
using shikumi_test::shikumi_says;
using shikumi_test::TemporaryFolder;

namespace {

nn::Sequential small_model(std::uint64_t seed = 1) {
    nn::set_random_seed(seed);
    nn::Sequential model("small");
    model.add(nn::Dense(3, {.activation = nn::relu, .input_dim = 4}));
    model.add(nn::Dropout(0.25));
    model.add(nn::Dense(2, {.activation = nn::softmax}));
    model.parameters();  // makes them
    return model;
}

// One line on standard error, and nothing else.
void check_refused(const Said& said, const std::string& words) {
    CHECK(said.code == 2);
    CHECK(said.out == "");
    CHECK_THAT(said.err, contains(words));
    CHECK(said.err.starts_with("shikumi: "));
    CHECK(said.err.find('\n') == said.err.size() - 1);
}

}  // namespace

TEST_CASE("help says what there is", "[command]") {
    const Said all = shikumi_says("--help");
    CHECK(all.code == 0);
    for (const char* name : {"show FILE", "convert A B", "predict MODEL", "diff A B"})
        CHECK_THAT(all.out, contains(name));
    CHECK(shikumi_says("").code == 2);
    for (const std::string name : {"show", "convert", "predict", "diff"}) {
        const Said said = shikumi_says(name + " --help");
        CHECK(said.code == 0);
        CHECK_THAT(said.out, contains("shikumi " + name) && contains("--seconds N"));
    }
}

TEST_CASE("mistakes are answered in one line", "[command]") {
    check_refused(shikumi_says("shw x"), "no subcommand 'shw'; did you mean 'show'?");
    check_refused(shikumi_says("frobnicate"), "no subcommand 'frobnicate'; 'shikumi --help'");
    check_refused(shikumi_says("show --jsn x"), "no option '--jsn'; did you mean '--json'?");
    check_refused(shikumi_says("show --js x"), "no option '--js'; did you mean '--json'?");
    check_refused(shikumi_says("show"), "something is missing: shikumi show FILE");
    check_refused(shikumi_says("diff a b c"), "that is too much: shikumi diff A B");
    check_refused(shikumi_says("diff a b --tolerance -1"), "--tolerance wants a number");
    check_refused(shikumi_says("show /nowhere/model.keras"), "/nowhere/model.keras");
    check_refused(shikumi_says("convert a b.weights"), "'b.weights' ends in none of");
    check_refused(shikumi_says("predict model"), "--input data.npy");
    const TemporaryFolder folder;
    check_refused(shikumi_says("show " + shell_word(folder.write("text", "hello, world"))), "text");
    check_refused(shikumi_says("show " + shell_word(folder.write("empty", ""))), "empty");
    check_refused(shikumi_says("show " + shell_word(folder.path())), "it is not a file");
}

TEST_CASE("show prints layers and tensors of a model", "[command]") {
    const TemporaryFolder folder;
    nn::Sequential model = small_model();
    model.compile({.optimizer = optim::SGD({.learning_rate = 0.01, .momentum = 0.9}),
                   .loss = nn::categorical_crossentropy});
    const std::string path = (folder.path() / "model.safetensors").string();
    nn::save(model, path);
    const Said said = shikumi_says("show " + shell_word(path));
    INFO(said.out << said.err);
    CHECK(said.code == 0);
    CHECK_THAT(said.out, contains("model.safetensors: safetensors, model, ") &&
                             contains("Sequential 'small'\n\n") &&
                             contains("dense        Dense       units 3, activation relu\n") &&
                             contains("dropout      Dropout     rate 0.25\n") &&
                             contains("optimizer: SGD\nloss: CategoricalCrossentropy\n") &&
                             contains("tensor                   dtype    shape   bytes\n") &&
                             contains("weights/dense/kernel     float32  (4, 3)     48\n") &&
                             contains("6 tensors, 25 values, 108 bytes\n"));
    CHECK(said.out.find("checksums") == std::string::npos);

    const Said json = shikumi_says("show --json " + shell_word(path));
    CHECK(json.code == 0);
    const Config read = nn::parse_json(json.out, "test");
    CHECK(*read.find("holds")->text() == "model");
    CHECK(*read.find("architecture")->find("class_name")->text() == "Sequential");
    REQUIRE(read.find("tensors")->list()->size() == 6);
    CHECK(*read.find("tensors")->list()->back().find("dtype")->text() == "float32");
}

TEST_CASE("a foreign text called architecture is a text", "[command]") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "w.safetensors").string();
    formats::write_safetensors(path, std::vector<formats::NamedTensor>{{"a", tensor({1.0})}},
                               {.metadata = {{"architecture", "vgg16"}}});
    const Said said = shikumi_says("show " + shell_word(path));
    CHECK(said.code == 0);
    CHECK_THAT(said.out, contains("safetensors, weights") && contains("architecture: vgg16\n"));
}

TEST_CASE("show hides what a terminal would obey", "[command]") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "w.safetensors").string();
    formats::write_safetensors(path,
                               std::vector<formats::NamedTensor>{{"a\x1b[31m\nb", tensor({1.0})}},
                               {.metadata = {{"note", "x\x1b]0;title\a"}}});
    const Said said = shikumi_says("show " + shell_word(path));
    CHECK(said.code == 0);
    CHECK_THAT(said.out, contains("a?[31m; b") && contains("note: x?]0;title?"));
    CHECK(said.out.find('\x1b') == std::string::npos);
    CHECK(shikumi_says("show --json " + shell_word(path)).out.find('\x1b') == std::string::npos);
}

TEST_CASE("convert and diff: a model there and back has the same weights", "[command]") {
    const TemporaryFolder folder;
    const auto file = [&](const char* name) { return shell_word(folder.path() / name); };
    nn::Sequential model = small_model();
    nn::save(model, (folder.path() / "a.safetensors").string());
    for (const char* name : {"w.npz", "b.json", "w.safetensors --weights", "model.json", "net.c"}) {
        const Said said = shikumi_says("convert " + file("a.safetensors") + " '" +
                                       folder.path().string() + "'/" + name);
        INFO(name << ": " << said.err);
        CHECK(said.code == 0);
        CHECK_THAT(said.out, contains("wrote "));
    }
    const Said same = shikumi_says("diff " + file("a.safetensors") + ' ' + file("w.npz"));
    CHECK(same.code == 0);
    CHECK(same.out == "0 tensors differ, 4 are the same\n");
    CHECK(shikumi_says("diff " + file("w.npz") + ' ' + file("w.safetensors")).code == 0);
    CHECK(shikumi_says("diff " + file("a.safetensors") + ' ' + file("model.json")).code == 0);
    CHECK_THAT(shikumi_says("show " + file("model.json")).out,
               contains("TensorFlow.js layers-model, model"));
    CHECK_THAT(shikumi_says("show " + file("b.json")).out, contains("JSON, architecture"));
    CHECK_THAT(contents(folder.path() / "net.h"), contains("void net_predict("));
    CHECK(shikumi_says("convert " + file("w.npz") + ' ' + file("back.safetensors") +
                       " --architecture " + file("b.json"))
              .code == 0);
    CHECK(shikumi_says("diff " + file("a.safetensors") + ' ' + file("back.safetensors")).code == 0);
    check_refused(shikumi_says("convert " + file("w.npz") + ' ' + file("c.json")),
                  "--architecture FILE says what the model is made of");
    CHECK(shikumi_says("convert " + file("a.safetensors") + ' ' + file("my_model.json")).code == 0);
    CHECK(formats::file_format((folder.path() / "my_model.json").string()) ==
          formats::FileFormat::json);
    check_refused(shikumi_says("convert " + file("a.safetensors") + " c.json --weights"),
                  "holds no weights alone");
}

TEST_CASE("convert writes ONNX, which is shown and predicts the same", "[command]") {
    const TemporaryFolder folder;
    const auto file = [&](const char* name) { return shell_word(folder.path() / name); };
    nn::Sequential model = small_model();
    nn::save(model, (folder.path() / "a.safetensors").string());
    const Said said = shikumi_says("convert " + file("a.safetensors") + ' ' + file("b.onnx"));
    if (said.err.find("libprotozero-dev") != std::string::npos) return;
    INFO(said.err);
    CHECK(said.code == 0);
    CHECK_THAT(shikumi_says("show " + file("b.onnx")).out, contains("ONNX") && contains("dense"));
    CHECK(shikumi_says("diff " + file("a.safetensors") + ' ' + file("b.onnx")).out ==
          "0 tensors differ, 4 are the same\n");
    check_refused(
        shikumi_says("convert " + file("a.safetensors") + ' ' + file("c.onnx") + " --weights"),
        "holds no weights alone");
}

TEST_CASE("diff says which weights differ, and by how much", "[command]") {
    const TemporaryFolder folder;
    const auto write = [&](const char* name, const std::vector<formats::NamedTensor>& tensors) {
        const auto path = folder.path() / name;
        formats::write_safetensors(path, tensors);
        return shell_word(path);
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::string a = write("a", {{"same", tensor({1.0, nan})},
                                      {"near", tensor({2.0, 4.0})},
                                      {"shape", zeros({2, 3})},
                                      {"gone", scalar(1.0)}});
    const std::string b = write("b", {{"same", tensor({1.0, nan})},
                                      {"near", tensor({2.0, 4.5})},
                                      {"shape", zeros({3, 2})},
                                      {"new", scalar(1.0)}});
    const Said said = shikumi_says("diff " + a + ' ' + b);
    INFO(said.out);
    CHECK(said.code == 1);
    CHECK(said.err == "");
    CHECK_THAT(said.out, contains("near    (2,)                        0.5  0.25     0.125\n") &&
                             contains("shape   (2, 3)             shape (3, 2)\n") &&
                             contains("only in the first file\n") &&
                             contains("only in the second file\n") &&
                             contains("4 tensors differ, 1 is the same\n"));
    const std::string c = write("c", {{"near", tensor({2.0, 4.0})}});
    const std::string d = write("d", {{"near", tensor({2.0, 4.5})}});
    CHECK(shikumi_says("diff " + c + ' ' + d + " --tolerance 0.2").code == 0);
    CHECK(shikumi_says("diff " + c + ' ' + d + " --tolerance 0.1").code == 1);
    const std::string e = write("e", {{"near", tensor({2.0, nan})}});
    const Said lost = shikumi_says("diff " + c + ' ' + e + " --tolerance 1");
    CHECK(lost.code == 1);
    CHECK_THAT(lost.out, contains("inf"));
}

TEST_CASE("predict gives what the model gives", "[command]") {
    const TemporaryFolder folder;
    nn::Sequential model = small_model();
    const std::string path = shell_word(folder.path() / "model");
    nn::save(model, (folder.path() / "model").string());
    const Tensor x = tensor({{1, 2, 3, 4}, {0, 0, 0, 1}});
    const auto expected = model.predict(x).to_vector<float>();
    formats::write_npy(folder.path() / "x.npy", x);
    folder.write("x.csv", "a,b,c,d\n1,2,3,4\n0,0,0,1\n");

    for (const char* input : {"x.npy", "x.csv"}) {
        const std::string call =
            "predict " + path + " --input " + shell_word(folder.path() / input);
        const Said said = shikumi_says(call + " --output " + shell_word(folder.path() / "y.npy"));
        INFO(said.err);
        CHECK(said.code == 0);
        CHECK(formats::read_npy(folder.path() / "y.npy").to_vector<float>() == expected);
        const Said printed = shikumi_says(call);
        folder.write("y.csv", printed.out);
        CHECK(datasets::read_csv(folder.path() / "y.csv", {.header = false})
                  .numbers.to_vector<float>() == expected);
    }
    folder.write("narrow.csv", "1,2,3\n");
    check_refused(
        shikumi_says("predict " + path + " --input " + shell_word(folder.path() / "narrow.csv")),
        "(1, 3)");
    check_refused(shikumi_says("predict " + path + " --input x --input y"), "given as often");
    check_refused(shikumi_says("predict " + path + " --input " +
                               shell_word(folder.path() / "x.csv") + " --output y.txt"),
                  ".npy, .npz or .csv");
}

TEST_CASE("a file that can't be written leaves the old one", "[command]") {
    const TemporaryFolder folder;
    nn::Sequential model = small_model();
    nn::save(model, (folder.path() / "a.safetensors").string());
    const auto old = folder.write("b.safetensors", "old");
    const Said said =
        shikumi_says("convert " + shell_word(folder.write("bad", "{\"class_name\": \"No\"}")) +
                     ' ' + shell_word(old));
    check_refused(said, "No");
    CHECK(contents(old) == "old");
}
