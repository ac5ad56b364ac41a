#include <shikumi/autograd/explain/explain.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/explain/detail/differences.hpp>
#include <shikumi/autograd/explain/detail/notation.hpp>
#include <shikumi/autograd/explain/detail/value_lines.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/graph/traversal.hpp>
#include <shikumi/autograd/transform/derivatives.hpp>

namespace shikumi {

using namespace detail;

namespace {

// A node on paper. Packs have no place there: who reads an output reads the pack's operands.
struct Place {
    Tensor tensor;
    std::string name;
    std::vector<std::size_t> operands;
    bool active = false;  // depends on an input
    bool shown = false;   // is a step, not a number in a rule
};

std::string subscript(std::size_t number) {
    constexpr const char* digits[] = {"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"};
    std::string text;
    for (const char digit : std::to_string(number)) text += digits[digit - '0'];
    return text;
}

class Paper {
public:
    Paper(const Tensor& loss, const std::vector<Term>& inputs, const std::vector<Term>& names) {
        lay_out(loss);
        for (const Term& x : inputs) places_[place_of(x, "input")].active = true;
        for (Place& p : places_) {
            if (!is_floating(p.tensor.dtype())) continue;
            for (const std::size_t k : p.operands) p.active = p.active || places_[k].active;
        }
        choose_shown();
        for (const std::vector<Term>* terms : {&inputs, &names}) {
            for (const Term& x : *terms) call(place_of(x, "tensor"), x.name);
        }
        find_names();
    }

    const std::vector<Place>& places() const noexcept { return places_; }
    std::vector<Tensor> active() const {
        std::vector<Tensor> tensors;
        for (const Place& p : places_) {
            if (p.active) tensors.push_back(p.tensor);
        }
        return tensors;
    }

private:
    void lay_out(const Tensor& loss) {
        Traversal walk;
        const Node* const root = loss.node();
        walk.run({&root, 1},
                 [](const Node& node) { return node.recorded() && !node.has(Node::constant); });
        for (std::uint32_t i = 0; i < walk.size(); ++i) {
            const Node& node = walk[i];
            if (multi_output(node) && !walk.is_leaf(i)) continue;
            Place place{Tensor::of(&node), {}, {}};
            if (!walk.is_leaf(i)) {
                const Node& first = *node.inputs()[0].node();
                for (const Tensor& x : multi_output(first) ? first.inputs() : node.inputs())
                    place.operands.push_back(index_.at(x.node()));
            }
            index_.emplace(&node, places_.size());
            places_.push_back(std::move(place));
        }
    }
    std::size_t place_of(const Term& x, const char* what) const {
        if (!x.tensor.defined()) throw StateError("[explain] an empty Tensor has no place in it");
        const auto found = index_.find(x.tensor.node());
        if (found == index_.end())
            fail<ValueError>("explain", "the ", what, " '", x.name, "' ", x.tensor.spec(),
                             " is no part of the expression");
        return found->second;
    }
    // Steps are what depends on an input, and what that reads, except numbers.
    void choose_shown() {
        places_.back().active = places_.back().shown = true;
        for (Place& p : places_) {
            if (!p.active) continue;
            p.shown = true;
            for (const std::size_t k : p.operands)
                places_[k].shown = places_[k].active || places_[k].tensor.size() != 1;
        }
    }
    void call(std::size_t place, const std::string& name) {
        if (name.empty()) return;
        Place& p = places_[place];
        if (p.name == name) return;
        if (!p.name.empty() || !names_.insert(name).second)
            fail<ValueError>(
                "explain", "'", name, "' is one name too many: ",
                p.name.empty() ? "another tensor has it" : "the tensor is called '" + p.name + "'");
        p.name = name;
        p.shown = true;
    }
    void find_names() {
        std::size_t inputs = 0, constants = 0, results = 0;
        const auto next = [&](const char* letter, std::size_t& count) {
            std::string name;
            do name = letter + subscript(++count);
            while (!names_.insert(name).second);
            return name;
        };
        for (Place& p : places_) {
            if (!p.name.empty()) continue;
            const ParameterState* const parameter = p.tensor.node()->parameter_state();
            if (!p.shown)
                p.name = p.tensor.size() == 1 ? short_number(p.tensor.item<double>()) : "…";
            else if (&p == &places_.back())
                p.name = names_.insert("L").second ? "L" : next("L", results);
            else if (parameter && names_.insert(parameter->name).second)
                p.name = parameter->name;
            else if (!p.active)
                p.name = next("c", constants);
            else
                p.name = p.operands.empty() ? next("x", inputs) : next("v", results);
        }
    }

    std::vector<Place> places_;
    std::map<const Node*, std::size_t> index_;
    std::set<std::string> names_;
};

void want_small(const Paper& paper) {
    constexpr std::size_t most_steps = 500;
    constexpr Index most_elements = 20'000;
    const auto steps = std::ranges::count_if(paper.places(), &Place::shown);
    if (static_cast<std::size_t>(steps) > most_steps)
        fail<ValueError>("explain", "lays out ", most_steps, " steps at most, got ", steps);
    Index elements = 0;
    for (const Tensor& x : paper.active()) elements += x.size();
    if (elements > most_elements)
        fail<ValueError>("explain", "takes differences by ", most_elements,
                         " elements at most, got ", elements);
}

// The rules of all steps: each operation writes down what its operands' adjoints get.
std::vector<Explanation::Step> rules_of(const std::vector<Place>& places) {
    std::vector<Explanation::Step> steps(places.size());
    for (std::size_t i = places.size(); i-- > 0;) {
        const Place& p = places[i];
        Explanation::Step& step = steps[i];
        step.name = p.name;
        if (!p.active || p.operands.empty()) continue;
        std::vector<WrittenOperand> operands;
        for (const std::size_t k : p.operands)
            operands.push_back({places[k].name, places[k].tensor.spec()});
        Written w = written(*p.tensor.node(), p.name, operands);
        step.rule = p.name + " = " + w.value;
        for (std::size_t k = 0; k < p.operands.size(); ++k) {
            if (!places[p.operands[k]].active) continue;
            if (!w.local[k].empty() &&
                std::ranges::find(step.locals, w.local[k]) == step.locals.end())
                step.locals.push_back(w.local[k]);
            std::string& adjoint = steps[p.operands[k]].adjoint_rule;
            adjoint +=
                (adjoint.empty() ? delta(places[p.operands[k]].name) + " = " : " + ") + w.pulled[k];
        }
    }
    steps.back().adjoint_rule = delta(places.back().name) + " = 1";
    return steps;
}

}  // namespace

const Explanation::Step& Explanation::operator[](std::string_view name) const {
    const auto found = std::ranges::find(steps, name, &Step::name);
    if (found == steps.end())
        fail<ValueError>("explain", "no step of the explanation is called '", name, "'");
    return *found;
}

Explanation explain(const Tensor& loss, const std::vector<Term>& inputs,
                    const ExplainOptions& options) {
    std::vector<Tensor> wrt;
    for (const Term& x : inputs) wrt.push_back(x.tensor);
    gradients("explain", loss, wrt);  // refuses what can't be differentiated
    const Paper paper(loss, inputs, options.names);
    want_small(paper);
    const std::vector<Place>& places = paper.places();
    std::vector<Explanation::Step> steps = rules_of(places);
    const std::vector<Tensor> active = paper.active();
    std::vector<Tensor> adjoints = gradients("explain", loss, active), values = adjoints;
    values.insert(values.end(), active.begin(), active.end());
    evaluate(values);

    Explanation explanation{options.title, {}};
    std::size_t next = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
        steps[i].value = places[i].tensor;
        if (places[i].active) {
            steps[i].adjoint = adjoints[next++];
            steps[i].difference = differences(loss, places[i].tensor);
        }
        if (places[i].shown) explanation.steps.push_back(std::move(steps[i]));
    }
    return explanation;
}

}  // namespace shikumi
