#include <shikumi/autograd/core/config.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <variant>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/unread_fields.hpp>

namespace shikumi {

namespace {

[[noreturn]] void refuse(std::string_view reading, std::string_view wanted, const Config& got) {
    fail<ValueError>(reading, "wants ", wanted, ", got ", got.description());
}

std::int64_t integer_of(const Config& config, std::string_view reading) {
    if (const std::int64_t* const integer = config.integer()) return *integer;
    const double* const number = config.number();
    if (!number || std::abs(*number) > 0x1p53 || std::floor(*number) != *number)
        refuse(reading, "an integer", config);
    return static_cast<std::int64_t>(*number);
}

}  // namespace

struct Config::Value {
    std::variant<bool, std::int64_t, double, std::string, List, Object> is;
};

namespace {

template <class T>
const T* kept(const auto& value) noexcept {
    return value ? std::get_if<T>(&value->is) : nullptr;
}

}  // namespace

Config::Config(Exactly<bool> value) : value_(std::make_shared<Value>(Value{value.value})) {}
Config::Config(Exactly<std::int64_t> value) : value_(std::make_shared<Value>(Value{value.value})) {}
Config::Config(Exactly<double> value) : value_(std::make_shared<Value>(Value{value.value})) {}
Config::Config(std::string text) : value_(std::make_shared<Value>(Value{std::move(text)})) {}
Config::Config(std::string_view text) : Config(std::string(text)) {}
Config::Config(List list) : value_(std::make_shared<Value>(Value{std::move(list)})) {}
Config::Config(Object object) : value_(std::make_shared<Value>(Value{std::move(object)})) {}
Config::Config(std::initializer_list<Object::value_type> object) : Config(Object(object)) {}

const bool* Config::boolean() const noexcept { return kept<bool>(value_); }
const std::int64_t* Config::integer() const noexcept { return kept<std::int64_t>(value_); }
const double* Config::number() const noexcept { return kept<double>(value_); }
const std::string* Config::text() const noexcept { return kept<std::string>(value_); }
const Config::List* Config::list() const noexcept { return kept<List>(value_); }
const Config::Object* Config::object() const noexcept { return kept<Object>(value_); }

bool operator==(const Config& a, const Config& b) {
    if (a.value_ == b.value_) return true;
    return a.value_ && b.value_ && a.value_->is == b.value_->is;
}

const Config* Config::find(std::string_view name) const noexcept {
    const Object* const own = object();
    if (!own) return nullptr;
    const auto found = std::ranges::find(*own, name, &Object::value_type::first);
    return found == own->end() ? nullptr : &found->second;
}

void Config::set(std::string_view name, Config value) {
    if (is_null()) *this = Object();
    if (!object()) fail<ValueError>("Config", "only an object has names, this is ", description());
    // Not as a copy of the variant: where memory lacks, libstdc++ 12's destroys what isn't there.
    if (value_.use_count() > 1) *this = Object(*object());
    Object* const own = std::get_if<Object>(&value_->is);
    const auto found = std::ranges::find(*own, name, &Object::value_type::first);
    if (found == own->end())
        own->emplace_back(name, std::move(value));
    else
        found->second = std::move(value);
}

std::string Config::description() const {
    if (is_null()) return "nothing";
    if (const bool* const value = boolean()) return *value ? "true" : "false";
    if (const std::int64_t* const value = integer()) return std::to_string(*value);
    if (const double* const value = number()) return detail::shortest(*value);
    if (const std::string* const value = text()) return "the text '" + *value + "'";
    if (const List* const values = list()) return sentence("a list of ", values->size());
    return sentence("an object of ", object()->size());
}

void from_config(const Config& config, bool& value, std::string_view reading) {
    if (!config.boolean()) refuse(reading, "true or false", config);
    value = *config.boolean();
}

void from_config(const Config& config, std::int64_t& value, std::string_view reading) {
    value = integer_of(config, reading);
}

void from_config(const Config& config, int& value, std::string_view reading) {
    const std::int64_t integer = integer_of(config, reading);
    using Limits = std::numeric_limits<int>;
    if (integer < Limits::min() || integer > Limits::max())
        refuse(reading, "an integer of 32 bits", config);
    value = static_cast<int>(integer);
}

void from_config(const Config& config, double& value, std::string_view reading) {
    if (const std::int64_t* const integer = config.integer())
        value = static_cast<double>(*integer);
    else if (config.number())
        value = *config.number();
    else if (config == "inf" || config == "-inf")  // JSON has no such numbers
        value = config == "inf" ? HUGE_VAL : -HUGE_VAL;
    else if (config == "nan")
        value = std::numeric_limits<double>::quiet_NaN();
    else
        refuse(reading, "a number", config);
}

void from_config(const Config& config, std::string& value, std::string_view reading) {
    if (!config.text()) refuse(reading, "a text", config);
    value = *config.text();
}

void from_config(const Config& config, Config& value, std::string_view) { value = config; }

void from_config(const Config& config, Shape& value, std::string_view reading) {
    std::vector<Index> sizes;
    from_config(config, sizes, reading);
    value = Shape(sizes);
}

void from_config(const Config& config, DType& value, std::string_view reading) {
    // Keras 3 writes a policy: {"class_name": "DTypePolicy", "config": {"name": "float32"}}.
    const Config* const policy = config.find("config");
    const Config* const inner = policy ? policy->find("name") : nullptr;
    const Config& named = inner ? *inner : config;
    for (const DType one : {bool_, u8, i32, i64, f32, f64}) {
        if (named.text() && to_config(one) == named) {
            value = one;
            return;
        }
    }
    refuse(reading, "a dtype such as 'float32'", named);
}

Config to_config(const Shape& value) {
    Config::List sizes;
    for (int axis = 0; axis < value.rank(); ++axis) sizes.emplace_back(value[axis]);
    return sizes;
}

Config to_config(DType value) {
    constexpr const char* names[] = {"bool", "uint8", "int32", "int64", "float32", "float64"};
    return names[static_cast<std::size_t>(value)];
}

ConfigWriter& ConfigWriter::always(std::string_view name, const Config& value) {
    return (*this)(name, value);
}

ConfigWriter& ConfigWriter::null(std::string_view name) {
    config_.set(name, {});
    return *this;
}

void ConfigWriter::add_field(Error& error, std::string_view name) {
    error.add_context(sentence("in '", name, "'"));
}

ConfigReader::ConfigReader(std::string owner, const Config& config)
    : owner_(std::move(owner)), config_(config) {
    if (!config.object()) refuse(owner_, "its fields by names", config);
    read_.resize(config.object()->size());
}

std::vector<std::string> ConfigReader::unread() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < read_.size(); ++i) {
        if (!read_[i]) names.push_back((*config_.object())[i].first);
    }
    return names;
}

ConfigReader& ConfigReader::always(std::string_view name, const Config& value) {
    const Config* const found = take(name);
    if (found && !found->is_null() && *found != value)
        fail<ValueError>(reading(name), "can only be ", value.description(), ", got ",
                         found->description());
    return *this;
}

ConfigReader& ConfigReader::ignore(std::string_view name) {
    take(name);
    return *this;
}

bool ConfigReader::has(std::string_view name) const {
    const Config* const found = config_.find(name);
    return found && !found->is_null();
}

void ConfigReader::refuse_unread() const {
    std::vector<std::string>* const notes = detail::UnreadFields::notes();
    for (const std::string& name : unread()) {
        const Config& value = *config_.find(name);
        if (value.is_null() || value == false) continue;
        const std::string what = sentence("has no '", name, "' (it is ", value.description(), ")");
        if (!notes) fail<ValueError>(owner_, what);
        const Config* const its_name = config_.find("name");
        const bool named = its_name && its_name->text();
        notes->push_back(sentence(owner_, named ? " '" + *its_name->text() + "' " : " ", what));
    }
}

const Config* ConfigReader::take(std::string_view name) {
    const Config::Object& all = *config_.object();
    const auto found = std::ranges::find(all, name, &Config::Object::value_type::first);
    if (found == all.end()) return nullptr;
    read_[static_cast<std::size_t>(found - all.begin())] = true;
    return &found->second;
}

const Config& ConfigReader::want(std::string_view name) {
    const Config* const found = take(name);
    if (!found) fail<ValueError>(owner_, "the field '", name, "' is missing");
    return *found;
}

std::string ConfigReader::reading(std::string_view name) const {
    return sentence(owner_, ": ", name);
}

}  // namespace shikumi
