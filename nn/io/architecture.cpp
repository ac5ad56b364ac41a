#include <shikumi/nn/io/architecture.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <typeindex>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/class_config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/autograd/core/unread_fields.hpp>
#include <shikumi/nn/detail/batch_shape.hpp>
#include <shikumi/nn/detail/build_budget.hpp>
#include <shikumi/nn/detail/class_name.hpp>
#include <shikumi/nn/detail/placeholder.hpp>
#include <shikumi/nn/input.hpp>
#include <shikumi/nn/io/detail/built_model.hpp>
#include <shikumi/nn/io/detail/keras_forms.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/io/keras_config.hpp>
#include <shikumi/nn/layers/activations/activation.hpp>
#include <shikumi/nn/layers/activations/elu.hpp>
#include <shikumi/nn/layers/activations/leaky_relu.hpp>
#include <shikumi/nn/layers/activations/prelu.hpp>
#include <shikumi/nn/layers/activations/relu.hpp>
#include <shikumi/nn/layers/activations/softmax.hpp>
#include <shikumi/nn/layers/attention/attention.hpp>
#include <shikumi/nn/layers/attention/group_query_attention.hpp>
#include <shikumi/nn/layers/attention/multi_head_attention.hpp>
#include <shikumi/nn/layers/convolution/convolution.hpp>
#include <shikumi/nn/layers/convolution/convolution_transpose.hpp>
#include <shikumi/nn/layers/convolution/depthwise_convolution.hpp>
#include <shikumi/nn/layers/convolution/separable_convolution.hpp>
#include <shikumi/nn/layers/core/dense.hpp>
#include <shikumi/nn/layers/core/einsum_dense.hpp>
#include <shikumi/nn/layers/core/embedding.hpp>
#include <shikumi/nn/layers/core/lambda.hpp>
#include <shikumi/nn/layers/core/masking.hpp>
#include <shikumi/nn/layers/core/operation.hpp>
#include <shikumi/nn/layers/core/with_mask.hpp>
#include <shikumi/nn/layers/merging/arithmetic.hpp>
#include <shikumi/nn/layers/merging/concatenate.hpp>
#include <shikumi/nn/layers/merging/dot.hpp>
#include <shikumi/nn/layers/normalization/batch_normalization.hpp>
#include <shikumi/nn/layers/normalization/group_normalization.hpp>
#include <shikumi/nn/layers/normalization/layer_normalization.hpp>
#include <shikumi/nn/layers/normalization/rms_normalization.hpp>
#include <shikumi/nn/layers/normalization/unit_normalization.hpp>
#include <shikumi/nn/layers/pooling/adaptive_pooling.hpp>
#include <shikumi/nn/layers/pooling/global_pooling.hpp>
#include <shikumi/nn/layers/pooling/pooling.hpp>
#include <shikumi/nn/layers/preprocessing/category_encoding.hpp>
#include <shikumi/nn/layers/preprocessing/discretization.hpp>
#include <shikumi/nn/layers/preprocessing/integer_lookup.hpp>
#include <shikumi/nn/layers/preprocessing/normalization.hpp>
#include <shikumi/nn/layers/preprocessing/random_flip.hpp>
#include <shikumi/nn/layers/preprocessing/random_rotation.hpp>
#include <shikumi/nn/layers/preprocessing/random_translation.hpp>
#include <shikumi/nn/layers/preprocessing/random_zoom.hpp>
#include <shikumi/nn/layers/preprocessing/rescaling.hpp>
#include <shikumi/nn/layers/preprocessing/resizing.hpp>
#include <shikumi/nn/layers/recurrent/bidirectional.hpp>
#include <shikumi/nn/layers/recurrent/conv_lstm.hpp>
#include <shikumi/nn/layers/recurrent/gru.hpp>
#include <shikumi/nn/layers/recurrent/lstm.hpp>
#include <shikumi/nn/layers/recurrent/rnn.hpp>
#include <shikumi/nn/layers/recurrent/simple_rnn.hpp>
#include <shikumi/nn/layers/recurrent/stacked_cells.hpp>
#include <shikumi/nn/layers/recurrent/time_distributed.hpp>
#include <shikumi/nn/layers/regularization/activity_regularization.hpp>
#include <shikumi/nn/layers/regularization/alpha_dropout.hpp>
#include <shikumi/nn/layers/regularization/dropout.hpp>
#include <shikumi/nn/layers/regularization/gaussian_dropout.hpp>
#include <shikumi/nn/layers/regularization/gaussian_noise.hpp>
#include <shikumi/nn/layers/regularization/spatial_dropout.hpp>
#include <shikumi/nn/layers/reshaping/cropping.hpp>
#include <shikumi/nn/layers/reshaping/flatten.hpp>
#include <shikumi/nn/layers/reshaping/permute.hpp>
#include <shikumi/nn/layers/reshaping/repeat_vector.hpp>
#include <shikumi/nn/layers/reshaping/reshape.hpp>
#include <shikumi/nn/layers/reshaping/up_sampling.hpp>
#include <shikumi/nn/layers/reshaping/zero_padding.hpp>
#include <shikumi/nn/models/sequential.hpp>

namespace shikumi::nn {

namespace {

SharedLayer make_layer(const Config& config);

// ---- classes by name ----------------------------------------------------------------------------

using MakeLayer = SharedLayer (*)(ConfigReader& config);

template <class L>
SharedLayer make(ConfigReader& config) {
    if constexpr (requires { L::from_config(config, make_layer); })
        return SharedLayer(std::make_shared<L>(L::from_config(config, make_layer)));
    else
        return SharedLayer(std::make_shared<L>(L::from_config(config)));
}

using Classes = std::map<std::string, MakeLayer, std::less<>>;

template <class... L>
Classes classes() {
    return {{detail::class_name(typeid(L)), make<L>}...};
}

const Classes& library() {
    static const Classes all = [] {
        Classes known = classes<
            Sequential, Dense, EinsumDense, Embedding, Lambda, Masking, Activation, ELU, LeakyReLU,
            PReLU, ReLU, Softmax, Conv1D, Conv2D, Conv3D, Conv1DTranspose, Conv2DTranspose,
            Conv3DTranspose, DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D,
            AdaptiveMaxPooling1D, AdaptiveMaxPooling2D, AdaptiveMaxPooling3D,
            AdaptiveAveragePooling1D, AdaptiveAveragePooling2D, AdaptiveAveragePooling3D,
            GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D, GlobalAveragePooling1D,
            GlobalAveragePooling2D, GlobalAveragePooling3D, MaxPooling1D, MaxPooling2D,
            MaxPooling3D, AveragePooling1D, AveragePooling2D, AveragePooling3D, Cropping1D,
            Cropping2D, Cropping3D, Flatten, Permute, RepeatVector, Reshape, UpSampling1D,
            UpSampling2D, UpSampling3D, ZeroPadding1D, ZeroPadding2D, ZeroPadding3D, Add, Subtract,
            Multiply, Average, Maximum, Minimum, Concatenate, Dot, BatchNormalization,
            GroupNormalization, LayerNormalization, RMSNormalization, UnitNormalization,
            ActivityRegularization, AlphaDropout, Dropout, GaussianDropout, GaussianNoise,
            SpatialDropout1D, SpatialDropout2D, SpatialDropout3D, Attention, AdditiveAttention,
            GroupQueryAttention, MultiHeadAttention, Bidirectional, ConvLSTMCell, ConvLSTM1D,
            ConvLSTM2D, ConvLSTM3D, GRUCell, GRU, LSTMCell, LSTM, RNN, SimpleRNNCell, SimpleRNN,
            StackedRNNCells, TimeDistributed, CategoryEncoding, Discretization, IntegerLookup,
            Normalization, RandomFlip, RandomRotation, RandomTranslation, RandomZoom, Rescaling,
            Resizing, CenterCrop, Operation, WithMask>();
        known.insert({{"InputLayer", make<Input>}, {"Functional", make<Model>}});
        known.emplace("Model", make<Model>);  // TensorFlow.js
        return known;
    }();
    return all;
}

struct Own {
    std::type_index type;
    MakeLayer make;
};

shikumi::detail::Registry<Own>& registry() {
    static shikumi::detail::Registry<Own> own("layer");
    return own;
}

MakeLayer maker_of(const std::string& name) {
    if (const auto known = library().find(name); known != library().end()) return known->second;
    if (const std::optional<Own> own = registry().find(name)) return own->make;
    std::vector<std::string_view> names;
    for (const auto& [known, maker] : library()) names.push_back(known);
    try {
        shikumi::detail::refuse_name("layer", name, names);
    } catch (Error& e) {
        e.add_context("and none of your own is registered under that name: register_layer does it");
        throw;
    }
}

// ---- what all layers have in common
// --------------------------------------------------------------

bool is_unread(const ConfigReader& config, std::string_view name) {
    const std::vector<std::string> unread = config.unread();
    return std::ranges::find(unread, name) != unread.end();
}

// What Keras writes for layers that can be told more there.
void refuse_more(ConfigReader& config) {
    for (const char* const name : {"activity_regularizer", "quantization_config", "lora_rank"}) {
        if (is_unread(config, name)) config.accept(name, {});
    }
    for (const char* const name : {"sparse", "ragged", "optional", "dynamic"}) {
        if (is_unread(config, name)) config.accept(name, false);
    }
}

void read_common(Layer& layer, ConfigReader& config) {
    if (const auto name = config.get_or("name", std::string()); !name.empty())
        layer.set_default_name(name);
    if (is_unread(config, "dtype")) {
        const auto dtype = config.get<DType>("dtype");
        if (dtype != layer.dtype()) layer.set_dtype(dtype);
    }
    Shape sample = layer.input_shape();
    config("input_shape", sample);
    if (is_unread(config, "batch_shape") && config.has("batch_shape"))
        sample = detail::known_sample_shape(config.get<Config>("batch_shape"),
                                            sentence(config.owner(), ": batch_shape"));
    // Keras 2 writes it for layers inside of graphs, too, even where sizes are unknown.
    if (is_unread(config, "batch_input_shape") && config.has("batch_input_shape"))
        sample = detail::sample_shape(config.get<Config>("batch_input_shape"),
                                      sentence(config.owner(), ": batch_input_shape"))
                     .value_or(sample);
    layer.set_input_shape(sample);
    if (!config.get_or("trainable", true)) layer.set_trainable(false);
}

SharedLayer make_layer(const Config& config) {
    const auto object = shikumi::detail::class_in(config, "layer");
    const Config* const name = object.config.find("name");
    try {
        const MakeLayer make = maker_of(object.class_name);
        ConfigReader fields(object.class_name, object.config);
        SharedLayer layer = make(fields);
        read_common(*layer.layer, fields);
        refuse_more(fields);
        fields.refuse_unread();
        return layer;
    } catch (Error& e) {
        e.add_context(sentence("in the configuration of ", object.class_name,
                               name && name->text() ? " '" + *name->text() + "'" : std::string()));
        throw;
    }
}

// ---- building
// ------------------------------------------------------------------------------------

bool is_list_of_shapes(const Config& shape) {
    return shape.list() && !shape.list()->empty() && shape.list()->front().list();
}

// The inputs that the layer was built for; nothing where they aren't all known.
std::vector<Spec> inputs_in(const Config& build, DType otherwise) {
    const Config* const shape = build.find("input_shape");
    if (!shape || !shape->list()) return {};
    const Config* const dtype = build.find("input_dtype");
    const bool several = is_list_of_shapes(*shape);
    std::vector<DType> dtypes;
    if (dtype) from_config(*dtype, dtypes, "build_config: input_dtype");
    std::vector<Spec> inputs;
    for (const Config& one : several ? *shape->list() : Config::List{*shape}) {
        const auto sample = detail::sample_shape(one, "build_config: input_shape");
        if (!sample) return {};
        const DType of_input = inputs.size() < dtypes.size() ? dtypes[inputs.size()] : otherwise;
        inputs.push_back({batch_of(detail::some_batch, *sample), of_input});
    }
    return inputs;
}

// Throws for a class of one's own inside that nobody could read.
void check_registered(const Config& config) {
    if (const Config::List* const list = config.list()) {
        for (const Config& one : *list) check_registered(one);
    }
    if (!config.object()) return;
    for (const auto& [name, value] : *config.object()) check_registered(value);
    const Config *const module = config.find("module"), *const own = config.find("registered_name");
    if (!module || !module->is_null() || !own || !own->text()) return;
    if (!registry().find(*own->text()))
        fail<StateError>(*own->text(),
                         "the class isn't registered, so no file could be read that "
                         "holds it: call register_layer<",
                         *own->text(), ">() before");
}

SharedLayer read(const Config& config, KerasReport* report) {
    const Config own = detail::from_keras(
        config,
        {.line = keras_line(config), .report = report, .is_own = [](const std::string& name) {
             return registry().find(name).has_value();
         }});
    SharedLayer layer = make_layer(own);
    const Config* const build = own.find("build_config");
    if (!build) return layer;
    const std::vector<Spec> inputs = inputs_in(*build, layer.layer->dtype());
    if (!inputs.empty()) layer.layer->ensure_built(inputs);
    return layer;
}

detail::BuildBudget limit_of(const ModelBudget& budget) {
    return {budget.weight_bytes, budget.steps};
}

std::shared_ptr<Model> read_model(const Config& config, KerasReport* report) {
    const SharedLayer layer = read(config, report);
    auto model = std::dynamic_pointer_cast<Model>(layer.layer);
    if (!model)
        fail<ValueError>("model", "wants a model, got the layer ", layer.layer->class_name());
    return model;
}

}  // namespace

void detail::register_layer(const std::type_info& type, SharedLayer (*make)(ConfigReader&)) {
    const std::string name = class_name(type);
    const std::optional<Own> before = registry().find(name);
    if (library().contains(name) || (before && before->type != type))
        fail<ValueError>("register_layer", "another class is called ", name);
    registry().add(name, {type, make});
}

Config architecture(const Layer& layer) {
    Config config = to_config(layer);
    check_registered(config);
    return config;
}

SharedLayer layer_from_config(const Config& config, const ModelBudget& budget) {
    const detail::BuildBudget limit = limit_of(budget);
    return read(config, nullptr);
}

std::shared_ptr<Model> model_from_config(const Config& config, const ModelBudget& budget) {
    const detail::BuildBudget limit = limit_of(budget);
    return read_model(config, nullptr);
}

std::shared_ptr<Model> model_from_keras_config(const Config& config, KerasReport& report,
                                               const ModelBudget& budget) {
    const detail::BuildBudget limit = limit_of(budget);
    const shikumi::detail::UnreadFields unread(report.notes);
    return read_model(config, &report);
}

std::shared_ptr<Model> detail::built_model(const Config& config, KerasReport* report,
                                           const ModelBudget& budget) {
    const BuildBudget limit = limit_of(budget);
    std::optional<shikumi::detail::UnreadFields> unread;
    if (report) unread.emplace(report->notes);
    std::shared_ptr<Model> model = read_model(config, report);
    unread.reset();
    model->parameters();  // makes those that aren't made yet
    return model;
}

std::string to_json(const Layer& layer) { return to_json(architecture(layer)); }

std::shared_ptr<Model> model_from_json(std::string_view json, const ModelBudget& budget) {
    return model_from_config(parse_json(json, "model_from_json"), budget);
}

}  // namespace shikumi::nn
