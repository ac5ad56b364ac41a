// One row for each way to call each exported operation: its inputs and an independent, naive
// computation of the result. All checks of ops_test.cpp use these rows.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi_test {

using shikumi::DType;
using shikumi::Index;
using shikumi::Shape;
using shikumi::Tensor;

using Real = long double;
using Position = std::vector<Index>;
using Inputs = std::vector<Tensor>;

/// Numbers under a shape, row-major: what references take and give.
struct Values {
    Shape shape;
    std::vector<Real> data;

    Real at(const Position& p) const;
};

/// The values f(position) under `shape`.
Values generate(const Shape& shape, const std::function<Real(const Position&)>& f);

inline std::size_t at(Index i) { return static_cast<std::size_t>(i); }
Real sum_of(const std::vector<Real>& x);
Real mean_of(const std::vector<Real>& x);

/// Where an input's samples are drawn from.
struct Sample {
    Shape shape;
    double low = -2, high = 2;
    DType dtype = shikumi::f64;  ///< f64: real, the dtype under test; else this dtype in every test
    std::vector<double> kinks = {};  ///< samples keep away from these
};

/// Which dtypes an operation takes; `counts`: numbers and bool; what isn't real gives i64.
enum class Accepts { reals, numbers, counts, anything };

struct Row {
    using Call = std::function<Tensor(const Inputs& in, DType dtype)>;
    using Reference = std::function<Values(const std::vector<Values>& in)>;
    using Elementwise = std::function<Real(const Real* in)>;

    std::string name;   ///< as its header declares it
    std::string label;  ///< which of its forms
    std::vector<Sample> inputs;
    Call call;
    Reference reference;      ///< empty: random
    Elementwise elementwise;  ///< of pointwise operations, which broadcast
    int order = 2;            ///< differentiable that often, by every real input
    Accepts accepts = Accepts::reals;
    std::optional<DType> result = {};  ///< the dtype that comes out; without: the one under test
    double tolerance = 1e-12;          ///< of f64 values, relative
    bool looks = false;                ///< at values when it is recorded, so it can't be mapped

    Row& differentiable(int times) { return order = times, *this; }
    Row& on(Accepts what) { return accepts = what, *this; }
    Row& gives(DType dtype) { return result = dtype, order = 0, *this; }
    Row& within(double relative) { return tolerance = relative, *this; }
    Row& looking_at_values() { return looks = true, *this; }
    std::string title() const { return label.empty() ? name : name + ": " + label; }
};

/// Of one input x: the result at p is x at source(p).
Row::Reference gathered(const Shape& shape, std::function<Position(const Position&)> source);

/// All rows.
const std::vector<Row>& op_table();

using Rows = std::vector<Row>;

/// Adds rows to a list. Each file of rows derives a table with the forms that its operations share.
class OpTable {
public:
    explicit OpTable(Rows& rows) : rows_(rows) {}

    /// An operation with a reference of its own.
    Row& row(const char* name, const char* label, std::vector<Sample> in,
             std::function<Tensor(const Inputs&)> call, Row::Reference reference);
    /// A pointwise operation; the reference sees one element of each input.
    Row& pointwise(const char* name, const char* label, std::vector<Sample> in,
                   std::function<Tensor(const Inputs&)> call, Row::Elementwise reference);
    /// A tensor from nothing, of the dtype under test.
    Row& creation(const char* name, const char* label, std::function<Tensor(DType)> call,
                  Row::Reference reference);

private:
    Rows& rows_;
};

void add_pointwise_rows(Rows& rows);
void add_special_rows(Rows& rows);
void add_structure_rows(Rows& rows);
void add_product_rows(Rows& rows);
void add_window_rows(Rows& rows);
void add_order_rows(Rows& rows);
void add_update_rows(Rows& rows);
void add_linalg_rows(Rows& rows);

}  // namespace shikumi_test
