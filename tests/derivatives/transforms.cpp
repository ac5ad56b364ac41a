// The transforms of transforms.json and problems.json, each in all the ways that give the same.
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "arrays.hpp"
#include "cases.hpp"
#include "catalogue.hpp"

namespace shikumi::derivatives {

namespace {

Tensor inner_product(const Tensors& a, const Tensors& b) {
    Tensor total = scalar(0, f64);
    for (std::size_t i = 0; i < a.size(); ++i) total = total + sum(a[i] * b.at(i));
    return total;
}

// A case, with tensors in place of its arrays.
struct Subject {
    const CatalogueFunction& f;
    const json& options;
    Tensors x, tangents, cotangents;

    std::vector<std::size_t> wrt() const { return options.at("wrt"); }
    // The arguments that are differentiated by.
    Tensors variables() const {
        Tensors v;
        for (const std::size_t i : wrt()) v.push_back(x[i]);
        return v;
    }
    // f as a function of these alone.
    auto at_variables() const { return replacing(x); }
    // The same with other arguments beside them.
    std::function<Tensor(const Tensors&)> replacing(const Tensors& all) const {
        return [f = f, numbers = wrt(), all](const Tensors& v) {
            Tensors in = all;
            for (std::size_t k = 0; k < v.size(); ++k) in[numbers[k]] = v[k];
            return f(in);
        };
    }
    Tensors variables_of(const Tensors& all) const {
        Tensors v;
        for (const std::size_t i : wrt()) v.push_back(all[i]);
        return v;
    }
    // f as a function of the only argument that is differentiated by.
    Function at_variable() const {
        return [f = at_variables()](const Tensor& v) { return f({v}); };
    }
    const Tensor& variable() const { return x[wrt()[0]]; }
    VmapOptions mapping() const {
        VmapOptions mapped;
        for (const json& axis : options.at("in_axes")) {
            if (axis.is_null())
                mapped.in_axes.push_back(not_mapped);
            else
                mapped.in_axes.push_back(axis.get<int>());
        }
        if (options.contains("out_axis")) mapped.out_axes = {options.at("out_axis").get<int>()};
        return mapped;
    }
};

// vmap of a function of a list, each element of which is an argument with an axis of its own.
template <class G>
auto mapped(const G& g, const VmapOptions& options, const Tensors& x) {
    const auto of_all = [&]<std::size_t... i>(std::index_sequence<i...>) {
        const auto listed = [&](const std::enable_if_t<i + 1 != 0, Tensor>&... a) {
            return g(Tensors{a...});
        };
        return vmap(listed, options)(x[i]...);
    };
    switch (x.size()) {
        case 1:
            return of_all(std::make_index_sequence<1>());
        case 2:
            return of_all(std::make_index_sequence<2>());
        case 3:
            return of_all(std::make_index_sequence<3>());
        case 4:
            return of_all(std::make_index_sequence<4>());
        case 5:
            return of_all(std::make_index_sequence<5>());
        case 6:
            return of_all(std::make_index_sequence<6>());
        default:
            return of_all(std::make_index_sequence<7>());
    }
}

using Way = std::function<Tensors(const Subject&)>;
// By name; in errors.
using Ways = std::vector<std::pair<const char*, Way>>;

Tensors hessian_block(const Function& f, const Tensor& x, DerivativeMode mode) {
    return {hessian(f, {.mode = mode})(x)};
}

// d²f/da db for the two arguments of `wrt`, which may be the same.
Tensors hessian_of(const Subject& s, const Tensors& x, DerivativeMode mode) {
    const auto wrt = s.wrt();
    const auto at = [&](const Tensors& v) {
        Tensors in = x;
        for (std::size_t k = 0; k < v.size(); ++k) in[wrt[k]] = v[k];
        return s.f(in);
    };
    if (wrt[0] == wrt[1])
        return hessian_block([&](const Tensor& v) { return at({v}); }, x[wrt[0]], mode);
    return {hessian(at, {.mode = mode})({x[wrt[0]], x[wrt[1]]})[0][1]};
}

Tensor scalarised(const Subject& s, const Tensors& v) { return sum(sin(s.at_variables()(v))); }

Tensor penalty(const Subject& s, const Tensors& x) {
    const std::size_t number = s.options.at("inner");
    const auto f = [&](const Tensor& v) {
        Tensors in = x;
        in[number] = v;
        return s.f(in);
    };
    const Tensor slope = grad(f)(x[number]);
    if (s.options.at("of") == "sum of squares") return sum(square(slope));
    return mean(square(norm(slope, Axes(-1)) - 1));
}

// d/dt f(x + t v), as a function of x.
Function along(const Function& f, const Tensor& v) {
    return [f, v](const Tensor& x) { return jvp(f, x, v).second; };
}

const std::map<std::string, Ways>& transforms() {
    using S = const Subject&;
    static const std::map<std::string, Ways> all{
        {"value", {{"", [](S s) { return Tensors{s.f(s.x)}; }}}},
        {"grad",
         {{"grad", [](S s) { return grad(s.at_variables())(s.variables()); }},
          {"value_and_grad",
           [](S s) { return value_and_grad(s.at_variables())(s.variables()).second; }},
          {"forward",
           [](S s) {
               return jacobian(s.at_variables(), {.mode = DerivativeMode::forward})(s.variables());
           }}}},
        {"vjp",
         {{"at once",
           [](S s) { return vjp(s.at_variables(), s.variables(), s.cotangents[0]).second; }},
          {"later",
           [](S s) { return vjp(s.at_variables(), s.variables()).second(s.cotangents[0]); }}}},
        {"jvp",
         {{"",
           [](S s) { return Tensors{jvp(s.at_variables(), s.variables(), s.tangents).second}; }}}},
        {"linearize",
         {{"",
           [](S s) {
               const auto linear = linearize(s.at_variables(), s.variables()).second;
               const auto half = s.tangents.begin() + static_cast<long>(s.tangents.size() / 2);
               return Tensors{linear(Tensors(s.tangents.begin(), half)),
                              linear(Tensors(half, s.tangents.end()))};
           }}}},
        {"jacobian",
         {{"forward",
           [](S s) {
               return Tensors{
                   jacobian(s.at_variable(), {.mode = DerivativeMode::forward})(s.variable())};
           }},
          {"reverse",
           [](S s) {
               return Tensors{
                   jacobian(s.at_variable(), {.mode = DerivativeMode::reverse})(s.variable())};
           }}}},
        {"hessian",
         {{"forward over reverse", [](S s) { return hessian_of(s, s.x, DerivativeMode::forward); }},
          {"reverse over reverse",
           [](S s) { return hessian_of(s, s.x, DerivativeMode::reverse); }}}},
        {"hvp",
         {{"forward over reverse",
           [](S s) { return hvp(s.at_variables(), s.variables(), s.tangents); }},
          {"reverse over reverse",
           [](S s) {
               return grad([&](const Tensors& v) {
                   return inner_product(grad(s.at_variables())(v), s.tangents);
               })(s.variables());
           }},
          {"reverse over forward",
           [](S s) {
               return grad([&](const Tensors& v) {
                   return jvp(s.at_variables(), v, s.tangents).second;
               })(s.variables());
           }}}},
        {"mixed",
         {{"jvp of vjp",
           [](S s) {
               return jvp(
                          [&](const Tensors& v) {
                              return vjp(s.at_variables(), v, s.cotangents[0]).second;
                          },
                          s.variables(), s.tangents)
                   .second;
           }},
          {"vjp of jvp",
           [](S s) {
               return vjp(
                          [&](const Tensors& v) {
                              return jvp(s.at_variables(), v, s.tangents).second;
                          },
                          s.variables(), s.cotangents[0])
                   .second;
           }},
          {"vjp of vjp",
           [](S s) {
               return vjp(
                          [&](const Tensors& v) {
                              return vjp(s.at_variables(), v, s.cotangents[0]).second;
                          },
                          s.variables(), s.tangents)
                   .second;
           }}}},
        {"scalarised_hvp",
         {{"forward over reverse",
           [](S s) {
               return hvp([&](const Tensors& v) { return scalarised(s, v); }, s.variables(),
                          s.tangents);
           }}}},
        {"vmap", {{"", [](S s) { return Tensors{mapped(s.f, s.mapping(), s.x)}; }}}},
        {"vmap_grad",
         {{"",
           [](S s) {
               return mapped(
                   [&](const Tensors& x) { return grad(s.replacing(x))(s.variables_of(x)); },
                   s.mapping(), s.x);
           }}}},
        {"vmap_hessian",
         {{"forward over reverse",
           [](S s) {
               return mapped(
                   [&](const Tensors& x) { return hessian_of(s, x, DerivativeMode::forward); },
                   s.mapping(), s.x);
           }},
          {"reverse over reverse",
           [](S s) {
               return mapped(
                   [&](const Tensors& x) { return hessian_of(s, x, DerivativeMode::reverse); },
                   s.mapping(), s.x);
           }}}},
        {"vmap_jacobian",
         {{"",
           [](S s) {
               return mapped(
                   [&](const Tensors& x) { return jacobian(s.replacing(x))(s.variables_of(x)); },
                   s.mapping(), s.x);
           }}}},
        {"vmap_jvp",
         {{"vmap",
           [](S s) {
               return Tensors{vmap([&](const Tensor& t) {
                   return jvp(s.at_variable(), s.variable(), t).second;
               })(s.tangents[0])};
           }},
          {"vmap of linearize",
           [](S s) {
               return Tensors{vmap(linearize(s.at_variable(), s.variable()).second)(s.tangents[0])};
           }}}},
        {"penalty",
         {{"",
           [](S s) {
               return grad([&](const Tensors& v) {
                   Tensors x = s.x;
                   const auto wrt = s.wrt();
                   for (std::size_t k = 0; k < v.size(); ++k) x[wrt[k]] = v[k];
                   return penalty(s, x);
               })(s.variables());
           }}}},
        {"third_vvv",
         {{"forward",
           [](S s) {
               const Tensor& v = s.tangents[0];
               return Tensors{along(along(along(s.at_variable(), v), v), v)(s.variable())};
           }},
          {"reverse",
           [](S s) {
               const Tensor& v = s.tangents[0];
               Function f = s.at_variable();
               for (int i = 0; i < 3; ++i)
                   f = [f, v](const Tensor& x) { return sum(grad(f)(x) * v); };
               return Tensors{f(s.variable())};
           }}}},
        {"grad_vhv",
         {{"",
           [](S s) {
               const Tensor& v = s.tangents[0];
               return Tensors{grad([&](const Tensor& x) {
                   return sum(v * hvp(s.at_variable(), x, v));
               })(s.variable())};
           }}}},
        {"grad_of_jvp",
         {{"",
           [](S s) {
               const auto [value, slope] =
                   value_and_grad(along(s.at_variable(), s.tangents[0]))(s.variable());
               return Tensors{value, slope};
           }}}},
    };
    return all;
}

// The gradient of Σ sin(vmap f).
Tensors grad_of_vmap(const Subject& s) {
    return grad([&](const Tensors& v) {
        Tensors x = s.x;
        const auto wrt = s.wrt();
        for (std::size_t k = 0; k < v.size(); ++k) x[wrt[k]] = v[k];
        return sum(sin(mapped(s.f, s.mapping(), x)));
    })(s.variables());
}

Ways ways_of(const std::string& transform) {
    if (transform == "grad_vmap" || transform == "vjp_vmap") return {{"", grad_of_vmap}};
    const auto found = transforms().find(transform);
    if (found == transforms().end())
        throw std::runtime_error("there is no transform '" + transform + "'");
    return found->second;
}

double tolerance_of(const std::string& transform) {
    static const std::map<std::string, double> higher{
        {"hessian", 1e-8},        {"hvp", 1e-8},          {"mixed", 1e-8},
        {"scalarised_hvp", 1e-8}, {"vmap_hessian", 1e-8}, {"penalty", 1e-8},
        {"grad_of_jvp", 1e-8},    {"third_vvv", 1e-7},    {"grad_vhv", 1e-7}};
    const auto found = higher.find(transform);
    return found == higher.end() ? 1e-9 : found->second;
}

Tensors read(const json& the_case, const char* member) {
    return the_case.contains(member) ? read_arrays(the_case.at(member)) : Tensors{};
}

}  // namespace

void run_transform(const json&, const json& the_case) {
    const std::string transform = the_case.at("transform");
    const CatalogueFunction& f = find_function(the_case.at("function"));
    Tensors in = read(the_case, "inputs");
    const Tensors tangents = read(the_case, "tangents"), cotangents = read(the_case, "cotangents");
    const std::size_t inputs = in.size(), first_cotangent = inputs + tangents.size();
    in.insert(in.end(), tangents.begin(), tangents.end());
    in.insert(in.end(), cotangents.begin(), cotangents.end());
    const json& expected = the_case.at("expected");
    for (const auto& [name, way] : ways_of(transform)) {
        const auto transformed = [&, way = way](const Tensors& all) {
            const auto part = [&](std::size_t from, std::size_t to) {
                return Tensors(all.begin() + static_cast<long>(from),
                               all.begin() + static_cast<long>(to));
            };
            return way({f, the_case.at("options"), part(0, inputs), part(inputs, first_cotangent),
                        part(first_cotangent, all.size())});
        };
        in_every_mode(
            transformed, in, false, [&, name = name](const std::string& mode, const Tensors& got) {
                if (got.size() != expected.size())
                    throw Different("got " + std::to_string(got.size()) + " outcomes, expected " +
                                    std::to_string(expected.size()));
                for (std::size_t k = 0; k < got.size(); ++k)
                    compare(transform + " " + name + " " + mode, got[k], expected[k],
                            tolerance_of(transform));
            });
    }
}

}  // namespace shikumi::derivatives
