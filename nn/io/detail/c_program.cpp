#include <shikumi/nn/io/detail/c_program.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

namespace {

constexpr std::string_view writer = "save_c";

// Stands for the memory of an array until it has a place: "$3$".
constexpr char mark = '$';

std::string token(std::size_t memory) { return mark + std::to_string(memory) + mark; }

// Letters that any compiler takes in names.
std::string identifier(std::string_view name) {
    std::string all = "w_";
    for (const char c : name) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        all += plain ? c : '_';
    }
    return all;
}

// The numbers of the arrays that a text mentions.
std::vector<std::size_t> mentioned(std::string_view text) {
    std::vector<std::size_t> all;
    for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at)) {
        const std::size_t end = text.find(mark, at + 1);
        std::size_t number = 0;
        std::from_chars(text.data() + at + 1, text.data() + end, number);
        all.push_back(number);
        at = end + 1;
    }
    return all;
}

// Without the last axis of nothing: C has no empty array.
Index at_least_one(Index size) { return std::max<Index>(size, 1); }

const CFunction copy_function{"copy", R"(static void copy(const float *x, float *y, int n)
{
    int i;
    for (i = 0; i < n; i++) y[i] = x[i];
}
)"};

}  // namespace

std::string c_number(double number, std::string_view who) {
    const auto value = static_cast<float>(number);
    if (!std::isfinite(value)) fail<ValueError>(who, "C has no constant for ", number);
    char text[40];
    const auto end =
        std::to_chars(text, text + sizeof text, std::abs(value), std::chars_format::hex);
    return (std::signbit(value) ? "-0x" : "0x") + std::string(text, end.ptr) + 'f';
}

std::string CProgram::constant(const std::string& name, const std::vector<float>& numbers) {
    std::string unique = identifier(name);
    if (const int before = names_[unique]++) unique += "__" + std::to_string(before);
    constants_ +=
        sentence("static const float ", unique, "[", at_least_one(std::ssize(numbers)), "] = {");
    constexpr std::size_t a_line = 6;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        constants_ += (i % a_line == 0 ? "\n    " : " ") + c_number(numbers[i], name) + ',';
    constants_ += numbers.empty() ? "0};\n" : "\n};\n";
    return unique;
}

std::string CProgram::weight(const Parameter& weight) {
    const auto known =
        std::ranges::find(weights_, weight, &std::pair<Parameter, std::string>::first);
    if (known != weights_.end()) return known->second;
    if (weight.dtype() != f32)
        fail<ValueError>(writer, "the weight '", weight.name(), "' is ", weight.dtype(),
                         ", and floats alone are written");
    const std::string name =
        constant(std::string(weight.name()), weight.value().to_vector<float>());
    weights_.emplace_back(weight, name);
    return name;
}

CArray CProgram::array(const Shape& shape) {
    memory_.push_back({at_least_one(shape.size())});
    return {token(memory_.size() - 1), shape};
}

std::string CProgram::use(const CFunction& function) {
    if (std::ranges::find(functions_, &function) == functions_.end()) {
        if (function.needs) use(*function.needs);
        functions_.push_back(&function);
    }
    return std::string(function.name);
}

void CProgram::comment(std::string_view text) {
    std::string plain;
    for (const char c : text)
        plain += c < ' ' || c > '~' || c == '*' || c == '?' || c == mark ? '_' : c;
    add("/* " + plain + " */");
}

void CProgram::add(std::string statement, const std::vector<CArray>& also) {
    const bool ends = statement == "}";
    const std::size_t depth = loops_.size() - (ends ? 1 : 0);
    statements_.push_back(std::string(4 * (depth + 1), ' ') + std::move(statement));
    std::string& more = mentions_.emplace_back();
    for (const CArray& array : also) more += array.text;
}

std::string CProgram::begin_loop(Index count, const std::vector<CArray>& around) {
    const std::string variable = sentence("i", loops_begun_++);
    const std::string condition =
        sentence("for (", variable, " = 0; ", variable, " < ", count, "; ", variable, "++) {");
    add(condition, around);
    loops_.push_back({around});
    return variable;
}

void CProgram::end_loop() {
    add("}", loops_.back().around);
    loops_.pop_back();
}

void CProgram::give(const CArray& array, const std::string& y) {
    const std::vector<std::size_t> made = mentioned(array.text);
    if (made.size() == 1 && array.text == token(made.front()) &&
        memory_[made.front()].bound.empty())
        memory_[made.front()].bound = y;
    else
        copy(array, {y, array.shape});
}

void CProgram::copy(const CArray& from, const CArray& to) {
    call(copy_function, from, to, from.size());
}

// Where each array lies in the scratch memory: the first gap among those that are in use.
std::vector<Index> CProgram::places(Index& size) const {
    constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
    std::vector<std::pair<std::size_t, std::size_t>> lives(memory_.size(), {never, 0});
    for (std::size_t i = 0; i < statements_.size(); ++i) {
        for (const std::string* const text : {&statements_[i], &mentions_[i]}) {
            for (const std::size_t k : mentioned(*text))
                lives[k] = {std::min(lives[k].first, i), i};
        }
    }
    std::vector<Index> all(memory_.size(), 0);
    std::vector<std::size_t> order, placed;
    for (std::size_t k = 0; k < memory_.size(); ++k) {
        if (memory_[k].bound.empty() && lives[k].first != never) order.push_back(k);
    }
    std::ranges::stable_sort(order, {}, [&](std::size_t k) { return lives[k].first; });
    for (const std::size_t k : order) {
        std::vector<std::pair<Index, Index>> taken;  // from, to
        for (const std::size_t other : placed) {
            if (lives[other].second >= lives[k].first)
                taken.emplace_back(all[other], all[other] + memory_[other].size);
        }
        std::ranges::sort(taken);
        Index at = 0;
        for (const auto& [from, to] : taken) {
            if (at + memory_[k].size <= from) break;
            at = std::max(at, to);
        }
        all[k] = at;
        size = std::max(size, at + memory_[k].size);
        placed.push_back(k);
    }
    return all;
}

std::string CProgram::source(const std::string& function, const std::string& parameters) const {
    Index scratch = 0;
    const std::vector<Index> at = places(scratch);
    if (scratch > std::numeric_limits<int>::max())
        fail<ValueError>(writer, "the arrays between the layers take ", scratch,
                         " floats, more than C's int counts");
    std::string text = constants_;
    for (const CFunction* const one : functions_) text += sentence("\n", one->text);
    if (scratch > 0) text += sentence("\nstatic float scratch[", scratch, "];\n");
    text += sentence("\nvoid ", function, "(", parameters, ")\n{\n");
    for (int i = 0; i < loops_begun_; ++i) text += sentence("    int i", i, ";\n");
    for (const std::string& statement : statements_) {
        std::string_view rest = statement;
        for (const std::size_t k : mentioned(statement)) {
            const std::size_t begin = rest.find(mark);
            text += rest.substr(0, begin);
            text +=
                memory_[k].bound.empty() ? sentence("(scratch + ", at[k], ")") : memory_[k].bound;
            rest.remove_prefix(rest.find(mark, begin + 1) + 1);
        }
        text += std::string(rest) + '\n';
    }
    return text + "}\n";
}

}  // namespace shikumi::nn::detail
