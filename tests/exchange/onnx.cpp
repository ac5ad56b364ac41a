// Cases with ONNX files: what is in them, what the graph computes as one layer and as a model of
// layers, and training that goes on.
#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <shikumi/formats.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/io/onnx.hpp>
#include <shikumi/nn/losses/configs.hpp>
#include <shikumi/shikumi.hpp>

#include "arrays.hpp"
#include "case.hpp"
#include "support/case_program.hpp"
#include "support/temporary.hpp"
#include "tensors.hpp"
#include "training.hpp"

namespace shikumi::exchange {

namespace fs = std::filesystem;
using formats::NamedTensor;
using formats::OnnxModel;
using formats::StoredTensor;

namespace {

fs::path file_of(const Case& the_case) {
    for (const json& file : the_case.facts.at("files"))
        if (file.at("format") == "onnx") return the_case.folder / file.at("path");
    throw Different("the case has no ONNX file");
}

// ---- the file -----------------------------------------------------------------------------------

// The operators of nodes, of their branches, too.
void count_ops(const std::vector<formats::OnnxNode>& nodes, std::map<std::string, int>& ops) {
    using Branch = std::shared_ptr<const formats::OnnxGraph>;
    for (const formats::OnnxNode& node : nodes) {
        ++ops[node.domain.empty() ? node.op : node.domain + "::" + node.op];
        for (const formats::OnnxAttribute& attribute : node.attributes)
            if (const auto* branch = std::get_if<Branch>(&attribute.value))
                count_ops((*branch)->nodes, ops);
    }
}

void compare_graph(const json& expected, const OnnxModel& model) {
    want(model.ir_version == expected.at("ir_version"), "another IR version");
    std::map<std::string, int> ops;
    count_ops(model.graph.nodes, ops);
    for (const formats::OnnxFunction& f : model.functions) count_ops(f.nodes, ops);
    want(json(ops) == expected.at("ops"), "other operators: " + json(ops).dump());
    std::vector<std::string> functions;
    for (const formats::OnnxFunction& f : model.functions)
        functions.push_back(f.domain + "::" + f.name);
    want(json(functions) == expected.at("functions"), "other functions");
    for (const auto& wanted : expected.at("opsets").items()) {
        const std::string& domain = wanted.key();
        want(std::ranges::any_of(model.opsets,
                                 [&](const formats::OnnxOpset& opset) {
                                     return opset.domain == (domain == "ai.onnx" ? "" : domain) &&
                                            opset.version == wanted.value();
                                 }),
             "the opset of " + domain + " is missing");
    }
}

void compare_initializers(const Case& the_case, const OnnxModel& model) {
    ByName tensors;
    for (const NamedTensor& tensor : model.graph.initializers)
        tensors.emplace(tensor.name, tensor.value);
    for (const json& tensor : the_case.list("tensors"))
        compare_tensor(the_case, tensor, tensor.at("name"), tensors);
}

// What was read is written and read again.
void compare_way_back(const OnnxModel& model) {
    const shikumi_test::TemporaryFolder folder;
    const std::string copy = (folder.path() / "model.onnx").string();
    formats::write_onnx(copy, model);
    const OnnxModel again = formats::read_onnx(copy);
    const std::string twice = (folder.path() / "twice.onnx").string();
    formats::write_onnx(twice, again);
    want(shikumi_test::contents(copy) == shikumi_test::contents(twice),
         "what was written is read as another file");
    want(again.graph.nodes.size() == model.graph.nodes.size() &&
             again.graph.initializers.size() == model.graph.initializers.size(),
         "another graph was written back");
    for (std::size_t i = 0; i < model.graph.initializers.size(); ++i)
        want(same_tensor(again.graph.initializers[i].value, model.graph.initializers[i].value),
             "'" + model.graph.initializers[i].name + "' was not written back as it was");
}

// ---- what it computes ---------------------------------------------------------------------------

void compare_outputs(const Case& the_case, const std::vector<Tensor>& outputs,
                     const std::vector<std::string>& names, const std::string& how) {
    const json& expected = the_case.list("outputs");
    want(outputs.size() == expected.size(), "another number of outputs " + how);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        want(names[i] == expected[i].at("name"), "the output is called " + names[i]);
        const Tensor wanted = array(the_case, expected[i]);
        want(outputs[i].dtype() == wanted.dtype(), names[i] + " has another dtype " + how);
        compare(names[i] + " " + how, outputs[i], wanted, the_case.facts.at("tolerance"));
    }
}

void compare_layer(const Case& the_case, const OnnxModel& file) {
    const nn::OnnxLayer graph = nn::layer_from_onnx(file);
    for (std::size_t i = 0; i < graph.inputs.size(); ++i)
        want(graph.inputs[i] == the_case.list("inputs")[i].at("name"), "another input");
    compare_outputs(the_case, (*graph.layer)(arrays(the_case, the_case.list("inputs"))),
                    graph.outputs, "of the layer");
}

// Whether the first axis of all arrays is one batch, as a model wants it.
bool has_batch(const Case& the_case) {
    static const std::vector<std::string> none{"onnx_constants", "onnx_gemm", "onnx_recurrent",
                                               "onnx_shape_arithmetic", "onnx_tensor_ops"};
    return std::ranges::find(none, the_case.facts.at("name").get<std::string>()) == none.end();
}

void compare_model(const Case& the_case, const OnnxModel& file) {
    const std::vector<Tensor> inputs = arrays(the_case, the_case.list("inputs"));
    if (!has_batch(the_case)) {
        try {
            nn::model_from_onnx(file);
        } catch (const Error&) {
            return;
        }
        throw Different("a graph without a batch became a model");
    }
    nn::Model model = nn::model_from_onnx(file);
    compare_outputs(the_case, model.predict(inputs), model.output_names(), "of the model");
    // Single samples give what they give together.
    const std::vector<Tensor> one_by_one = model.predict(inputs, {.batch_size = 1});
    compare_outputs(the_case, one_by_one, model.output_names(), "of single samples");
}

// ---- training -----------------------------------------------------------------------------------

// The loss is that of the first output that the case names; biases that are two in the file and
// one in our layers learn twice as fast.
class Training {
public:
    Training(const Case& the_case, const OnnxModel& file)
        : case_(the_case),
          facts_(the_case.facts.at("training")),
          file_(file),
          x_(array(the_case, facts_.at("x").at(0))),
          y_(array(the_case, facts_.at("y").at(0))) {}

    void run_model() {
        nn::Model model = nn::model_from_onnx(file_);
        const std::string wanted = facts_.at("y").at(0).at("name");
        const auto& names = model.output_names();
        const auto output =
            static_cast<std::size_t>(std::ranges::find(names, wanted) - names.begin());
        want(output < names.size(), "the model has no output " + wanted);
        train(model.parameters(), [&](const Tensor& x) {
            return model(std::vector<Tensor>{x}, nn::Mode::train).at(output);
        });
        // The file with the weights that are expected gives the same model.
        nn::Model expected = nn::model_from_onnx(file_after());
        const auto got = model.parameters(), after = expected.parameters();
        for (std::size_t i = 0; i < got.size(); ++i)
            compare(got[i].name(), got[i].value(), after[i].value(), facts_.at("tolerance"));
    }
    void run_layer() {
        const nn::OnnxLayer graph = nn::layer_from_onnx(file_);
        const std::string wanted = facts_.at("y").at(0).at("name");
        const auto output = static_cast<std::size_t>(std::ranges::find(graph.outputs, wanted) -
                                                     graph.outputs.begin());
        graph.layer->ensure_built(std::vector<Spec>{take(x_, order_of(facts_, 0)).spec()});
        train(graph.layer->weights(), [&](const Tensor& x) {
            return (*graph.layer)(std::vector<Tensor>{x}, nn::Mode::train).at(output);
        });
        for (const json& after : facts_.at("weights_after")) {
            const std::string name = after.at("name");
            const auto weights = graph.layer->weights();
            const auto found = std::ranges::find_if(
                weights, [&](const Parameter& p) { return p.name().ends_with("/" + name); });
            want(found != weights.end(), "the layer has no weight " + name);
            compare(name, found->value(), array(case_, after), facts_.at("tolerance"));
        }
    }

private:
    template <class F>
    void train(const std::vector<Parameter>& parameters, F output_of) {
        const json& config = facts_.at("optimizer").at("config");
        want(facts_.at("optimizer").at("class_name") == "SGD" && config.at("momentum") == 0,
             "another optimiser");
        const double rate = config.at("lr");
        const nn::Loss loss = loss_of();
        for (std::size_t step = 0; step < facts_.at("steps"); ++step) {
            const Tensor order = order_of(facts_, step);
            const Tensor value = mean(loss(take(y_, order), output_of(take(x_, order))));
            compare_loss(facts_, step, value.item<double>());
            descend(value, parameters, rate, 2);
        }
    }
    nn::Loss loss_of() const {
        const json& loss = facts_.at("loss");
        const json form = loss.is_string() ? loss
                                           : json{{"module", "keras.losses"},
                                                  {"class_name", loss.at("class_name")},
                                                  {"config", loss.at("config")}};
        return nn::loss_from_config(nn::parse_json(form.dump(), "loss"));
    }
    OnnxModel file_after() const {
        OnnxModel after = file_;
        for (NamedTensor& tensor : after.graph.initializers)
            for (const json& expected : facts_.at("weights_after"))
                if (expected.at("name") == tensor.name)
                    tensor.value = StoredTensor(array(case_, expected));
        return after;
    }

    const Case& case_;
    const json& facts_;
    const OnnxModel& file_;
    Tensor x_, y_;
};

// One of ONNX's own tests of an operator: what can't be done is said, and nothing is wrong.
void run_node(const Case& the_case, const std::string& path) {
    const std::string op = the_case.facts.at("node");
    std::vector<Tensor> outputs;
    try {
        outputs = (*nn::load_onnx_layer(path).layer)(arrays(the_case, the_case.list("inputs")));
        evaluate(outputs);
    } catch (const Error& e) {
        throw shikumi_test::Skipped(op + ": " + e.what());
    }
    const json& expected = the_case.list("outputs");
    want(outputs.size() == expected.size(), op + ": another number of outputs");
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const Tensor wanted = array(the_case, expected[i]);
        want(outputs[i].spec() == wanted.spec(), op + " gives " + to_string(outputs[i].spec()) +
                                                     ", expected " + to_string(wanted.spec()));
        // Infinities and NaN are where they should be; the rest is near.
        const Tensor a = outputs[i].cast(f64), b = wanted.cast(f64);
        const Tensor odd = !(isfinite)(b);
        want(all((isfinite)(b) | equal(a, b) | ((isnan)(a) & (isnan)(b))).item<bool>(),
             op + " is not finite elsewhere than expected");
        const Tensor none = zeros_like(a);
        compare(op, where(odd, none, a), where(odd, none, b), the_case.facts.at("tolerance"));
    }
}

}  // namespace

void run_onnx(const Case& the_case) {
    const fs::path path = file_of(the_case);
    if (the_case.facts.contains("node")) return run_node(the_case, path.string());
    const OnnxModel file = formats::read_onnx(path.string());
    compare_graph(the_case.facts.at("graph"), file);
    compare_initializers(the_case, file);
    compare_way_back(file);
    compare_layer(the_case, file);
    compare_model(the_case, file);
    if (!the_case.facts.contains("training")) return;
    Training(the_case, file).run_layer();
    Training(the_case, file).run_model();
}

}  // namespace shikumi::exchange
