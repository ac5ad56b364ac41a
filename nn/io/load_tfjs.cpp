// Reading layers-models: programs that only save them link nothing of it.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/detail/built_model.hpp>
#include <shikumi/nn/io/detail/take_weights.hpp>
#include <shikumi/nn/io/detail/tfjs_file.hpp>
#include <shikumi/nn/io/detail/tfjs_forms.hpp>
#include <shikumi/nn/io/detail/weight_names.hpp>
#include <shikumi/nn/io/tfjs.hpp>

namespace shikumi::nn {

namespace {

constexpr std::string_view load_tfjs_name = "load_tfjs";

// "lstm/lstm_cell/kernel" is "lstm/kernel" to TensorFlow.js, and to its converter either.
std::string without_cell(const std::string& name) {
    const std::size_t last = name.rfind('/');
    const std::size_t before =
        last == name.npos || last == 0 ? name.npos : name.rfind('/', last - 1);
    return before == name.npos ? name : name.substr(0, before) + name.substr(last);
}

using Weights = std::vector<std::pair<Parameter, std::string>>;

// The weight that a name means; undefined where it means none, or not a single one.
Parameter meant(const std::string& name, const Weights& weights) {
    const auto whole = std::ranges::find(weights, name, &Weights::value_type::second);
    if (whole != weights.end()) return whole->first;
    Parameter found;
    for (const auto& [weight, its_name] : weights) {
        const std::string shorter = without_cell(its_name);
        const bool same =
            shorter == name || its_name == without_cell(name) || shorter == without_cell(name);
        if (same && found.defined()) return {};
        if (same) found = weight;
    }
    return found;
}

void take(Model& model, const detail::TfjsFile& file) {
    const std::vector<Parameter> all = model.parameters();
    const std::vector<std::string> names = detail::weight_names(model);
    const Weights weights = detail::tfjs_weights(model);
    std::vector<detail::OfferedTensor> offered;
    for (const formats::TensorEntry& tensor : file.tensors()) {
        if (file.is_of_optimizer(tensor.name)) continue;
        const auto found = std::ranges::find(all, meant(tensor.name, weights));
        const bool known = found != all.end() && found->defined();
        offered.push_back(
            {known ? names[static_cast<std::size_t>(found - all.begin())] : tensor.name,
             tensor.spec(), [&file, &tensor] { return file.read(tensor.name); }});
    }
    const detail::TakenWeights taken = detail::take_weights(model, offered, {.strict = true});
    if (!taken.done)
        fail<IoError>(load_tfjs_name, file.path(), " doesn't hold the weights of '", model.name(),
                      "': ", taken.report.text());
}

}  // namespace

std::shared_ptr<Model> load_tfjs(const std::string& path, const LoadTfjsOptions& options) {
    const detail::TfjsFile file(load_tfjs_name, path, options.budget);
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
