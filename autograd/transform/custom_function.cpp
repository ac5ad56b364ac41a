#include <shikumi/autograd/transform/custom_function.hpp>

#include <memory>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/derivatives.hpp>
#include <shikumi/autograd/transform/detail/batched_rule.hpp>
#include <shikumi/autograd/transform/detail/pass_on.hpp>

namespace shikumi {

using namespace detail;

namespace {

using Many = std::vector<Tensor>;

// Zeros for what is undefined and could be differentiated.
Many with_zeros(Tensors known, Tensors like) {
    Many all(known.begin(), known.end());
    for (std::size_t k = 0; k < all.size(); ++k) {
        if (!all[k].defined() && is_floating(like[k].dtype())) all[k] = zeros_like(like[k]);
    }
    return all;
}

// Inputs: the results y of a function, then its arguments x; outputs: y, whose derivatives by x are
// those that the user states. By the inputs y there are none.
struct Custom final : PassOn, Unshared {
    Custom(std::shared_ptr<const CustomRules> r, std::size_t o) : PassOn(o), rules(std::move(r)) {}
    bool operator==(const Custom&) const = default;
    std::string_view name() const noexcept override { return rules->name; }
    Many vjp_all(Tensors in, Tensors out, Tensors cotangents) const override {
        const Tensors x = in.subspan(outputs);
        const Many at(x.begin(), x.end()), y(out.begin(), out.end());
        const Many g = with_zeros(cotangents, out);
        const Many given = rules->vjp ? rules->vjp(at, y, g) : transposed(at, y, g);
        check("vjp", "cotangent", given, x);
        Many all(outputs);
        all.insert(all.end(), given.begin(), given.end());
        return all;
    }
    Many jvp_all(Tensors in, Tensors out, Tensors tangents) const override {
        if (!rules->jvp) return {};
        const Tensors x = in.subspan(outputs);
        const Many given = rules->jvp({x.begin(), x.end()}, {out.begin(), out.end()},
                                      with_zeros(tangents.subspan(outputs), x));
        check("jvp", "tangent", given, out);
        return given;
    }
    Many batched_all(const MappedInputs& in) const override {
        Many inputs;
        for (std::size_t i = 0; i < in.inputs().size(); ++i) inputs.push_back(in.whole(i));
        const auto mapped = [](const CustomRules::Rule& rule) -> CustomRules::Rule {
            if (!rule) return {};
            return [rule](const Many& x, const Many& y, const Many& along) {
                return batched_rule({x, y, along}, [&](const std::vector<Many>& example) {
                    return rule(example[0], example[1], example[2]);
                });
            };
        };
        auto all = std::make_shared<const CustomRules>(
            CustomRules{rules->name, mapped(rules->vjp), mapped(rules->jvp)});
        return record_all(Custom(std::move(all), outputs), Tensors(inputs));
    }

    // The tangents of y are linear in those of x.
    Many transposed(const Many& x, const Many& y, const Many& cotangents) const {
        Many tangents(x.size()), variables;
        for (std::size_t k = 0; k < x.size(); ++k) {
            if (!is_floating(x[k].dtype())) continue;
            tangents[k] = identity(zeros_like(x[k]));
            variables.push_back(tangents[k]);
        }
        const Many given = rules->jvp(x, y, tangents);
        check("jvp", "tangent", given, y);
        Many defined_y, defined_g;
        for (std::size_t k = 0; k < given.size(); ++k) {
            if (!given[k].defined()) continue;
            defined_y.push_back(given[k]);
            defined_g.push_back(cotangents[k]);
        }
        const Many products = pulled_back(name(), defined_y, variables, defined_g);
        Many all(x.size());
        auto next = products.begin();
        for (std::size_t k = 0; k < x.size(); ++k) {
            if (tangents[k].defined()) all[k] = *next++;
        }
        return all;
    }

    void check(std::string_view rule, std::string_view what, const Many& given,
               Tensors like) const {
        if (given.size() != like.size())
            fail<GradientError>(name(), "its ", rule, " gave ", given.size(), " ", what,
                                "s, wanted ", like.size());
        for (std::size_t k = 0; k < given.size(); ++k) {
            if (!given[k].defined()) continue;
            if (!is_floating(like[k].dtype()))
                fail<GradientError>(name(), "its ", rule, " gave a ", what, " number ", k,
                                    " of integers, ", like[k].spec(), ": wanted an empty Tensor");
            if (given[k].spec() != like[k].spec())
                fail<GradientError>(name(), "its ", rule, " gave a ", what, " number ", k, " ",
                                    given[k].spec(), ", wanted ", like[k].spec());
        }
    }

    std::shared_ptr<const CustomRules> rules;
};

}  // namespace

std::vector<Tensor> detail::with_rules(CustomRules rules, const std::vector<Tensor>& x,
                                       const std::vector<Tensor>& y) {
    const std::string name = rules.name;
    want_defined(name, y);
    if (y.size() > OutputSpecs::most)
        fail<ValueError>(name, "gives ", y.size(), " tensors, at most ", OutputSpecs::most,
                         " are possible");
    Many inputs = y;
    inputs.insert(inputs.end(), x.begin(), x.end());
    return record_all(Custom(std::make_shared<const CustomRules>(std::move(rules)), y.size()),
                      Tensors(inputs));
}

}  // namespace shikumi
