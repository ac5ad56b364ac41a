// A layer's configuration by Keras's names.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "readers.hpp"

namespace shikumi::golden {

/// Remembers which keys were read: one that nobody reads stands for a feature that is missing here.
class Config {
public:
    Config(std::string layer, json values) : layer_(std::move(layer)), values_(std::move(values)) {}

    /// Whether the key is there and not null.
    bool has(const std::string& key) const {
        read_.insert(key);
        return values_.contains(key) && !values_.at(key).is_null();
    }
    /// The value, which must be there.
    const json& at(const std::string& key) const {
        read_.insert(key);
        return values_.at(key);
    }
    template <class T>
    T get(const std::string& key) const {
        return at(key).get<T>();
    }
    /// The value, or `otherwise` where the key is absent or null.
    template <class T>
    T get(const std::string& key, T otherwise) const {
        return has(key) ? get<T>(key) : std::move(otherwise);
    }
    /// The entry of `table` whose name is the value, or `otherwise` where the key is absent.
    template <class T>
    T choose(const std::string& key, T otherwise,
             const std::vector<std::pair<std::string, T>>& table) const {
        if (!has(key)) return otherwise;
        for (const auto& [name, value] : table) {
            if (at(key) == name) return value;
        }
        throw Unknown(layer_ + " with " + key + " " + at(key).dump());
    }
    /// One number for each axis of a window; `otherwise` where the key is absent.
    PerAxis per_axis(const std::string& key, const PerAxis& otherwise = 1) const;
    /// Throws Unknown unless the channels are last.
    void want_channels_last() const;
    /// Throws Unknown for a key that was not read and would change the result.
    void check_all_read() const;
    /// All values, unread.
    const json& values() const { return values_; }

private:
    std::string layer_;
    json values_;
    mutable std::set<std::string> read_;
};

nn::ActivationFunction read_activation(const Config& config, const std::string& key = "activation",
                                       const std::string& otherwise = "linear");
nn::OutputMode read_output_mode(const Config& config, nn::OutputMode otherwise);
nn::Regularizer read_regularizer(const Config& config, const std::string& key);
nn::Constraint read_constraint(const Config& config, const std::string& key);

}  // namespace shikumi::golden
