// Reading layers-models: programs that only save them link nothing of it.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/detail/built_model.hpp>
#include <shikumi/nn/io/detail/take_weights.hpp>
#include <shikumi/nn/io/detail/tfjs_file.hpp>
#include <shikumi/nn/io/detail/weight_names.hpp>
#include <shikumi/nn/io/tfjs.hpp>

namespace shikumi::nn {

namespace {

constexpr std::string_view reader = "load_tfjs";

// "lstm/lstm_cell/kernel" is "lstm/kernel" to TensorFlow.js, and to its converter either.
std::string without_cell(const std::string& name) {
    const std::size_t last = name.rfind('/');
    const std::size_t before =
        last == name.npos || last == 0 ? name.npos : name.rfind('/', last - 1);
    return before == name.npos ? name : name.substr(0, before) + name.substr(last);
}

// Which weight of the model a name means; weights.size() where none is meant, or not a single one.
std::size_t meant(const std::string& name, const std::vector<Parameter>& weights) {
    const auto whole =
        std::ranges::find(weights, name, [](const Parameter& w) { return w.name(); });
    if (whole != weights.end()) return static_cast<std::size_t>(whole - weights.begin());
    std::size_t found = weights.size();
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const bool same = without_cell(weights[i].name()) == name ||
                          weights[i].name() == without_cell(name) ||
                          without_cell(weights[i].name()) == without_cell(name);
        if (same && found != weights.size()) return weights.size();
        if (same) found = i;
    }
    return found;
}

void take(Model& model, const detail::TfjsFile& file) {
    const std::vector<Parameter> weights = model.parameters();
    const std::vector<std::string> names = detail::weight_names(model);
    std::vector<detail::OfferedTensor> offered;
    for (const formats::TensorEntry& tensor : file.tensors()) {
        if (file.is_of_optimizer(tensor.name)) continue;
        const std::size_t i = meant(tensor.name, weights);
        offered.push_back({i < names.size() ? names[i] : tensor.name, tensor.spec(),
                           [&file, &tensor] { return file.read(tensor.name); }});
    }
    const detail::TakenWeights taken = detail::take_weights(model, offered, {.strict = true});
    if (!taken.done)
        fail<IoError>(reader, file.path(), " doesn't hold the weights of '", model.name(),
                      "': ", taken.report.text());
}

}  // namespace

std::shared_ptr<Model> load_tfjs(const std::string& path, const LoadTfjsOptions& options) {
    const detail::TfjsFile file(reader, path, options.budget);
    try {
        KerasReport unread;
        KerasReport& report = options.report ? *options.report : unread;
        std::shared_ptr<Model> model =
            detail::built_model(file.model(), &report, detail::budget_of(file));
        take(*model, file);
        if (!options.compile || file.training().is_null()) return model;
        auto how =
            compile_options_from_keras_config(file.training(), model->output_names(), report);
        if (!how) return model;
        model->compile(std::move(*how));
        report.notes.push_back("the optimizer begins anew: its memory isn't read");
        return model;
    } catch (IoError&) {
        throw;  // says which file it is
    } catch (Error& e) {
        e.add_context(sentence("in the file ", path));
        throw;
    }
}

}  // namespace shikumi::nn
