#include <shikumi/nn/io/detail/take_weights.hpp>

#include <map>

#include <shikumi/nn/io/detail/weight_names.hpp>

namespace shikumi::nn::detail {

namespace {

// Whether all values of one dtype are values of the other, and mean the same there.
bool fits(DType given, DType wanted) {
    const bool alike =
        is_floating(given) == is_floating(wanted) && (given == bool_) == (wanted == bool_);
    return alike && wider(given, wanted) == wanted;
}

}  // namespace

TakenWeights take_weights(Model& model, const std::vector<OfferedTensor>& offered,
                          const TakeOptions& options) {
    const std::vector<Parameter> weights = model.parameters();
    const std::vector<std::string> names = weight_names(model);
    std::map<std::string_view, std::size_t> positions;
    for (std::size_t i = 0; i < names.size(); ++i) positions.emplace(names[i], i);

    TakenWeights result;
    std::vector<const OfferedTensor*> found(weights.size());
    for (const OfferedTensor& tensor : offered) {
        const std::string name = options.rename ? options.rename(tensor.name) : tensor.name;
        if (name.empty()) continue;
        const auto position = positions.find(name);
        if (position == positions.end())
            result.report.unexpected.push_back(tensor.name);
        else if (std::exchange(found[position->second], &tensor))
            fail<ValueError>("load_weights", "two tensors, one of them '", tensor.name,
                             "', are for the weight '", name, "'");
    }
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const Spec wanted = weights[i].value().spec();
        if (!found[i]) {
            result.report.missing.push_back(names[i]);
        } else if (const Spec given = found[i]->spec;
                   given.shape != wanted.shape || !fits(given.dtype, wanted.dtype)) {
            result.report.mismatched.push_back({names[i], given, wanted});
            found[i] = nullptr;
        } else {
            result.report.taken.push_back(names[i]);
        }
    }
    if (options.strict && !result.report.complete()) return result;
    std::vector<Tensor> values;
    for (std::size_t i = 0; i < weights.size(); ++i)
        values.push_back(found[i] ? found[i]->read().cast(weights[i].dtype()) : weights[i].value());
    model.set_weights(values);
    result.done = true;
    return result;
}

}  // namespace shikumi::nn::detail
