// Weights written to files and read back.
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::TemporaryFolder;

namespace {

nn::Sequential small() {
    return nn::Sequential{nn::Conv2D(2, 2, {.input_shape = {4, 4, 1}}), nn::Flatten(),
                          nn::Dense(3)};
}

template <class T>
std::vector<std::vector<T>> values_of(nn::Model& model) {
    std::vector<std::vector<T>> values;
    for (const Tensor& w : model.get_weights()) values.push_back(w.to_vector<T>());
    return values;
}

void check_refused(nn::Model& model, const std::filesystem::path& file, const std::string& part) {
    const auto before = values_of<double>(model);
    INFO(part);
    CHECK_THROWS_AS(nn::read_weights(model, file), IoError);
    CHECK_THROWS_WITH(nn::read_weights(model, file),
                      contains("[read_weights]") && contains(part) && contains(file.string()));
    CHECK(values_of<double>(model) == before);
}

// No file of this process grows beyond a size during a test.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &old_);
        const rlimit limit{bytes, old_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit old_{};
    void (*handler_)(int);
};

}  // namespace

TEST_CASE("weights are written to a file and read back", "[weights_file]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "small.weights";
    nn::Sequential from = small(), to = small();
    nn::write_weights(from, file);
    nn::read_weights(to, file);
    CHECK(values_of<float>(from) == values_of<float>(to));
    CHECK(folder.entries() == 1);
}

TEST_CASE("a file of weights is a list in text and bytes", "[weights_file]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "weights";
    nn::Sequential model{nn::Dense(1, {.input_dim = 2, .name = "out"})};
    model.set_weights({tensor({{1.0f}, {-2.0f}}), tensor({0.5f})});
    nn::write_weights(model, file);
    const std::string bytes{'\0', '\0',   '\x80', '\x3f', '\0', '\0',
                            '\0', '\xc0', '\0',   '\0',   '\0', '\x3f'};
    CHECK(contents(file) ==
          "shikumi weights 2\nf32 (2, 1) out/kernel\nf32 (1,) out/bias\n\n" + bytes);
    // A writer that knows no layers.
    folder.write("weights", "shikumi weights 2\nf32 (2, 1) kernel\nf32 (1,) bias\n\n" + bytes);
    nn::Sequential other{nn::Dense(1, {.input_dim = 2})};
    nn::read_weights(other, file);
    CHECK(values_of<float>(other) == std::vector<std::vector<float>>{{1, -2}, {0.5f}});
}

TEST_CASE("weights of f64, states and models of any kind keep all bits", "[weights_file]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "weights";
    const auto wide = [] {
        return nn::Sequential{nn::Dense(1, {.use_bias = false, .input_dim = 2, .dtype = f64})};
    };
    nn::Sequential from = wide(), to = wide();
    from.set_weights({tensor({{1.0 / 3}, {-0.1}}, f64)});
    nn::write_weights(from, file);
    nn::read_weights(to, file);
    CHECK(values_of<double>(to) == std::vector<std::vector<double>>{{1.0 / 3, -0.1}});

    const auto many = [] {
        const nn::Input in({3, 2});
        const nn::SymbolicTensor x(in);
        return nn::Model({x},
                         {x | nn::LSTM(2, {.return_sequences = true}) | nn::BatchNormalization() |
                          nn::Bidirectional(nn::GRU(2)) | nn::Dense(1)});
    };
    nn::Model one = many(), two = many();
    std::vector<Tensor> weights;
    for (const Tensor& w : one.get_weights()) weights.push_back(w + 0.25);
    one.set_weights(weights);
    nn::write_weights(one, file);
    nn::read_weights(two, file);
    CHECK(values_of<float>(one) == values_of<float>(two));
}

TEST_CASE("weights of another network are refused", "[weights_file]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "weights";
    const auto written = [&](nn::Sequential model) { nn::write_weights(model, file); };
    const auto refused = [&](nn::Sequential model, const std::string& part) {
        check_refused(model, file, part);
    };
    const auto dense = [](int inputs, int units, DType dtype = f32) {
        return nn::Sequential{nn::Dense(units, {.input_dim = inputs, .dtype = dtype})};
    };
    written(dense(2, 3));  // 9 numbers in two arrays, as all of these
    refused(dense(8, 1), "weight 1 of 'sequential");
    refused(dense(8, 1), " has f32 (2, 3) dense");
    refused(dense(2, 3, f64), "is f64 (2, 3) dense");
    refused(nn::Sequential{nn::Conv1D(3, 2, {.input_shape = {4, 1}})}, "f32 (2, 1, 3) conv1d");
    refused(nn::Sequential{nn::Dense(3, {.use_bias = false, .input_dim = 2})},
            "goes on with f32 (3,)");
    refused(nn::Sequential{nn::Dense(3, {.input_dim = 2}), nn::Dense(1)}, "holds 2 weights");
    refused(nn::Sequential{nn::Dense(3, {.input_dim = 2, .name = "head"})}, "head/kernel");
    // The same shapes in other layers, and in another order.
    written(nn::Sequential{nn::Input({4}), nn::LayerNormalization()});
    refused(nn::Sequential{nn::Input({4}), nn::GroupNormalization({.groups = 2})},
            "group_normalization");
    written(nn::Sequential{nn::Input({2}, {.dtype = i32}), nn::Embedding(4, 3)});
    refused(nn::Sequential{nn::Dense(3, {.use_bias = false, .input_dim = 4})}, "embedding");
    written(nn::Sequential{nn::Dense(2, {.input_dim = 2}), nn::PReLU(), nn::Dense(2)});
    refused(nn::Sequential{nn::Dense(2, {.input_dim = 2}), nn::Dense(2), nn::PReLU()}, "weight 3");
}

TEST_CASE("files that don't hold the weights are refused", "[weights_file]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "small.weights";
    nn::Sequential model = small();
    nn::write_weights(model, file);
    const std::string good = contents(file);
    const auto refused = [&](const std::string& bytes, const char* part) {
        folder.write("small.weights", bytes);
        check_refused(model, file, part);
    };
    refused("", "no file of weights");
    refused("PK" + good.substr(2), "no file of weights");
    refused(std::string(100000, 'x'), "no file of weights");
    refused(std::string("shikumi1\4\0\0\0\0\0\0\0", 16), "older format");
    refused(good.substr(0, 40), "conv2d");
    refused(good.substr(0, good.size() - 1), "ends within 'dense");
    refused(good.substr(0, good.find("\n\n") + 2), "ends within 'conv2d");
    refused(good + "x", "goes on after the last");
    std::string large = good;  // a promise of 4 TB
    large.replace(large.find("(2, 2, 1, 2)"), 12, "(1000000, 1000000, 1, 1)");
    refused(large, "(1000000, 1000000, 1, 1)");
    check_refused(model, folder.path() / "none", "No such file");
    check_refused(model, folder.path(), "directory");
}

TEST_CASE("a failed write leaves the old weights", "[weights_file]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "weights";
    nn::Sequential model{nn::Dense(100, {.input_dim = 100})};
    nn::write_weights(model, file);
    const std::string old = contents(file);
    nn::Sequential other{nn::Dense(100, {.input_dim = 100})};
    {
        const FileSizeLimit limit(8192);
        CHECK_THROWS_AS(nn::write_weights(other, file), IoError);
    }
    CHECK(contents(file) == old);
    CHECK(folder.entries() == 1);
    CHECK_THROWS_AS(nn::write_weights(other, "/dev/full"), IoError);
    CHECK_THROWS_AS(nn::write_weights(other, folder.path()), IoError);
    CHECK_THROWS_WITH(nn::write_weights(other, folder.path() / "none" / "weights"),
                      contains("[write_weights] can't write") && contains("No such file"));
    std::filesystem::create_symlink(file, folder.path() / "link");
    nn::write_weights(other, folder.path() / "link");
    CHECK(std::filesystem::is_symlink(folder.path() / "link"));
    nn::read_weights(model, file);
    CHECK(values_of<float>(model) == values_of<float>(other));
}
