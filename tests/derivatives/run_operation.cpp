// An operation's value and derivatives, in both modes and in the three orders of second order.
#include <algorithm>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "arrays.hpp"
#include "cases.hpp"

namespace shikumi::derivatives {

namespace {

Tensors floating(const Tensors& all) {
    Tensors some;
    for (const Tensor& t : all) {
        if (is_floating(t.dtype())) some.push_back(t);
    }
    return some;
}

// Σ aᵀ b
Tensor inner(const Tensors& a, const Tensors& b) {
    Tensor total = scalar(0, a.at(0).dtype());
    for (std::size_t i = 0; i < a.size(); ++i) total += sum(a[i] * b.at(i));
    return total;
}

// What is worked out of a case, and how near it has to be to the expected arrays.
struct Part {
    const char* name;      // in errors
    const char* expected;  // the member of the case
    double tolerance;
};

// One case in one dtype.
class OperationCase {
public:
    OperationCase(const json& the_case, DType real) : case_(the_case), real_(real) {
        add("value", "outputs", 1e-9);
        add("vjp", "vjp", 1e-9);
        add("jvp", "jvp", 1e-9);
        if (real == f32) return;
        add("hvp forward over reverse", "hvp", 1e-7);
        add("hvp reverse over reverse", "hvp", 1e-7);
        add("hvp reverse over forward", "hvp", 1e-7);
    }

    void run() const {
        Tensors in = read("inputs");
        const std::size_t inputs = in.size();
        const Tensors cotangents = read("cotangents"), tangents = read("tangents");
        in.insert(in.end(), cotangents.begin(), cotangents.end());
        in.insert(in.end(), tangents.begin(), tangents.end());
        const auto split = [&](const Tensors& t) {
            const auto second = t.begin() + static_cast<std::ptrdiff_t>(inputs);
            const auto third = second + static_cast<std::ptrdiff_t>(cotangents.size());
            return all_parts({t.begin(), second}, {second, third}, {third, t.end()});
        };
        in_every_mode(split, in, operation_.looks(in),
                      [&](const std::string& mode, const Tensors& got) { check(mode, got); });
    }

private:
    // A part of which the case knows the outcome.
    void add(const char* name, const char* expected, double usual) {
        if (!case_.contains(expected)) return;
        double tolerance = usual;
        const std::string which = std::string(expected) == "outputs" ? "value" : "first";
        if (real_ == f32)
            tolerance = case_.at("f32").at(which);
        else if (case_.contains("tolerance"))
            tolerance = std::max(usual, case_.at("tolerance").value(which, usual));
        parts_.push_back({name, expected, tolerance});
    }

    Tensors read(const char* member) const {
        return case_.contains(member) ? read_arrays(case_.at(member), real_) : Tensors{};
    }

    // The inputs that are differentiated by.
    Tensors wrt(const Tensors& in) const {
        if (!case_.contains("wrt")) return floating(in);
        Tensors some;
        for (const std::size_t i : case_.at("wrt").get<std::vector<std::size_t>>())
            some.push_back(in.at(i));
        return some;
    }

    Tensors part(const Part& part, const Tensors& in, const Tensors& outputs,
                 const Tensors& cotangents, const Tensors& tangents) const {
        const std::string name = part.name;
        const Tensors x = wrt(in);
        if (name == "value") return outputs;
        if (name == "vjp") return pulled_back(outputs, x, cotangents);
        if (name == "jvp") return pushed_forward(outputs, x, tangents);
        if (name == "hvp forward over reverse")
            return pushed_forward(pulled_back(outputs, x, cotangents), x, tangents);
        if (name == "hvp reverse over reverse")
            return pulled_back(pulled_back(outputs, x, cotangents), x, tangents);
        return pulled_back(pushed_forward(outputs, x, tangents), x, cotangents);
    }

    Tensors all_parts(const Tensors& in, const Tensors& cotangents, const Tensors& tangents) const {
        const Tensors outputs = operation_(in, case_.at("attrs"));
        Tensors all;
        for (const Part& p : parts_) {
            const Tensors some = part(p, in, outputs, cotangents, tangents);
            if (some.size() != case_.at(p.expected).size())
                throw Different(std::string(p.name) + ": got " + std::to_string(some.size()) +
                                " arrays, expected " + std::to_string(case_.at(p.expected).size()));
            all.insert(all.end(), some.begin(), some.end());
        }
        return all;
    }

    void check(const std::string& mode, const Tensors& got) const {
        std::size_t number = 0;
        for (const Part& p : parts_) {
            for (const json& expected : case_.at(p.expected)) {
                const std::string what = mode + std::string(name(real_)) + ' ' + p.name;
                compare(what, got.at(number++), expected, p.tolerance);
            }
        }
    }

    const json& case_;
    DType real_;
    const Operation& operation_ = find_operation(case_.at("op"));
    std::vector<Part> parts_ = {};
};

}  // namespace

Tensors pulled_back(const Tensors& outputs, const Tensors& wrt, const Tensors& cotangents) {
    const Tensors y = floating(outputs);
    if (y.size() == 1) return vjp(y[0], wrt, cotangents.at(0));
    return grad(inner(y, cotangents), wrt);
}

Tensors pushed_forward(const Tensors& outputs, const Tensors& wrt, const Tensors& tangents) {
    Tensors all;
    for (const Tensor& y : floating(outputs)) all.push_back(jvp(y, wrt, tangents));
    return all;
}

void in_every_mode(const std::function<Tensors(const Tensors&)>& f, const Tensors& in, bool looks,
                   const std::function<void(const std::string&, const Tensors&)>& check) {
    check("", f(in));
    {
        const Eager now;
        check("Eager, ", f(in));
    }
    if (looks) return;
    auto captured = capture(f);
    check("recorded, ", captured(in));
    check("replayed, ", captured(in));
}

void run_operation(const json& the_case) {
    OperationCase(the_case, f64).run();
    if (the_case.contains("f32")) OperationCase(the_case, f32).run();
}

}  // namespace shikumi::derivatives
