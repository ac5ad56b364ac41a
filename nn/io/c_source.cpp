#include <shikumi/nn/io/c_source.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/nn/io/detail/c_layers.hpp>

namespace shikumi::nn {

namespace {

using detail::CArray;

constexpr std::string_view writer = "save_c";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// A name in C, from one that may hold anything.
std::string c_name(const std::string& given) {
    std::string name;
    for (const char c : given) name += is_letter(c) || (c >= '0' && c <= '9') ? c : '_';
    return name.empty() || !is_letter(name.front()) ? "net_" + name : name;
}

std::string upper(std::string text) {
    for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return text;
}

// A parameter of the function: "x", or "x0", "x1" where there are several.
std::string parameter(char letter, std::size_t i, std::size_t count) {
    return letter + (count > 1 ? std::to_string(i) : std::string());
}

// What both files say of the function.
struct Interface {
    std::string name, parameters, sizes;

    void add(char letter, std::size_t i, std::size_t count, const Shape& shape) {
        const std::string p = parameter(letter, i, count);
        parameters += sentence(parameters.empty() ? "" : ", ",
                               letter == 'x' ? "const float *" : "float *", p);
        sizes += sentence("#define ", upper(name), "_", upper(p), " ", shape.size(), " /* ",
                          to_string(shape), " */\n");
    }
};

std::vector<Shape> input_shapes(Model& model) {
    model.parameters();  // makes them, by which the inputs are known
    std::vector<Shape> shapes;
    for (const Spec& input : model.built_for()) {
        shapes.push_back(without_batch(input.shape));
        if (input.dtype == f64) fail<ValueError>(writer, "the input is float64, and C's are float");
    }
    if (shapes.empty())
        fail<ValueError>(writer, "the shapes of the model's inputs aren't known: call it first");
    return shapes;
}

std::string header_of(const Interface& interface) {
    const std::string guard = upper(interface.name) + "_H";
    return sentence(
        "/* Written by shikumi. */\n#ifndef ", guard, "\n#define ", guard, "\n\n", interface.sizes,
        "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n",
        "/* One sample: reads and writes arrays of these sizes. One call at a time. */\n", "void ",
        interface.name, "_predict(", interface.parameters,
        ");\n\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}

}  // namespace

void save_c(Model& model, const std::string& path, const SaveCOptions& options) {
    const std::filesystem::path file(path);
    if (file.extension() != ".c")
        fail<ValueError>(writer, "the name of C source ends in .c, got '", path, "'");
    Interface interface {
        c_name(options.name.empty() ? file.stem().string() : options.name), {}, {}
    };
    detail::CProgram program;
    std::vector<CArray> inputs;
    const std::vector<Shape> shapes = input_shapes(model);
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        interface.add('x', i, shapes.size(), shapes[i]);
        inputs.push_back({parameter('x', i, shapes.size()), shapes[i]});
    }
    const std::vector<CArray> outputs = detail::write_c(program, model, inputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        interface.add('y', i, outputs.size(), outputs[i].shape);
        program.give(outputs[i], parameter('y', i, outputs.size()));
    }
    const std::string source = sentence(
        "/* Written by shikumi: void ", interface.name, "_predict(", interface.parameters,
        ") works out one sample.\n   C99, without other files; its memory is a static array, so "
        "one "
        "call at a time may run. */\n#include <math.h>\n\n",
        interface.sizes, "\n", program.source(interface.name + "_predict", interface.parameters));
    std::filesystem::path beside = file;
    beside.replace_extension(".h");
    shikumi::detail::NewFile text(writer, path), header(writer, beside);
    text.write(source);
    header.write(header_of(interface));
    text.keep();
    header.keep();
}

}  // namespace shikumi::nn
