#include <shikumi/nn/training/compile_options.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn {

template <class T>
PerOutput<T>::PerOutput(const PerOutput&) = default;
template <class T>
PerOutput<T>::PerOutput(PerOutput&&) noexcept = default;
template <class T>
PerOutput<T>& PerOutput<T>::operator=(const PerOutput&) = default;
template <class T>
PerOutput<T>& PerOutput<T>::operator=(PerOutput&&) noexcept = default;
template <class T>
PerOutput<T>::~PerOutput() = default;

template <class T>
bool PerOutput<T>::has(bool (*property)(const T& value)) const {
    return std::ranges::any_of(values_, [&](const auto& named) { return property(named.second); });
}

template <class T>
const T* PerOutput<T>::of(std::size_t i, const std::vector<std::string>& outputs) const {
    if (named_) {
        for (const auto& [name, value] : values_) {
            if (name == outputs[i]) return &value;
        }
        return nullptr;
    }
    return values_.empty() ? nullptr : &values_[values_.size() == 1 ? 0 : i].second;
}

template <class T>
void PerOutput<T>::check_outputs(std::string_view caller, std::string_view what,
                                 const std::vector<std::string>& outputs) const {
    if (!named_ && values_.size() > 1 && values_.size() != outputs.size())
        fail<ValueError>(caller, "got ", values_.size(), " ", what, " for the ", outputs.size(),
                         " outputs of the model");
    if (!named_) return;
    std::string known;
    for (const std::string& name : outputs) known += (known.empty() ? "'" : ", '") + name + "'";
    for (const auto& [name, value] : values_) {
        if (std::ranges::find(outputs, name) == outputs.end())
            fail<ValueError>(caller, "got ", what, " for '", name, "', the model's outputs are ",
                             known);
    }
}

template class PerOutput<Loss>;
template class PerOutput<double>;
template class PerOutput<std::vector<Metric>>;

const std::vector<Metric>& Metrics::of(std::size_t i,
                                       const std::vector<std::string>& outputs) const {
    const std::vector<Metric>* own = by_name_.of(i, outputs);
    return own ? *own : of_all_;
}

void Metrics::check_outputs(std::string_view caller,
                            const std::vector<std::string>& outputs) const {
    by_name_.check_outputs(caller, "metrics", outputs);
}

void CompileOptions::check_outputs(std::string_view caller,
                                   const std::vector<std::string>& outputs) const {
    loss.check_outputs(caller, "losses", outputs);
    loss_weights.check_outputs(caller, "loss_weights", outputs);
    metrics.check_outputs(caller, outputs);
    weighted_metrics.check_outputs(caller, outputs);
}

}  // namespace shikumi::nn
