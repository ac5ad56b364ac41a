#include "op_table.hpp"

#include <numeric>
#include <utility>

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

Real sum_of(const std::vector<Real>& x) { return std::accumulate(x.begin(), x.end(), Real{0}); }
Real mean_of(const std::vector<Real>& x) { return sum_of(x) / static_cast<Real>(x.size()); }

Row::Reference gathered(const Shape& shape, std::function<Position(const Position&)> source) {
    return [=](const std::vector<Values>& x) {
        return generate(shape, [&](const Position& p) { return x[0].at(source(p)); });
    };
}

Row& OpTable::row(const char* name, const char* label, std::vector<Sample> in,
                  std::function<Tensor(const Inputs&)> call, Row::Reference reference) {
    return rows_.emplace_back(Row{.name = name,
                                  .label = label,
                                  .inputs = std::move(in),
                                  .call = [call](const Inputs& t, DType) { return call(t); },
                                  .reference = std::move(reference),
                                  .elementwise = {}});
}

Row& OpTable::pointwise(const char* name, const char* label, std::vector<Sample> in,
                        std::function<Tensor(const Inputs&)> call, Row::Elementwise reference) {
    Row& added = row(name, label, std::move(in), std::move(call), {});
    added.elementwise = std::move(reference);
    return added;
}

Row& OpTable::creation(const char* name, const char* label, std::function<Tensor(DType)> call,
                       Row::Reference reference) {
    Row& added = row(name, label, {}, {}, std::move(reference));
    added.call = [call](const Inputs&, DType t) { return call(t); };
    return added.differentiable(0);
}

const std::vector<Row>& op_table() {
    static const std::vector<Row> rows = [] {
        std::vector<Row> all;
        add_pointwise_rows(all);
        add_special_rows(all);
        add_structure_rows(all);
        add_product_rows(all);
        add_window_rows(all);
        add_order_rows(all);
        add_update_rows(all);
        add_linalg_rows(all);
        return all;
    }();
    return rows;
}

}  // namespace shikumi_test
