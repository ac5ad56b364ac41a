#include <shikumi/nn/io/detail/c_layers.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/placeholder.hpp>
#include <shikumi/nn/models/sequential.hpp>

namespace shikumi::nn::detail {

std::vector<Index> CCall::per_axis(std::string_view name, std::size_t axes) const {
    auto numbers = option<std::vector<Index>>(name);
    if (numbers.size() == 1) numbers.resize(axes, numbers.front());
    return numbers;
}

int sample_axis(Index axis, const Shape& sample) {
    return static_cast<int>(axis < 0 ? axis + sample.rank() : axis - 1);
}

Index padding_before(const std::string& padding, Index in, Index out, Index size, Index stride,
                     Index dilation) {
    const Index reach = (size - 1) * dilation + 1;
    if (padding == "causal") return reach - 1;
    return padding == "same" ? std::max<Index>((out - 1) * stride + reach - in, 0) / 2 : 0;
}

namespace {

// Undefined where the layer hasn't it.
Parameter find_weight(const Layer& layer, std::string_view name) {
    for (const Parameter& weight : layer.weights()) {
        const std::string_view path = weight.name();
        if (path.substr(path.rfind('/') + 1) == name) return weight;
    }
    return {};
}

const CLayer* find_class(std::string_view name) {
    for (const auto family :
         {c_core_layers(), c_activation_layers(), c_convolutions(), c_poolings(),
          c_normalizations(), c_recurrences(), c_shaping_layers(), c_merging_layers()}) {
        const auto found = std::ranges::find(family, name, &CLayer::class_name);
        if (found != family.end()) return &*found;
    }
    return nullptr;
}

// The shapes of the outputs, for one sample. Nothing is computed.
std::vector<Shape> outputs_of(Layer& layer, const std::vector<CArray>& inputs) {
    std::vector<Tensor> given;
    const std::vector<Spec>& built = layer.built_for();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const DType dtype = i < built.size() ? built[i].dtype : f32;
        given.push_back(placeholder({batch_of(some_batch, inputs[i].shape), dtype}));
    }
    std::vector<Shape> shapes;
    for (const Tensor& y : layer(given)) shapes.push_back(without_batch(y.shape()));
    return shapes;
}

// "conv2d: Conv2D (28, 28, 1) -> (26, 26, 32)"
std::string described(const Layer& layer, const std::vector<CArray>& inputs, const Shape& output) {
    std::string shapes;
    for (const CArray& x : inputs) shapes += ' ' + to_string(x.shape);
    return layer.name() + ": " + layer.class_name() + shapes + " -> " + to_string(output);
}

std::vector<CArray> write_layer(CProgram& program, Layer& layer,
                                const std::vector<CArray>& inputs) {
    const CLayer* const known = find_class(layer.class_name());
    CCall call{layer, program, inputs, {}, {}};
    if (!known) call.refuse("there is no C for this class");
    if (layer.dtype() != f32) call.refuse("it computes in ", layer.dtype());
    call.options = layer.get_config();
    const std::vector<Shape> shapes = outputs_of(layer, inputs);
    if (shapes.size() != 1) call.refuse("it has ", shapes.size(), " outputs");
    if (!known->write || (known->passes && known->passes(call)))
        return {{inputs.front().text, shapes.front()}};
    call.output = program.array(shapes.front());
    program.comment(described(layer, inputs, shapes.front()));
    known->write(call);
    return {call.output};
}

// ---- models -------------------------------------------------------------------------------------

const std::string& text_in(const Config& config, std::string_view name) {
    return *config.find(name)->text();
}

// A functional model, of whose calls each is written once, after those that it needs.
class GraphWriter {
public:
    GraphWriter(CProgram& program, const Model& model, const std::vector<CArray>& inputs)
        : program_(program), config_(model.get_config()) {
        for (Layer* const layer : model.inner_layers()) layers_[layer->name()] = layer;
        for (const Config& entry : *config_.find("layers")->list())
            entries_[text_in(entry, "name")] = &entry;
        std::size_t next = 0;
        for_each(*config_.find("input_layers"), [&](const Config& reference) {
            written_[{*reference.list()->front().text(), 0}] = {inputs.at(next++)};
        });
    }

    std::vector<CArray> outputs() {
        std::vector<CArray> all;
        for_each(*config_.find("output_layers"),
                 [&](const Config& reference) { all.push_back(value(reference)); });
        return all;
    }

private:
    // A reference is ["layer", node, output]; there is one, a list of them, or an object.
    template <class F>
    static void for_each(const Config& references, const F& f) {
        if (const Config::Object* const object = references.object()) {
            for (const auto& [name, one] : *object) for_each(one, f);
        } else if (!references.list()->empty() && references.list()->front().text()) {
            f(references);
        } else {
            for (const Config& one : *references.list()) for_each(one, f);
        }
    }

    const CArray& value(const Config& reference) {
        const Config::List& parts = *reference.list();
        const std::string& name = *parts[0].text();
        const auto node = static_cast<std::size_t>(*parts[1].integer());
        const auto output = static_cast<std::size_t>(*parts[2].integer());
        const auto known = written_.find({name, node});
        if (known != written_.end()) return known->second.at(output);
        std::vector<CArray> inputs;
        const Config& call = entries_.at(name)->find("inbound_nodes")->list()->at(node);
        collect(*call.find("args"), inputs);
        const auto layer = layers_.find(name);
        if (layer == layers_.end())
            fail<ValueError>(sentence(text_in(*entries_.at(name), "class_name"), " '", name, "'"),
                             "can't be written as C: it is no layer");
        return written_.emplace(std::pair(name, node), write_c(program_, *layer->second, inputs))
            .first->second.at(output);
    }

    void collect(const Config& arguments, std::vector<CArray>& inputs) {
        for (const Config& one : *arguments.list()) {
            if (one.list())
                collect(one, inputs);
            else
                inputs.push_back(value(*one.find("config")->find("keras_history")));
        }
    }

    CProgram& program_;
    Config config_;
    std::map<std::string, Layer*> layers_;
    std::map<std::string, const Config*> entries_;
    std::map<std::pair<std::string, std::size_t>, std::vector<CArray>> written_;
};

}  // namespace

std::string CCall::weight(std::string_view name) const {
    const Parameter found = find_weight(layer, name);
    return found.defined() ? program.weight(found) : "0";
}

std::vector<float> CCall::values(std::string_view name) const {
    const Parameter found = find_weight(layer, name);
    return found.defined() ? found.value().to_vector<float>() : std::vector<float>();
}

std::vector<CArray> write_c(CProgram& program, Layer& layer, const std::vector<CArray>& inputs) {
    auto* const model = dynamic_cast<Model*>(&layer);
    if (!model) return write_layer(program, layer, inputs);
    if (const auto* const chain = dynamic_cast<const Sequential*>(model)) {
        std::vector<CArray> values = inputs;
        for (const std::shared_ptr<Layer>& one : chain->layers())
            values = write_c(program, *one, values);
        return values;
    }
    if (layer.class_name() != "Model" && layer.class_name() != "Functional")
        fail<ValueError>(sentence(layer.class_name(), " '", layer.name(), "'"),
                         "can't be written as C: it is a class of one's own");
    return GraphWriter(program, *model, inputs).outputs();
}

}  // namespace shikumi::nn::detail
