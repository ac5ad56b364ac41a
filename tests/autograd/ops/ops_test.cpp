// Checks every row of the op table.
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "op_table.hpp"
#include "row_checks.hpp"

using namespace shikumi;
using namespace shikumi_test;

namespace {

bool takes_bool(const Row& row) {
    return row.accepts == Accepts::anything || row.accepts == Accepts::counts;
}

// The reference of a pointwise operation; inputs are broadcast to the common shape.
Values elementwise(const Row& row, const std::vector<Values>& in) {
    int rank = 0;
    for (const Values& v : in) rank = std::max(rank, v.shape.rank());
    std::vector<Index> sizes(static_cast<std::size_t>(rank), 1);
    for (const Values& v : in) {
        for (int a = 0; a < v.shape.rank(); ++a) {
            Index& size = sizes[static_cast<std::size_t>(rank - v.shape.rank() + a)];
            if (size == 1) size = v.shape[a];
        }
    }
    return generate(Shape(sizes), [&](const Position& p) {
        std::vector<Real> x;
        for (const Values& v : in) {
            Position q(p.end() - v.shape.rank(), p.end());
            for (std::size_t a = 0; a < q.size(); ++a) {
                if (v.shape[static_cast<int>(a)] == 1) q[a] = 0;
            }
            x.push_back(v.at(q));
        }
        return row.elementwise(x.data());
    });
}

Values expected(const Row& row, const std::vector<Values>& in) {
    return row.reference ? row.reference(in) : elementwise(row, in);
}

// Describes the first difference; "" if there is none.
std::string difference(const Tensor& got, const Values& want, double tolerance) {
    if (got.shape() != want.shape)
        return "shape " + to_string(got.shape()) + " instead of " + to_string(want.shape);
    const auto values = got.to_vector<double>();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto w = static_cast<double>(want.data[i]);
        const bool same = std::isnan(w)
                              ? std::isnan(values[i])
                              : std::abs(values[i] - w) <= tolerance * std::max(1.0, std::abs(w));
        if (same || values[i] == w) continue;
        std::ostringstream text;
        text.precision(17);
        text << "element " << i << ": " << values[i] << " instead of " << w;
        return text.str();
    }
    return "";
}

// Compares the row's value for inputs of `dtype` with its reference.
std::string value_error(const Row& row, DType dtype, double tolerance,
                        const std::vector<Shape>& shapes = {}, std::uint64_t draw = first_draw) {
    try {
        const Trial t = trial(row, dtype, shapes, draw);
        const Tensor got = row.call(t.tensors, dtype);
        const bool counted = row.accepts == Accepts::counts && !is_floating(dtype);
        const DType wanted = row.result.value_or(counted ? i64 : dtype);
        if (got.dtype() != wanted)
            return "gives " + std::string(name(got.dtype())) + " instead of " +
                   std::string(name(wanted));
        return difference(got, expected(row, t.values), tolerance);
    } catch (const std::exception& e) {
        return e.what();
    }
}

// Lists the tensors that `t` is computed from and `t`, each once, inputs first.
void list(const Tensor& t, std::vector<Tensor>& all) {
    const auto is_it = [&](const Tensor& other) { return other.node() == t.node(); };
    if (std::any_of(all.begin(), all.end(), is_it)) return;
    for (const Tensor& input : t.node()->inputs()) list(input, all);
    all.push_back(t);
}

// The name of the first operation of the row whose prepared kernel doesn't give the bits of `eval`.
// Counts the operations that have a prepared kernel.
std::string preparation_error(const Row& row, DType dtype, int& prepared) {
    const Trial t = trial(row, dtype, {});
    std::vector<Tensor> nodes;
    list(row.call(t.tensors, dtype), nodes);
    evaluate(nodes);
    for (const Tensor& node : nodes) {
        const Op* op = node.node()->op;
        if (!op) continue;
        std::vector<const Spec*> specs;
        std::vector<ConstView> views;
        std::vector<const void*> addresses;
        for (const Tensor& input : node.node()->inputs()) {
            specs.push_back(&input.node()->spec);
            views.push_back({input.node()->data, input.spec()});
            addresses.push_back(input.node()->data);
        }
        const kernels::Prepared kernel = op->prepare(specs, node.spec());
        if (!kernel) continue;
        ++prepared;
        const Array wanted(node.spec()), got(node.spec());
        op->eval(views, {wanted.raw(), wanted.spec()});
        kernel(addresses.data(), got.raw());
        if (std::memcmp(wanted.raw(), got.raw(), node.spec().bytes()) != 0)
            return std::string(op->name());
    }
    return "";
}

template <class F>
void for_each_row(F check) {
    for (const Row& row : op_table()) {
        INFO(row.title());
        check(row);
    }
}

// The name by which errors speak of a row's operation.
std::string called(const Row& row) {
    static const std::map<std::string, std::string> names{
        {"operator+", "add"},
        {"operator*", "multiply"},
        {"operator/", "divide"},
        {"operator<", "less"},
        {"operator<=", "less_equal"},
        {"operator>", "greater"},
        {"operator>=", "greater_equal"},
        {"cross_entropy_each", "cross_entropy"},
        {"logits_of_softmax", "softmax"},
        {"logits_of_sigmoid", "sigmoid"},
    };
    if (row.name == "operator-")
        return row.inputs.size() == 1 && row.label.empty() ? "negative" : "subtract";
    const auto other = names.find(row.name);
    return other == names.end() ? row.name : other->second;
}

// Checks that a call throws an E that names the operation which was called, and no inner one.
template <class E>
void check_refused(const Row& row, const Inputs& in, DType dtype) {
    try {
        row.call(in, dtype);
        FAIL_CHECK("was not refused");
    } catch (const E& e) {
        INFO(e.what());
        CHECK(std::string(e.what()).starts_with("[" + called(row) + "]"));
    }
}

// The headers that declare operations: those for users, and those for rules and layers.
std::vector<std::filesystem::path> headers_of_operations() {
    const std::filesystem::path folder(SHIKUMI_TEST_SOURCE_DIR "/autograd/ops");
    std::vector<std::filesystem::path> headers;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (file.path().extension() == ".hpp") headers.push_back(file.path());
    }
    for (const char* name : {"averages", "gradients", "logits", "normal", "required", "rows"})
        headers.push_back(folder / "detail" / (std::string(name) + ".hpp"));
    return headers;
}

// The number of overloads of each operation in the headers, where every declaration starts a line.
std::map<std::string, int> declared_forms() {
    // Names that are macros elsewhere stand in parentheses.
    static const std::regex declaration(R"(^(?:Tensor|std::vector<Tensor>|\w+Result) ?)"
                                        R"(\(?(operator[^(]+|\w+)\)?\()");
    std::map<std::string, int> forms;
    for (const auto& path : headers_of_operations()) {
        std::ifstream header(path);
        REQUIRE(header);
        bool internal = false;
        for (std::string line; std::getline(header, line);) {
            internal = line == "namespace detail {" || (internal && !line.starts_with("}"));
            std::smatch found;
            if (!internal && std::regex_search(line, found, declaration)) ++forms[found[1]];
        }
    }
    return forms;
}

// The names of the operations in the library's sources: the words in each `name`.
std::set<std::string> defined_operations() {
    static const std::regex name(R"re(string_view name[^;]*;|(?:unary|special|of_order)<"\w+")re"),
        word(R"re("(\w+)")re");
    std::set<std::string> all;
    for (const auto& file :
         std::filesystem::directory_iterator(SHIKUMI_TEST_SOURCE_DIR "/autograd/ops")) {
        if (file.path().extension() != ".cpp") continue;
        std::ifstream source(file.path());
        const std::string text(std::istreambuf_iterator<char>(source), {});
        for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at) {
            const std::string found = at->str();
            for (std::sregex_iterator w(found.begin(), found.end(), word); w != end; ++w)
                all.insert((*w)[1]);
        }
    }
    return all;
}

// Adds the operations that the tensor is computed by.
void note(const Tensor& t, std::set<const Node*>& seen, std::set<std::string>& operations) {
    const Node* node = t.node();
    if (!node || !node->op || !seen.insert(node).second) return;
    operations.insert(std::string(node->op->name()));
    for (const Tensor& input : node->inputs()) note(input, seen, operations);
}

}  // namespace

TEST_CASE("every exported operation has a row for each of its forms", "[ops]") {
    const std::map<std::string, int> declared = declared_forms();
    std::map<std::string, int> rows;
    for (const Row& row : op_table()) ++rows[row.name];

    CHECK(declared.size() > 100);
    CHECK(declared.at("operator+") == 3);
    for (const auto& [name, forms] : declared) {
        INFO(name);
        CHECK(rows[name] >= forms);
    }
    for (const auto& [name, count] : rows) {
        INFO(name);
        CHECK(declared.count(name) == 1);
    }
}

// ./autograd_test [scoreboard] prints what the documentation takes over.
TEST_CASE("the scoreboard of operations", "[.][scoreboard]") {
    const std::map<std::string, int> declared = declared_forms();
    int forms = 0;
    for (const auto& [name, count] : declared) forms += count;
    std::set<std::string> once, twice, referenced;
    for (const Row& row : op_table()) {
        if (row.order >= 1) once.insert(row.name);
        if (row.order >= 2) twice.insert(row.name);
        if (row.reference || row.elementwise) referenced.insert(row.name);
    }
    std::cout << "operations            " << declared.size() << " in " << forms << " forms\n"
              << "rows                  " << op_table().size() << '\n'
              << "against a reference   " << referenced.size() << " operations\n"
              << "differentiable        " << once.size() << " operations, in both modes\n"
              << "of second order       " << twice.size() << " operations\n"
              << "internal operations   " << defined_operations().size() << ", all reached\n";
}

TEST_CASE("the rows and their derivatives reach every operation", "[ops]") {
    std::set<std::string> reached;
    for_each_row([&](const Row& row) {
        const Trial t = trial(row, f64);
        std::vector<Tensor> by;
        for (std::size_t i = 0; i < t.tensors.size(); ++i) {
            if (is_real(row.inputs[i])) by.push_back(t.tensors[i]);
        }
        std::vector<Tensor> results{row.call(t.tensors, f64)};
        for (int order = 0; order < row.order; ++order) {
            const Tensor y = results.back();
            if (order == 0) results.push_back(jvp(y, by, by));
            for (const Tensor& gradient : grad(sum(square(y)), by)) results.push_back(gradient);
        }
        std::set<const Node*> seen;
        for (const Tensor& result : results) note(result, seen, reached);
    });
    const std::set<std::string> defined = defined_operations();
    CHECK(defined.size() > 80);
    for (const std::string& operation : defined) {
        INFO(operation);
        CHECK(reached.count(operation) == 1);
    }
}

TEST_CASE("values agree with the reference", "[ops]") {
    for_each_row([](const Row& row) {
        if (!row.reference && !row.elementwise) return;
        for (std::uint64_t draw = first_draw; draw < first_draw + draws; ++draw) {
            CAPTURE(draw);
            CHECK(value_error(row, f64, row.tolerance, {}, draw) == "");
        }
        CHECK(value_error(row, f32, 1e-5) == "");
        if (row.accepts == Accepts::reals) return;
        CHECK(value_error(row, i32, 0) == "");
        CHECK(value_error(row, i64, 0) == "");
        if (takes_bool(row)) CHECK(value_error(row, bool_, 0) == "");
    });
}

TEST_CASE("derivatives agree with finite differences", "[ops]") {
    for_each_row([](const Row& row) {
        if (row.order == 0) return;
        CHECK(gradient_error(row, row.order) == "");
        for (std::uint64_t more = 1; more < derived_draws; ++more)
            CHECK(gradient_error(row, 1, {}, first_draw + more) == "");
    });
}

TEST_CASE("pointwise operations broadcast", "[ops]") {
    const std::vector<std::vector<Shape>> pairs{
        {{3, 1, 4}, {2, 1}}, {{}, {2, 3}}, {{2, 3}, {}}, {{1}, {3}}, {{1, 1}, {4}}};
    const std::vector<std::vector<Shape>> triples{
        {{3, 1}, {1, 4}, {}}, {{}, {2, 1}, {3}}, {{4}, {}, {2, 1, 1}}};
    for_each_row([&](const Row& row) {
        if (!row.elementwise || row.inputs.size() < 2) return;
        for (const auto& shapes : row.inputs.size() == 2 ? pairs : triples) {
            INFO(shapes[0] << " with " << shapes[1]);
            CHECK(value_error(row, f64, row.tolerance, shapes) == "");
            if (row.order > 0) CHECK(gradient_error(row, 1, shapes) == "");
        }
        const Inputs unfit = trial(row, f64,
                                   row.inputs.size() == 2 ? std::vector<Shape>{{2, 3}, {2, 4}}
                                                          : std::vector<Shape>{{2, 3}, {3}, {4}})
                                 .tensors;
        check_refused<ShapeError>(row, unfit, f64);
    });
}

TEST_CASE("pointwise operations take scalars and empty tensors", "[ops]") {
    for_each_row([](const Row& row) {
        if (!row.elementwise) return;
        for (const Shape& shape : {Shape{}, Shape{0}, Shape{2, 0, 3}, Shape{1, 1}}) {
            INFO(shape);
            const std::vector<Shape> shapes(row.inputs.size(), shape);
            CHECK(value_error(row, f32, 1e-5, shapes) == "");
            CHECK(value_error(row, f64, row.tolerance, shapes) == "");
            if (row.order > 0 && shape.size() > 0)
                CHECK(gradient_error(row, row.order, shapes) == "");
        }
    });
}

TEST_CASE("the gradient of an empty tensor is empty", "[ops]") {
    for_each_row([](const Row& row) {
        if (!row.elementwise || row.order == 0) return;
        const Inputs in =
            trial(row, f64, std::vector<Shape>(row.inputs.size(), Shape{0, 3})).tensors;
        for (std::size_t i = 0; i < in.size(); ++i) {
            if (!is_real(row.inputs[i])) continue;
            CHECK(grad(sum(row.call(in, f64)), {in[i]})[0].shape() == Shape{0, 3});
        }
    });
}

TEST_CASE("one operation at a time gives the same bits", "[ops]") {
    const auto bits = [](const Row& row) {
        const Inputs in = trial(row, f32).tensors;
        const Tensor out = row.call(in, f32);
        std::vector<std::vector<double>> all{out.to_vector<double>()};
        for (std::size_t i = 0; i < in.size() && row.order > 0; ++i) {
            if (is_real(row.inputs[i]))
                all.push_back(grad(sum(square(out)), {in[i]})[0].to_vector<double>());
        }
        return all;
    };
    for_each_row([&](const Row& row) {
        const auto fused = bits(row);
        const Eager eager;
        CHECK(bits(row) == fused);
    });
}

TEST_CASE("dtypes that don't fit are refused", "[ops]") {
    for_each_row([](const Row& row) {
        std::vector<std::size_t> reals, others;
        for (std::size_t i = 0; i < row.inputs.size(); ++i)
            (is_real(row.inputs[i]) ? reals : others).push_back(i);
        if (!reals.empty() && !takes_bool(row))
            check_refused<DTypeError>(row, trial(row, bool_).tensors, bool_);
        if (!reals.empty() && row.accepts == Accepts::reals)
            check_refused<DTypeError>(row, trial(row, i64).tensors, i64);
        if (reals.size() > 1) {
            Inputs in = trial(row, f64).tensors;
            in[reals.back()] = in[reals.back()].cast(f32);
            check_refused<DTypeError>(row, in, f64);
        }
        if (row.label == "whole real numbers") return;  // which it makes of any dtype
        for (const std::size_t i : others) {
            Inputs in = trial(row, f64).tensors;
            // Labels that came from a file of reals are indices, too, where rows are put or
            // checked.
            const bool whole = row.name == "checked_indices" || row.name == "put_rows";
            in[i] = in[i].cast(whole ? bool_ : f64);
            // cross_entropy takes real labels for distributions, here of a wrong shape.
            if (row.name.starts_with("cross_entropy"))
                check_refused<ShapeError>(row, in, f64);
            else
                check_refused<DTypeError>(row, in, f64);
        }
    });
}

TEST_CASE("the hint at mixed dtypes is the wider one", "[ops]") {
    const std::vector<DType> narrow_to_wide{bool_, u8, i32, i64, f32, f64};
    for (std::size_t a = 0; a < narrow_to_wide.size(); ++a) {
        for (std::size_t b = 0; b < a; ++b) {
            const Tensor wide = ones({2}, narrow_to_wide[a]), narrow = ones({2}, narrow_to_wide[b]);
            const std::string hint = sentence(".cast(", wide.dtype(), ")");
            INFO(hint);
            CHECK_THROWS_WITH(wide + narrow, contains(hint));
            CHECK_THROWS_WITH(narrow * wide, contains(hint));
            CHECK_THROWS_WITH(where(ones({2}, bool_), narrow, wide), contains(hint));
            CHECK_THROWS_WITH(concatenate({narrow, wide}), contains(hint));
            CHECK_THROWS_WITH(stack({wide, narrow}), contains(hint) && contains("[stack]"));
        }
    }
}

TEST_CASE("errors name the operation that was called, not one it is composed of", "[ops]") {
    const Tensor x = ones({2, 3}), whole = ones({2, 3}, i64);
    const std::vector<std::pair<const char*, std::function<void()>>> mistakes{
        {"[norm]", [&] { norm(x, {2}); }},
        {"[norm]",
         [&] {
             norm(x, Axes{0, 0});
         }},
        {"[norm]", [&] { norm(whole); }},
        {"[std]", [&] { shikumi::std(x, 2); }},
        {"[std]", [&] { shikumi::std(whole); }},
        {"[var]", [&] { var(x, 2); }},
        {"[var]", [&] { var(whole); }},
        {"[mean]", [&] { mean(x, -3); }},
        {"[prod]", [&] { prod(x, 2); }},
        {"[logsumexp]", [&] { logsumexp(x, 2); }},
        {"[logsumexp]", [&] { logsumexp(whole); }},
        {"[argmax]", [&] { argmax(zeros({0})); }},
        {"[argmin]", [&] { argmin(x, 2); }},
        {"[put_rows]", [&] { detail::put_rows(x, ones({1}), x); }},
        {"[put_rows]",
         [&] {
             detail::put_rows(x, full({1}, 2, i64), ones({1, 3})).array();
         }},
        {"[log_sigmoid]", [&] { log_sigmoid(whole); }},
        {"[leaky_relu]", [&] { leaky_relu(whole); }},
        {"[leaky_relu]", [&] { leaky_relu(whole, 1); }},
        {"[elu]", [&] { elu(whole, 0.5); }},
        {"[selu]", [&] { selu(whole); }},
        {"[gelu]", [&] { gelu(whole); }},
        {"[gelu]", [&] { gelu(whole, true); }},
        {"[silu]", [&] { silu(whole); }},
        {"[softsign]", [&] { softsign(whole); }},
        {"[mish]", [&] { mish(whole); }},
        {"[hard_sigmoid]", [&] { hard_sigmoid(whole); }},
        {"[celu]", [&] { celu(whole); }},
        {"[celu]", [&] { celu(x, 0); }},
        {"[squareplus]", [&] { squareplus(whole); }},
        {"[squareplus]", [&] { squareplus(x, -1); }},
        {"[sparse_plus]", [&] { sparse_plus(whole); }},
        {"[sparse_sigmoid]", [&] { sparse_sigmoid(whole); }},
        {"[hard_sigmoid6]", [&] { hard_sigmoid6(whole); }},
        {"[hard_silu]", [&] { hard_silu(whole); }},
        {"[hard_tanh]", [&] { hard_tanh(whole); }},
        {"[hard_shrink]", [&] { hard_shrink(whole); }},
        {"[hard_shrink]", [&] { hard_shrink(x, -1); }},
        {"[soft_shrink]", [&] { soft_shrink(whole); }},
        {"[soft_shrink]", [&] { soft_shrink(x, -1); }},
        {"[tanh_shrink]", [&] { tanh_shrink(whole); }},
        {"[threshold]", [&] { threshold(whole, 1, 0); }},
        {"[glu]", [&] { glu(ones({4}, i64)); }},
        {"[glu]", [&] { glu(ones({3})); }},
        {"[glu]", [&] { glu(ones({4}), 1); }},
        {"[sparsemax]", [&] { sparsemax(whole); }},
        {"[sparsemax]", [&] { sparsemax(x, 2); }},
        {"[einsum]",
         [&] {
             einsum("ab,bc->ac", {ones({2, 3})});
         }},
        {"[einsum]",
         [&] {
             einsum("ab,bc->ac", {ones({2, 3}), ones({2, 3})});
         }},
        {"[einsum]", [&] { einsum("ab->a", {ones({2})}); }},
        {"[einsum]",
         [&] {
             einsum("aa->a", {ones({2, 3})});
         }},
        {"[einsum]", [&] { einsum("a->b", {ones({2})}); }},
        {"[einsum]",
         [&] {
             einsum("a1->a", {ones({2, 2})});
         }},
        {"[searchsorted]",
         [&] {
             searchsorted(ones({2, 2}), ones({2}));
         }},
        {"[searchsorted]", [&] { searchsorted(ones({2}), ones({2}, i64)); }},
        {"[searchsorted]", [&] { searchsorted(ones({2}, bool_), ones({2}, bool_)); }},
        {"[binary_cross_entropy_each]", [&] { binary_cross_entropy_each(x, ones({2})); }},
        {"[binary_cross_entropy_each]", [&] { binary_cross_entropy_each(whole, whole); }},
        {"[binary_cross_entropy_each]", [&] { binary_cross_entropy_each(x, whole); }},
        {"[stack]",
         [&] {
             stack({x, x}, 3);
         }},
        {"[stack]",
         [&] {
             stack({x, x}, -4);
         }},
        {"[split]", [&] { split(x, 2, 2); }},
        {"[split]",
         [&] {
             split(x, {1, 1}, 1);
         }},
        {"[flip]", [&] { flip(x, 2); }},
        {"[repeat]", [&] { repeat(x, -1, 0); }},
        {"[repeat]", [&] { repeat(x, 2, 2); }},
        {"[tile]", [&] { tile(x, {-1}); }},
        {"[pad]",
         [&] {
             pad(whole, {{1, 1}, {0, 0}}, 0.5);
         }},
        {"[pad]",
         [&] {
             pad(ones({2}, u8), {{1, 1}}, 300);
         }},
        {"[reshape]",
         [&] {
             reshape(x, {-2, 3});
         }},
        {"[full]", [&] { full({2}, 300, u8); }},
        {"[where]", [&] { where(x > 0, 300, 0, u8); }},
        {"[eye]", [&] { eye(-1); }},
        {"[take_along_axis]",
         [&] {
             take_along_axis(x, ones({4, 3}, i64), 1);
         }},
        {"[adaptive_average_pool]", [&] { adaptive_average_pool(whole, 2); }},
        {"[resize]",
         [&] {
             resize(ones({1, 0, 1}), 2);
         }},
    };
    for (const auto& [name, call] : mistakes) {
        INFO(name);
        CHECK_THROWS_WITH(call(), contains(name));
    }
}

TEST_CASE("an empty tensor is refused", "[ops]") {
    for_each_row([](const Row& row) {
        if (row.inputs.empty()) return;
        CHECK_THROWS_AS(row.call(Inputs(row.inputs.size()), f64), StateError);
    });
}

TEST_CASE("random numbers follow their seed and their distribution", "[ops]") {
    struct Facts {
        double mean, variance, low, high;
    };
    // A normal distribution truncated at ±2 has variance 0.7737.
    const std::map<std::string, Facts> facts{
        {"random_normal", {1, 4, -9, 11}},
        {"random_uniform", {1, 4.0 / 3, -1, 3}},
        {"random_truncated_normal", {1, 4 * 0.77374, -3, 5}},
        {"random_permutation", {2999 / 2.0, 3000.0 * 3000 / 12, 0, 2999}},
        {"random_bernoulli", {0.3, 0.21, 0, 1}},
        {"random_integers", {1.5, 35.0 / 12, -1, 4}},  // six of them
        {"random_gumbel", {0.57722, 1.64493, -4, 20}},
        {"random_categorical", {1.1, 0.49, 0, 2}},
        {"random_shuffle", {2999 / 2.0, 3000.0 * 3000 / 12, 0, 2999}},
    };
    for_each_row([&](const Row& row) {
        if (row.reference || row.elementwise) return;
        for (const DType dtype : {f32, f64}) {
            const Tensor drawn = row.call({}, dtype);
            const auto x = drawn.to_vector<double>();
            CHECK(drawn.dtype() == row.result.value_or(dtype));
            CHECK(x == row.call({}, dtype).to_vector<double>());
            REQUIRE(x.size() == 3000);
            double mean = 0, variance = 0;
            for (const double v : x) mean += v / 3000;
            for (const double v : x) variance += (v - mean) * (v - mean) / 3000;
            const Facts& f = facts.at(row.name);
            CHECK(mean == Approx(f.mean).margin(4 * std::sqrt(f.variance / 3000)));
            CHECK(variance == Approx(f.variance).epsilon(0.1));
            CHECK(*std::min_element(x.begin(), x.end()) >= f.low);
            CHECK(*std::max_element(x.begin(), x.end()) <= f.high);
        }
    });
    Generator rng(1);
    CHECK(random_normal({4}, rng).to_vector<float>() != random_normal({4}, rng).to_vector<float>());
    auto order = random_permutation(100, rng).to_vector<Index>();
    CHECK(!std::is_sorted(order.begin(), order.end()));
    std::sort(order.begin(), order.end());
    CHECK(order == arange(100).to_vector<Index>());
}

TEST_CASE("shapes, axes and sizes that don't fit are refused", "[ops]") {
    const Tensor x = ones({2, 3});
    const std::vector<std::pair<const char*, std::function<Tensor()>>> mistakes{
        {"ragged braces",
         [] {
             return tensor({{1, 2}, {3}});
         }},
        {"a range too short",
         [] {
             return tensor(std::vector<float>{1, 2, 3}, {2, 2});
         }},
        {"a negative size",
         [] {
             return zeros({2, -1});
         }},
        {"an axis past the end", [&] { return sum(x, 2); }},
        {"an axis before the start", [&] { return mean(x, -3); }},
        {"an axis twice",
         [&] {
             return sum(x, {0, 0});
         }},
        {"an axis twice, from the end",
         [&] {
             return max(x, {1, -1});
         }},
        {"an axis of a scalar", [] { return sum(scalar(1), 0); }},
        {"argmax's axis", [&] { return argmax(x, 2); }},
        {"no largest",
         [] {
             return max(zeros({0, 3}), 0);
         }},
        {"no smallest", [] { return min(zeros({0})); }},
        {"no first largest",
         [] {
             return argmax(zeros({2, 0}), 1);
         }},
        {"sum_to of another shape", [&] { return detail::sum_to(x, {2}); }},
        {"reshape, too many elements", [&] { return reshape(x, {7}); }},
        {"reshape, no whole size",
         [&] {
             return reshape(x, {4, -1});
         }},
        {"reshape, two unknown sizes",
         [&] {
             return reshape(x, {-1, -1});
         }},
        {"squeeze of an axis of 2", [&] { return squeeze(x, 0); }},
        {"expand_dims past the end", [&] { return expand_dims(x, 3); }},
        {"transpose, one axis twice",
         [&] {
             return transpose(x, {0, 0});
         }},
        {"transpose, an axis missing", [&] { return transpose(x, {0}); }},
        {"broadcast_to another size",
         [&] {
             return broadcast_to(x, {2, 4});
         }},
        {"broadcast_to fewer axes", [&] { return broadcast_to(x, {3}); }},
        {"concatenate other sizes",
         [&] {
             return concatenate({x, ones({3, 2})});
         }},
        {"concatenate other ranks",
         [&] {
             return concatenate({x, ones({3})});
         }},
        {"concatenate scalars",
         [] {
             return concatenate({scalar(1), scalar(2)});
         }},
        {"concatenate along no axis",
         [&] {
             return concatenate({x, x}, 2);
         }},
        {"stack other shapes",
         [&] {
             return stack({x, ones({3, 2})});
         }},
        {"stack past the end",
         [&] {
             return stack({x, x}, 3);
         }},
        {"split that leaves a rest", [&] { return split(x, 2, 1)[0]; }},
        {"split of other sizes",
         [&] {
             return split(x, std::vector<Index>{1, 1}, 1)[0];
         }},
        {"slice, too many ranges",
         [&] {
             return slice(x, {{}, {}, {}});
         }},
        {"slice, no such axis", [&] { return slice(x, 2, {}); }},
        {"flip, no such axis", [&] { return flip(x, 2); }},
        {"pad, too few widths",
         [&] {
             return pad(x, {{1, 1}});
         }},
        {"repeat, no such axis", [&] { return repeat(x, 2, 2); }},
        {"take, no such axis", [&] { return take(x, arange(2), 2); }},
        {"take of a scalar", [] { return take(scalar(1), arange(1)); }},
        {"take_along_axis, other ranks", [&] { return take_along_axis(x, arange(2), 1); }},
        {"take_along_axis, other sizes",
         [&] {
             return take_along_axis(x, arange(3).reshape({3, 1}), 1);
         }},
        {"matmul, inner sizes",
         [&] {
             return matmul(x, ones({4, 5}));
         }},
        {"matmul, a scalar", [&] { return matmul(x, scalar(1)); }},
        {"matmul, batches",
         [] {
             return matmul(ones({2, 3, 4}), ones({3, 4, 5}));
         }},
        {"matmul, a short column", [&] { return matmul(x, ones({2})); }},
        {"softmax, no such axis", [&] { return softmax(x, 2); }},
        {"softmax of a scalar", [] { return softmax(scalar(1)); }},
        {"log_softmax, no such axis", [&] { return log_softmax(x, -3); }},
        {"cross_entropy, too many labels", [&] { return cross_entropy(x, arange(3)); }},
        {"cross_entropy, other distributions",
         [&] {
             return cross_entropy(x, ones({2, 4}));
         }},
        {"cross_entropy_each of a scalar", [] { return cross_entropy_each(scalar(1), scalar(1)); }},
    };
    for (const auto& [what, call] : mistakes) {
        INFO(what);
        CHECK_THROWS_AS(call(), ShapeError);
        try {
            call();
        } catch (const std::exception& e) {
            CHECK_THAT(std::string(e.what()), contains("["));
        }
    }
}

TEST_CASE("arguments outside their range are refused", "[ops]") {
    const Tensor x = ones({2, 3});
    const std::vector<std::pair<const char*, std::function<Tensor()>>> mistakes{
        {"clip upside down", [&] { return clip(x, 2, 1); }},
        {"clip by NaN", [&] { return clip(x, NAN, 1); }},
        {"arange without a step", [] { return arange(0, 3, 0); }},
        {"slice without a step",
         [&] {
             return slice(x, {{{}, {}, 0}});
         }},
        {"a negative depth", [] { return one_hot(arange(2), -1); }},
        {"a probability of 2",
         [] {
             Generator rng;
             return random_bernoulli({2}, rng, 2);
         }},
        {"a negative deviation",
         [] {
             Generator rng;
             return random_normal({2}, rng, 0, -1);
         }},
    };
    for (const auto& [what, call] : mistakes) {
        INFO(what);
        CHECK_THROWS_AS(call(), ValueError);
    }
}

TEST_CASE("indices out of range are refused at evaluation", "[ops]") {
    const Tensor x = ones({2, 3});
    const auto at = [](Index i) { return tensor(std::vector<Index>{0, i}); };
    for (const Index wrong : {Index{3}, Index{-4}, Index{1} << 40}) {
        CAPTURE(wrong);
        const Tensor taken = take(x, at(wrong), 1);
        CHECK_THROWS_AS(taken.to_vector<float>(), ValueError);
        const Tensor along = take_along_axis(x, at(wrong).reshape({2, 1}), 1);
        CHECK_THROWS_AS(along.to_vector<float>(), ValueError);
        const Tensor hot = one_hot(at(wrong), 3);
        CHECK_THROWS_AS(hot.to_vector<float>(), ValueError);
        const Tensor loss = cross_entropy(x, at(wrong));
        CHECK_THROWS_AS(loss.item<float>(), ValueError);
    }
}

TEST_CASE("operations on empty tensors", "[ops]") {
    const Tensor none = zeros({0, 3});
    const auto check = [](const Tensor& got, const Values& want) {
        CHECK(difference(got, want, 0) == "");
    };
    check(sum(none), {{}, {0}});
    check(sum(none, 0), {{3}, {0, 0, 0}});
    check(sum(none, 1), {{0}, {}});
    check(prod(none), {{}, {1}});
    check(mean(none, 0), {{3}, {NAN, NAN, NAN}});
    check(max(none, 1), {{0}, {}});
    check(argmax(none, 1), {{0}, {}});
    check(norm(none), {{}, {0}});
    check(any(none > 0), {{}, {0}});
    check(all(none > 0), {{}, {1}});
    check(detail::sum_to(none, {1, 3}), {{1, 3}, {0, 0, 0}});
    check(reshape(none, Shape{2, 0}), {{2, 0}, {}});
    check(transpose(none), {{3, 0}, {}});
    check(broadcast_to(zeros({1, 3}), {0, 3}), {{0, 3}, {}});
    check(concatenate({none, ones({1, 3})}), {{1, 3}, {1, 1, 1}});
    check(stack({none, none}), {{2, 0, 3}, {}});
    check(slice(ones({2, 3}), {{1, 1}}), {{0, 3}, {}});
    check(flip(none), {{0, 3}, {}});
    check(pad(none, {{1, 0}, {0, 0}}), {{1, 3}, {0, 0, 0}});
    check(tile(ones({2}), {0}), {{0}, {}});
    check(repeat(ones({2}), 0, 0), {{0}, {}});
    check(take(ones({2, 3}), zeros({0}, i64)), {{0, 3}, {}});
    check(one_hot(zeros({0}, i64), 2), {{0, 2}, {}});
    check(matmul(ones({2, 0}), ones({0, 3})), {{2, 3}, {0, 0, 0, 0, 0, 0}});
    check(matmul(none, ones({3, 2})), {{0, 2}, {}});
    check(softmax(none), {{0, 3}, {}});
    check(log_softmax(none), {{0, 3}, {}});
    check(cross_entropy_each(none, zeros({0}, i64)), {{0}, {}});
    check(arange(0), {{0}, {}});
    check(eye(0), {{0, 0}, {}});
    check(linspace(0, 1, 0), {{0}, {}});
}

TEST_CASE("a prepared kernel gives the bits of the operation", "[ops]") {
    int prepared = 0;
    for_each_row([&](const Row& row) {
        CHECK(preparation_error(row, f64, prepared) == "");
        CHECK(preparation_error(row, f32, prepared) == "");
        if (row.accepts != Accepts::reals) CHECK(preparation_error(row, i32, prepared) == "");
    });
    CHECK(prepared > 0);
}

TEST_CASE("searchsorted finds the place of a number", "[ops]") {
    using Places = std::vector<Index>;
    const Tensor sorted = tensor({0., 1., 1., 3.});
    const Tensor x = tensor({{-1., 0., 1.}, {2., 9., std::nan("")}});
    CHECK(searchsorted(sorted, x).to_vector<Index>() == Places{0, 0, 1, 3, 4, 4});
    CHECK(searchsorted(sorted, x, Side::right).to_vector<Index>() == Places{0, 1, 3, 3, 4, 4});
    CHECK(searchsorted(zeros({0}), x).to_vector<Index>() == Places(6, 0));
}
