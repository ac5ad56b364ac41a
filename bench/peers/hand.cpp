// Training steps written by hand: no graph, no allocation, a fixed order of loops and products.
// Compiled for this processor with -ffast-math, which enables glibc's vector functions and flushes
// denormals.
#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string_view>
#include <vector>

#include "program.hpp"

namespace {

constexpr std::string_view kUsage = "w1 w2 w3 w5 w6 w6big";

using Floats = std::vector<float>;

std::minstd_rand bits;

Floats drawn(std::size_t size, float scale = 1) {
    std::uniform_real_distribution<float> value(-scale, scale);
    Floats v(size);
    for (float& x : v) x = value(bits);
    return v;
}

std::vector<int> labels(int count, int classes) {
    std::uniform_int_distribution<int> label(0, classes - 1);
    std::vector<int> y(count);
    for (int& c : y) c = label(bits);
    return y;
}

// f(i) for i in [0, n), vectorised, on all threads if n is large enough.
template <class F>
void each(std::size_t n, F f) {
    if (n < 50000) {
#pragma omp simd
        for (std::size_t i = 0; i < n; ++i) f(i);
    } else {
#pragma omp parallel for simd schedule(static)
        for (std::size_t i = 0; i < n; ++i) f(i);
    }
}

struct Weights {
    Floats value, gradient, first, second;  // the optimiser's slots

    explicit Weights(std::size_t size, float scale = 0)
        : value(drawn(size, scale)), gradient(size), first(size), second(size) {}

    void nesterov() {
        float *w = value.data(), *v = first.data();
        const float* g = gradient.data();
        each(value.size(), [=](std::size_t i) {
            v[i] = 0.9F * v[i] - 0.01F * g[i];
            w[i] += 0.9F * v[i] - 0.01F * g[i];
        });
    }
    void adam(float rate) {
        float *w = value.data(), *m = first.data(), *v = second.data();
        const float* g = gradient.data();
        each(value.size(), [=](std::size_t i) {
            m[i] += 0.1F * (g[i] - m[i]);
            v[i] += 0.001F * (g[i] * g[i] - v[i]);
            w[i] -= rate * m[i] / (std::sqrt(v[i]) + 1e-7F);
        });
    }
};

// Adam's step size, bias correction included.
class AdamRate {
public:
    float next() {
        beta_1_ *= 0.9F;
        beta_2_ *= 0.999F;
        return 0.001F * std::sqrt(1 - beta_2_) / (1 - beta_1_);
    }

private:
    float beta_1_ = 1, beta_2_ = 1;
};

// C = A B + keep C; row-major, A (m, k) and B (k, n) after transposing.
void product(bool left, bool right, int m, int n, int k, const float* a, const float* b, float* c,
             float keep = 0) {
    cblas_sgemm(CblasRowMajor, left ? CblasTrans : CblasNoTrans, right ? CblasTrans : CblasNoTrans,
                m, n, k, 1, a, left ? m : k, b, right ? k : n, keep, c, n);
}

// The gradient of the mean cross-entropy of softmax(z) by z (rows, classes).
void cross_entropy_gradient(const float* z, const std::vector<int>& y, int classes, float* out) {
    const auto rows = static_cast<int>(y.size());
    for (int r = 0; r < rows; ++r, z += classes, out += classes) {
        const float top = *std::max_element(z, z + classes);
        float total = 0;
        for (int j = 0; j < classes; ++j) total += out[j] = std::exp(z[j] - top);
        const float scale = 1 / (total * static_cast<float>(rows));
        for (int j = 0; j < classes; ++j) out[j] *= scale;
        out[y[r]] -= 1 / static_cast<float>(rows);
    }
}

// out[j] = sum of g[i][j] over the rows i.
void sum_rows(const float* __restrict g, int rows, int columns, float* __restrict out) {
    std::fill_n(out, columns, 0.F);
    for (int i = 0; i < rows; ++i, g += columns)
        for (int j = 0; j < columns; ++j) out[j] += g[j];
}

// relu between the layers, cross-entropy after the last.
class Perceptron {
public:
    enum class By { nesterov, adam };

    Perceptron(int batch, const std::vector<int>& sizes, By by)
        : batch_(batch),
          by_(by),
          input_(drawn(static_cast<std::size_t>(batch) * sizes[0])),
          labels_(labels(batch, sizes.back())) {
        for (std::size_t l = 1; l < sizes.size(); ++l)
            layers_.emplace_back(batch, sizes[l - 1], sizes[l]);
    }

    void step() {
        const float* x = input_.data();
        for (Layer& layer : layers_) {
            layer.forward(batch_, x, &layer != &layers_.back());
            x = layer.output.data();
        }
        Layer& last = layers_.back();
        cross_entropy_gradient(last.output.data(), labels_, last.out, last.gradient.data());
        for (std::size_t l = layers_.size(); l-- > 0;) {
            Layer* below = l > 0 ? &layers_[l - 1] : nullptr;
            layers_[l].backward(batch_, below ? below->output.data() : input_.data(),
                                below ? below->gradient.data() : nullptr);
        }
        const float rate = by_ == By::adam ? rate_.next() : 0;
        for (Layer& layer : layers_) {
            for (Weights* w : {&layer.kernel, &layer.bias}) {
                if (by_ == By::adam)
                    w->adam(rate);
                else
                    w->nesterov();
            }
        }
    }

private:
    struct Layer {
        int in, out;
        Weights kernel, bias;
        Floats output, gradient;

        Layer(int batch, int inputs, int outputs)
            : in(inputs),
              out(outputs),
              kernel(static_cast<std::size_t>(in) * out, 0.1F),
              bias(out),
              output(static_cast<std::size_t>(batch) * out),
              gradient(output.size()) {}

        void forward(int batch, const float* x, bool relu) {
            product(false, false, batch, out, in, x, kernel.value.data(), output.data());
            float* __restrict y = output.data();
            const float* __restrict b = bias.value.data();
            for (int i = 0; i < batch; ++i, y += out) {
                if (relu)
                    for (int j = 0; j < out; ++j) y[j] = std::max(0.F, y[j] + b[j]);
                else
                    for (int j = 0; j < out; ++j) y[j] += b[j];
            }
        }
        // From the gradient of the output. If `x_gradient` is given, `x` is the output of a relu.
        void backward(int batch, const float* x, float* x_gradient) {
            product(true, false, in, out, batch, x, gradient.data(), kernel.gradient.data());
            sum_rows(gradient.data(), batch, out, bias.gradient.data());
            if (!x_gradient) return;
            product(false, true, batch, in, out, gradient.data(), kernel.value.data(), x_gradient);
            for (int i = 0; i < batch * in; ++i) x_gradient[i] = x[i] > 0 ? x_gradient[i] : 0;
        }
    };

    int batch_;
    By by_;
    Floats input_;
    std::vector<int> labels_;
    std::vector<Layer> layers_;
    AdamRate rate_;
};

// One product for all inputs, one pass over the gates for each time step, one product for each
// weight's gradient.
class Lstm {
public:
    void step() {
        for (int r = 0; r < kSteps * kBatch; ++r)
            std::copy_n(bias_.value.data(), kGates, &gates_[r * kGates]);
        product(false, false, kSteps * kBatch, kGates, kFeatures, x_.data(),
                input_kernel_.value.data(), gates_.data(), 1);
        for (int t = 0; t < kSteps; ++t) {
            product(false, false, kBatch, kGates, kUnits, &h_[t * kState], kernel_.value.data(),
                    &gates_[t * kBatch * kGates], 1);
            for (int r = 0; r < kBatch; ++r) forward(t * kBatch + r);
        }
        const float* last = &h_[kSteps * kState];
        product(false, false, kBatch, kClasses, kUnits, last, head_.value.data(), logits_.data());
        for (int i = 0; i < kBatch * kClasses; ++i) logits_[i] += head_bias_.value[i % kClasses];
        cross_entropy_gradient(logits_.data(), labels_, kClasses, logits_gradient_.data());

        product(true, false, kUnits, kClasses, kBatch, last, logits_gradient_.data(),
                head_.gradient.data());
        sum_rows(logits_gradient_.data(), kBatch, kClasses, head_bias_.gradient.data());
        product(false, true, kBatch, kUnits, kClasses, logits_gradient_.data(), head_.value.data(),
                h_gradient_.data());
        std::fill(c_gradient_.begin(), c_gradient_.end(), 0.F);
        for (int t = kSteps; t-- > 0;) {
            for (int r = 0; r < kBatch; ++r) backward(t * kBatch + r, r);
            if (t > 0)
                product(false, true, kBatch, kUnits, kGates, &gates_[t * kBatch * kGates],
                        kernel_.value.data(), h_gradient_.data());
        }
        sum_rows(gates_.data(), kSteps * kBatch, kGates, bias_.gradient.data());
        product(true, false, kUnits, kGates, kSteps * kBatch, h_.data(), gates_.data(),
                kernel_.gradient.data());
        product(true, false, kFeatures, kGates, kSteps * kBatch, x_.data(), gates_.data(),
                input_kernel_.gradient.data());
        const float rate = rate_.next();
        for (Weights* w : {&input_kernel_, &kernel_, &bias_, &head_, &head_bias_}) w->adam(rate);
    }

private:
    static constexpr int kBatch = 64, kSteps = 28, kFeatures = 28, kUnits = 128, kClasses = 10;
    static constexpr int kGates = 4 * kUnits, kState = kBatch * kUnits;

    static float sigmoid(float x) { return 0.5F * std::tanh(0.5F * x) + 0.5F; }

    // Row r of the rows of all time steps. The states have one more time step: the first is zero.
    void forward(int r) {
        float* __restrict i = &gates_[r * kGates];
        float* __restrict f = i + kUnits, * __restrict u = f + kUnits, * __restrict o = u + kUnits;
        const float* __restrict before = &c_[r * kUnits];
        float* __restrict c = &c_[r * kUnits + kState], * __restrict th = &tanh_c_[r * kUnits];
        float* __restrict h = &h_[r * kUnits + kState];
        for (int j = 0; j < kUnits; ++j) {
            i[j] = sigmoid(i[j]);
            f[j] = sigmoid(f[j]);
            u[j] = std::tanh(u[j]);
            o[j] = sigmoid(o[j]);
            c[j] = f[j] * before[j] + i[j] * u[j];
            th[j] = std::tanh(c[j]);
            h[j] = o[j] * th[j];
        }
    }
    // Overwrites the gates with their gradients.
    void backward(int r, int row) {
        float* __restrict i = &gates_[r * kGates];
        float* __restrict f = i + kUnits, * __restrict u = f + kUnits, * __restrict o = u + kUnits;
        const float* __restrict before = &c_[r * kUnits], * __restrict th = &tanh_c_[r * kUnits];
        const float* __restrict gh = &h_gradient_[row * kUnits];
        float* __restrict gc = &c_gradient_[row * kUnits];
        for (int j = 0; j < kUnits; ++j) {
            const float g = gc[j] + gh[j] * o[j] * (1 - th[j] * th[j]);
            const float gi = g * u[j] * i[j] * (1 - i[j]);
            const float gu = g * i[j] * (1 - u[j] * u[j]);
            gc[j] = g * f[j];
            f[j] = g * before[j] * f[j] * (1 - f[j]);
            o[j] = gh[j] * th[j] * o[j] * (1 - o[j]);
            i[j] = gi;
            u[j] = gu;
        }
    }

    Floats x_ = drawn(kSteps * kBatch * kFeatures);
    std::vector<int> labels_ = labels(kBatch, kClasses);
    Weights input_kernel_{kFeatures * kGates, 0.1F}, kernel_{kUnits * kGates, 0.1F}, bias_{kGates};
    Weights head_{kUnits * kClasses, 0.1F}, head_bias_{kClasses};
    Floats gates_ = Floats(kSteps * kBatch * kGates), tanh_c_ = Floats(kSteps * kState);
    Floats h_ = Floats((kSteps + 1) * kState), c_ = Floats((kSteps + 1) * kState);
    Floats h_gradient_ = Floats(kState), c_gradient_ = Floats(kState);
    Floats logits_ = Floats(kBatch * kClasses), logits_gradient_ = Floats(kBatch * kClasses);
    AdamRate rate_;
};

// A chain of pointwise functions, one pass over memory for each.
class Chain {
public:
    Chain(std::size_t size, int nodes)
        : size_(size),
          a_(drawn(size)),
          b_(drawn(size)),
          values_(nodes + 1, Floats(size)),
          gradients_(nodes + 1, Floats(size)) {
        values_.front() = drawn(size);
    }

    void step() {
        const std::size_t nodes = values_.size() - 1;
        for (std::size_t i = 0; i < nodes; ++i) {
            const float* x = values_[i].data();
            float* y = values_[i + 1].data();
            if (i % 3 == 0)
                pass([=](std::size_t j) { y[j] = std::tanh(x[j]); });
            else if (i % 3 == 1)
                pass([=, a = a_.data()](std::size_t j) { y[j] = x[j] * a[j]; });
            else
                pass([=, b = b_.data()](std::size_t j) { y[j] = x[j] + b[j]; });
        }
        float* ones = gradients_[nodes].data();
        pass([=](std::size_t j) { ones[j] = 1; });
        const float* g = ones;
        for (std::size_t i = nodes; i-- > 0;) {
            if (i % 3 == 2) continue;  // an addition passes its gradient on
            const float* y = values_[i + 1].data();
            float* out = gradients_[i].data();
            if (i % 3 == 0)
                pass([=](std::size_t j) { out[j] = g[j] * (1 - y[j] * y[j]); });
            else
                pass([=, a = a_.data()](std::size_t j) { out[j] = g[j] * a[j]; });
            g = out;
        }
    }

private:
    template <class F>
    void pass(F f) {
        each(size_, f);
    }

    std::size_t size_;
    Floats a_, b_;
    std::vector<Floats> values_, gradients_;
};

template <class Model>
bench::Time run(const bench::Program& program, Model model) {
    return program.run([&] { model.step(); });
}

}  // namespace

int main(int argc, char** argv) {
    const bench::Program program(argc, argv, kUsage, bench::ThreadsBy::environment);
    const std::string_view w = program.workload();
    using By = Perceptron::By;
    if (w == "w1") {
        run(program, Perceptron(16, {4, 64, 3}, By::nesterov));
    } else if (w == "w2") {
        run(program, Perceptron(16, {4, 64, 64, 3}, By::adam));
    } else if (w == "w3") {
        run(program, Perceptron(128, {784, 512, 512, 10}, By::adam));
    } else if (w == "w5") {
        run(program, Lstm());
    } else if (w == "w6" || w == "w6big") {
        const int nodes = w == "w6" ? 300 : 10;
        const bench::Time time = run(program, Chain(w == "w6" ? 64 : 1 << 20, nodes));
        program.report("per_node", time.median * 1e9 / nodes, "ns");
    } else {
        program.refuse();
    }
}
