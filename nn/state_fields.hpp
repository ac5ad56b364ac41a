// StateFields: what objects keep while a model is trained, by names, so that a file can hold it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/random.hpp>

namespace shikumi::nn {

/// What was written of some objects: values by names, in groups, and tensors by names such as
/// "callbacks/EarlyStopping/best_weights/0".
struct SavedState {
    Config values = Config::Object{};                          ///< the values
    std::vector<std::pair<std::string, Tensor>> tensors = {};  ///< the tensors

    /// The tensor of this name; null where there is none.
    const Tensor* find(std::string_view name) const noexcept;
};

/// Writes fields into a SavedState, or reads them from one. An object states its fields once, for
/// both, in a function `visit_state`:
///
///     struct CountEpochs : nn::Hooks {
///         void on_epoch_end(nn::Run&) override { ++epochs; }
///         void visit_state(nn::StateFields& fields) override { fields("epochs", epochs); }
///         int epochs = 0;
///     };
///
/// A field that is absent when it is read keeps its value, so that an object may get new ones.
/// Numbers come back to the bit.
class StateFields {
public:
    /// Whether fields are read, and not written.
    bool reading() const noexcept { return from_ != nullptr; }

    /// A value that a Config holds, or an object with a `visit_state` of its own. Reading throws
    /// ValueError, naming the field, for a value that it can't take. So do all others.
    template <class T>
    StateFields& operator()(std::string_view name, T& value) {
        using shikumi::from_config;
        using shikumi::to_config;
        if constexpr (requires { value.visit_state(*this); })
            return group(name, [&](StateFields& inner) { value.visit_state(inner); });
        else if (!reading())
            values_->set(name, to_config(std::as_const(value)));
        else if (const Config* const found = find(name))
            from_config(*found, value, path(name));
        return *this;
    }
    /// Anything that a Config holds.
    StateFields& operator()(std::string_view name, Config& value);
    /// Numbers by names.
    StateFields& operator()(std::string_view name,
                            std::map<std::string, std::vector<double>>& values);
    /// Where random numbers come from.
    StateFields& operator()(std::string_view name, Generator& generator);
    /// Where random numbers come from, or nothing.
    StateFields& operator()(std::string_view name, std::optional<Generator>& generator);
    /// A tensor; one that is undefined counts as absent.
    StateFields& operator()(std::string_view name, Tensor& tensor);
    /// Any number of tensors.
    StateFields& operator()(std::string_view name, std::vector<Tensor>& tensors);
    /// A parameter, whose value is read. Throws ValueError where it is absent, and where it has
    /// another shape or dtype there.
    StateFields& operator()(std::string_view name, Parameter& parameter);

    /// Fields of a part, which have names of their own. Nothing is written for a part without
    /// fields; when it is read, it sees none.
    StateFields& group(std::string_view name, const std::function<void(StateFields&)>& visit);
    /// Whether there is a field or group of that name; to be asked when reading.
    bool has(std::string_view name) const noexcept { return find(name) != nullptr; }
    /// Where a field is, for errors: "callbacks/EarlyStopping: wait".
    std::string path(std::string_view name) const;

private:
    friend SavedState save_state(const std::function<void(StateFields&)>& visit);
    friend void restore_state(std::string_view who, const SavedState& state,
                              const std::function<void(StateFields&)>& visit);
    const Config* find(std::string_view name) const noexcept;
    std::string tensor_name(std::string_view name) const;

    std::string who_ = {}, prefix_ = {};  // "callbacks/EarlyStopping/"
    SavedState* to_ = nullptr;            // one of the two
    const SavedState* from_ = nullptr;
    Config* values_ = nullptr;             // of this group; being written
    const Config* read_values_ = nullptr;  // of this group; being read, null: absent
};

/// What `visit` states, written down. Tensors share their memory with the objects.
SavedState save_state(const std::function<void(StateFields&)>& visit);
/// Gives the fields that `visit` states their values of before. Errors begin with `who`.
void restore_state(std::string_view who, const SavedState& state,
                   const std::function<void(StateFields&)>& visit);

}  // namespace shikumi::nn
