#include "windows.hpp"

namespace shikumi_test {

namespace {

Index listed(const std::vector<Index>& list, std::size_t i, Index otherwise) {
    return i < list.size() ? list[i] : otherwise;
}

Real& element(Values& v, const Position& p) {
    Index flat = 0;
    for (std::size_t i = 0; i < p.size(); ++i) flat = flat * v.shape[static_cast<int>(i)] + p[i];
    return v.data.at(static_cast<std::size_t>(flat));
}

Values zeros_of(const Shape& shape) {
    return generate(shape, [](const Position&) -> Real { return 0; });
}

}  // namespace

void for_each_seen(const Slid& s, const Position& size, const Shape& shape, const Position& p,
                   const std::function<void(const Position&, Index)>& f) {
    Index tap = 0;
    Position offset(size.size(), 0);
    for (bool more = true; more; ++tap) {
        Position at{p[0]};
        bool inside = true;
        for (std::size_t i = 0; i < size.size(); ++i) {
            at.push_back(p[i + 1] * listed(s.stride, i, 1) + offset[i] * listed(s.dilation, i, 1) -
                         listed(s.before, i, 0));
            inside = inside && at.back() >= 0 && at.back() < shape[static_cast<int>(i) + 1];
        }
        if (inside) f(at, tap);
        more = false;
        for (std::size_t i = size.size(); i-- > 0 && !more;) {
            more = ++offset[i] < size[i];
            if (!more) offset[i] = 0;
        }
    }
}

void for_each_product(const Slid& s, const Shape& x, const Shape& kernel, const Shape& y,
                      const Triple& f) {
    const auto k = kernel.sizes();
    const Position size(k.begin(), k.end() - 2);
    const Index own_in = k[k.rank() - 2], own_out = kernel.back() / s.groups;
    generate(y, [&](const Position& p) -> Real {
        const Index group = p.back() / own_out;
        for_each_seen(s, size, x, p, [&](Position at, Index tap) {
            Position w(size.size());
            for (std::size_t i = size.size(); i-- > 0; tap /= size[i]) w[i] = tap % size[i];
            at.push_back(0);
            w.push_back(0);
            w.push_back(p.back());
            for (Index c = 0; c < own_in; ++c) {
                at.back() = group * own_in + c;
                w[w.size() - 2] = c;
                f(at, w, p);
            }
        });
        return 0;
    });
}

Values convolved(const Slid& s, const Values& x, const Values& kernel, const Shape& y) {
    Values out = zeros_of(y);
    for_each_product(s, x.shape, kernel.shape, y,
                     [&](const Position& a, const Position& w, const Position& b) {
                         element(out, b) += x.at(a) * kernel.at(w);
                     });
    return out;
}

Values convolved_back(const Slid& s, const Values& y, const Values& kernel, const Shape& x) {
    Values out = zeros_of(x);
    for_each_product(s, x, kernel.shape, y.shape,
                     [&](const Position& a, const Position& w, const Position& b) {
                         element(out, a) += y.at(b) * kernel.at(w);
                     });
    return out;
}

Values correlated(const Slid& s, const Values& x, const Values& y, const Shape& kernel) {
    Values out = zeros_of(kernel);
    for_each_product(s, x.shape, kernel, y.shape,
                     [&](const Position& a, const Position& w, const Position& b) {
                         element(out, w) += x.at(a) * y.at(b);
                     });
    return out;
}

}  // namespace shikumi_test
