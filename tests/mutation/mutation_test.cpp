// Faults planted into the rules of all operations, one at a time: the checks of the op table find
// each of them. A fault counts where it changes a result for numbers that the table doesn't use.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "../autograd/ops/row_checks.hpp"
#include "catch.hpp"
#include "faulty.hpp"

using namespace shikumi;
using namespace shikumi_test;

namespace {

// A fault in the rule of one operation, wherever it is used.
using Mutant = std::pair<std::string, Fault>;

Row planted(const Row& row, std::size_t place, const Fault& fault) {
    Row mutant = row;
    mutant.call = [&row, place, fault](const Inputs& in, DType dtype) {
        return with_fault(row.call(in, dtype), in, place, fault);
    };
    return mutant;
}

// Derivatives of a row in one mode, projected at random.
std::vector<Tensor> derivatives(const Row& row, const Inputs& in, Rule rule) {
    Generator rng(5);
    const std::vector<Tensor> reals = real_inputs(row, in);
    const Tensor y = row.call(in, f64);
    if (rule == Rule::vjp)
        return grad(sum(y * Tensor(random_normal(y.shape(), rng, 0, 1, f64).array())), reals);
    std::vector<Tensor> tangents;
    for (const Tensor& x : reals)
        tangents.push_back(Tensor(random_normal(x.shape(), rng, 0, 1, f64).array()));
    return {jvp(y, reals, tangents)};
}

bool apart(const Tensor& a, const Tensor& b) {
    const auto x = a.to_vector<double>(), y = b.to_vector<double>();
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (!(std::abs(x[i] - y[i]) <= 1e-4 * (1 + std::abs(y[i])))) return true;
    }
    return false;
}

// Whether the fault changes a result, for other numbers than those of the table.
bool matters(const Row& row, const Row& mutant, Rule rule) {
    constexpr std::uint64_t other_seed = 99;
    if (rule == Rule::batched) {
        const unsigned all = (1U << row.inputs.size()) - 1;
        const Inputs in = batch_of(row, all, 3, other_seed);
        return apart(mapped_row(mutant, in, all), mapped_row(row, in, all));
    }
    const Inputs in = trial(row, f64, {}, other_seed).tensors;
    const auto right = derivatives(row, in, rule), wrong = derivatives(mutant, in, rule);
    for (std::size_t i = 0; i < right.size(); ++i) {
        if (apart(wrong[i], right[i])) return true;
    }
    return false;
}

// Whether the checks of the table find it.
bool is_caught(const Row& mutant, Rule rule) {
    for (std::uint64_t draw = first_draw; draw < first_draw + derived_draws; ++draw) {
        if (rule != Rule::batched) {
            if (!gradient_error(mutant, 1, {}, draw).empty()) return true;
            continue;
        }
        for (unsigned mapped = 1; mapped < 1U << mutant.inputs.size(); ++mapped) {
            const Inputs in = batch_of(mutant, mapped, 3, draw);
            if (!near(mapped_row(mutant, in, mapped), looped(mutant, in, mapped, 3))) return true;
        }
    }
    return false;
}

bool applies(const Row& row, Rule rule) {
    if (row.inputs.empty() || row.accepts == Accepts::counts) return false;
    if (rule == Rule::batched) return row.inputs.size() <= 4 && !row.looks;
    return row.order > 0;
}

// The faults of one operation.
std::vector<Fault> faults_of(const Tensor& node, Rule rule) {
    std::vector<Fault> all;
    const std::size_t inputs = rule == Rule::batched ? 1 : node.node()->inputs().size();
    for (std::size_t i = 0; i < std::min<std::size_t>(inputs, 3); ++i) {
        for (const Change change : all_changes) all.push_back({rule, change, i});
    }
    return all;
}

struct Outcome {
    std::set<Mutant> caught, escaped;
};

Outcome plant_faults() {
    Outcome outcome;
    for (const Row& row : op_table()) {
        if (row.inputs.empty()) continue;
        const Inputs in = trial(row, f64).tensors;
        const std::vector<Tensor> nodes = operations(row.call(in, f64), in);
        for (std::size_t place = 0; place < nodes.size(); ++place) {
            const std::string op(nodes[place].node()->op->name());
            for (const Rule rule : all_rules) {
                if (!applies(row, rule)) continue;
                for (const Fault& fault : faults_of(nodes[place], rule)) {
                    const Mutant mutant{op, fault};
                    if (outcome.caught.count(mutant)) continue;
                    const Row wrong = planted(row, place, fault);
                    try {
                        if (!matters(row, wrong, rule)) continue;
                    } catch (const std::exception&) {
                        // The rule refuses what it is given: that finds the fault, too.
                    }
                    bool caught = true;
                    try {
                        caught = is_caught(wrong, rule);
                    } catch (const std::exception&) {
                    }
                    (caught ? outcome.caught : outcome.escaped).insert(mutant);
                }
            }
        }
    }
    for (const Mutant& mutant : outcome.caught) outcome.escaped.erase(mutant);
    return outcome;
}

}  // namespace

TEST_CASE("where no fault is planted, none is found", "[mutation]") {
    const Fault none{Rule::vjp, Change::sign, 255};  // by an input that no operation has
    for (const Row& row : op_table()) {
        if (row.inputs.empty()) continue;
        const Inputs in = trial(row, f64).tensors;
        const std::size_t places = operations(row.call(in, f64), in).size();
        for (std::size_t place = 0; place < places; ++place) {
            INFO(row.title() << ", place " << place);
            const Row same = planted(row, place, none);
            for (const Rule rule : {Rule::vjp, Rule::batched})
                if (applies(row, rule)) CHECK_FALSE(is_caught(same, rule));
        }
    }
}

TEST_CASE("the op table finds every fault in a rule", "[mutation]") {
    const Outcome outcome = plant_faults();
    for (const auto& [op, fault] : outcome.escaped)
        std::printf("not found: %s, %s\n", op.c_str(), to_string(fault).c_str());
    std::set<std::string> operations;
    for (const auto& [op, fault] : outcome.caught) operations.insert(op);
    std::printf("%zu faults in the rules of %zu operations, %zu not found\n",
                outcome.caught.size() + outcome.escaped.size(), operations.size(),
                outcome.escaped.size());
    CHECK(outcome.caught.size() >= 300);
    CHECK(outcome.escaped.empty());
}
