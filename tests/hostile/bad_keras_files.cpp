// Files of Keras's that are bad in ways of their own: archives, and HDF5 files with a model.
#include "bad_files.hpp"

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/detail/zip.hpp>
#include <shikumi/formats/hdf5_file.hpp>
#include <shikumi/nn/io/detail/keras_archive.hpp>

#include "support/temporary.hpp"

namespace shikumi_test {

namespace {

using namespace shikumi;
using namespace shikumi::formats;

using Members = std::vector<std::pair<std::string, std::string>>;

std::string archive(const Members& members) {
    const TemporaryFolder folder;
    std::vector<formats::detail::ZipContent> content;
    for (const auto& [name, text] : members)
        content.push_back({name, text, StoredTensor(StoredType::u8, Shape{0})});
    formats::detail::write_zip("bad_keras", folder.path() / "x.keras", content, {.compress = true});
    return contents(folder.path() / "x.keras");
}

std::string sequential(const std::string& layers, const std::string& more = {}) {
    return R"({"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": [)"
           R"({"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": )"
           R"([null, 3], "dtype": "float32", "name": "in"}}, )" +
           layers + "]}" + more + "}";
}

std::string dense(const std::string& units, const std::string& more = {}) {
    return R"({"module": "keras.layers", "class_name": "Dense", "config": {"name": "out", "units": )" +
           units + more + "}}";
}

// The weights of `dense("2")`, with other tensors in place of these.
std::string weights(const Tensor& kernel = zeros({3, 2}), const Tensor& bias = zeros({2}),
                    const std::vector<NamedTensor>& more = {}) {
    Hdf5Content content{
        .datasets = {{"layers/dense/vars/0", kernel}, {"layers/dense/vars/1", bias}}};
    content.datasets.insert(content.datasets.end(), more.begin(), more.end());
    return hdf5_bytes(content);
}

std::string keras(const std::string& config, const std::string& h5) {
    return archive({{"metadata.json", "{}"}, {"config.json", config}, {"model.weights.h5", h5}});
}

void add_archives(std::vector<std::string>& files) {
    const std::string good = sequential(dense("2")), h5 = weights();
    files.push_back(archive({}));
    files.push_back(archive({{"config.json", good}}));
    files.push_back(archive({{"model.weights.h5", h5}}));
    files.push_back(archive({{"config.json", good}, {"model.weights.npz", h5}}));
    files.push_back(archive({{"x/config.json", good}, {"x/model.weights.h5", h5}}));
    files.push_back(
        archive({{"../config.json", good}, {"config.json", good}, {"model.weights.h5", h5}}));
    files.push_back(keras(good, ""));
    files.push_back(keras(good, "no HDF5"));
    files.push_back(keras(good, h5.substr(0, h5.size() / 2)));
    files.push_back(keras(good, h5 + h5));
    files.push_back(keras(std::string(std::size_t{33} << 20, ' ') + good, h5));  // past the budget
    const std::string whole = keras(good, h5);
    files.push_back(whole.substr(whole.size() / 2));
    files.push_back(whole.substr(0, whole.size() - 30));
    std::string other = whole;  // the checksum is another's
    other[other.find("config.json") + 20] ^= 1;
    files.push_back(other);
}

void add_configs(std::vector<std::string>& files) {
    const std::string h5 = weights();
    std::vector<std::string> configs = bad_json();
    for (const char* json : {"{}", "[]", "null", "1", R"({"class_name": "Sequential"})",
                             R"({"class_name": 1, "config": {}})"})
        configs.push_back(json);
    const auto layer = [&](const std::string& module, const std::string& name) {
        configs.push_back(sequential(R"({"module": ")" + module + R"(", "class_name": ")" + name +
                                     R"(", "config": {"name": "out"}})"));
    };
    layer("subprocess", "Popen");
    layer("builtins", "eval");
    layer("keras.layers", "Lambda");
    layer("keras.layers", "TorchModuleWrapper");
    layer("custom", "Own");
    layer("keras.layers", "");
    for (const char* units : {"0", "-1", "3", "1.5", "\"two\"", "1000000000", "9223372036854775807",
                              "1e300", "[2]", "null"})
        configs.push_back(sequential(dense(units)));
    configs.push_back(sequential(dense("2", R"(, "activation": "no_such_function")")));
    configs.push_back(sequential(dense("2", R"(, "use_bias": "perhaps")")));
    configs.push_back(sequential(dense("2") + ", " + dense("2")));
    configs.push_back(sequential(""));
    for (const std::string& config : configs) files.push_back(keras(config, h5));
    for (const char* compile :
         {R"({"optimizer": {"class_name": "NoSuch", "config": {}}, "loss": "mse"})",
          R"({"optimizer": {"class_name": "SGD", "config": {"learning_rate": -1}}, "loss": "mse"})",
          R"({"optimizer": "sgd", "loss": "no_such_loss"})",
          R"({"optimizer": "sgd", "loss": ["mse", "mse"]})"})
        files.push_back(
            keras(sequential(dense("2"), std::string(R"(, "compile_config": )") + compile), h5));
}

void add_weights(std::vector<std::string>& files) {
    const std::string good = sequential(dense("2"));
    files.push_back(keras(good, hdf5_bytes({})));
    files.push_back(keras(good, hdf5_bytes({.groups = {"layers"}})));
    files.push_back(keras(good, weights(zeros({2, 3}))));
    files.push_back(keras(good, weights(zeros({3, 2}), zeros({2, 1}))));
    files.push_back(keras(good, weights(zeros({3, 2}, f64))));
    files.push_back(keras(good, weights(zeros({3, 2}, i64))));
    files.push_back(keras(good, weights(zeros({3, 2}, bool_))));
    files.push_back(
        keras(good, weights(zeros({3, 2}), zeros({2}), {{"layers/dense/vars/2", zeros({2})}})));
    files.push_back(
        keras(good, weights(zeros({3, 2}), zeros({2}), {{"layers/dense_1/vars/0", zeros({2})}})));
    files.push_back(
        keras(good, hdf5_bytes({.datasets = {{"layers/dense/vars/0", zeros({3, 2})}}})));
    const std::string compiled = sequential(
        dense("2"), R"(, "compile_config": {"optimizer": {"module": "keras.optimizers", )"
                    R"("class_name": "SGD", "config": {"learning_rate": 0.1, "momentum": 0.9}}, )"
                    R"("loss": "mse"})");
    const auto optimizer = [&](const std::vector<Tensor>& variables) {
        std::vector<NamedTensor> more;
        for (std::size_t i = 0; i < variables.size(); ++i)
            more.push_back({"optimizer/vars/" + std::to_string(i), variables[i]});
        files.push_back(keras(compiled, weights(zeros({3, 2}), zeros({2}), more)));
    };
    const Tensor step = scalar(1, i64), rate = scalar(0.1), m = zeros({3, 2}), b = zeros({2});
    optimizer({step, rate, m});
    optimizer({step, rate, b, m});
    optimizer({step, rate, m, b, b});
    optimizer({scalar(-1, i64), rate, m, b});
    optimizer({scalar(std::int64_t{1} << 60, i64), rate, m, b});
    optimizer({step, scalar(-0.1), m, b});
    optimizer({zeros({2}, i64), rate, m, b});
}

void add_older(std::vector<std::string>& files) {
    const std::string good = sequential(dense("2"));
    const auto add = [&](const std::string& config, const Hdf5File::Texts& layers,
                         const Hdf5File::Texts& names) {
        Hdf5Content content{.datasets = {{"model_weights/out/out/kernel", zeros({3, 2})},
                                         {"model_weights/out/out/bias", zeros({2})}},
                            .attributes = {{"model_weights", "layer_names", layers, true},
                                           {"model_weights/out", "weight_names", names, true}}};
        if (!config.empty()) content.attributes.push_back({"", "model_config", {config}});
        files.push_back(hdf5_bytes(content));
    };
    const Hdf5File::Texts both{"out/kernel", "out/bias"};
    add("", {"out"}, both);
    add("{", {"out"}, both);
    add("[]", {"out"}, both);
    add(good, {"other"}, both);
    add(good, {}, both);
    add(good, {"out"}, {});
    add(good, {"out", "out"}, both);
    add(good, {"out"}, {"out/bias", "out/kernel"});
    add(good, {"out"}, {"out/kernel"});
    add(good, {"out"}, {"out/kernel", "out/kernel"});
    add(good, {"out"}, {"out/kernel", "out/absent"});
    add(good, {"out"}, {"out/kernel", "../out/out/bias"});
    files.push_back(hdf5_bytes({.attributes = {{"", "model_config", {good}}}}));
}

}  // namespace

std::vector<std::string> bad_keras() {
    std::vector<std::string> files;
    add_archives(files);
    add_configs(files);
    add_weights(files);
    add_older(files);
    return files;
}

}  // namespace shikumi_test
