// Cases with layers-models of TensorFlow.js.
#include <shikumi/formats.hpp>
#include <shikumi/nn/io/detail/tfjs_file.hpp>
#include <shikumi/nn/io/tfjs.hpp>
#include <shikumi/shikumi.hpp>

#include "arrays.hpp"
#include "build.hpp"
#include "case.hpp"
#include "support/temporary.hpp"
#include "tensors.hpp"

namespace shikumi::exchange {

namespace {

using nn::detail::TfjsFile;

std::string model_path(const Case& the_case) {
    return (the_case.folder / the_case.facts.at("files").at(0).at("path")).string();
}

// The optimiser's memory is listed, and not written.
void write_back(const Case& the_case, const TfjsFile& file, nn::Model& model) {
    const shikumi_test::TemporaryFolder folder;
    const std::string copy = (folder.path() / "model.json").string();
    nn::save_tfjs(model, copy);
    const ByName before = by_name(file), after = by_name(TfjsFile("exchange", copy, {}));
    for (const auto& [name, tensor] : before) {
        if (file.is_of_optimizer(name)) continue;
        const auto found = after.find(name);
        want(found != after.end() && same_tensor(found->second, tensor),
             "'" + name + "' was not written back as it was");
    }
    const auto again = nn::load_tfjs(copy);
    want(again->compiled() || !model.compiled(), "the copy isn't compiled");
    compare_predictions(the_case, *again);
}

}  // namespace

void run_tfjs(const Case& the_case) {
    const TfjsFile file("exchange", model_path(the_case), {});
    const ByName tensors = by_name(file);
    want(tensors.size() == the_case.list("tensors").size(), "another number of tensors");
    for (const json& facts : the_case.list("tensors"))
        compare_tensor(the_case, facts, facts.at("name"), tensors);
    nn::KerasReport report;
    const auto model = nn::load_tfjs(model_path(the_case), {.report = &report});
    want((model->compiled() != nullptr) == !file.training().is_null(),
         "compiled otherwise than the file says");
    want(!model->compiled() || report.text().find("the optimizer begins anew") != std::string::npos,
         "the report is silent about the optimizer");
    compare_predictions(the_case, *model);
    if (!the_case.list("write_back").empty()) write_back(the_case, file, *model);
}

}  // namespace shikumi::exchange
