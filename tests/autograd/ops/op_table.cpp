#include "op_table.hpp"

namespace shikumi_test {

Real Values::at(const Position& p) const {
    Index flat = 0;
    for (std::size_t i = 0; i < p.size(); ++i) flat = flat * shape[static_cast<int>(i)] + p[i];
    return data.at(static_cast<std::size_t>(flat));
}

Values generate(const Shape& shape, const std::function<Real(const Position&)>& f) {
    Values out{shape, {}};
    Position p(static_cast<std::size_t>(shape.rank()), 0);
    for (Index n = shape.size(); n > 0; --n) {
        out.data.push_back(f(p));
        for (std::size_t i = p.size(); i-- > 0 && ++p[i] == shape[static_cast<int>(i)];) p[i] = 0;
    }
    return out;
}

const std::vector<Row>& op_table() {
    static const std::vector<Row> rows = [] {
        std::vector<Row> all;
        add_pointwise_rows(all);
        add_structure_rows(all);
        add_product_rows(all);
        add_window_rows(all);
        return all;
    }();
    return rows;
}

}  // namespace shikumi_test
