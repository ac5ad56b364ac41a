// Things that are known by names: tables of the library's own, and what users add.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/nearest_names.hpp>

namespace shikumi::detail {

/// A thing and the names that it goes by, its own one first, such as "mean_squared_error",
/// "MeanSquaredError", "mse" and "MSE". Those that are left out are empty.
template <class T>
struct NameRow {
    T value;                                ///< what the names stand for
    std::array<std::string_view, 4> names;  ///< in the order in which errors list them
};

/// Things of one kind by their names. The rows must outlive it: they are constants.
template <class T>
class NameTable {
public:
    /// `kind` is what errors call a thing, such as "loss".
    constexpr NameTable(std::string_view kind, std::span<const NameRow<T>> rows) noexcept
        : kind_(kind), rows_(rows) {}

    /// The thing of that name; null where there is none.
    constexpr const T* find(std::string_view name) const noexcept {
        for (const NameRow<T>& row : rows_) {
            if (!name.empty() && std::ranges::find(row.names, name) != row.names.end())
                return &row.value;
        }
        return nullptr;
    }
    /// The thing of that name. Throws ValueError with the nearest names where there is none.
    const T& operator[](std::string_view name) const { return at(name, kind_); }
    /// The same; the error begins with `who`.
    const T& at(std::string_view name, std::string_view who) const {
        const T* const found = find(name);
        if (!found) refuse_name(who, name, names());
        return *found;
    }
    /// The thing whose name a configuration holds; `reading` says for errors what is read. Throws
    /// ValueError for anything but such a name.
    const T& read(const Config& config, std::string_view reading) const {
        if (!config.text()) fail<ValueError>(reading, "wants a name, got ", config.description());
        return at(*config.text(), reading);
    }
    /// The own name of a thing that is in the table.
    constexpr std::string_view name_of(
        const T& value) const noexcept requires std::equality_comparable<T> {
        return std::ranges::find(rows_, value, &NameRow<T>::value)->names[0];
    }
    /// All names: first the own ones, then the second ones, and so on.
    std::vector<std::string_view> names() const {
        std::vector<std::string_view> all;
        for (std::size_t i = 0; i < std::tuple_size_v<decltype(NameRow<T>::names)>; ++i) {
            for (const NameRow<T>& row : rows_) {
                if (!row.names[i].empty()) all.push_back(row.names[i]);
            }
        }
        return all;
    }
    /// What it was made of.
    constexpr std::span<const NameRow<T>> rows() const noexcept { return rows_; }

private:
    std::string_view kind_;
    std::span<const NameRow<T>> rows_;
};

/// What users add to the things of one kind, by name: a static object inside of a function, since
/// any thread may ask for it at any time.
template <class T>
class Registry {
public:
    /// `kind` is what errors call a thing, such as "loss".
    explicit Registry(std::string_view kind) noexcept : kind_(kind) {}

    /// Adds a thing, or replaces the one of that name. Throws ValueError for an empty name.
    void add(std::string name, T value) {
        if (name.empty()) fail<ValueError>(kind_, "what is registered needs a name");
        const std::scoped_lock lock(mutex_);
        things_.insert_or_assign(std::move(name), std::move(value));
    }
    /// The thing of that name, if there is one.
    std::optional<T> find(std::string_view name) const {
        const std::scoped_lock lock(mutex_);
        const auto found = things_.find(name);
        if (found == things_.end()) return std::nullopt;
        return found->second;
    }

private:
    std::string_view kind_;
    mutable std::mutex mutex_;
    std::map<std::string, T, std::less<>> things_;
};

}  // namespace shikumi::detail
