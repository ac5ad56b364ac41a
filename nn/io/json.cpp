#include <shikumi/nn/io/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn {

namespace {

using Json = nlohmann::ordered_json;

// ---- writing ------------------------------------------------------------------------------------

Json number(double value) {
    if (std::isfinite(value)) return value;
    return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

// A list or object of the library takes memory to be destroyed, which ends the program where there
// is none; a single value doesn't.
class Writer {
public:
    explicit Writer(const JsonStyle& style) : indent_(style.indent) {}

    void add(const Config& config) {
        if (const bool* const value = config.boolean()) return add_value(*value);
        if (const std::int64_t* const value = config.integer()) return add_value(*value);
        if (const double* const value = config.number()) return add_value(number(*value));
        if (const std::string* const value = config.text()) return add_value(*value);
        if (config.is_null()) return add_value(nullptr);
        if (level_ == JsonBudget{}.depth)
            fail<ValueError>("to_json", "lists and objects are nested too deeply");
        if (const Config::List* const list = config.list())
            return add_all('[', *list, ']', [&](const Config& one) { add(one); });
        add_all('{', *config.object(), '}', [&](const auto& pair) {
            add_value(pair.first);
            text_ += indent_ > 0 ? ": " : ":";
            add(pair.second);
        });
    }
    std::string take() { return std::move(text_); }

private:
    void add_value(const Json& value) {
        try {
            text_ += value.dump();
        } catch (const Json::type_error&) {
            fail<ValueError>("to_json", "a text is no UTF-8");
        }
    }
    template <class All, class F>
    void add_all(char begin, const All& all, char end, F&& add_one) {
        text_ += begin;
        ++level_;
        for (const auto& one : all) {
            if (&one != &all.front()) text_ += ',';
            new_line();
            add_one(one);
        }
        --level_;
        if (!all.empty()) new_line();
        text_ += end;
    }
    void new_line() {
        if (indent_ <= 0) return;
        text_ += '\n';
        text_.append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(level_), ' ');
    }

    int indent_;
    int level_ = 0;
    std::string text_;
};

// ---- reading ------------------------------------------------------------------------------------

// Builds a Config as the parser goes along, which keeps no stack of its own.
class Builder final : public nlohmann::json_sax<Json> {
public:
    Builder(std::string_view who, const JsonBudget& budget) : who_(who), budget_(budget) {}
    Config take() { return std::move(root_); }

    bool null() override { return add({}); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(std::int64_t value) override { return add(value); }
    bool number_unsigned(std::uint64_t value) override {
        if (value > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
            return add(static_cast<double>(value));
        return add(static_cast<std::int64_t>(value));
    }
    bool number_float(double value, const std::string&) override { return add(value); }
    bool string(std::string& value) override { return add(std::move(value)); }
    bool binary(Json::binary_t&) override { return false; }  // no part of JSON

    bool start_array(std::size_t) override { return open(Level{.is_object = false}); }
    bool start_object(std::size_t) override { return open(Level{.is_object = true}); }
    bool key(std::string& name) override {
        levels_.back().name = std::move(name);
        return true;
    }
    bool end_array() override {
        Config list(std::move(levels_.back().list));
        levels_.pop_back();
        return place(std::move(list));
    }
    bool end_object() override {
        refuse_duplicates(levels_.back().object);
        Config object(std::move(levels_.back().object));
        levels_.pop_back();
        return place(std::move(object));
    }
    bool parse_error(std::size_t position, const std::string& token,
                     const nlohmann::detail::exception& error) override {
        constexpr int number_overflow = 406;
        if (error.id == number_overflow)
            fail<ValueError>(who_, "the number ", excerpt(token), " is too large");
        fail<ValueError>(who_, "is no JSON at byte ", position, ", near '", excerpt(token), "'");
    }

private:
    struct Level {
        bool is_object;
        Config::List list = {};
        Config::Object object = {};
        std::string name = {};  // of the next value
    };

    bool open(Level level) {
        if (levels_.size() >= static_cast<std::size_t>(budget_.depth))
            fail<ValueError>(who_, "is nested deeper than ", budget_.depth, " levels");
        count();
        levels_.push_back(std::move(level));
        return true;
    }
    bool add(Config value) {
        count();
        return place(std::move(value));
    }
    void count() {
        if (++values_ > budget_.values)
            fail<ValueError>(who_, "holds more than ", budget_.values, " values");
    }
    bool place(Config value) {
        if (levels_.empty()) {
            root_ = std::move(value);
            return true;
        }
        Level& level = levels_.back();
        if (level.is_object)
            level.object.emplace_back(std::move(level.name), std::move(value));
        else
            level.list.push_back(std::move(value));
        return true;
    }
    void refuse_duplicates(const Config::Object& object) const {
        std::vector<std::string_view> names;
        for (const auto& [name, value] : object) names.push_back(name);
        std::ranges::sort(names);
        const auto twice = std::ranges::adjacent_find(names);
        if (twice != names.end())
            fail<ValueError>(who_, "the name '", excerpt(*twice), "' comes twice in an object");
    }
    // The beginning of a text that may be long and binary.
    static std::string excerpt(std::string_view text) {
        constexpr std::size_t longest = 40;
        std::string shown;
        for (const char c : text.substr(0, longest))
            shown += c >= ' ' && static_cast<unsigned char>(c) < 0x7f ? c : '?';
        return text.size() > longest ? shown + "…" : shown;
    }

    std::string_view who_;
    JsonBudget budget_;
    std::vector<Level> levels_;
    std::size_t values_ = 0;
    Config root_;
};

}  // namespace

std::string to_json(const Config& config, const JsonStyle& style) {
    Writer writer(style);
    writer.add(config);
    return writer.take();
}

Config parse_json(std::string_view text, std::string_view who, const JsonBudget& budget) {
    if (text.size() > budget.bytes)
        fail<ValueError>(who, "JSON of ", text.size(), " bytes is more than the ", budget.bytes,
                         " that are allowed");
    if (const auto zero = text.find('\0'); zero != std::string_view::npos)
        fail<ValueError>(who, "is no JSON at byte ", zero + 1, ": it holds a zero byte");
    Builder builder(who, budget);
    Json::sax_parse(text.begin(), text.end(), &builder);
    return builder.take();
}

}  // namespace shikumi::nn
