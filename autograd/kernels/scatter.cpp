#include <shikumi/autograd/kernels/scatter.hpp>

#include <cstring>

namespace shikumi::kernels {

void put_extremes(bool largest, ConstView x, ConstView indices, ConstView values, View out) {
    if (out.size() == 0) return;
    if (out.data != x.data) std::memcpy(out.data, x.data, out.spec.bytes());
    dispatch(storage_of(x.spec.dtype), [&]<class T>() {
        for (Index i = 0; i < indices.size(); ++i) {
            T& to = out.as<T>()[indices.as<std::int64_t>()[i]];
            const T value = values.as<T>()[i];
            const bool wins = value != value || (largest ? value > to : value < to);
            if (wins) to = value;
        }
    });
}

}  // namespace shikumi::kernels
