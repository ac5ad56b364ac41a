#include <shikumi/nn/layers/core/einsum_dense.hpp>

#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/equation.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/detail/weight_fields.hpp>

namespace shikumi::nn {

namespace {

constexpr std::string_view einsum_dense_name = "einsum_dense";
constexpr std::size_t none = std::string::npos;

bool is_open(const std::string& term) { return term.find('.') != none; }

// The place of a letter among `rank` axes of a term; axes behind an ellipsis count from the end.
// Below 0 where the term hasn't got it.
int place(const std::string& term, char axis, int rank) {
    const std::size_t at = term.find(axis);
    if (at == none) return -1;
    const bool from_end = is_open(term) && term.find('.') < at;
    return from_end ? rank - static_cast<int>(term.size() - at) : static_cast<int>(at);
}

void check_ellipsis(const std::string& equation, const std::string& term) {
    if (is_open(term) && term.front() != '.' && term.back() != '.')
        fail<ValueError>(einsum_dense_name, "takes ... at one end of input and output only, got '",
                         equation, "'");
}

}  // namespace

EinsumDense::EinsumDense(const std::string& equation,
                         std::vector<std::optional<Index>> output_shape,
                         const EinsumDenseOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype, .input_shape = options.input_shape}),
      equation_(equation),
      output_shape_(std::move(output_shape)),
      options_(options) {
    const auto parsed = shikumi::detail::parse_equation(einsum_dense_name, equation);
    if (parsed.inputs.size() != 2 || equation.find("->") == none || is_open(parsed.inputs[1]) ||
        is_open(parsed.inputs[0]) != is_open(parsed.output) || parsed.inputs[0].empty() ||
        parsed.output.empty())
        fail<ValueError>(einsum_dense_name,
                         "wants an equation such as \"ab,bc->ac\" or "
                         "\"...b,bc->...c\", got '",
                         equation, "'");
    input_ = parsed.inputs[0];
    kernel_axes_ = parsed.inputs[1];
    output_ = parsed.output;
    check_ellipsis(equation, input_);
    check_ellipsis(equation, output_);
    for (const char axis : options.bias_axes) {
        if (axis == '.' || output_.find(axis) == none)
            fail<ValueError>(einsum_dense_name, "the output of '", equation, "' has no axis ",
                             std::string(1, axis), " for the bias");
    }
    for (const auto& size : output_shape_) {
        if (size.value_or(1) <= 0)
            fail<ValueError>(einsum_dense_name, "sizes of the output must be positive, got ",
                             *size);
    }
}

// Of an axis of the kernel or the output.
Index EinsumDense::size_of(char axis, const Shape& input) const {
    const int in = place(input_, axis, input.rank());
    const auto given = static_cast<int>(output_shape_.size());
    const int out = place(output_, axis, given + 1) - 1;  // the batch isn't given
    const std::optional<Index> wanted =
        out >= 0 && out < given ? output_shape_[static_cast<std::size_t>(out)] : std::nullopt;
    const bool known = in >= 0 && in < input.rank();
    if (known && wanted && *wanted != input[in])
        fail<ShapeError>(einsum_dense_name, "the output's axis ", std::string(1, axis),
                         " is given as ", *wanted, ", the input ", input, " has ", input[in]);
    if (!known && !wanted)
        fail<ShapeError>(einsum_dense_name, "axis ", std::string(1, axis), " of '", equation_,
                         "' has no size: neither in the input ", input, " nor in output_shape");
    return known ? input[in] : *wanted;
}

Shape EinsumDense::bias_shape(const Shape& input) const {
    std::vector<Index> sizes;
    for (const char axis : output_) {
        const bool own = options_.bias_axes.find(axis) != none;
        if (own || !sizes.empty()) sizes.push_back(own ? size_of(axis, input) : 1);
    }
    // Behind an ellipsis at the end there may be many axes.
    if (output_.back() == '.') {
        sizes.pop_back();
        for (auto more = input.rank() - static_cast<int>(input_.size()) + 1; more > 0; --more)
            sizes.push_back(1);
    }
    return Shape(std::span<const Index>(sizes));
}

void EinsumDense::build(const Spec& input) {
    const int named = static_cast<int>(input_.size()) - is_open(input_);
    if (is_open(input_) ? input.shape.rank() < named : input.shape.rank() != named)
        fail<ShapeError>(einsum_dense_name, "'", equation_, "' wants an input of ", named,
                         " axes, got ", input.shape);
    const auto wanted = static_cast<int>(output_.size()) - 1;
    if (!is_open(output_) && static_cast<int>(output_shape_.size()) != wanted)
        fail<ShapeError>(einsum_dense_name, "'", equation_, "' wants ", wanted,
                         " sizes of the output without the batch, got ", output_shape_.size());
    for (const char axis : output_.substr(1)) {
        if (axis != '.') size_of(axis, input.shape);  // refuses sizes that contradict
    }
    std::vector<Index> sizes;
    for (const char axis : kernel_axes_) sizes.push_back(size_of(axis, input.shape));
    kernel_ = add_weight(
        "kernel", Shape(std::span<const Index>(sizes)), options_.kernel_initializer,
        {.regularizer = options_.kernel_regularizer, .constraint = options_.kernel_constraint});
    if (!options_.bias_axes.empty())
        bias_ = add_weight(
            "bias", bias_shape(input.shape), options_.bias_initializer,
            {.regularizer = options_.bias_regularizer, .constraint = options_.bias_constraint});
}

Tensor EinsumDense::call(const Tensor& x, Mode) {
    Tensor y = einsum(equation_, {x, kernel_});
    if (bias_.defined()) y = y + bias_;
    y = options_.activation(y);
    add_activity_loss(options_.activity_regularizer, y);
    return y;
}

std::string EinsumDense::label() const {
    return kernel_.defined() ? sentence("EinsumDense ", equation_, ", kernel ", kernel_.shape())
                             : sentence("EinsumDense ", equation_);
}

void visit_fields(auto& fields, FieldsOf<EinsumDenseOptions> auto& o) {
    fields("activation", o.activation).or_null("bias_axes", o.bias_axes);
    detail::visit_kernel_and_bias(fields, o);
}

Config EinsumDense::get_config() const {
    return ConfigWriter()("equation", equation_)("output_shape", output_shape_).fields(options_);
}

EinsumDense EinsumDense::from_config(ConfigReader& config) {
    const auto equation = config.get<std::string>("equation");
    const auto output_shape = config.get<std::vector<std::optional<Index>>>("output_shape");
    return EinsumDense(equation, output_shape, config.fields<EinsumDenseOptions>());
}

}  // namespace shikumi::nn
