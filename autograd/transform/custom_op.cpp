#include <shikumi/autograd/transform/custom_op.hpp>

#include <shikumi/autograd/graph/op.hpp>

namespace shikumi {

namespace {

using Definition = detail::CustomOpDefinition;

std::vector<Shape> shapes_of(Specs in) {
    std::vector<Shape> shapes;
    for (std::size_t i = 0; i < in.size(); ++i) shapes.push_back(in[i].shape);
    return shapes;
}

// out = the kernel's result; the user's cotangent
struct Kernel final : General {
    explicit Kernel(std::shared_ptr<const Definition> d) : definition(std::move(d)) {}
    bool operator==(const Kernel&) const = default;
    bool can_fail() const noexcept override { return true; }
    std::string_view name() const noexcept override { return definition->name; }
    Spec infer(Specs in) const override {
        const DType dtype = common_dtype(name(), in);
        if (!definition->takes(dtype)) fail<DTypeError>(name(), "its kernel doesn't take ", in[0]);
        if (definition->options.shape) return {definition->options.shape(shapes_of(in)), dtype};
        for (std::size_t i = 1; i < in.size(); ++i) {
            if (in[i].shape != in[0].shape)
                fail<ShapeError>(name(), "wants inputs of one shape, got ", in[0].shape, " and ",
                                 in[i].shape);
        }
        return in[0];
    }
    void eval(ConstViews in, View out) const override { definition->kernel(in, out); }
    Tensor vjp(int i, Tensors in, const Tensor& out, const Tensor& g) const override {
        if (!definition->vjp)
            fail<GradientError>(name(), "has no derivative: custom_op got no vjp");
        const std::vector<Tensor> given = definition->vjp({in.begin(), in.end()}, out, g);
        if (given.size() != in.size())
            fail<GradientError>(name(), "its vjp gave ", given.size(), " cotangents, wanted ",
                                in.size());
        const Tensor& one = given[static_cast<std::size_t>(i)];
        const Spec& wanted = in[static_cast<std::size_t>(i)].spec();
        if (one.defined() && one.spec() != wanted)
            fail<GradientError>(name(), "its vjp gave a cotangent number ", i, " ", one.spec(),
                                ", wanted ", wanted);
        return one;
    }
    Tensor batched(const MappedInputs& in) const override {
        if (definition->options.shape) return {};
        std::vector<Tensor> inputs;
        for (std::size_t i = 0; i < in.inputs().size(); ++i) inputs.push_back(in.whole(i));
        return record(Kernel(definition), Tensors(inputs));
    }

    std::shared_ptr<const Definition> definition;
};

}  // namespace

Tensor detail::record_custom(const std::shared_ptr<const CustomOpDefinition>& definition,
                             const std::vector<Tensor>& in) {
    return record(Kernel(definition), Tensors(in));
}

}  // namespace shikumi
