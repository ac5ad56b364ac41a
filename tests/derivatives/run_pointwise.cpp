// Functions of one or two numbers at their ends, with the error allowed at each point.
#include <cmath>
#include <limits>
#include <sstream>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "arrays.hpp"
#include "cases.hpp"

namespace shikumi::derivatives {

namespace {

// The points in one dtype.
class Points {
public:
    Points(const json& the_case, DType real) : case_(the_case), real_(real) {}

    void run(const Operation& operation) const {
        const bool two = points().contains("x1");
        Tensors in{read(two ? "x1" : "x")};
        if (two) in.push_back(read("x2"));
        const auto f = [&](const Tensors& x) { return derivatives(operation, x); };
        Tensors flushed;
        for (const Tensor& x : in) {
            const double least = real_ == f32 ? std::numeric_limits<float>::min()
                                              : std::numeric_limits<double>::min();
            flushed.push_back(where(abs(x) < least, x * 0, x));
        }
        const Tensors at_zero = f(flushed);
        in_every_mode(f, in, operation.looks(in), [&](const std::string& mode, const Tensors& got) {
            check(mode + "value", got.at(0), at_zero.at(0), "y", "tol");
            for (std::size_t i = 0; i < in.size(); ++i) {
                const std::string n = two ? std::to_string(i + 1) : "";
                const std::string d = two ? "d" + n : "dy", tolerance = two ? "tol" + n : "dtol";
                check(mode + "vjp" + n, got.at(2 * i + 1), at_zero.at(2 * i + 1), d, tolerance);
                check(mode + "jvp" + n, got.at(2 * i + 2), at_zero.at(2 * i + 2), d, tolerance);
            }
        });
    }

private:
    const json& points() const { return case_.at(name(real_)); }

    Tensor read(const char* member) const {
        std::vector<double> numbers;
        for (const json& number : points().at(member)) numbers.push_back(read_number(number));
        return tensor(numbers).cast(real_);
    }

    // The value, and for each argument its derivative by either mode.
    Tensors derivatives(const Operation& operation, const Tensors& x) const {
        const Tensor y = operation(x, case_.at("attrs")).at(0);
        Tensors all{y};
        for (const Tensor& argument : x) {
            all.push_back(vjp(y, {argument}, ones_like(y)).at(0));
            all.push_back(jvp(y, {argument}, {ones_like(argument)}));
        }
        return all;
    }

    void check(const std::string& what, const Tensor& got, const Tensor& at_zero,
               const std::string& member, const std::string& tolerance) const {
        const auto numbers = got.to_vector<double>(), flushed = at_zero.to_vector<double>();
        const json &expected = points().at(member), &allowed = points().at(tolerance);
        std::vector<bool> denormal(numbers.size());
        for (const std::size_t i : points().value("denormal", std::vector<std::size_t>()))
            denormal.at(i) = true;
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            if (expected.at(i).is_null()) continue;
            const double y = read_number(expected.at(i));
            if (holds(i, member, numbers[i], y, allowed.at(i))) continue;
            if (denormal[i] && holds(i, member, numbers[i], flushed[i], json())) continue;
            fail_at(i, what, numbers[i], y, allowed.at(i));
        }
    }

    bool holds(std::size_t i, const std::string& member, double got, double y,
               const json& allowed) const {
        const bool zero = case_.value("signed_zero", false) && member == "y" && y == 0 &&
                          read_number(points().at("x").at(i)) == 0;
        if (zero && std::signbit(got) != std::signbit(y)) return false;
        if (got == y || (std::isnan(got) && std::isnan(y))) return true;
        return !allowed.is_null() && std::abs(got - y) <= read_number(allowed);
    }

    [[noreturn]] void fail_at(std::size_t i, const std::string& what, double got, double y,
                              const json& allowed) const {
        std::ostringstream text;
        text.precision(17);
        text << name(real_) << ' ' << what << " at ";
        if (points().contains("x"))
            text << points().at("x").at(i);
        else
            text << '(' << points().at("x1").at(i) << ", " << points().at("x2").at(i) << ')';
        text << ": got " << got << ", expected " << y << ", difference " << std::abs(got - y)
             << " (allowed " << allowed << ")";
        throw Different(text.str());
    }

    const json& case_;
    DType real_;
};

}  // namespace

void run_pointwise(const json& the_case) {
    const Operation& operation = find_operation(the_case.at("op"));
    std::string errors;
    for (const DType real : {f64, f32}) {
        if (!the_case.contains(name(real))) continue;
        try {
            Points(the_case, real).run(operation);
        } catch (const Different& e) {
            errors += (errors.empty() ? "" : "; ") + std::string(e.what());
        }
    }
    if (!errors.empty()) throw Different(errors);
}

}  // namespace shikumi::derivatives
