#include <shikumi/autograd/kernels/scan.hpp>

#include <type_traits>

#include <shikumi/autograd/core/dtype.hpp>
#include <shikumi/autograd/kernels/detail/pieces.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

template <class T>
void scan_row(ScanOrder order, Index n, const T* a, const T* b, T* s) {
    const auto next = [&](T factor, T before, T term) {
        return order.restarts && factor == 0 ? term : factor * before + term;
    };
    if (order.backwards) {
        s[n - 1] = b[n - 1];
        for (Index i = n - 1; i-- > 0;) s[i] = next(a[i], s[i + 1], b[i]);
    } else {
        s[0] = b[0];
        for (Index i = 1; i < n; ++i) s[i] = next(a[i - 1], s[i - 1], b[i]);
    }
}

template <class T>
void scan_rows(ScanOrder order, ConstView a, ConstView b, View s) {
    const Index n = b.spec.shape.back(), rows = b.size() / n;
    const auto* const factors = static_cast<const T*>(a.data);
    const auto* const terms = static_cast<const T*>(b.data);
    auto* const results = static_cast<T*>(s.data);
    parallel_pieces(rows, detail::items_per_piece(n), [&](Index begin, Index end) {
        for (Index r = begin; r < end; ++r)
            scan_row(order, n, factors + r * (n - 1), terms + r * n, results + r * n);
    });
}

}  // namespace

void scan(ScanOrder order, ConstView a, ConstView b, View s) {
    if (s.size() == 0) return;
    if (s.spec.dtype == i64) return scan_rows<std::uint64_t>(order, a, b, s);
    dispatch_floating(s.spec.dtype, [&]<class T>() { scan_rows<T>(order, a, b, s); });
}

}  // namespace shikumi::kernels
