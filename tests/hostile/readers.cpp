#include "readers.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <sstream>

#include <shikumi/formats.hpp>
#include <shikumi/formats/detail/crc32c.hpp>
#include <shikumi/formats/detail/events.hpp>
#include <shikumi/formats/detail/pickle_writer.hpp>
#include <shikumi/formats/detail/torch_objects.hpp>
#include <shikumi/nn/io/architecture.hpp>
#include <shikumi/nn/io/detail/state_file.hpp>
#include <shikumi/nn/io/detail/tfjs_file.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/io/onnx.hpp>
#include <shikumi/nn/io/tfjs.hpp>
#include <shikumi/shikumi.hpp>

#include "bad_files.hpp"
#include "support/temporary.hpp"

namespace shikumi_test {

namespace fs = std::filesystem;
using namespace shikumi;
using namespace shikumi::formats;
using namespace shikumi::formats::detail;

namespace {

// What a hostile file may ask for in these tests.
constexpr FileBudget budget{
    .bytes = std::uint64_t{16} << 20, .tensors = 10'000, .header = std::size_t{4} << 20};

std::string described(std::string_view name, const StoredTensor& tensor) {
    return sentence(name, " ", formats::name(tensor.type()), " ", tensor.shape(), " ",
                    formats::detail::crc32c(tensor.bytes()), "\n");
}

std::string described(const Tensor& tensor) { return described("", tensor); }

// Without the checksums, be it that their name is damaged.
std::string described(const Metadata& metadata) {
    std::string text;
    for (const auto& [key, value] : metadata) {
        if (key != "checksums" && !value.starts_with("crc32c")) text += key + ' ' + value + '\n';
    }
    return text;
}

std::string read_tensor_file(const TensorFile& file) {
    std::string text;
    for (const TensorEntry& entry : file.tensors()) {
        const StoredTensor stored = file.read_stored(entry.name);
        text += described(entry.name, stored);
        file.read(entry.name);
    }
    return text + described(file.metadata());
}

std::string read_safetensors(const fs::path& path) {
    return read_tensor_file(SafetensorsFile(path, budget));
}
std::string read_npz(const fs::path& path) { return read_tensor_file(NpzFile(path, budget)); }
std::string read_torch(const fs::path& path) {
    const TorchFile file(path, budget);
    std::string text = read_tensor_file(file);
    for (const auto& [name, value] : file.values()) text += name + ' ' + nn::to_json(value) + '\n';
    for (const OpaqueObject& object : file.opaque()) text += object.path + object.class_name + '\n';
    return text;
}
std::string read_hdf5(const fs::path& path) {
    const Hdf5File file(path.string(), budget);
    std::string text = read_tensor_file(file);
    for (const std::string& group : file.groups()) text += group + '\n';
    return text;
}
// What is behind the checksums of a .pt file.
std::string read_pickle(const fs::path& path) {
    const Pickle pickle(contents(path), "read_pickle", path.string(), most_objects(budget));
    const TorchObjects objects = torch_objects(pickle, "read_pickle", path.string(), budget);
    std::string text;
    for (const TorchTensor& tensor : objects.tensors)
        text += sentence(tensor.entry.name, " ", tensor.entry.shape, " ", tensor.offset, "\n");
    for (const auto& [name, value] : objects.values) text += name + ' ' + nn::to_json(value) + '\n';
    return text;
}
// The file, and what becomes of its graph, in which nothing is computed yet.
std::string read_onnx_file(const fs::path& path) {
    const OnnxModel file = read_onnx(path.string(), budget);
    std::string text = sentence(file.ir_version, file.producer, file.graph.name, "\n");
    for (const NamedTensor& tensor : file.graph.initializers)
        text += described(tensor.name, tensor.value);
    for (const OnnxNode& node : file.graph.nodes) {
        text += node.name + ' ' + node.op + node.domain;
        for (const std::string& input : node.inputs) text += ' ' + input;
        for (const std::string& output : node.outputs) text += ' ' + output;
        for (const OnnxAttribute& a : node.attributes)
            text += sentence(" ", a.name, a.value.index());
        text += '\n';
    }
    nn::layer_from_onnx(file);
    nn::model_from_onnx(file);
    return text;
}
std::string read_npy_file(const fs::path& path) { return described(read_npy(path, budget)); }

struct ContentText {
    std::string& text;

    void operator()(const EventFileVersion& c) const { text += c.version + c.writer; }
    void operator()(const EventScalar& c) const { text += sentence(c.value); }
    void operator()(const EventHistogram& c) const {
        for (const auto* list : {&c.left, &c.right, &c.count})
            for (const double x : *list) text += sentence(x, " ");
    }
    void operator()(const EventHistogram1& c) const {
        text += sentence(c.min, c.max, c.number, c.sum, c.sum_squares);
        for (const auto* list : {&c.limit, &c.count})
            for (const double x : *list) text += sentence(x, " ");
    }
    void operator()(const EventImages& c) const {
        text += sentence(c.width, " ", c.height);
        for (const std::string& image : c.images) text += image;
    }
    void operator()(const EventTexts& c) const {
        text += to_string(c.shape);
        for (const std::string& t : c.texts) text += t + '\n';
    }
    void operator()(const EventGraph& c) const {
        for (const EventGraphNode& node : c.nodes) {
            text += node.name + node.op;
            for (const std::string& input : node.inputs) text += input;
        }
    }
    void operator()(const EventOther& c) const { text += c.what; }
};

std::string read_event_file(const fs::path& path) {
    const EventFile file = read_events(path, budget);
    // The records of a file that ends too early are a part of the whole.
    if (file.cut) fail<IoError>("read_events", path.string(), " ends within a record");
    std::string text;
    for (const Event& event : file.events) {
        text += sentence("\n", event.wall_time, " ", event.step, " ", event.tag, " ", event.plugin,
                         " ", event.description, " ");
        std::visit(ContentText{text}, event.content);
    }
    return text;
}

std::string read_idx_file(const fs::path& path) { return described(datasets::read_idx(path)); }

std::string read_csv_file(const fs::path& path) {
    const datasets::Table table = datasets::read_csv(path, {.max_bytes = std::size_t{1} << 20});
    std::string text = described(table.numbers);
    for (const std::string& name : table.names) text += name + '\n';
    return text;
}

std::string read_json_file(const fs::path& path) {
    return nn::to_json(nn::parse_json(contents(path), "read_json"));
}

std::string read_architecture(const fs::path& path) {
    const auto model = nn::model_from_json(contents(path), {.weight_bytes = std::size_t{8} << 20});
    return nn::to_json(*model);
}

std::string read_training(const fs::path& path) {
    const nn::detail::StateFile file = nn::detail::read_state("read_training", path);
    std::string text = nn::to_json(file.state.values);
    for (const auto& [name, value] : file.state.tensors) text += described(name, value);
    return text + described(file.about);
}

std::string read_model(const fs::path& path) {
    const auto model = nn::load(path);
    std::string text = nn::to_json(*model);
    for (const auto& [name, value] : nn::state_dict(*model)) text += described(name, value);
    return text;
}

std::string read_keras(const fs::path& path) {
    const auto model = nn::load_keras(path.string(), {.budget = budget});
    std::string text = nn::to_json(*model);
    for (const auto& [name, value] : nn::state_dict(*model)) text += described(name, value);
    if (model->compiled()) {
        for (const Parameter& part : model->optimizer().state())
            text += described(part.name(), part.value());
    }
    return text;
}

// Both files lie in one text, as `tfjs_of` puts them there.
std::string read_tfjs(const fs::path& path) {
    static const TemporaryFolder folder;
    const std::string both = contents(path);
    const std::size_t end = std::min(both.find('\0'), both.size());
    // A file that is emptied and written again goes to the disk when it is closed.
    for (const char* const name : {"model.json", "w.bin"}) fs::remove(folder.path() / name);
    const std::string json = folder.write("model.json", both.substr(0, end)).string();
    folder.write("w.bin", end < both.size() ? both.substr(end + 1) : "");
    const auto model = nn::load_tfjs(json, {.budget = budget});
    std::string text = nn::to_json(*model);
    for (const auto& [name, value] : nn::state_dict(*model)) text += described(name, value);
    return text + read_tensor_file(nn::detail::TfjsFile("read_tfjs", json, budget));
}

std::string read_picture(const fs::path& path) {
    return described(datasets::read_image(
        path, {.color = datasets::ColorMode::as_stored, .max_pixels = std::uint64_t{1} << 22}));
}

// ---- good files
// ----------------------------------------------------------------------------------

// The bytes that `write` puts into a file of that name.
std::string written(const char* name, const std::function<void(const fs::path&)>& write) {
    const TemporaryFolder folder;
    write(folder.path() / name);
    return contents(folder.path() / name);
}

std::vector<NamedTensor> some_tensors() {
    return {{"a", tensor({{1, 2}, {3, 4}})},
            {"b", scalar(-1, i64)},
            {"c", tensor({1, 0, 1}, bool_)},
            {"e", zeros({0, 2}, u8)}};
}

std::vector<std::string> good_safetensors() {
    return {written("x.safetensors",
                    [](const fs::path& p) {
                        write_safetensors(p, some_tensors(), {.metadata = {{"key", "value"}}});
                    }),
            written("y.safetensors", [](const fs::path& p) { write_safetensors(p, {}); })};
}

std::vector<std::string> good_npy() {
    return {written("x.npy",
                    [](const fs::path& p) {
                        write_npy(p, tensor({{1, 2}, {3, 4}}));
                    }),
            written("y.npy", [](const fs::path& p) { write_npy(p, scalar(7, i64)); }),
            npy_of("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2), }\n", "abcdefgh")};
}

std::vector<std::string> good_npz() {
    return {
        written("x.npz", [](const fs::path& p) { write_npz(p, some_tensors()); }),
        written(
            "y.npz",
            [](const fs::path& p) {
                write_npz(p, std::vector<NamedTensor>{{"zeros", zeros({100})}}, {.compress = true});
            }),
        written("z.npz", [](const fs::path& p) { write_npz(p, {}); })};
}

std::vector<std::string> good_pickles() {
    const TorchValue::Dict group{{"lr", Config(0.1)}, {"params", Config(Config::List{0, 1})}};
    return {TorchPickle("test", TorchValue::StateDict{some_tensors(), {{"", 1}}}).bytes(),
            TorchPickle("test", TorchValue::Dict{{3, TorchValue::List{group}}}).bytes(),
            "\x80\x04}\x94\x8c\1x\x94\x8c\1m\x94\x8c\1C\x94\x93)\x81}bs."};
}

std::vector<std::string> good_torch() {
    const auto write = [](const TorchValue& object) {
        return written("x.pt", [&](const fs::path& p) { write_torch(p, object); });
    };
    return {write(TorchValue::StateDict{some_tensors(), {{"", 1}}}),
            write(TorchValue::Dict{{"model", TorchValue::StateDict{some_tensors()}},
                                   {"epoch", Config(3)},
                                   {3, TorchValue::List{Config("x"), Config(0.5)}}})};
}

std::vector<std::string> good_hdf5() {
    return {hdf5_bytes({.datasets = {{"dense/0", tensor({{1, 2}, {3, 4}})},
                                     {"half", StoredTensor(tensor({1})).as(StoredType::bf16)}},
                        .attributes = {{"", "layer_names", {"a", "b"}, true}}})};
}

std::vector<std::string> good_events() {
    const TemporaryFolder folder;
    EventWriter writer(folder.path());
    writer.scalar("loss", 1, 0.5);
    writer.histogram("kernel", 2, std::vector<double>{1, 2, 3}, 4);
    writer.images("picture", 3, {.width = 2, .height = 1, .images = {"png"}});
    writer.text("note", 4, "text");
    writer.graph({{{"x", "Input", {}, {{-1, 4}}}, {"y", "Add", {"x", "x"}, {}}}});
    writer.flush();
    return {contents(writer.path())};
}

// A product, a convolution, a reshaping by sizes that are computed, and a branch.
std::vector<std::string> good_onnx() {
    OnnxModel model;
    model.opsets = {{"", 17}};
    model.graph.inputs = {{"x", StoredType::f32, {{{.name = "n"}, {.size = 1}, {.size = 4}}}}};
    model.graph.outputs = {{"y", StoredType::f32, {}}};
    model.graph.initializers = {{"k", ones({2, 1, 3})},      {"w", ones({4, 3})},
                                {"b", zeros({3})},           {"yes", scalar(true, bool_)},
                                {"rest", tensor({-1}, i64)}, {"zero", tensor({0}, i64)}};
    const auto branch = std::make_shared<OnnxGraph>();
    branch->nodes = {{.op = "Relu", .inputs = {"d"}, .outputs = {"r"}}};
    branch->outputs = {{.name = "r"}};
    const std::shared_ptr<const OnnxGraph> body = branch;
    model.graph.nodes = {{.op = "Conv",
                          .inputs = {"x", "k"},
                          .outputs = {"c"},
                          .attributes = {{"pads", std::vector<Index>{0, 0}}}},
                         {.op = "Shape", .inputs = {"c"}, .outputs = {"s"}},
                         {.op = "Gather", .inputs = {"s", "zero"}, .outputs = {"n"}},
                         {.op = "Concat",
                          .inputs = {"n", "rest"},
                          .outputs = {"t"},
                          .attributes = {{"axis", Index{0}}}},
                         {.op = "Reshape", .inputs = {"c", "t"}, .outputs = {"f"}},
                         {.op = "Gemm", .inputs = {"f", "w", "b"}, .outputs = {"d"}},
                         {.op = "If",
                          .inputs = {"yes"},
                          .outputs = {"y"},
                          .attributes = {{"then_branch", body}, {"else_branch", body}}}};
    return {written("x", [&](const fs::path& p) { write_onnx(p.string(), model); })};
}

std::vector<std::string> good_idx() {
    return {std::string("\0\0\x08\2\0\0\0\2\0\0\0\3abcdef", 18),
            std::string("\0\0\x0D\1\0\0\0\2\x3F\x80\0\0\0\0\0\0", 16)};
}

std::vector<std::string> good_csv() {
    return {"a,b,c\n1,2,3\n4.5,-6e2,0\n", "1,2\n3,4\n", "\"x, y\",z\r\n1,2\r\n"};
}

std::vector<std::string> good_json() {
    return {R"({"a": [1, 2.5, -3e2], "b": {"c": null, "d": true}, "e": "t\u00e4\n"})", "[]",
            R"(["\ud83d\ude42", 9223372036854775807, 0.1])"};
}

std::vector<std::string> good_architectures() {
    nn::Sequential model{nn::Dense(3, {.activation = nn::relu, .input_dim = 2}), nn::Dropout(0.5),
                         nn::Dense(1)};
    return {nn::to_json(model)};
}

std::vector<std::string> good_trainings() {
    nn::detail::StateFile file;
    file.state.values = Config{{"epoch", 3}, {"rate", 0.1}, {"callbacks", Config::Object{}}};
    file.state.tensors = {{"weights/dense/kernel", tensor({{1, 2}, {3, 4}})},
                          {"random", tensor({1, 2}, i64)}};
    file.about = {{"made by", "a test"}};
    return {written(
        "x", [&](const fs::path& p) { nn::detail::state_writing("write_training", p, file)(); })};
}

std::vector<std::string> good_models() {
    nn::Sequential model{nn::Dense(2, {.activation = nn::relu, .input_dim = 2}), nn::Dropout(0.5),
                         nn::Dense(1)};
    model.compile({.optimizer = optim::SGD({.momentum = 0.9}), .loss = nn::mean_squared_error});
    return {written("x", [&](const fs::path& p) { nn::save(model, p); })};
}

std::vector<std::string> good_keras() {
    nn::Sequential model{nn::Dense(2, {.activation = nn::relu, .input_dim = 3})};
    model.compile({.optimizer = optim::SGD({.momentum = 0.9}), .loss = nn::mean_squared_error});
    return {written("x.keras", [&](const fs::path& p) { nn::save_keras(model, p.string()); })};
}

// One of ours, and one whose weights are quantised, with the optimiser's memory.
std::vector<std::string> good_tfjs() {
    const TemporaryFolder folder;
    nn::Sequential model{nn::Dense(2, {.activation = nn::relu, .input_dim = 3}), nn::Dropout(0.5)};
    model.compile({.optimizer = optim::Adam(), .loss = nn::mean_squared_error});
    nn::save_tfjs(model, (folder.path() / "w.json").string());
    const std::string json = contents(folder.path() / "w.json");
    const std::string named = "w.weights.bin";
    std::string ours = json;
    ours.replace(ours.find(named), named.size(), "w.bin");
    const std::string small =
        R"({"modelTopology":{"class_name":"Sequential","config":{"name":"s","layers":[)"
        R"({"class_name":"Dense","config":{"name":"d","units":2,"batch_input_shape":[null,2]}}]},)"
        R"("keras_version":"tfjs-layers 4.22.0"},"weightsManifest":[{"paths":["./w.bin"],)"
        R"("weights":[{"name":"d/kernel","shape":[2,2],"dtype":"float32","quantization":)"
        R"({"dtype":"uint8","min":-1,"scale":0.01,"original_dtype":"float32"}},)"
        R"({"name":"d/bias","shape":[2],"dtype":"float32","quantization":{"dtype":"float16"}},)"
        R"({"name":"iter","shape":[],"dtype":"int32","group":"optimizer"}]}],)"
        R"("trainingConfig":{"loss":"mean_squared_error","optimizer_config":)"
        R"({"class_name":"RMSProp","config":{"learningRate":0.1,"decay":0.9}}}})";
    return {tfjs_of(ours, contents(folder.path() / named)),
            tfjs_of(small, std::string("\1\2\3\4\0\x3c\0\0\5\0\0\0", 12))};
}

std::vector<std::string> good_pictures(std::initializer_list<const char*> names) {
    const fs::path folder = fs::path(SHIKUMI_TEST_SOURCE_DIR) / "tests/datasets/pictures";
    std::vector<std::string> files;
    for (const char* name : names) {
        datasets::read_image(folder / name);  // throws where a library is missing
        files.push_back(contents(folder / name));
    }
    return files;
}
std::vector<std::string> good_png() {
    return good_pictures(
        {"bilevel.png", "gray16.png", "interlaced.png", "palette.png", "rgba.png"});
}
std::vector<std::string> good_jpeg() {
    return good_pictures({"gray.jpg", "progressive.jpg", "rgb.jpg"});
}

std::vector<Reader> all_readers() {
    std::vector<Reader> all{
        {"safetensors", read_safetensors, good_safetensors, bad_safetensors, true},
        {"training", read_training, good_trainings, bad_safetensors, true},
        {"model", read_model, good_models, bad_models, true},
        {"npy", read_npy_file, good_npy, bad_npy, false},
        {"idx", read_idx_file, good_idx, bad_idx, false},
        {"csv", read_csv_file, good_csv, bad_csv, false},
        {"json", read_json_file, good_json, bad_json, false},
        {"pickle", read_pickle, good_pickles, bad_pickles, false},
        {"architecture", read_architecture, good_architectures, bad_architectures, false},
        {"tfjs", read_tfjs, good_tfjs, bad_tfjs, false}};
    const auto add = [&](const Reader& reader) {
        try {
            reader.good();
            all.push_back(reader);
        } catch (const Error& e) {
            std::fprintf(stderr, "%.*s files aren't tested: %s\n",
                         static_cast<int>(reader.name.size()), reader.name.data(), e.what());
        }
    };
    // A flipped bit of the elements is another number.
    add({"hdf5", read_hdf5, good_hdf5, bad_hdf5, false});
    add({"keras", read_keras, good_keras, bad_keras, true});
    add({"npz", read_npz, good_npz, bad_npz, true});
    add({"pt", read_torch, good_torch, bad_torch, true});
    add({"events", read_event_file, good_events, bad_events, true});
    add({"onnx", read_onnx_file, good_onnx, bad_onnx, false});
    add({"png", read_picture, good_png, bad_png, true});
    add({"jpeg", read_picture, good_jpeg, bad_jpeg, false});
    return all;
}

}  // namespace

const std::vector<Reader>& readers() {
    static const std::vector<Reader> all = all_readers();
    return all;
}

FileInMemory::FileInMemory(std::string_view bytes)
    : descriptor_(memfd_create("shikumi", MFD_CLOEXEC)),
      path_("/proc/self/fd/" + std::to_string(descriptor_)) {
    if (::write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("no file in memory");
}

FileInMemory::~FileInMemory() { close(descriptor_); }

}  // namespace shikumi_test
