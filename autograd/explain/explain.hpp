// explain: an expression and its derivatives, laid out as on paper.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

/// A tensor of an expression and its name on paper.
struct Term {
    /// Without a name of its own: an explanation finds one.
    Term(const Tensor& t) : tensor(t) {}
    /// By the parameter's name.
    Term(const Parameter& p) : tensor(p.value()), name(p.name()) {}
    /// By a name such as "w₁".
    Term(std::string called, const Tensor& t) : tensor(t), name(std::move(called)) {}

    Tensor tensor;     ///< what is called so
    std::string name;  ///< its name; "": none
};

/// What an explanation is told beside its expression.
struct ExplainOptions {
    std::string title = "The working";  ///< the heading of the page
    std::vector<Term> names = {};       ///< of other tensors: targets, intermediate results
};

/// An expression, step by step: each step with its value, the rule that gives it, its adjoint δ,
/// which is the derivative of the result by the step, and the same by differences.
struct Explanation {
    /// A leaf or an operation of the expression.
    struct Step {
        std::string name;                 ///< of its value
        std::string rule;                 ///< "z = x·W"; "": a leaf
        std::vector<std::string> locals;  ///< by its operands: "∂h/∂z = h·(1 - h)"
        std::string adjoint_rule;         ///< "δx = δz·Wᵀ"; "": constant to differentiation
        Tensor value;                     ///< what it amounts to
        Tensor adjoint;                   ///< by differentiation; empty for a constant
        Tensor difference;                ///< in f64, by central differences; likewise
    };

    std::string title;        ///< the heading of the page
    std::vector<Step> steps;  ///< operands before what is computed from them, the result last

    /// The step of this name. Throws ValueError where there is none.
    const Step& operator[](std::string_view name) const;
    /// The result, which all adjoints are derivatives of.
    const Step& result() const { return steps.back(); }
    /// A table for a terminal, in UTF-8. Of large matrices, the corners.
    std::string text() const;
    /// A page that needs nothing but itself, light or dark as the reader's screen is.
    std::string html() const;
    /// Writes the page to a file, which replaces an older one when it is complete. Throws IoError.
    void write_html(const std::string& file) const;
};

/// Lays out how `loss` comes from `inputs` and how its derivatives come back to them: a step for
/// each input, each operation above one, and each constant that one reads. Names are those of the
/// terms, of parameters, or x₁ for inputs, c₁ for constants, v₁ for operations, and L for the loss;
/// constants of one element stand in the rules as numbers. The differences work in f64, whatever
/// the dtype of the expression is. For small expressions: each element costs two evaluations.
///
/// Throws GradientError where `grad` would; ValueError where an input or a named tensor is no part
/// of the expression, where two have one name, and where there are more than 500 steps or 20,000
/// elements to differentiate by.
Explanation explain(const Tensor& loss, const std::vector<Term>& inputs,
                    const ExplainOptions& options = {});

}  // namespace shikumi
