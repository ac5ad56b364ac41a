#include <shikumi/nn/io/detail/torch_state.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/open_tensor_file.hpp>
#include <shikumi/formats/torch_file.hpp>

namespace shikumi::nn::detail {

using formats::NamedTensor;
using formats::StoredTensor;
using formats::TensorEntry;

namespace {

constexpr std::string_view data_parallel = "module.";
// What programs call the state dict in their checkpoints.
constexpr std::string_view usual_keys[] = {"model",       "state_dict", "model_state_dict",
                                           "model_state", "net",        "network",
                                           "weights",     "params",     "module"};

bool any_begins(const formats::TensorFile& file, const std::string& start) {
    return std::ranges::any_of(
        file.tensors(), [&](const TensorEntry& tensor) { return tensor.name.starts_with(start); });
}

bool all_begin(const TorchTensors& tensors, std::string_view start) {
    return !tensors.empty() && std::ranges::all_of(tensors, [&](const auto& tensor) {
        return tensor.first.starts_with(start);
    });
}

// Whether every value of one type is one of the other.
bool fits(formats::StoredType given, DType wanted) {
    const DType held = formats::held_as(given);
    return is_floating(held) == is_floating(wanted) && wider(held, wanted) == wanted;
}

}  // namespace

TorchState::TorchState(std::string_view who, const formats::TensorFile& file,
                       const std::vector<TorchLayer>& layers, const TorchOptions& options)
    : who_(who), file_(file) {
    choose(layers, options);
    add_notes();
}

// Tries the whole file and the usual keys, unless the key is given; the one with most weights
// counts, and of equal ones the first that is complete.
void TorchState::choose(const std::vector<TorchLayer>& layers, const TorchOptions& options) {
    std::vector<std::string> starts;
    if (!options.key.empty()) {
        if (!any_begins(file_, options.key + '.'))
            fail<IoError>(who_, file_.path(), " holds no tensors under '", options.key, "'");
        starts.push_back(options.key + '.');
    } else {
        starts.emplace_back();
        for (const std::string_view key : usual_keys) {
            const std::string start = std::string(key) + '.';
            if (any_begins(file_, start)) starts.push_back(start);
        }
    }
    std::optional<TorchState> best;
    for (const std::string& start : starts) {
        start_ = start;
        prefix_ = options.prefix;
        tensors_.clear();
        for (const TensorEntry& tensor : file_.tensors()) {
            if (tensor.name.starts_with(start + prefix_))
                tensors_.emplace_back(tensor.name.substr(start.size() + prefix_.size()),
                                      tensor.shape);
        }
        if (prefix_.empty() && all_begin(tensors_, data_parallel)) {
            prefix_ = data_parallel;
            for (auto& tensor : tensors_) tensor.first.erase(0, data_parallel.size());
        }
        start_ += prefix_;
        modules_ = match_modules(layers, tensors_, options.modules);
        compare(layers);
        const bool better = !best ||
                            report_.weights.taken.size() > best->report_.weights.taken.size() ||
                            (report_.weights.complete() && !best->report_.weights.complete());
        if (better) best.emplace(*this);
        if (report_.weights.complete()) break;
    }
    start_ = best->start_;
    prefix_ = best->prefix_;
    tensors_ = std::move(best->tensors_);
    modules_ = std::move(best->modules_);
    whole_ = std::move(best->whole_);
    report_ = std::move(best->report_);
}

void TorchState::compare(const std::vector<TorchLayer>& layers) {
    report_ = {};
    whole_.assign(layers.size(), {});
    std::map<std::string_view, const Shape*> shapes;
    for (const auto& [name, shape] : tensors_) shapes.emplace(name, &shape);
    std::set<std::string> used;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const std::string module = modules_[i] ? modules_[i]->text() : std::string();
        report_.modules.emplace_back(layers[i].path, module);
        for (const TorchLink& link : layers[i].links) {
            bool all = modules_[i].has_value();
            for (const std::string& tensor : link.tensors) {
                if (!modules_[i]) continue;
                const std::string name = modules_[i]->tensor(tensor);
                const auto found = shapes.find(name);
                if (found == shapes.end()) {
                    all = false;
                    if (!link.weights.empty()) report_.weights.missing.push_back(start_ + name);
                    continue;
                }
                if (link.kind == TorchLink::Kind::constant && !holds(name, link)) continue;
                used.insert(name);
                if (link.kind == TorchLink::Kind::constant) continue;
                const bool counter = link.kind == TorchLink::Kind::counter;
                const DType wanted = counter ? i64 : link.weights[0].dtype();
                if (counter || (*found->second == link.shape && fits(type(name), wanted))) continue;
                all = false;
                report_.weights.mismatched.push_back(
                    {start_ + name,
                     {*found->second, formats::held_as(type(name))},
                     {link.shape, wanted}});
            }
            whole_[i].push_back(all);
            for (const Parameter& weight : link.weights) {
                if (all)
                    report_.weights.taken.push_back(weight.name());
                else if (!modules_[i])
                    report_.weights.missing.push_back(weight.name());
            }
        }
    }
    for (const auto& [name, shape] : tensors_) {
        if (!used.contains(name)) report_.weights.unexpected.push_back(start_ + name);
    }
}

bool TorchState::holds(const std::string& name, const TorchLink& link) const {
    const Tensor values = read(name);
    if (values.shape() != link.shape) return false;
    const std::vector<double> all = values.cast(f64).to_vector<double>();
    return std::ranges::all_of(all, [&](double x) { return x == link.value; });
}

void TorchState::add_notes() {
    if (prefix_ == data_parallel)
        report_.notes.push_back("all names begin with 'module.', as DataParallel writes them");
    const auto* const file = dynamic_cast<const formats::TorchFile*>(&file_);
    if (!file) return;
    for (const formats::OpaqueObject& object : file->opaque())
        report_.notes.push_back("passed over: '" + object.path + "', " + object.class_name);
    for (const auto& [name, shape] : tensors_) {
        const std::string first = file->same_as(start_ + name);
        if (first.starts_with(start_))
            report_.notes.push_back("tied: '" + name + "' is '" + first.substr(start_.size()) +
                                    "'");
    }
}

bool TorchState::contains(std::string_view name) const {
    return file_.contains(start_ + std::string(name));
}

Tensor TorchState::read(std::string_view name) const {
    return file_.read(start_ + std::string(name));
}

formats::StoredType TorchState::type(std::string_view name) const {
    return file_.entry(start_ + std::string(name)).type;
}

// ---- writing ------------------------------------------------------------------------------------

std::vector<std::pair<std::string, int>> module_versions(const std::vector<TorchLayer>& layers,
                                                         const TorchDict& dict) {
    std::vector<std::pair<std::string, int>> all{{"", 1}};
    std::set<std::string> known{""};
    const auto add = [&](const std::string& path, int version) {
        if (known.insert(path).second) all.emplace_back(path, version);
    };
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const std::string path = dict.prefix + dict.modules[i].path;
        for (auto dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1))
            add(path.substr(0, dot), 1);
        // BatchNorm counts batches since version 2.
        add(path, layers[i].class_name == "BatchNormalization" ? 2 : 1);
        if (layers[i].class_name == "MultiHeadAttention") add(path + ".out_proj", 1);
    }
    return all;
}

namespace {

// The tensors of a link, as they are in `like` where that has them.
std::vector<Tensor> values_of(const TorchLink& link, const TorchModule& module,
                              const TorchState* like, std::int64_t batches) {
    std::vector<Tensor> before;
    if (like) {
        for (const std::string& tensor : link.tensors) {
            const std::string name = module.tensor(tensor);
            if (like->contains(name)) before.push_back(like->read(name));
        }
    }
    if (link.kind == TorchLink::Kind::counter) {
        const std::int64_t counted = before.empty() ? 0 : before[0].item<Index>();
        return {scalar(static_cast<double>(counted + batches), i64)};
    }
    if (link.kind == TorchLink::Kind::constant) return {full(link.shape, link.value, f32)};
    std::vector<Tensor> values;
    for (const Parameter& weight : link.weights) values.push_back(weight.value());
    if (before.size() != link.tensors.size()) before.clear();
    return link.tensors_of(values, before);
}

}  // namespace

TorchDict torch_dict(std::string_view who, const std::vector<TorchLayer>& layers,
                     const SaveTorchOptions& options) {
    std::unique_ptr<formats::TensorFile> file;
    std::optional<TorchState> like;
    if (!options.like.empty()) {
        file = formats::open_tensor_file(options.like);
        like.emplace(who, *file, layers,
                     TorchOptions{.key = options.key,
                                  .prefix = options.prefix,
                                  .modules = options.modules,
                                  .strict = false});
        const WeightsReport& report = like->report().weights;
        if (!report.missing.empty() || !report.mismatched.empty())
            fail<IoError>(who, options.like, " is not of this model: ", report.text());
    }
    TorchDict dict{{}, {}, like ? like->prefix() : options.prefix};
    std::map<std::string, StoredTensor> ours;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto given = options.modules.find(layers[i].path);
        dict.modules.push_back(like ? *like->modules()[i]
                                    : module_named(layers[i], given == options.modules.end()
                                                                  ? layers[i].path
                                                                  : given->second));
        for (const TorchLink& link : layers[i].links) {
            const std::vector<Tensor> values =
                values_of(link, dict.modules[i], like ? &*like : nullptr, options.batches);
            for (std::size_t k = 0; k < values.size(); ++k) {
                const std::string name = dict.modules[i].tensor(link.tensors[k]);
                const StoredTensor value(values[k]);
                ours.insert_or_assign(
                    name, like && like->contains(name) ? value.as(like->type(name)) : value);
                if (!like) dict.tensors.push_back({dict.prefix + name, value});
            }
        }
    }
    if (!like) return dict;
    for (const auto& [name, shape] : like->tensors()) {
        const auto found = ours.find(name);
        dict.tensors.push_back({dict.prefix + name, found == ours.end()
                                                        ? file->read_stored(like->start() + name)
                                                        : found->second});
    }
    return dict;
}

}  // namespace shikumi::nn::detail
