#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/onnx_file.hpp>

#ifdef SHIKUMI_HAVE_ONNX

#include <limits>

#include <protozero/pbf_builder.hpp>

#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/formats/detail/elements.hpp>
#include <shikumi/formats/detail/onnx_fields.hpp>

namespace shikumi::formats {

namespace {

namespace onnx = detail::onnx;
using protozero::pbf_builder;

constexpr std::string_view onnx_writer = "write_onnx";

void add_tensor(pbf_builder<onnx::Tensor>& message, const std::string& name,
                const StoredTensor& tensor) {
    for (const Index size : tensor.shape().sizes()) message.add_int64(onnx::Tensor::dims, size);
    message.add_int32(onnx::Tensor::data_type, onnx::number_of(tensor.type()));
    if (!name.empty()) message.add_string(onnx::Tensor::name, name);
    std::string swapped;
    const std::string_view bytes = detail::little_endian_elements(tensor, swapped);
    message.add_bytes(onnx::Tensor::raw_data, bytes.data(), bytes.size());
}

// As a text, since a nested builder leaves out a message without fields: here the shape of a scalar
// and an axis of which nothing is known.
std::string shape_message(const std::vector<OnnxDimension>& dimensions) {
    std::string text;
    pbf_builder<onnx::TensorShape> shape(text);
    for (const OnnxDimension& dimension : dimensions) {
        std::string one;
        pbf_builder<onnx::Dim> dim(one);
        if (dimension.size)
            dim.add_int64(onnx::Dim::value, *dimension.size);
        else if (!dimension.name.empty())
            dim.add_string(onnx::Dim::name, dimension.name);
        shape.add_message(onnx::TensorShape::dim, one);
    }
    return text;
}

template <class Field>
void add_metadata(pbf_builder<Field>& message, const Metadata& metadata) {
    for (const auto& [key, value] : metadata) {
        pbf_builder<onnx::Entry> inner(message, Field::metadata);
        inner.add_string(onnx::Entry::key, key);
        inner.add_string(onnx::Entry::value, value);
    }
}

void add_value(pbf_builder<onnx::Value>& message, const OnnxValue& value) {
    message.add_string(onnx::Value::name, value.name);
    add_metadata(message, value.metadata);
    pbf_builder<onnx::Type> type(message, onnx::Value::type);
    pbf_builder<onnx::TensorType> tensor(type, onnx::Type::tensor);
    if (value.type) tensor.add_int32(onnx::TensorType::element, onnx::number_of(*value.type));
    if (value.shape) tensor.add_message(onnx::TensorType::shape, shape_message(*value.shape));
}

void add_opset(pbf_builder<onnx::Opset>& message, const OnnxOpset& opset) {
    message.add_string(onnx::Opset::domain, opset.domain);
    message.add_int64(onnx::Opset::version, opset.version);
}

void add_graph(pbf_builder<onnx::Graph>& message, const OnnxGraph& graph);

struct AddAttribute {
    pbf_builder<onnx::Attribute>& message;

    void say(onnx::AttributeType type) const { message.add_enum(onnx::Attribute::type, type); }
    void operator()(float f) const {
        message.add_float(onnx::Attribute::f, f);
        say(onnx::is_float);
    }
    void operator()(Index i) const {
        message.add_int64(onnx::Attribute::i, i);
        say(onnx::is_int);
    }
    void operator()(const std::string& s) const {
        message.add_bytes(onnx::Attribute::s, s);
        say(onnx::is_string);
    }
    void operator()(const StoredTensor& t) const {
        {
            pbf_builder<onnx::Tensor> tensor(message, onnx::Attribute::t);
            add_tensor(tensor, {}, t);
        }
        say(onnx::is_tensor);
    }
    void operator()(const std::shared_ptr<const OnnxGraph>& g) const {
        {
            pbf_builder<onnx::Graph> graph(message, onnx::Attribute::g);
            add_graph(graph, *g);
        }
        say(onnx::is_graph);
    }
    void operator()(const std::vector<float>& floats) const {
        for (const float f : floats) message.add_float(onnx::Attribute::floats, f);
        say(onnx::is_floats);
    }
    void operator()(const std::vector<Index>& ints) const {
        for (const Index i : ints) message.add_int64(onnx::Attribute::ints, i);
        say(onnx::is_ints);
    }
    void operator()(const std::vector<std::string>& strings) const {
        for (const std::string& s : strings) message.add_bytes(onnx::Attribute::strings, s);
        say(onnx::is_strings);
    }
    void operator()(const OnnxReference& reference) const {
        message.add_string(onnx::Attribute::reference, reference.name);
    }
};

void add_attribute(pbf_builder<onnx::Attribute>& message, const OnnxAttribute& attribute) {
    message.add_string(onnx::Attribute::name, attribute.name);
    std::visit(AddAttribute{message}, attribute.value);
}

void add_node(pbf_builder<onnx::Node>& message, const OnnxNode& node) {
    for (const std::string& input : node.inputs) message.add_string(onnx::Node::input, input);
    for (const std::string& output : node.outputs) message.add_string(onnx::Node::output, output);
    if (!node.name.empty()) message.add_string(onnx::Node::name, node.name);
    message.add_string(onnx::Node::op_type, node.op);
    for (const OnnxAttribute& attribute : node.attributes) {
        pbf_builder<onnx::Attribute> inner(message, onnx::Node::attribute);
        add_attribute(inner, attribute);
    }
    if (!node.domain.empty()) message.add_string(onnx::Node::domain, node.domain);
}

void add_graph(pbf_builder<onnx::Graph>& message, const OnnxGraph& graph) {
    for (const OnnxNode& node : graph.nodes) {
        pbf_builder<onnx::Node> inner(message, onnx::Graph::node);
        add_node(inner, node);
    }
    message.add_string(onnx::Graph::name, graph.name);
    for (const NamedTensor& tensor : graph.initializers) {
        pbf_builder<onnx::Tensor> inner(message, onnx::Graph::initializer);
        add_tensor(inner, tensor.name, tensor.value);
    }
    const auto add_values = [&](onnx::Graph field, const std::vector<OnnxValue>& values) {
        for (const OnnxValue& value : values) {
            pbf_builder<onnx::Value> inner(message, field);
            add_value(inner, value);
        }
    };
    add_values(onnx::Graph::input, graph.inputs);
    add_values(onnx::Graph::output, graph.outputs);
    add_values(onnx::Graph::value_info, graph.values);
}

void add_function(pbf_builder<onnx::Function>& message, const OnnxFunction& function) {
    message.add_string(onnx::Function::name, function.name);
    for (const std::string& name : function.inputs) message.add_string(onnx::Function::input, name);
    for (const std::string& name : function.outputs)
        message.add_string(onnx::Function::output, name);
    for (const std::string& name : function.attributes)
        message.add_string(onnx::Function::attribute, name);
    for (const OnnxNode& node : function.nodes) {
        pbf_builder<onnx::Node> inner(message, onnx::Function::node);
        add_node(inner, node);
    }
    for (const OnnxOpset& opset : function.opsets) {
        pbf_builder<onnx::Opset> inner(message, onnx::Function::opset_import);
        add_opset(inner, opset);
    }
    message.add_string(onnx::Function::domain, function.domain);
    for (const OnnxAttribute& attribute : function.defaults) {
        pbf_builder<onnx::Attribute> inner(message, onnx::Function::attribute_default);
        add_attribute(inner, attribute);
    }
}

std::uint64_t weight_bytes(const OnnxGraph& graph) {
    std::uint64_t bytes = 0;
    for (const NamedTensor& tensor : graph.initializers) bytes += tensor.value.bytes().size();
    return bytes;
}

std::string bytes_of(const OnnxModel& model) {
    std::string bytes;
    pbf_builder<onnx::Model> message(bytes);
    message.add_int64(onnx::Model::ir_version, model.ir_version);
    message.add_string(onnx::Model::producer_name, model.producer);
    message.add_string(onnx::Model::producer_version, model.producer_version);
    {
        pbf_builder<onnx::Graph> graph(message, onnx::Model::graph);
        add_graph(graph, model.graph);
    }
    for (const OnnxOpset& opset : model.opsets) {
        pbf_builder<onnx::Opset> inner(message, onnx::Model::opset_import);
        add_opset(inner, opset);
    }
    add_metadata(message, model.metadata);
    for (const OnnxFunction& function : model.functions) {
        pbf_builder<onnx::Function> inner(message, onnx::Model::functions);
        add_function(inner, function);
    }
    return bytes;
}

}  // namespace

void write_onnx(const std::string& path, const OnnxModel& model, int keep) {
    // Protobuf's own programs read no more.
    constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
    if (const std::uint64_t weights = weight_bytes(model.graph); weights > most - (most >> 4))
        fail<ValueError>(onnx_writer, "the weights of ", weights,
                         " bytes exceed what one file can hold");
    const std::string bytes = bytes_of(model);
    if (bytes.size() > most)
        fail<ValueError>(onnx_writer, "the model takes ", bytes.size(), " bytes, at most ", most,
                         " are possible");
    shikumi::detail::NewFile file(onnx_writer, path);
    file.write(bytes);
    file.keep(keep);
}

}  // namespace shikumi::formats

#else

namespace shikumi::formats {

void write_onnx(const std::string& path, const OnnxModel&, int) {
    fail<IoError>("write_onnx", "can't write ", path,
                  ": ONNX files take protozero (Debian: libprotozero-dev), without which the "
                  "library was built");
}

}  // namespace shikumi::formats

#endif
