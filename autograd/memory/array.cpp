#include <shikumi/autograd/memory/array.hpp>

namespace shikumi::detail {

Buffer allocate_for(const Spec& spec) try {
    return Buffer::allocate(spec.bytes());
} catch (MemoryError& error) {
    error.add_context(sentence("for an array ", spec));
    throw;
}

}  // namespace shikumi::detail
