#include <shikumi/nn/io/torch_checkpoint.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/torch_file.hpp>
#include <shikumi/nn/io/detail/torch_state.hpp>
#include <shikumi/optim/configs.hpp>
#include <shikumi/optim/detail/optimizer_state.hpp>

namespace shikumi::nn {

using detail::TorchLayer;
using detail::TorchLink;
using detail::TorchState;
using formats::StoredTensor;
using formats::TorchFile;
using formats::TorchValue;

namespace {

constexpr std::string_view loader = "load_torch_optimizer", saver = "save_torch_checkpoint";

// ---- optimisers by PyTorch's names --------------------------------------------------------------

struct NamedOption {
    const char *ours, *theirs;
};
constexpr NamedOption common[] = {
    {"learning_rate", "lr"}, {"weight_decay", "weight_decay"}, {"maximize", "maximize"}};

// `betas` stands for beta_1 and beta_2, `etas` and `step_sizes` for two options each.
struct Pair {
    const char *first, *second, *theirs;
};

struct KnownOptimizer {
    std::string_view class_name;
    std::vector<std::string_view> has,
        lacks;  // by what options a group is told to be of this class
    std::vector<NamedOption> options;
    std::vector<Pair> pairs = {};
    bool counts_steps = true;
    std::vector<std::string_view> theirs_only = {};  // options that it writes as false or None
};

const std::vector<KnownOptimizer>& known_optimizers() {
    static const Pair betas{"beta_1", "beta_2", "betas"};
    static const NamedOption eps{"epsilon", "eps"};
    static const NamedOption decoupled{"decoupled_weight_decay", "decoupled_weight_decay"};
    static const std::vector<KnownOptimizer> all{
        {.class_name = "SGD",
         .has = {"momentum", "dampening", "nesterov"},
         .lacks = {},
         .options = {{"momentum", "momentum"},
                     {"dampening", "dampening"},
                     {"nesterov", "nesterov"}},
         .counts_steps = false,
         .theirs_only = {"foreach", "differentiable", "fused"}},
        {.class_name = "Adam",
         .has = {"betas", "eps", "amsgrad"},
         .lacks = {},
         .options = {eps, {"amsgrad", "amsgrad"}, decoupled},
         .pairs = {betas},
         .theirs_only = {"foreach", "capturable", "differentiable", "fused"}},
        {.class_name = "RMSprop",
         .has = {"alpha", "eps", "centered"},
         .lacks = {},
         .options = {eps, {"alpha", "alpha"}, {"momentum", "momentum"}, {"centered", "centered"}},
         .theirs_only = {"capturable", "foreach", "differentiable"}},
        {.class_name = "Adagrad",
         .has = {"lr_decay", "initial_accumulator_value"},
         .lacks = {},
         .options = {eps,
                     {"lr_decay", "lr_decay"},
                     {"initial_accumulator_value", "initial_accumulator_value"}},
         .theirs_only = {"foreach", "differentiable", "fused"}},
        {.class_name = "Adadelta",
         .has = {"rho", "eps"},
         .lacks = {},
         .options = {eps, {"rho", "rho"}},
         .theirs_only = {"foreach", "capturable", "differentiable"}},
        {.class_name = "NAdam",
         .has = {"betas", "momentum_decay"},
         .lacks = {},
         .options = {eps, {"momentum_decay", "momentum_decay"}, decoupled},
         .pairs = {betas},
         .theirs_only = {"foreach", "capturable", "differentiable"}},
        {.class_name = "Adamax",
         .has = {"betas", "eps"},
         .lacks = {"amsgrad", "momentum_decay", "decoupled_weight_decay"},
         .options = {eps},
         .pairs = {betas},
         .theirs_only = {"foreach", "differentiable", "capturable"}},
        {.class_name = "RAdam",
         .has = {"betas", "eps", "decoupled_weight_decay"},
         .lacks = {"amsgrad", "momentum_decay"},
         .options = {eps, decoupled},
         .pairs = {betas},
         .theirs_only = {"foreach", "capturable", "differentiable"}}};
    return all;
}

// A group's options by PyTorch's names.
using Group = std::map<std::string, Config>;

const KnownOptimizer& optimizer_of(const std::string& path, const Group& group) {
    for (const KnownOptimizer& known : known_optimizers()) {
        const auto is_there = [&](std::string_view name) {
            return group.contains(std::string(name));
        };
        if (std::ranges::all_of(known.has, is_there) && std::ranges::none_of(known.lacks, is_there))
            return known;
    }
    std::string options;
    for (const auto& [name, value] : group) options += (options.empty() ? "" : ", ") + name;
    fail<IoError>(loader, path, " holds an optimizer that isn't known, with the options ", options);
}

Config numbers_as_config(const KnownOptimizer& known, const Group& group) {
    Config config = Config::Object{};
    const auto set = [&](const NamedOption& option) {
        const auto found = group.find(option.theirs);
        if (found != group.end()) config.set(option.ours, found->second);
    };
    for (const NamedOption& option : common) set(option);
    for (const NamedOption& option : known.options) set(option);
    for (const Pair& pair : known.pairs) {
        const auto found = group.find(pair.theirs);
        const Config::List* const two = found == group.end() ? nullptr : found->second.list();
        if (!two || two->size() != 2) continue;
        config.set(pair.first, (*two)[0]);
        config.set(pair.second, (*two)[1]);
    }
    return config;
}

// AdamW's groups say so, since its decay is decoupled.
std::string class_of(const KnownOptimizer& known, const Group& group) {
    const auto decoupled = group.find("decoupled_weight_decay");
    const bool adam_w = known.class_name == "Adam" && decoupled != group.end() &&
                        decoupled->second.boolean() && *decoupled->second.boolean();
    return adam_w ? "AdamW" : std::string(known.class_name);
}

double number(const Group& group, const std::string& name, double otherwise) {
    const auto found = group.find(name);
    if (found == group.end()) return otherwise;
    if (const auto* integer = found->second.integer()) return static_cast<double>(*integer);
    return found->second.number() ? *found->second.number() : otherwise;
}

// ---- the file -----------------------------------------------------------------------------------

// An optimiser's part of a file.
class OptimizerPart {
public:
    OptimizerPart(const TorchFile& file, const std::string& key) : file_(file) {
        constexpr std::string_view mark = "param_groups.0.params";
        std::set<std::string> starts;
        for (const auto& [path, value] : file.values()) {
            if (path.ends_with(mark)) starts.insert(path.substr(0, path.size() - mark.size()));
        }
        const std::string wanted = key.empty() ? "" : key + '.';
        if (key.empty() ? starts.size() != 1 : !starts.contains(wanted))
            fail<IoError>(loader, file.path(), " holds ", starts.size(), " optimizers",
                          key.empty() ? "" : ", none of them under '" + key + "'");
        start_ = key.empty() ? *starts.begin() : wanted;
        read_groups();
    }

    const std::vector<Group>& groups() const noexcept { return groups_; }
    // The numbers of a group's parameters.
    std::vector<std::int64_t> parameters(std::size_t group) const {
        std::vector<std::int64_t> all;
        const auto found = groups_[group].find("params");
        if (found == groups_[group].end() || !found->second.list()) return all;
        for (const Config& item : *found->second.list()) {
            if (const auto* index = item.integer()) all.push_back(*index);
        }
        return all;
    }
    // The names of a group's parameters; none where the optimiser wasn't told.
    std::vector<std::string> names(std::size_t group) const {
        std::vector<std::string> all;
        const auto found = groups_[group].find("param_names");
        if (found == groups_[group].end() || !found->second.list()) return all;
        for (const Config& item : *found->second.list()) {
            if (const std::string* name = item.text()) all.push_back(*name);
        }
        return all;
    }
    std::string state_name(std::int64_t parameter, const std::string& part) const {
        return start_ + "state." + std::to_string(parameter) + '.' + part;
    }
    std::optional<Tensor> state(std::int64_t parameter, const std::string& part) const {
        const std::string name = state_name(parameter, part);
        if (file_.contains(name)) return file_.read(name);
        const Config* const value = file_.value(name);  // older files count steps so
        if (!value) return std::nullopt;
        if (const auto* integer = value->integer())
            return scalar(static_cast<double>(*integer), f64);
        return value->number() ? std::optional(scalar(*value->number(), f64)) : std::nullopt;
    }

private:
    void read_groups() {
        const std::string start = start_ + "param_groups.";
        for (const auto& [path, value] : file_.values()) {
            if (!path.starts_with(start)) continue;
            const auto dot = path.find('.', start.size());
            if (dot == path.npos) continue;
            const std::string digits = path.substr(start.size(), dot - start.size());
            if (digits == std::to_string(groups_.size()))
                groups_.emplace_back();
            else if (groups_.empty() || digits != std::to_string(groups_.size() - 1))
                fail<IoError>(loader, file_.path(), ": its groups are in no order: '", path, "'");
            groups_.back().emplace(path.substr(dot + 1), value);
        }
    }

    const TorchFile& file_;
    std::string start_;
    std::vector<Group> groups_;
};

bool is_buffer(std::string_view name) {
    return name.ends_with("running_mean") || name.ends_with("running_var") ||
           name.ends_with("num_batches_tracked");
}

// The number of each parameter in the optimiser, by the tensor's name.
using Numbers = std::map<std::string, std::int64_t>;

// By what the groups call their parameters; nothing where one doesn't name them all.
std::optional<Numbers> numbers_by_name(const OptimizerPart& part, const std::string& prefix) {
    Numbers numbers;
    for (std::size_t g = 0; g < part.groups().size(); ++g) {
        const std::vector<std::int64_t> indices = part.parameters(g);
        const std::vector<std::string> names = part.names(g);
        if (names.size() != indices.size()) return std::nullopt;
        for (std::size_t i = 0; i < names.size(); ++i)
            numbers[names[i].starts_with(prefix) ? names[i].substr(prefix.size()) : names[i]] =
                indices[i];
    }
    return numbers;
}

// By the order of the state dict, which is that of the only group.
Numbers numbers_by_order(const TorchFile& file, const TorchState& state,
                         const OptimizerPart& part) {
    if (part.groups().size() > 1)
        fail<IoError>(loader, file.path(), ": its optimizer has ", part.groups().size(),
                      " groups and doesn't name their parameters: make it of "
                      "model.named_parameters(), so that it does");
    const std::vector<std::int64_t> indices = part.parameters(0);
    std::vector<std::string> order;
    for (const auto& [name, shape] : state.tensors()) {
        if (!is_buffer(name) && file.same_as(state.start() + name).empty()) order.push_back(name);
    }
    if (order.size() != indices.size())
        fail<IoError>(loader, file.path(), ": its optimizer has ", indices.size(),
                      " parameters, its model ", order.size());
    Numbers numbers;
    for (std::size_t i = 0; i < order.size(); ++i) numbers[order[i]] = indices[i];
    return numbers;
}

// A tensor that is the same as another one has its number.
void add_tied(const TorchFile& file, const TorchState& state, Numbers& numbers) {
    for (const auto& [name, shape] : state.tensors()) {
        const std::string first = file.same_as(state.start() + name);
        if (!first.starts_with(state.start())) continue;
        const auto found = numbers.find(first.substr(state.start().size()));
        if (found != numbers.end()) numbers[name] = found->second;
    }
}

Numbers numbers_of(const TorchFile& file, const TorchState& state, const OptimizerPart& part) {
    std::optional<Numbers> named = numbers_by_name(part, state.prefix());
    Numbers numbers = named ? std::move(*named) : numbers_by_order(file, state, part);
    add_tied(file, state, numbers);
    return numbers;
}

// ---- reading ------------------------------------------------------------------------------------

class Restorer {
public:
    Restorer(Model& model, const TorchFile& file, const TorchOptimizerOptions& options)
        : model_(model),
          file_(file),
          layers_(detail::torch_layers(model)),
          state_(loader, file, layers_, options.weights),
          part_(file, options.key),
          known_(optimizer_of(file.path(), part_.groups()[0])),
          numbers_(numbers_of(file, state_, part_)) {
        if (!state_.report().weights.missing.empty() || !state_.report().weights.mismatched.empty())
            fail<IoError>(loader, file.path(), " doesn't hold the weights of '", model.name(),
                          "': ", state_.report().text());
    }

    optim::Optimizer run() {
        const Group& first = part_.groups()[0];
        optim::Optimizer optimizer =
            optim::optimizer_from_config(Config{{"module", "torch.optim"},
                                                {"class_name", class_of(known_, first)},
                                                {"config", numbers_as_config(known_, first)}});
        add_groups(optimizer);
        restore(optimizer);
        return optimizer;
    }

private:
    // The groups of the file, and those of biases that are two of PyTorch's.
    void add_groups(optim::Optimizer& optimizer) const {
        for (std::size_t g = 0; g < part_.groups().size(); ++g) {
            optim::ParameterGroup group, sums;
            const Group& given = part_.groups()[g];
            const double rate = number(given, "lr", 0), decay = number(given, "weight_decay", 0);
            group.learning_rate = rate;
            group.weight_decay = decay;
            sums.learning_rate = 2 * rate;
            sums.weight_decay = decay / 2;
            const std::vector<std::int64_t> indices = part_.parameters(g);
            each_link([&](const TorchLink& link, const std::vector<std::int64_t>& numbers) {
                if (std::ranges::find(indices, numbers[0]) == indices.end()) return;
                auto& to = link.kind == TorchLink::Kind::sum ? sums : group;
                for (const Parameter& weight : link.weights) to.names.push_back(weight.name());
            });
            if (g > 0) check_same_options(given);
            if (g > 0 && !group.names.empty()) optimizer.add_group(exactly(group));
            if (!sums.names.empty()) optimizer.add_group(exactly(sums));
        }
    }
    void check_same_options(const Group& group) const {
        for (const NamedOption& option : known_.options) {
            const auto one = group.find(option.theirs),
                       other = part_.groups()[0].find(option.theirs);
            if (one != group.end() && other != part_.groups()[0].end() &&
                one->second != other->second)
                fail<IoError>(loader, file_.path(), ": its groups differ by '", option.theirs,
                              "', and may differ by lr and weight_decay");
        }
    }
    // A group goes by names, which files can hold, where no other weight's name contains one.
    optim::ParameterGroup exactly(optim::ParameterGroup group) const {
        for (const Parameter& weight : model_.parameters()) {
            const bool own = std::ranges::find(group.names, weight.name()) != group.names.end();
            const bool held = std::ranges::any_of(group.names, [&](const std::string& name) {
                return weight.name().find(name) != std::string::npos;
            });
            if (own == held) continue;
            for (const Parameter& w : model_.parameters()) {
                if (std::ranges::find(group.names, w.name()) != group.names.end())
                    group.parameters.push_back(w);
            }
            group.names.clear();
            return group;
        }
        return group;
    }

    // Calls f with each link of weights that the optimiser knows, and their numbers.
    template <class F>
    void each_link(F&& f) const {
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            for (const TorchLink& link : layers_[i].links) {
                std::vector<std::int64_t> numbers;
                for (const std::string& tensor : link.tensors) {
                    const auto found = numbers_.find(state_.modules()[i]->tensor(tensor));
                    if (found != numbers_.end()) numbers.push_back(found->second);
                }
                if (!link.weights.empty() && numbers.size() == link.tensors.size())
                    f(link, numbers);
            }
        }
    }

    void restore(optim::Optimizer& optimizer) const {
        const optim::detail::OptimizerState& parts = optimizer.parts();
        std::vector<Parameter> saved, weights;
        double steps = 0;
        each_link([&](const TorchLink& link, const std::vector<std::int64_t>& numbers) {
            weights.insert(weights.end(), link.weights.begin(), link.weights.end());
            if (const auto step = part_.state(numbers[0], "step"))
                steps = std::max(steps, step->cast(f64).item<double>());
            for (const optim::Slot& slot : parts.rule->slots(link.weights[0])) {
                std::vector<Tensor> values = states_of(link, numbers, slot.name);
                for (std::size_t k = 0; k < values.size(); ++k)
                    saved.emplace_back(optim::detail::slot_name(link.weights[k], slot.name),
                                       values[k].cast(link.weights[k].dtype()));
            }
        });
        if (!known_.counts_steps && !saved.empty()) steps = 1;  // a buffer comes of a step
        if (!(steps >= 0 && steps < 1e15) || steps != std::floor(steps))
            fail<IoError>(loader, file_.path(), ": its optimizer has made ", steps, " steps");
        // Counts and rates come first, as they are but for the count.
        std::vector<Parameter> state{Parameter(parts.iterations.name(), scalar(steps, i64))};
        for (std::size_t g = 0; g < parts.groups.size(); ++g) {
            if (parts.has_rate_of_its_own(g)) state.push_back(parts.groups[g].learning_rate);
        }
        for (const Parameter& shared : parts.shared) state.push_back(shared_state(shared));
        state.insert(state.end(), saved.begin(), saved.end());
        try {
            optimizer.restore(weights, state);
        } catch (const Error& e) {
            fail<IoError>(loader, file_.path(), ": its optimizer doesn't fit: ", e.what());
        }
    }
    // NAdam's running product, which is the same for all parameters.
    Parameter shared_state(const Parameter& shared) const {
        std::optional<Tensor> value;
        each_link([&](const TorchLink&, const std::vector<std::int64_t>& numbers) {
            if (!value) value = part_.state(numbers[0], shared.name());
        });
        return value ? Parameter(shared.name(), value->cast(shared.dtype())) : shared;
    }
    // A slot's values for the weights of a link; none where they have made no step.
    std::vector<Tensor> states_of(const TorchLink& link, const std::vector<std::int64_t>& numbers,
                                  const std::string& slot) const {
        std::vector<Tensor> values;
        for (const std::int64_t number : numbers) {
            const auto value = part_.state(number, slot);
            if (!value) return {};
            if (value->shape() != link.shape)
                fail<IoError>(loader, file_.path(), ": '", part_.state_name(number, slot), "' is ",
                              value->shape(), ", its weight ", link.shape);
            values.push_back(*value);
        }
        return link.slots_of(values);
    }

    Model& model_;
    const TorchFile& file_;
    std::vector<TorchLayer> layers_;
    TorchState state_;
    OptimizerPart part_;
    const KnownOptimizer& known_;
    Numbers numbers_;
};

}  // namespace

optim::Optimizer load_torch_optimizer(Model& model, const std::string& path,
                                      const TorchOptimizerOptions& options) {
    const TorchFile file(path, options.weights.budget);
    return Restorer(model, file, options).run();
}

// ---- writing ------------------------------------------------------------------------------------

namespace {

// A parameter of PyTorch's, and the memory of its weights here.
struct Written {
    std::string name;
    std::size_t group;
    std::vector<std::pair<std::string, StoredTensor>> state;
};

class Writer {
public:
    Writer(Model& model, const std::vector<TorchLayer>& layers,
           const std::vector<detail::TorchModule>& modules, const std::string& prefix)
        : optimizer_(model.optimizer()), parts_(optimizer_.parts()) {
        config_ = optim::to_config(optimizer_);
        check_form();
        for (std::size_t i = 0; i < layers.size(); ++i) {
            for (const TorchLink& link : layers[i].links) {
                if (link.weights.empty() || !link.weights[0].trainable()) continue;
                add(link, modules[i], prefix);
            }
        }
    }

    // Numbers follow the order of the groups, and in each that of the names.
    TorchValue optimizer(const std::vector<std::string>& order) const {
        TorchValue::Dict state;
        TorchValue::List groups;
        std::int64_t next = 0;
        for (std::size_t g = 0; g < parts_.groups.size(); ++g) {
            Config::List numbers;
            for (const std::string& name : order) {
                const auto found = all_.find(name);
                if (found == all_.end() || found->second.group != g) continue;
                TorchValue::Dict own;
                for (const auto& [part, value] : found->second.state) own.emplace_back(part, value);
                if (!own.empty()) state.emplace_back(next, TorchValue(std::move(own)));
                numbers.emplace_back(next++);
            }
            if (g == 0 || !numbers.empty()) groups.emplace_back(group(g, std::move(numbers)));
        }
        return TorchValue::Dict{{"state", TorchValue(std::move(state))},
                                {"param_groups", TorchValue(std::move(groups))}};
    }

private:
    void check_form() {
        const Config* const name = config_.find("class_name");
        const Config* const module = config_.find("module");
        std::string own = name && name->text() ? *name->text() : "";
        adam_w_ = own == "AdamW";
        if (adam_w_) own = "Adam";
        const auto& all = known_optimizers();
        const auto found = std::ranges::find(all, own, &KnownOptimizer::class_name);
        const bool torch = module && module->text() && module->text()->starts_with("torch");
        if (found == all.end() || !torch)
            fail<ValueError>(saver, "the optimizer '", optimizer_.name(),
                             "' isn't one of PyTorch's forms, as optim::torch::Adam is");
        known_ = &*found;
    }

    void add(const TorchLink& link, const detail::TorchModule& module, const std::string& prefix) {
        const optim::detail::WeightState* const kept = parts_.find(link.weights[0]);
        std::size_t group = parts_.group_of(link.weights[0]);
        if (link.kind == TorchLink::Kind::sum) group = group_of_terms(group);
        std::vector<Written> written;
        for (const std::string& tensor : link.tensors)
            written.push_back({prefix + module.tensor(tensor), group, {}});
        for (const optim::Slot& slot : parts_.rule->slots(link.weights[0])) {
            if (!kept) break;
            std::vector<Tensor> values;
            for (const Parameter& weight : link.weights)
                values.push_back(optimizer_.slot(weight, slot.name).value());
            const std::vector<Tensor> theirs = link.torch_slots_of(values);
            for (std::size_t k = 0; k < written.size(); ++k)
                written[k].state.emplace_back(slot.name, theirs[k]);
        }
        for (Written& w : written) {
            if (kept && known_->counts_steps) {
                w.state.insert(
                    w.state.begin(),
                    {"step", Tensor(scalar(static_cast<double>(optimizer_.iterations()), f32))});
                for (const Parameter& shared : parts_.shared)
                    w.state.emplace_back(shared.name(), shared.value().cast(f32));
            }
            all_.emplace(w.name, w);
        }
    }
    // The group with half the rate, as the terms of a sum have it.
    std::size_t group_of_terms(std::size_t group) const {
        const double rate = optimizer_.learning_rate(group);
        for (std::size_t g = 0; g < parts_.groups.size(); ++g) {
            if (g != group && optimizer_.learning_rate(g) == rate / 2) return g;
        }
        return group;
    }

    // A group's options by PyTorch's names.
    TorchValue group(std::size_t g, Config::List numbers) const {
        TorchValue::Dict all;
        const Config options = config_.find("config") ? *config_.find("config") : Config();
        all.emplace_back("lr", Config(optimizer_.learning_rate(g)));
        for (const Pair& pair : known_->pairs)
            all.emplace_back(pair.theirs,
                             TorchValue::Tuple{{TorchValue(option(options, pair.first)),
                                                TorchValue(option(options, pair.second))}});
        for (const NamedOption& named : known_->options) {
            if (std::string_view(named.theirs) != "decoupled_weight_decay")
                all.emplace_back(named.theirs, option(options, named.ours));
        }
        all.emplace_back("weight_decay", Config(parts_.groups[g].weight_decay));
        if (known_->class_name == "Adam" || known_->class_name == "NAdam" ||
            known_->class_name == "RAdam")
            all.emplace_back("decoupled_weight_decay",
                             adam_w_ ? Config(true) : option(options, "decoupled_weight_decay"));
        all.emplace_back("maximize", option(options, "maximize"));
        for (const std::string_view name : known_->theirs_only)
            all.emplace_back(std::string(name),
                             name == "foreach" || name == "fused" ? Config() : Config(false));
        all.emplace_back("params", Config(std::move(numbers)));
        return all;
    }
    static Config option(const Config& options, const char* name) {
        const Config* const found = options.find(name);
        return found && !found->is_null() ? *found : Config(false);
    }

    optim::Optimizer& optimizer_;
    const optim::detail::OptimizerState& parts_;
    Config config_;
    const KnownOptimizer* known_ = nullptr;
    bool adam_w_ = false;
    std::map<std::string, Written> all_;
};

}  // namespace

void save_torch_checkpoint(Model& model, const std::string& path,
                           const SaveTorchCheckpointOptions& options) {
    const std::vector<TorchLayer> layers = detail::torch_layers(model);
    detail::TorchDict dict = detail::torch_dict(saver, layers, options.weights);
    std::vector<std::string> order;
    for (const formats::NamedTensor& tensor : dict.tensors) order.push_back(tensor.name);
    const TorchValue optimizer = Writer(model, layers, dict.modules, dict.prefix).optimizer(order);
    TorchValue::Dict all;
    all.emplace_back(
        options.model_key,
        TorchValue::StateDict{std::move(dict.tensors), detail::module_versions(layers, dict)});
    all.emplace_back(options.optimizer_key, optimizer);
    if (const Config::Object* const values = options.values.object()) {
        for (const auto& [name, value] : *values) all.emplace_back(name, value);
    }
    formats::write_torch(path, all, {.keep = options.weights.keep});
}

}  // namespace shikumi::nn
