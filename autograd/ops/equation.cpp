#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/equation.hpp>

namespace shikumi::detail {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A term with a dot for its ellipsis. Only an input may name an axis twice.
std::string read_term(std::string_view op, std::string_view equation, std::string_view term,
                      bool output) {
    std::string axes;
    for (std::size_t i = 0; i < term.size(); ++i) {
        if (term[i] == ' ') continue;
        const bool ellipsis = term.substr(i, 3) == "...";
        if (!ellipsis && !is_letter(term[i]))
            fail<ValueError>(op, "the equation '", equation,
                             "' may hold letters, commas, ... and ->, got '",
                             std::string(1, term[i]), "'");
        const char axis = ellipsis ? '.' : term[i];
        if ((ellipsis || output) && axes.find(axis) != std::string::npos)
            fail<ValueError>(op, "the equation '", equation, "' names ",
                             ellipsis ? "..." : std::string(1, axis), " twice in '", term, "'");
        axes += axis;
        if (ellipsis) i += 2;
    }
    return axes;
}

std::string implied_output(const std::vector<std::string>& inputs) {
    std::string all, once;
    for (const std::string& input : inputs) all += input;
    std::ranges::sort(all);  // the dot comes first
    for (const char axis : all) {
        const bool counts = axis == '.' ? once.empty() : std::ranges::count(all, axis) == 1;
        if (counts) once += axis;
    }
    return once;
}

}  // namespace

Equation parse_equation(std::string_view op, std::string_view equation) {
    const std::size_t arrow = equation.find("->");
    std::string_view left = equation.substr(0, arrow);
    Equation parsed;
    for (;;) {
        const std::size_t comma = left.find(',');
        parsed.inputs.push_back(read_term(op, equation, left.substr(0, comma), false));
        if (comma == left.npos) break;
        left.remove_prefix(comma + 1);
    }
    if (arrow == equation.npos) {
        parsed.output = implied_output(parsed.inputs);
        return parsed;
    }
    parsed.output = read_term(op, equation, equation.substr(arrow + 2), true);
    for (const char axis : parsed.output) {
        const bool known = std::ranges::any_of(
            parsed.inputs, [&](const std::string& in) { return in.find(axis) != in.npos; });
        if (!known)
            fail<ValueError>(op, "the output of '", equation, "' has the axis ",
                             axis == '.' ? "..." : std::string(1, axis), ", which no input has");
    }
    return parsed;
}

}  // namespace shikumi::detail
