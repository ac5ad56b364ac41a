#include <shikumi/formats/onnx_file.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/formats/detail/protobuf.hpp>

namespace shikumi::formats {

const OnnxAttribute* OnnxNode::find(std::string_view attribute) const noexcept {
    const auto found = std::ranges::find(attributes, attribute, &OnnxAttribute::name);
    return found == attributes.end() ? nullptr : &*found;
}

}  // namespace shikumi::formats

#ifdef SHIKUMI_HAVE_ONNX

// protozero asserts that a field has the type that is read. A bad file may have any.
#define protozero_assert(condition) \
    ::shikumi::formats::detail::want_field(static_cast<bool>(condition))
#include <protozero/pbf_message.hpp>

#include <charconv>
#include <set>

#include <shikumi/formats/detail/input_file.hpp>
#include <shikumi/formats/detail/onnx_fields.hpp>
#include <shikumi/formats/detail/onnx_tensors.hpp>

namespace shikumi::formats {

namespace {

namespace onnx = detail::onnx;
using detail::BadMessage;
using detail::in_quotes;
using protozero::pbf_message;

constexpr std::string_view onnx_reader = "read_onnx";

std::string text(const protozero::data_view& view) { return {view.data(), view.size()}; }

class Reader {
public:
    Reader(const std::string& path, const FileBudget& budget)
        : path_(path), budget_(budget), tensors_(path, budget) {}

    OnnxModel model(const std::string& bytes) {
        pbf_message<onnx::Model> message(bytes);
        OnnxModel model;
        bool has_graph = false;
        while (message.next()) {
            switch (message.tag()) {
                case onnx::Model::ir_version:
                    model.ir_version = message.get_int64();
                    break;
                case onnx::Model::producer_name:
                    model.producer = text(message.get_view());
                    break;
                case onnx::Model::producer_version:
                    model.producer_version = text(message.get_view());
                    break;
                case onnx::Model::graph:
                    if (has_graph) throw BadMessage("it has two graphs");
                    has_graph = true;
                    model.graph = graph(message.get_message());
                    break;
                case onnx::Model::opset_import:
                    model.opsets.push_back(opset(message.get_message()));
                    break;
                case onnx::Model::metadata:
                    model.metadata.insert(entry(message.get_message()));
                    break;
                case onnx::Model::functions:
                    model.functions.push_back(function(message.get_message()));
                    break;
                default:
                    message.skip();
            }
        }
        if (!has_graph) throw BadMessage("it has no graph");
        return model;
    }

private:
    // Each node, name and number of a size takes memory, and few bytes of the file.
    void count() {
        if (++counted_ > budget_.tensors)
            fail<IoError>(onnx_reader, path_, ": the budget of ", budget_.tensors,
                          " tensors, nodes and names is exceeded");
    }
    std::string name(const protozero::data_view& view) {
        count();
        return text(view);
    }

    std::pair<std::string, std::string> entry(pbf_message<onnx::Entry> message) {
        count();
        std::pair<std::string, std::string> entry;
        while (message.next()) {
            if (message.tag() == onnx::Entry::key)
                entry.first = text(message.get_view());
            else if (message.tag() == onnx::Entry::value)
                entry.second = text(message.get_view());
            else
                message.skip();
        }
        return entry;
    }

    OnnxOpset opset(pbf_message<onnx::Opset> message) {
        OnnxOpset opset;
        opset.domain = "";
        count();
        while (message.next()) {
            if (message.tag() == onnx::Opset::domain)
                opset.domain = text(message.get_view());
            else if (message.tag() == onnx::Opset::version)
                opset.version = message.get_int64();
            else
                message.skip();
        }
        if (opset.domain == "ai.onnx") opset.domain = "";
        return opset;
    }

    OnnxGraph graph(pbf_message<onnx::Graph> message) {
        constexpr int deepest = 32;
        if (++depth_ > deepest) throw BadMessage("its graphs are nested too deep, more than 32");
        OnnxGraph graph;
        std::set<std::string, std::less<>> names;
        while (message.next()) {
            switch (message.tag()) {
                case onnx::Graph::node:
                    graph.nodes.push_back(node(message.get_message()));
                    break;
                case onnx::Graph::name:
                    graph.name = text(message.get_view());
                    break;
                case onnx::Graph::initializer: {
                    NamedTensor tensor = this->tensor(message.get_message());
                    if (!names.insert(tensor.name).second)
                        fail<IoError>(onnx_reader, path_, ": two initialisers have the name ",
                                      in_quotes(tensor.name));
                    graph.initializers.push_back(std::move(tensor));
                    break;
                }
                case onnx::Graph::input:
                    graph.inputs.push_back(value(message.get_message(), true));
                    break;
                case onnx::Graph::output:
                    graph.outputs.push_back(value(message.get_message(), true));
                    break;
                case onnx::Graph::value_info:
                    graph.values.push_back(value(message.get_message(), false));
                    break;
                case onnx::Graph::sparse_initializer:
                    throw BadMessage("it has sparse initialisers, which can't be read");
                default:
                    message.skip();
            }
        }
        --depth_;
        return graph;
    }

    OnnxNode node(pbf_message<onnx::Node> message) {
        count();
        OnnxNode node;
        while (message.next()) {
            switch (message.tag()) {
                case onnx::Node::input:
                    node.inputs.push_back(name(message.get_view()));
                    break;
                case onnx::Node::output:
                    node.outputs.push_back(name(message.get_view()));
                    break;
                case onnx::Node::name:
                    node.name = text(message.get_view());
                    break;
                case onnx::Node::op_type:
                    node.op = text(message.get_view());
                    break;
                case onnx::Node::domain:
                    node.domain = text(message.get_view());
                    break;
                case onnx::Node::attribute: {
                    OnnxAttribute attribute = this->attribute(message.get_message());
                    if (node.find(attribute.name))
                        fail<IoError>(onnx_reader, path_, ": a node has two attributes ",
                                      in_quotes(attribute.name));
                    node.attributes.push_back(std::move(attribute));
                    break;
                }
                default:
                    message.skip();
            }
        }
        if (node.domain == "ai.onnx") node.domain = "";
        return node;
    }

    OnnxAttribute attribute(pbf_message<onnx::Attribute> message);

    OnnxFunction function(pbf_message<onnx::Function> message) {
        count();
        OnnxFunction function;
        while (message.next()) {
            switch (message.tag()) {
                case onnx::Function::name:
                    function.name = text(message.get_view());
                    break;
                case onnx::Function::domain:
                    function.domain = text(message.get_view());
                    break;
                case onnx::Function::input:
                    function.inputs.push_back(name(message.get_view()));
                    break;
                case onnx::Function::output:
                    function.outputs.push_back(name(message.get_view()));
                    break;
                case onnx::Function::attribute:
                    function.attributes.push_back(name(message.get_view()));
                    break;
                case onnx::Function::attribute_default:
                    function.defaults.push_back(attribute(message.get_message()));
                    break;
                case onnx::Function::node:
                    function.nodes.push_back(node(message.get_message()));
                    break;
                case onnx::Function::opset_import:
                    function.opsets.push_back(opset(message.get_message()));
                    break;
                default:
                    message.skip();
            }
        }
        return function;
    }

    OnnxValue value(pbf_message<onnx::Value> message, bool strict) {
        count();
        OnnxValue value;
        protozero::data_view type;
        while (message.next()) {
            if (message.tag() == onnx::Value::name)
                value.name = text(message.get_view());
            else if (message.tag() == onnx::Value::type)
                type = message.get_view();
            else if (message.tag() == onnx::Value::metadata)
                value.metadata.insert(entry(message.get_message()));
            else
                message.skip();
        }
        pbf_message<onnx::Type> kind(type);
        while (kind.next()) {
            if (kind.tag() == onnx::Type::tensor) {
                take_tensor_type(kind.get_message(), value, strict);
                continue;
            }
            if (strict)
                fail<IoError>(onnx_reader, path_, ": the graph's input or output ",
                              in_quotes(value.name),
                              " is a sequence, a map or a sparse tensor, no plain tensor");
            kind.skip();
        }
        return value;
    }

    void take_tensor_type(pbf_message<onnx::TensorType> message, OnnxValue& value, bool strict) {
        while (message.next()) {
            if (message.tag() == onnx::TensorType::element) {
                const std::int32_t number = message.get_int32();
                value.type = onnx::type_of(number);
                if (strict && number != 0 && !value.type)
                    fail<IoError>(onnx_reader, path_, ": the graph's input or output ",
                                  in_quotes(value.name),
                                  number == 8 ? " holds strings, which no tensor here can"
                                              : " has elements that no tensor here can have");
            } else if (message.tag() == onnx::TensorType::shape) {
                value.shape = shape(message.get_message());
            } else {
                message.skip();
            }
        }
    }

    std::vector<OnnxDimension> shape(pbf_message<onnx::TensorShape> message) {
        std::vector<OnnxDimension> dimensions;
        while (message.next()) {
            if (message.tag() != onnx::TensorShape::dim) {
                message.skip();
                continue;
            }
            count();
            OnnxDimension& dimension = dimensions.emplace_back();
            pbf_message<onnx::Dim> dim(message.get_message());
            while (dim.next()) {
                if (dim.tag() == onnx::Dim::value)
                    dimension.size = dim.get_int64();
                else if (dim.tag() == onnx::Dim::name)
                    dimension.name = text(dim.get_view());
                else
                    dim.skip();
            }
        }
        return dimensions;
    }

    NamedTensor tensor(pbf_message<onnx::Tensor> message);
    void take_external(const std::pair<std::string, std::string>& fact, detail::OnnxTensor& tensor);

    const std::string& path_;
    const FileBudget& budget_;
    detail::OnnxTensors tensors_;
    std::size_t counted_ = 0;
    int depth_ = 0;
};

// What an attribute holds, of which it says at its end which one counts.
struct Attribute {
    std::string name, reference, s;
    std::int32_t type = onnx::is_undefined;
    float f = 0;
    Index i = 0;
    std::optional<StoredTensor> t;
    std::shared_ptr<const OnnxGraph> g;
    std::vector<float> floats;
    std::vector<Index> ints;
    std::vector<std::string> strings;

    OnnxAttribute::Value value() {
        if (!reference.empty()) return OnnxReference{reference};
        switch (type) {
            case onnx::is_float:
                return f;
            case onnx::is_int:
                return i;
            case onnx::is_string:
                return std::move(s);
            case onnx::is_tensor:
                if (!t) break;
                return *t;
            case onnx::is_graph:
                if (!g) break;
                return g;
            case onnx::is_floats:
                return std::move(floats);
            case onnx::is_ints:
                return std::move(ints);
            case onnx::is_strings:
                return std::move(strings);
            default:
                throw BadMessage("an attribute has a type that can't be read");
        }
        throw BadMessage("an attribute lacks what its type says");
    }
};

OnnxAttribute Reader::attribute(pbf_message<onnx::Attribute> message) {
    using M = pbf_message<onnx::Attribute>;
    count();
    Attribute a;
    std::int32_t seen = onnx::is_undefined;  // for old files, which don't say the type
    while (message.next()) {
        switch (message.tag()) {
            case onnx::Attribute::name:
                a.name = text(message.get_view());
                break;
            case onnx::Attribute::reference:
                a.reference = text(message.get_view());
                break;
            case onnx::Attribute::type:
                a.type = message.get_enum();
                break;
            case onnx::Attribute::f:
                a.f = message.get_float();
                seen = onnx::is_float;
                break;
            case onnx::Attribute::i:
                a.i = message.get_int64();
                seen = onnx::is_int;
                break;
            case onnx::Attribute::s:
                a.s = text(message.get_view());
                seen = onnx::is_string;
                break;
            case onnx::Attribute::t:
                a.t = tensor(message.get_message()).value;
                seen = onnx::is_tensor;
                break;
            case onnx::Attribute::g:
                a.g = std::make_shared<const OnnxGraph>(graph(message.get_message()));
                seen = onnx::is_graph;
                break;
            case onnx::Attribute::floats:
                detail::append_numbers(message, a.floats, &M::get_packed_float, &M::get_float);
                seen = onnx::is_floats;
                break;
            case onnx::Attribute::ints:
                detail::append_numbers(message, a.ints, &M::get_packed_int64, &M::get_int64);
                seen = onnx::is_ints;
                break;
            case onnx::Attribute::strings:
                a.strings.push_back(name(message.get_view()));
                seen = onnx::is_strings;
                break;
            default:
                message.skip();
        }
    }
    if (a.type == onnx::is_undefined) a.type = seen;
    return {a.name, a.value()};
}

NamedTensor Reader::tensor(pbf_message<onnx::Tensor> message) {
    using M = pbf_message<onnx::Tensor>;
    count();
    detail::OnnxTensor tensor;
    while (message.next()) {
        switch (message.tag()) {
            case onnx::Tensor::dims:
                detail::append_numbers(message, tensor.dims, &M::get_packed_int64, &M::get_int64);
                break;
            case onnx::Tensor::data_type:
                tensor.type = message.get_int32();
                break;
            case onnx::Tensor::float_data:
                detail::append_numbers(message, tensor.floats, &M::get_packed_float, &M::get_float);
                break;
            case onnx::Tensor::int32_data:
                detail::append_numbers(message, tensor.ints, &M::get_packed_int32, &M::get_int32);
                break;
            case onnx::Tensor::int64_data:
                detail::append_numbers(message, tensor.longs, &M::get_packed_int64, &M::get_int64);
                break;
            case onnx::Tensor::double_data:
                detail::append_numbers(message, tensor.doubles, &M::get_packed_double,
                                       &M::get_double);
                break;
            case onnx::Tensor::uint64_data:
                detail::append_numbers(message, tensor.naturals, &M::get_packed_uint64,
                                       &M::get_uint64);
                break;
            case onnx::Tensor::name:
                tensor.name = text(message.get_view());
                break;
            case onnx::Tensor::raw_data: {
                const protozero::data_view raw = message.get_view();
                tensor.raw = {raw.data(), raw.size()};
                break;
            }
            case onnx::Tensor::external_data:
                take_external(entry(message.get_message()), tensor);
                break;
            case onnx::Tensor::data_location:
                tensor.external = message.get_enum() == 1;
                break;
            default:
                message.skip();
        }
    }
    return {tensor.name, tensors_.made(tensor)};
}

void Reader::take_external(const std::pair<std::string, std::string>& fact,
                           detail::OnnxTensor& tensor) {
    const std::string& key = fact.first;
    const std::string& value = fact.second;
    const auto number = [&] {
        std::uint64_t number = 0;
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), number);
        if (error != std::errc() || end != value.data() + value.size())
            throw BadMessage("the place of a tensor's data in another file is no number");
        return number;
    };
    if (key == "location") tensor.location = value;
    if (key == "offset") tensor.offset = number();
    if (key == "length") tensor.length = number();
}

}  // namespace

OnnxModel read_onnx(const std::string& path, const FileBudget& budget) {
    const detail::InputFile file(onnx_reader, path);
    if (file.size() == 0) fail<IoError>(onnx_reader, path, " is empty");
    // A protobuf has less than 2 GiB; larger weights lie in files of their own.
    if (file.size() >= std::uint64_t{1} << 31 || file.size() > budget.bytes)
        fail<IoError>(onnx_reader, path, " has ", file.size(), " bytes, which is too large");
    const std::string bytes = file.text_at(0, file.size());
    try {
        return Reader(path, budget).model(bytes);
    } catch (const protozero::exception& e) {
        fail<IoError>(onnx_reader, path, " is no whole ONNX file: ", e.what());
    } catch (const BadMessage& e) {
        fail<IoError>(onnx_reader, path, " is no ONNX file that can be read: ", e.what());
    }
}

}  // namespace shikumi::formats

#else

namespace shikumi::formats {

OnnxModel read_onnx(const std::string& path, const FileBudget&) {
    fail<IoError>("read_onnx", "can't read ", path,
                  ": ONNX files take protozero (Debian: libprotozero-dev), without which the "
                  "library was built");
}

}  // namespace shikumi::formats

#endif
