#include <shikumi/autograd/graph/tensor.hpp>

#include <cstring>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/node.hpp>

namespace shikumi {

namespace {

const Node& evaluated_node_of(const Tensor& t) {
    t.spec();  // refuses an empty tensor
    const Node& node = *t.node();
    // A capture must learn of a parameter that is read even where its value is known.
    if (!node.data || (node.has(Node::parameter) && detail::capturing())) detail::require_value(t);
    return node;
}

}  // namespace

Tensor::Tensor(const Array& array) {
    if (!array.buffer())
        throw StateError("[tensor] an empty Array (default-constructed) has no values");
    Node* const node = detail::new_node();
    node_ = node;
    node->spec = array.spec();
    if (array.shape().rank() == 0) {
        std::memcpy(node->store_scalar(), array.raw(), size_of(array.dtype()));
    } else {
        node->buffer = array.buffer();
        node->data = array.raw();
    }
}

void Tensor::refuse_empty() {
    throw StateError("[tensor] an empty Tensor (default-constructed or moved from) has no value");
}

bool Tensor::evaluated() const {
    spec();  // refuses an empty tensor
    return node_->data != nullptr;
}

Array Tensor::array() const {
    const Node& node = evaluated_node_of(*this);
    // An output of a pack may begin anywhere in its buffer, an array begins where its buffer does.
    if (node.buffer && node.data == node.buffer.data()) return Array(node.spec, node.buffer);
    Array a(node.spec);
    std::memcpy(a.raw(), node.data, node.spec.bytes());
    return a;
}

const void* Tensor::raw(DType wanted) const {
    if (dtype() != wanted)
        fail<DTypeError>("data", "the tensor is ", spec(), ", asked for ", wanted);
    return evaluated_node_of(*this).data;
}

const void* Tensor::one_element() const {
    if (size() != 1) fail<ShapeError>("item", "wants a tensor of one element, got ", spec());
    return evaluated_node_of(*this).data;
}

Tensor detail::detached_leaf(const Tensor& t) {
    const Node& from = evaluated_node_of(t);
    Node* leaf = new_node();
    leaf->spec = from.spec;
    if (from.buffer) {
        leaf->buffer = from.buffer;
        leaf->data = from.data.get();
    } else {
        std::memcpy(leaf->store_scalar(), from.data, sizeof leaf->scalar);
    }
    return Tensor::adopt(leaf);
}

}  // namespace shikumi
