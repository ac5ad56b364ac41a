#include <shikumi/autograd/graph/multi_output.hpp>

#include <algorithm>
#include <cstring>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/memory/buffer.hpp>

namespace shikumi {

namespace {

// Where the output after one at `offset` begins: aligned, as an array of its own would be.
std::size_t after(std::size_t offset, const Spec& spec) noexcept {
    return (offset + spec.bytes() + Buffer::alignment - 1) / Buffer::alignment * Buffer::alignment;
}

}  // namespace

OutputSpecs::OutputSpecs(std::span<const Spec> specs) : size_(specs.size()) {
    if (specs.size() == 0 || specs.size() > most)
        fail<ValueError>("outputs", "an operation has 1 to ", most, " outputs, got ", specs.size());
    std::copy(specs.begin(), specs.end(), specs_.begin());
}

std::vector<Tensor> MultiOutput::jvp_all(Tensors, Tensors, Tensors) const { return {}; }

std::vector<Tensor> MultiOutput::batched_all(const MappedInputs&) const { return {}; }

Spec MultiOutput::infer(Specs in) const {
    std::size_t bytes = 0;
    for (const Spec& output : infer_all(in)) bytes = after(bytes, output);
    return {Shape{static_cast<Index>(bytes)}, u8};
}

void MultiOutput::eval(ConstViews in, View pack) const {
    std::array<const Spec*, 255> specs;  // a node has no more inputs
    for (std::size_t i = 0; i < in.size(); ++i) specs[i] = &in[i].spec;
    const OutputSpecs outputs = infer_all(std::span(specs.data(), in.size()));
    std::array<View, OutputSpecs::most> views;
    auto* const bytes = static_cast<std::byte*>(pack.data);
    std::size_t offset = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        views[i] = {bytes + offset, outputs[i]};
        offset = after(offset, outputs[i]);
    }
    eval_all(in, std::span(views.data(), outputs.size()));
}

namespace detail {

void Projection::eval(ConstViews in, View out) const {
    std::memcpy(out.data, static_cast<const std::byte*>(in[0].data) + offset, spec.bytes());
}

const MultiOutput* multi_output(const Node& node) noexcept {
    return dynamic_cast<const MultiOutput*>(node.op);
}

Tensor output(const Tensor& pack, const OutputSpecs& specs, std::size_t k) {
    std::size_t offset = 0;
    for (std::size_t i = 0; i < k; ++i) offset = after(offset, specs[i]);
    return record(Projection(specs[k], offset, static_cast<std::uint32_t>(k)), pack);
}

std::vector<Tensor> record_all(const MultiOutput& op, std::span<const Node* const> in) {
    op.retain();  // under Eager and NoGrad the pack has lost it before its outputs are recorded
    const struct Held {
        const Op& op;
        ~Held() { op.release(); }
    } held{op};
    const Tensor pack = record(op, in);
    std::vector<const Spec*> specs;
    for (const Node* node : in) specs.push_back(&node->spec);
    const OutputSpecs all = op.infer_all(specs);
    std::vector<Tensor> outputs;
    outputs.reserve(all.size());
    for (std::size_t k = 0; k < all.size(); ++k) outputs.push_back(output(pack, all, k));
    return outputs;
}

}  // namespace detail

}  // namespace shikumi
